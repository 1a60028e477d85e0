/* SPDX-License-Identifier: MIT */

/* Words, each in one place. */

#include "compiler/assert/words.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "compiler/assert/kinds.h"
#include "compiler/assert/loss.h"
#include "compiler/plan/path.h"
#include "compiler/resolve/network.h"

static void put_ports(const struct network_assertion *assertion, struct text *out)
{
	for (size_t i = 0; i < assertion->n_ports; i++) {
		text_join(out,
			  i == 0                        ? " on "
			  : i + 1 == assertion->n_ports ? " and "
							: ", ",
			  assertion->ports[i].value);
	}
}

void words_put_assertion(const struct network_assertion *assertion, struct text *out)
{
	const char *first = assertion->ends[0].given.value;
	const char *second = assertion->ends[1].given.value;

	switch (assertion->form) {
	case ASSERTION_REACH:
		text_join(out, first, " reaches ", second);
		put_ports(assertion, out);
		return;
	case ASSERTION_DENY:
		text_join(out, first, " does not reach ", second);
		put_ports(assertion, out);
		return;
	case ASSERTION_DIRECT:
		text_join(out, first, " and ", second, " have a tunnel of their own");
		return;
	case ASSERTION_RELAYED:
		text_join(out, first, " and ", second, " are relayed");
		if (assertion->via != NULL)
			text_join(out, " by ", assertion->via->name);
		return;
	case ASSERTION_SURVIVES:
		text_join(out, "losing ", first, " cuts nobody off");
		return;
	case ASSERTION_N_FORMS:
		break;
	}
	unreachable();
}

void words_put_path(const struct path *path, size_t cut, struct text *out)
{
	for (size_t i = 0; i < path->n_nodes; i++) {
		text_join(out, i == 0 ? "" : i - 1 == cut ? " -/- " : " -> ", path->nodes[i]->name);
	}
}

void words_put_nodes(const struct kinds_member *const *nodes, size_t n_nodes, struct text *out)
{
	/* Nobody is left to be "1 more" for the want of room for a name. */
	size_t n_shown = n_nodes <= WORDS_MOST_NAMED + 1 ? n_nodes : WORDS_MOST_NAMED;

	for (size_t i = 0; i < n_shown; i++) {
		text_join(out,
			  i == 0             ? "'"
			  : i + 1 == n_nodes ? " and '"
					     : ", '",
			  nodes[i]->ways[0]->name, "'");
	}
	if (n_shown < n_nodes)
		text_printf(out, " and %zu more", n_nodes - n_shown);
}

bool words_is_mutual(const struct loss_cut *cut)
{
	vec_foreach(member, &cut->from) {
		if (*member == cut->nodes.items[0])
			return true;
	}
	return false;
}

void words_put_cut(const struct loss_cut *cut, const char *verb, struct text *out)
{
	size_t n_lost = cut->from.n_items - words_is_mutual(cut);

	words_put_nodes(cut->nodes.items, cut->nodes.n_items, out);
	text_join(out, " ", verb, " ");
	if (cut->is_everybody) {
		text_puts(out, "everybody");
	} else if (words_is_mutual(cut) && cut->from.n_items == cut->nodes.n_items) {
		text_puts(out, "each other");
	} else if (n_lost <= WORDS_MOST_NAMED && n_lost == cut->from.n_items) {
		words_put_nodes(cut->from.items, n_lost, out);
	} else {
		words_put_count(n_lost, "node", out);
	}
}

void words_put_count(size_t n, const char *what, struct text *out)
{
	text_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}
