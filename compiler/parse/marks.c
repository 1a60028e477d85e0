/* SPDX-License-Identifier: MIT */

/* Marks: the source was checked to be well-formed UTF-8 before the first mark is made. */

#include "compiler/parse/marks.h"

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

uint32_t marks_locate(struct marks *marks, size_t index)
{
	const struct source *source = marks->source;
	const char *text = source->text + marks->begin;
	size_t length = source->length - marks->begin;

	if (marks->is_ascii) {
		marks->index = marks->byte = index < length ? index : length;
		return (uint32_t)(marks->begin + marks->byte);
	}
	while (marks->index < index && marks->byte < length) {
		marks->byte++;
		while (marks->byte < length && is_continuation(text[marks->byte]))
			marks->byte++;
		marks->index++;
	}
	while (marks->index > index) {
		marks->byte--;
		while (is_continuation(text[marks->byte]))
			marks->byte--;
		marks->index--;
	}
	return (uint32_t)(marks->begin + marks->byte);
}

uint32_t marks_trim(const struct source *source, uint32_t begin, uint32_t end)
{
	while (end > begin && is_blank(source->text[end - 1]))
		end--;
	return end;
}

uint32_t marks_skip_blank(const struct source *source, uint32_t offset)
{
	while (offset < source->length) {
		if (source->text[offset] == '#') {
			while (offset < source->length && source->text[offset] != '\n')
				offset++;
		} else if (is_blank(source->text[offset])) {
			offset++;
		} else {
			break;
		}
	}
	return offset;
}

uint32_t marks_after_colon(const struct source *source, uint32_t key_end)
{
	uint32_t offset = key_end;

	while (offset < source->length && is_blank(source->text[offset]))
		offset++;
	if (offset < source->length && source->text[offset] == ':')
		return offset + 1;
	return key_end;
}

struct span marks_character(const struct source *source, uint32_t offset)
{
	uint32_t end = offset;

	if (end < source->length && source->text[end] != '\n' && source->text[end] != '\r') {
		end++;
		while (end < source->length && is_continuation(source->text[end]))
			end++;
	}
	return (struct span){.source = source, .begin = offset, .end = end};
}
