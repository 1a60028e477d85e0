/* SPDX-License-Identifier: MIT */

/*
 * Encoding: one pass over the bytes. A file in the wrong encoding is wrong in thousands of places,
 * so each kind of fault is reported where it is first seen, with a count.
 */

#include "compiler/parse/encoding.h"

#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag/diag.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

enum {
	BYTE_ORDER_MARK_SIZE = 3
};

enum fault {
	FAULT_NUL,
	FAULT_CONTROL,
	FAULT_MARK,
	FAULT_INVALID,
	N_FAULTS,
};

struct finding {
	size_t first;
	size_t n_bytes; /* of the first */
	size_t n_findings;
};

static bool is_between(unsigned char byte, unsigned char low, unsigned char high)
{
	return byte >= low && byte <= high;
}

/*
 * Bytes of the well-formed sequence at `bytes`, which starts outside ASCII; 0 where it is not
 * well-formed. The Unicode Standard, table 3-7: no surrogates, no overlong forms, at most U+10FFFF.
 */
static size_t sequence_size(const unsigned char *bytes, size_t n_left)
{
	unsigned char lead = bytes[0];
	unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	size_t size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;

	if (size == 0 || n_left < size || !is_between(bytes[1], low, high))
		return 0;
	for (size_t i = 2; i < size; i++) {
		if (!is_between(bytes[i], 0x80, 0xbf))
			return 0;
	}
	return size;
}

/* What YAML 1.2.2 section 5.1 leaves out of the printable characters above ASCII. */
static bool is_control(const unsigned char *bytes, size_t size)
{
	if (size == 2)
		return bytes[0] == 0xc2 && bytes[1] < 0xa0 && bytes[1] != 0x85;
	return size == 3 && bytes[0] == 0xef && bytes[1] == 0xbf && bytes[2] >= 0xbe;
}

static void note(struct finding *finding, size_t offset, size_t n_bytes)
{
	if (finding->n_findings++ == 0) {
		finding->first = offset;
		finding->n_bytes = n_bytes;
	}
}

/* Notes what is wrong with the character at `at`; returns its size. */
static size_t check_character(const struct source *source, size_t at, struct finding *findings)
{
	const unsigned char *bytes = (const unsigned char *)source->text + at;

	if (bytes[0] < 0x80) {
		if (bytes[0] == '\0') {
			note(&findings[FAULT_NUL], at, 1);
		} else if (bytes[0] != '\t' && bytes[0] != '\n' && bytes[0] != '\r') {
			note(&findings[FAULT_CONTROL], at, 1);
		}
		return 1;
	}

	size_t size = sequence_size(bytes, source->length - at);
	if (size == 0) {
		note(&findings[FAULT_INVALID], at, 1);
		return 1;
	}
	if (size == BYTE_ORDER_MARK_SIZE && memcmp(bytes, BYTE_ORDER_MARK, size) == 0) {
		note(&findings[FAULT_MARK], at, size);
	} else if (is_control(bytes, size)) {
		note(&findings[FAULT_CONTROL], at, size);
	}
	return size;
}

static uint32_t code_point(const unsigned char *bytes, size_t size)
{
	if (size == 1)
		return bytes[0];
	if (size == 2)
		return (bytes[0] & 0x1fU) << 6 | (bytes[1] & 0x3fU);
	return (bytes[0] & 0x0fU) << 12 | (bytes[1] & 0x3fU) << 6 | (bytes[2] & 0x3fU);
}

static struct diag *report_fault(const struct source *source, enum fault fault, struct span span,
				 struct diag_bag *diags)
{
	const unsigned char *bytes = (const unsigned char *)source->text + span.begin;
	struct diag *diag = NULL;

	switch (fault) {
	case FAULT_NUL:
		diag = diag_add(diags, DIAG_YAML_ENCODING, span, "a NUL byte is in the text");
		diag_help(diags, diag, "remove it, or save the file as UTF-8 if it is UTF-16");
		return diag;
	case FAULT_CONTROL:
		diag = diag_add(diags, DIAG_YAML_ENCODING, span, "control character U+%04X",
				(unsigned int)code_point(bytes, span.end - span.begin));
		diag_help(diags, diag, "remove the character, which most editors do not show");
		return diag;
	case FAULT_MARK:
		diag = diag_add(diags, DIAG_YAML_ENCODING, span, "byte order mark (U+FEFF)");
		diag_help(diags, diag, "save the file as UTF-8 without a byte order mark");
		return diag;
	case FAULT_INVALID:
		diag = diag_add(diags, DIAG_YAML_ENCODING, span, "byte 0x%02x is not valid UTF-8",
				bytes[0]);
		diag_help(diags, diag, "save the file as UTF-8");
		return diag;
	case N_FAULTS:
		break;
	}
	unreachable();
}

static void report(const struct source *source, const struct finding *findings,
		   struct diag_bag *diags)
{
	for (enum fault fault = 0; fault < N_FAULTS; fault++) {
		const struct finding *finding = &findings[fault];
		if (finding->n_findings == 0)
			continue;
		struct span span = {
			.source = source,
			.begin = (uint32_t)finding->first,
			.end = (uint32_t)(finding->first + finding->n_bytes),
		};
		struct diag *diag = report_fault(source, fault, span, diags);
		if (finding->n_findings > 1) {
			diag_note(diags, diag, "%zu more like it in this file",
				  finding->n_findings - 1);
		}
	}
}

/* UTF-16 is one fault, not one per character. */
static bool is_utf16(const struct source *source, struct diag_bag *diags)
{
	if (source->length < 2 || (memcmp(source->text, "\xff\xfe", 2) != 0 &&
				   memcmp(source->text, "\xfe\xff", 2) != 0)) {
		return false;
	}
	struct diag *diag = diag_add(diags, DIAG_YAML_ENCODING, (struct span){source, 0, 2},
				     "the file is UTF-16 or UTF-32, not UTF-8");
	diag_help(diags, diag, "save the file as UTF-8 without a byte order mark");
	return true;
}

bool encoding_check(const struct source *source, struct encoding *ret_encoding,
		    struct diag_bag *diags)
{
	struct encoding encoding = {.is_ascii = true};
	struct finding findings[N_FAULTS] = {0};

	if (is_utf16(source, diags))
		return false;

	size_t at = 0;
	while (at < source->length) {
		unsigned char byte = (unsigned char)source->text[at];
		if ((byte >= ' ' && byte < 0x7f) || byte == '\n') {
			at++;
			continue;
		}
		encoding.is_ascii = encoding.is_ascii && byte < 0x80;
		encoding.has_tabs = encoding.has_tabs || byte == '\t';
		at += check_character(source, at, findings);
	}
	report(source, findings, diags);

	/* A mark in front of everything can be stepped over, so that the rest is checked as well.
	 */
	const struct finding *mark = &findings[FAULT_MARK];
	bool has_leading_mark = mark->n_findings == 1 && mark->first == 0;
	if (has_leading_mark)
		encoding.begin = BYTE_ORDER_MARK_SIZE;
	*ret_encoding = encoding;
	return findings[FAULT_NUL].n_findings == 0 && findings[FAULT_CONTROL].n_findings == 0 &&
	       findings[FAULT_INVALID].n_findings == 0 &&
	       (mark->n_findings == 0 || has_leading_mark);
}
