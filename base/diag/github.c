/* SPDX-License-Identifier: MIT */

/*
 * Diagnostics as workflow commands of GitHub Actions, a line each, which the runner shows beside
 * the lines of a pull request ("Workflow commands", in GitHub's documentation). It shows ten errors
 * and ten warnings of a step: so each says all that there is to say of it.
 */

#include "base/diag/services.h"

#include <string.h>

#include "base/diag/diag.h"
#include "base/diag/finding.h"
#include "base/diag/glyph.h"
#include "base/text.h"

/*
 * Appends the string with the escapes that the runner undoes: those of `escaped`, and always '%'
 * and line breaks, without which a value could become a command of its own. What else steers a
 * terminal is replaced, because the log is read on one as well.
 */
static void put_escaped(const char *string, const char *escaped, struct text *out)
{
	size_t length = strlen(string);

	for (size_t i = 0; i < length;) {
		struct glyph glyph = glyph_at(string + i, length - i);
		char c = *glyph.bytes;

		if (c == '%' || c == '\r' || c == '\n' || strchr(escaped, c) != NULL) {
			text_printf(out, "%%%02X", (unsigned int)c);
		} else {
			glyph_append(out, glyph);
		}
		i += glyph.n_bytes;
	}
}

static void put_property(const char *separator, const char *name, const char *value,
			 struct text *out)
{
	text_join(out, separator, name, "=");
	put_escaped(value, ":,", out);
}

/* Columns are for what is in one line: the runner drops them otherwise, with a complaint. */
static void put_place(const struct finding_place *place, struct text *out)
{
	put_property(" ", "file", place->path, out);
	text_printf(out, ",line=%u,endLine=%u", place->begin.line, place->end.line);
	if (place->begin.line == place->end.line)
		text_printf(out, ",col=%u,endColumn=%u", place->begin.column, place->end.column);
}

static void put_related(const struct diag_bag *bag, const struct diag_paths *paths,
			const struct diag *diag, struct text *out)
{
	vec_foreach(label, &diag->related) {
		struct finding_place place = finding_place(bag, paths, label->span);

		text_puts(out, "\n");
		if (span_is_given(label->span)) {
			text_printf(out, "%s:%u:%u: ", place.path, place.begin.line,
				    place.begin.column);
		}
		text_puts(out, label->message);
	}
}

static void put_finding(const struct diag_bag *bag, const struct diag_paths *paths,
			const struct finding *finding, struct text *out)
{
	cleanup_(text_finish) struct text message = {0};

	finding_put_message(finding->diag, &message);
	put_related(bag, paths, finding->diag, &message);
	text_join(out, "::", diag_severity_name(finding->diag->severity));
	put_place(&finding->place, out);
	put_property(",", "title", diag_rules[finding->diag->rule].slug, out);
	text_puts(out, "::");
	put_escaped(message.data, "", out);
	text_puts(out, "\n");
}

void diag_render_github(const struct diag_bag *bag, const struct diag_paths *paths,
			struct text *out)
{
	const enum diag_severity order[] = {DIAG_ERROR, DIAG_WARNING};
	const struct finding *findings = finding_list(bag, paths);

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		for (size_t j = 0; j < bag->items.n_items; j++) {
			if (findings[j].diag->severity == order[i])
				put_finding(bag, paths, &findings[j], out);
		}
	}
}
