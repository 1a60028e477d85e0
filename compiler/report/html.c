/* SPDX-License-Identifier: MIT */

/* The page: its own file with the drawings and the data in the places that are marked there. */

#include <sodium.h>

#include "base/text.h"
#include "compiler/report/page_parts.h"
#include "compiler/report/parts.h"
#include "compiler/report/quote.h"

enum {
	WIDE = 1000,
	NARROW = 344, /* pixels: a phone's 360, less the page's margins */
};

/* "sha256-..." of what stands between the two marks: what the page's policy lets run (CSP level 2).
 */
static void write_hash(struct text *out, const char *begin_mark, const char *end_mark)
{
	const char *begin = strstr(report_page, begin_mark) + strlen(begin_mark);
	const char *end = strstr(begin, end_mark);
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(sizeof(hash), sodium_base64_VARIANT_ORIGINAL)];

	(void)crypto_hash_sha256(hash, (const unsigned char *)begin, (size_t)(end - begin));
	text_join(out, "sha256-",
		  sodium_bin2base64(text, sizeof(text), hash, sizeof(hash),
				    sodium_base64_VARIANT_ORIGINAL));
}

static void write_part(struct report *report, const char *name, size_t length, struct text *out)
{
	if (strncmp(name, "network", length) == 0) {
		quote_xml(out, report->network->name);
	} else if (strncmp(name, "style", length) == 0) {
		write_hash(out, "<style>", "</style>");
	} else if (strncmp(name, "script", length) == 0) {
		write_hash(out, "<script>", "</script>");
	} else if (strncmp(name, "wide", length) == 0) {
		report_draw(report, WIDE, false, out);
	} else if (strncmp(name, "narrow", length) == 0) {
		report_draw(report, NARROW, false, out);
	} else if (strncmp(name, "data", length) == 0) {
		report_write_data(report, out);
	}
}

void report_write_html(const struct report_input *input, struct text *out)
{
	struct report *report = report_create(input);
	const char *rest = report_page;

	for (const char *mark = strstr(rest, "@@"); mark != NULL; mark = strstr(rest, "@@")) {
		const char *name = mark + 2;
		const char *end = strstr(name, "@@");

		text_append(out, rest, (size_t)(mark - rest));
		write_part(report, name, (size_t)(end - name), out);
		rest = end + 2;
	}
	text_puts(out, rest);
}
