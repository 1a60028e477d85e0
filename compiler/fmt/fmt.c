/* SPDX-License-Identifier: MIT */

/* Fmt: read, lay out, read again, compare. */

#include "compiler/fmt/fmt.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/source.h"
#include "base/text.h"
#include "compiler/fmt/nodes.h"
#include "compiler/fmt/printer.h"
#include "compiler/fmt/same.h"
#include "compiler/parse/node.h"

/*
 * Refuses characters that end a line in YAML 1.1 and not in 1.2 (section 5.4): nobody can lay out
 * lines of which readers do not agree where they end.
 */
static bool has_odd_breaks(const struct source *source, struct diag_bag *diags)
{
	static const char *const breaks[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		const char *found = strstr(source->text, breaks[i]);
		struct diag *diag;
		uint32_t begin;

		if (found == NULL)
			continue;
		begin = (uint32_t)(found - source->text);
		diag = diag_add(diags, DIAG_YAML_ENCODING,
				(struct span){source, begin, begin + (uint32_t)strlen(breaks[i])},
				"a character here ends the line for some readers of YAML only");
		diag_help(diags, diag,
			  "remove it, or write it as an escape in double quotes: \"\\u2028\"");
		return true;
	}
	return false;
}

/* What a person has to change before the text can be laid out. */
static bool is_refused(const struct node *root, const struct fmt_printer *printer,
		       struct diag_bag *diags)
{
	struct diag *diag;

	if (root->kind != NODE_MAPPING && !node_is_null(root)) {
		diag = diag_add(diags, DIAG_WRONG_TYPE, root->span,
				"a topology is made of sections, such as `users:`, and this is %s",
				root->kind == NODE_SCALAR ? "a value" : "a list");
		diag_help(diags, diag, "name a topology, or a file that one includes");
		return true;
	}
	if (printer->has_oddity) {
		diag = diag_add(diags, DIAG_YAML_FEATURE, root->span,
				"a key over several lines, or one of more than 1000 characters, or "
				"a block of blanks alone, has no layout");
		diag_help(diags, diag, "write keys on one line, and put blanks in quotes");
		return true;
	}
	return false;
}

/* Whether the text that was made says what the tree says. */
static bool is_faithful(struct arena *arena, const struct node *root, const struct text *text)
{
	struct diag_bag diags = {.arena = arena};
	const struct source *source = source_create(
		arena, root->span.source->path, text->length > 0 ? text->data : "", text->length);
	const struct node *made = parse_source(arena, source, &diags);

	return made != NULL && diags.items.n_items == 0 && fmt_is_same(arena, root, made);
}

int fmt_layout(struct arena *arena, const struct source *source, struct diag_bag *diags,
	       struct text *ret_text)
{
	struct fmt_printer printer = {.arena = arena, .source = source};
	cleanup_(text_finish) struct text text = {0};
	size_t n_errors = diags->n_errors;
	const struct node *root = parse_source(arena, source, diags);

	if (root == NULL || diags->n_errors > n_errors)
		return FMT_E_REFUSED;
	if (has_odd_breaks(source, diags) || is_refused(root, &printer, diags))
		return FMT_E_REFUSED;
	fmt_document(&printer, root);
	fmt_finish(&printer, &text);
	text_finish(&printer.out);
	if (is_refused(root, &printer, diags))
		return FMT_E_REFUSED;
	if (!is_faithful(arena, root, &text))
		return FMT_E_UNFAITHFUL;
	text_append(ret_text, text.length > 0 ? text.data : "", text.length);
	return 0;
}
