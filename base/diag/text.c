/* SPDX-License-Identifier: MIT */

/*
 * Diagnostics as a person reads them. Everything that comes from the user, messages included, goes
 * through glyph_append(), so that no topology can steer the terminal it is reported on.
 */

#include <string.h>

#include "base/diag/diag.h"
#include "base/diag/glyph.h"
#include "base/diag/snippet.h"
#include "base/text.h"

static const struct paint plain = {"", "", "", "", "", ""};

/* SGR sequences, ECMA-48 section 8.3.117. */
static const struct paint colours = {
	.bold = "\x1b[1m",
	.error = "\x1b[1;31m",
	.warning = "\x1b[1;35m",
	.note = "\x1b[36m",
	.help = "\x1b[32m",
	.reset = "\x1b[0m",
};

static const char *colour_of(const struct diag *diag, const struct paint *paint)
{
	return diag->severity == DIAG_ERROR ? paint->error : paint->warning;
}

/* "file:line:col: ", or the program's name for what has no place. */
static void put_place(struct span span, const struct paint *paint, struct text *out)
{
	struct position position;

	text_puts(out, paint->bold);
	if (span_is_given(span)) {
		position = source_position(span.source, span.begin);
		glyph_append_string(out, span.source->path);
		text_printf(out, ":%u:%u:", position.line, position.column);
	} else {
		text_puts(out, "wgtopo:");
	}
	text_printf(out, "%s ", paint->reset);
}

static void put_header(const struct diag *diag, const struct paint *paint, struct text *out)
{
	put_place(diag->span, paint, out);
	text_printf(out, "%s%s:%s %s", colour_of(diag, paint), diag_severity_name(diag->severity),
		    paint->reset, paint->bold);
	glyph_append_string(out, diag->message);
	text_printf(out, "%s [%s]\n", paint->reset, diag_rules[diag->rule].slug);
}

/* A related place with a block of its own. */
static void put_related(const struct diag_bag *bag, const struct diag_label *label,
			const struct paint *paint, struct text *out)
{
	struct snippet snippet;

	put_place(label->span, paint, out);
	text_printf(out, "%snote:%s ", paint->note, paint->reset);
	glyph_append_string(out, label->message);
	text_puts(out, "\n");
	if (!span_is_given(label->span))
		return;
	snippet = snippet_at(label->span, '~');
	snippet_hide(&snippet, bag->secrets.items, bag->secrets.n_items);
	snippet_render(&snippet, "", paint, out);
}

static bool is_shown(const struct snippet *snippet, const struct diag_label *label)
{
	for (unsigned int i = 0; i < snippet->n_marks; i++) {
		if (snippet->marks[i].label == label->message)
			return true;
	}
	return false;
}

/* Shows the cause with the related places that fit beneath it, then the other ones. */
static void put_places(const struct diag_bag *bag, const struct diag *diag,
		       const struct paint *paint, struct text *out)
{
	struct snippet snippet = {0};

	if (span_is_given(diag->span)) {
		snippet = snippet_at(diag->span, '^');
		snippet_hide(&snippet, bag->secrets.items, bag->secrets.n_items);
		vec_foreach(label, &diag->related) {
			(void)snippet_add(&snippet, label->span, label->message); /* see below */
		}
		snippet_render(&snippet, colour_of(diag, paint), paint, out);
	}
	vec_foreach(label, &diag->related) {
		if (!is_shown(&snippet, label))
			put_related(bag, label, paint, out);
	}
}

/* "note: text"; further lines of the text are indented as far as the first. */
static void put_remark(const char *word, const char *colour, const char *reset, const char *remark,
		       struct text *out)
{
	int indent = (int)strlen(word) + 2;
	size_t length = strlen(remark);

	text_printf(out, "%s%s:%s ", colour, word, reset);
	for (size_t i = 0; i < length;) {
		struct glyph glyph = glyph_at(remark + i, length - i);

		if (*glyph.bytes == '\n') {
			text_printf(out, "\n%*s", indent, "");
		} else {
			glyph_append(out, glyph);
		}
		i += glyph.n_bytes;
	}
	text_puts(out, "\n");
}

static void put_count(size_t n, const char *what, struct text *out)
{
	text_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void put_total(const struct diag_bag *bag, struct text *out)
{
	size_t n_found = bag->n_errors + bag->n_warnings;

	if (n_found == 0)
		return;
	put_count(bag->n_errors, "error", out);
	text_puts(out, ", ");
	put_count(bag->n_warnings, "warning", out);
	if (n_found > bag->items.n_items)
		text_printf(out, " (%zu shown)", bag->items.n_items);
	text_puts(out, "\n");
}

void diag_render_text(const struct diag_bag *bag, bool with_colour, struct text *out)
{
	const struct paint *paint = with_colour ? &colours : &plain;

	vec_foreach(item, &bag->items) {
		const struct diag *diag = *item;

		put_header(diag, paint, out);
		put_places(bag, diag, paint, out);
		vec_foreach(note, &diag->notes) {
			put_remark("note", paint->note, paint->reset, *note, out);
		}
		if (diag->help != NULL)
			put_remark("help", paint->help, paint->reset, diag->help, out);
		text_puts(out, "\n");
	}
	put_total(bag, out);
}
