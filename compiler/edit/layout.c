/* SPDX-License-Identifier: MIT */

/* Layout: all of it is looked up in the text again, because few entries are ever edited. */

#include "compiler/edit/layout.h"

#include <string.h>

#include "base/source.h"
#include "compiler/parse/node.h"

/* YAML 1.1 section 5.4, the longest first. */
static const char *const breaks[] = {"\r\n",     "\n",           "\r",
				     "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

enum {
	N_BREAKS = sizeof(breaks) / sizeof(breaks[0]),
	N_COMMON_BREAKS = 3,
};

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool has_at(const struct source *source, uint32_t offset, const char *wanted)
{
	size_t size = strlen(wanted);

	return size <= source->length - offset && memcmp(source->text + offset, wanted, size) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

uint32_t layout_break_at(const struct source *source, uint32_t offset)
{
	for (size_t i = 0; i < N_BREAKS; i++) {
		if (has_at(source, offset, breaks[i]))
			return (uint32_t)strlen(breaks[i]);
	}
	return 0;
}

uint32_t layout_break_before(const struct source *source, uint32_t offset)
{
	for (size_t i = 0; i < N_BREAKS; i++) {
		uint32_t size = (uint32_t)strlen(breaks[i]);
		if (size <= offset && has_at(source, offset - size, breaks[i]))
			return size;
	}
	return 0;
}

uint32_t layout_line_begin(const struct source *source, uint32_t offset)
{
	while (offset > 0 && layout_break_before(source, offset) == 0)
		offset--;
	return offset;
}

uint32_t layout_line_end(const struct source *source, uint32_t offset)
{
	while (offset < source->length && layout_break_at(source, offset) == 0)
		offset++;
	return offset;
}

uint32_t layout_next_line(const struct source *source, uint32_t offset)
{
	uint32_t end = layout_line_end(source, offset);

	return end + layout_break_at(source, end);
}

const char *layout_break(const struct source *source, uint32_t offset)
{
	uint32_t end = layout_line_end(source, offset);

	if (end == source->length)
		end = layout_line_end(source, 0);
	for (size_t i = 0; i < N_COMMON_BREAKS; i++) {
		if (has_at(source, end, breaks[i]))
			return breaks[i];
	}
	return "\n";
}

uint32_t layout_skip_blanks(const struct source *source, uint32_t offset)
{
	while (offset < source->length && is_blank(source->text[offset]))
		offset++;
	return offset;
}

bool layout_is_blank(const struct source *source, uint32_t begin, uint32_t end)
{
	return layout_skip_blanks(source, begin) >= end;
}

uint32_t layout_trim_blanks(const struct source *source, uint32_t begin, uint32_t end)
{
	while (end > begin && is_blank(source->text[end - 1]))
		end--;
	return end;
}

uint32_t layout_trim(const struct source *source, uint32_t begin, uint32_t end)
{
	for (;;) {
		end = layout_trim_blanks(source, begin, end);
		uint32_t size = layout_break_before(source, end);
		if (size == 0 || size > end - begin)
			return end;
		end -= size;
	}
}

bool layout_is_blank_line(const struct source *source, uint32_t line)
{
	return layout_is_blank(source, line, layout_line_end(source, line));
}

bool layout_is_comment_line(const struct source *source, uint32_t line)
{
	uint32_t text = layout_skip_blanks(source, line);

	return text < source->length && source->text[text] == '#';
}

bool layout_is_end(const struct source *source, uint32_t line)
{
	if (line >= source->length)
		return true;
	if (!has_at(source, line, "..."))
		return false;
	return line + 3 == source->length || is_blank(source->text[line + 3]) ||
	       layout_break_at(source, line + 3) > 0;
}

/* Behind the byte order mark, if `offset` is at one. */
static uint32_t skip_mark(const struct source *source, uint32_t offset)
{
	if (offset == 0 && has_at(source, 0, byte_order_mark))
		return (uint32_t)strlen(byte_order_mark);
	return offset;
}

bool layout_starts_line(const struct source *source, uint32_t offset)
{
	uint32_t line = skip_mark(source, layout_line_begin(source, offset));

	return layout_is_blank(source, line, offset);
}

uint32_t layout_indentation(const struct source *source, uint32_t offset)
{
	uint32_t line = skip_mark(source, layout_line_begin(source, offset));

	return layout_skip_blanks(source, line) - line;
}

uint32_t layout_find(const struct source *source, uint32_t begin, uint32_t end, char wanted)
{
	while (begin < end && source->text[begin] != wanted) {
		if (source->text[begin] == '#') {
			begin = layout_line_end(source, begin);
		} else {
			begin++;
		}
	}
	return begin < end ? begin : end;
}

bool layout_has_comment(const struct source *source, uint32_t begin, uint32_t end)
{
	return layout_find(source, begin, end, '#') < end;
}

static char first_byte(const struct node *node)
{
	const struct span *span = &node->span;

	if (span->begin == span->end)
		return '\0';
	return span->source->text[span->begin];
}

bool layout_is_flow(const struct node *collection)
{
	return first_byte(collection) == '{' || first_byte(collection) == '[';
}

bool layout_is_block_scalar(const struct node *node)
{
	return node->kind == NODE_SCALAR && !node->is_plain &&
	       (first_byte(node) == '|' || first_byte(node) == '>');
}

bool layout_keeps_breaks(const struct node *block_scalar)
{
	const struct source *source = block_scalar->span.source;
	uint32_t c = block_scalar->span.begin + 1;

	while (c < source->length && source->text[c] >= '1' && source->text[c] <= '9')
		c++;
	return c < source->length && source->text[c] == '+';
}

const struct node *layout_last_leaf(const struct node *node)
{
	for (;;) {
		if (node->kind == NODE_SCALAR || layout_is_flow(node))
			return node;
		if (node->kind == NODE_SEQUENCE && node->items.n_items > 0) {
			node = node->items.items[node->items.n_items - 1];
		} else if (node->kind == NODE_MAPPING && node->entries.n_items > 0) {
			node = node->entries.items[node->entries.n_items - 1].value;
		} else {
			return node;
		}
	}
}

/*
 * The span of a block scalar leaves out the blank lines at its end. They are text all the same
 * where breaks are kept, and where a line has more blanks than the scalar is indented.
 */
static uint32_t block_scalar_end(const struct node *node)
{
	const struct source *source = node->span.source;
	bool keeps_breaks = layout_keeps_breaks(node);
	uint32_t at = layout_line_end(source, node->span.end);
	uint32_t end = at;

	while (layout_break_at(source, at) > 0) {
		uint32_t line = layout_next_line(source, at);
		at = layout_line_end(source, line);
		if (line == source->length || !layout_is_blank(source, line, at))
			break;
		if (keeps_breaks || at > line)
			end = at;
	}
	return end;
}

uint32_t layout_end(const struct node *node)
{
	const struct node *leaf = layout_last_leaf(node);

	return layout_is_block_scalar(leaf) ? block_scalar_end(leaf) : leaf->span.end;
}

uint32_t layout_entry_end(const struct node_entry *entry)
{
	uint32_t end = layout_end(entry->value);

	return end > entry->key->span.end ? end : entry->key->span.end;
}

uint32_t layout_colon(const struct node_entry *entry)
{
	const struct source *source = entry->key->span.source;
	uint32_t colon = layout_skip_blanks(source, entry->key->span.end);

	return colon < source->length && source->text[colon] == ':' ? colon + 1 : 0;
}

bool layout_is_explicit(const struct node *mapping, size_t index)
{
	const struct node_entry *entries = mapping->entries.items;
	uint32_t key = entries[index].key->span.begin;
	uint32_t gap = index > 0 ? layout_entry_end(&entries[index - 1]) : mapping->span.begin;

	return layout_find(mapping->span.source, gap, key, '?') < key;
}
