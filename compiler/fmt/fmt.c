/* SPDX-License-Identifier: MIT */

/* Fmt: read, lay out, read again, compare. */

#include "compiler/fmt/fmt.h"

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/fmt/nodes.h"
#include "compiler/fmt/printer.h"
#include "compiler/fmt/same.h"
#include "compiler/parse/node.h"

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
	if (printer->has_wide_key) {
		diag = diag_add(diags, DIAG_YAML_FEATURE, root->span,
				"a key in here has several lines, or more than 1000 characters");
		diag_help(diags, diag, "write keys on one line");
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
	if (is_refused(root, &printer, diags))
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
