/* SPDX-License-Identifier: MIT */

/* An outage for people: every name, in lines that fit a terminal. */

#include "compiler/explain_without.h"

#include "base/text.h"
#include "compiler/assert/words.h"
#include "compiler/resolve/network.h"

enum {
	WIDTH = 84,
	INDENT = 4,
};

struct column {
	struct text *out;
	size_t begin; /* of the line, in `out` */
	size_t n_words;
};

/* Begins a list on a line that is there already. */
static struct column begin_list(struct text *out)
{
	struct column column = {.out = out, .begin = out->length};

	while (column.begin > 0 && out->data[column.begin - 1] != '\n')
		column.begin--;
	return column;
}

static void put_name(struct column *column, const char *name)
{
	struct text *out = column->out;

	if (column->n_words++ > 0)
		text_puts(out, ",");
	if (column->n_words > 1 && out->length - column->begin + strlen(name) > WIDTH) {
		text_puts(out, "\n");
		column->begin = out->length;
		text_printf(out, "%*s", INDENT, "");
	} else if (column->n_words > 1) {
		text_puts(out, " ");
	}
	text_puts(out, name);
}

static void put_nodes(const struct kinds_member *const *nodes, size_t n_nodes, struct text *out)
{
	struct column column = begin_list(out);

	for (size_t i = 0; i < n_nodes; i++)
		put_name(&column, nodes[i]->ways[0]->name);
}

static void put_title(const struct outage *outage, const char *what, struct text *out)
{
	text_join(out, what, " without ", outage_kind(outage), " '", outage_name(outage), "'\n");
}

static void put_gone(const struct outage *outage, const struct loss *loss, struct text *out)
{
	struct column column;

	if (outage->site == NULL || loss->n_gone == 0)
		return;
	text_printf(out, "\nlost with it: %zu\n    ", loss->n_gone);
	column = begin_list(out);
	for (size_t i = 0; i < loss->n_members; i++) {
		const struct network_host *host = loss->members[i].ways[0];

		if (outage->is_gone[host->index])
			put_name(&column, host->name);
	}
	text_puts(out, "\n");
}

static void put_cuts(const struct loss *loss, struct text *out)
{
	if (loss->cuts.n_items == 0)
		return;
	text_printf(out, "\ncut off: %zu of %zu pairs\n", loss->n_pairs_lost,
		    loss->n_pairs_lost + loss->n_pairs_kept);
	vec_foreach(cut, &loss->cuts) {
		bool is_mutual = words_is_mutual(cut);

		text_puts(out, "  ");
		put_nodes(cut->nodes.items, cut->nodes.n_items, out);
		text_puts(out, cut->nodes.n_items == 1 ? " loses " : " lose ");
		if (cut->is_everybody) {
			text_puts(out, "everybody");
		} else if (is_mutual && cut->from.n_items == cut->nodes.n_items) {
			text_puts(out, "each other");
		} else {
			put_nodes(cut->from.items, cut->from.n_items, out);
		}
		text_puts(out, "\n");
	}
}

static void put_networks(const struct loss *loss, struct text *out)
{
	if (loss->networks.n_items > 0)
		text_puts(out, "\nnetworks that nobody routes any more\n");
	vec_foreach(network, &loss->networks) {
		char buffer[NET_PREFIX_TEXT];

		text_printf(out,
			    "  %s, behind %s: ", net_prefix_format(&network->prefix->value, buffer),
			    network->owner->name);
		words_put_count(network->n_losers, "node", out);
		text_puts(out, network->n_losers == 1 ? " needs it\n" : " need it\n");
	}
}

static void put_kept(const struct loss *loss, struct text *out)
{
	text_printf(out, "\nkept: %zu of %zu pairs\n", loss->n_pairs_kept,
		    loss->n_pairs_lost + loss->n_pairs_kept);
	if (loss->n_direct > 0)
		text_printf(out, "  %zu by a tunnel of their own\n", loss->n_direct);
	vec_foreach(way, &loss->ways) {
		text_printf(out, "  %zu through ", way->n_pairs);
		for (size_t i = 0; i < way->n_gateways; i++) {
			text_join(out,
				  i == 0                     ? ""
				  : i + 1 == way->n_gateways ? " and "
							     : ", ",
				  way->gateways[i]->name);
		}
		text_puts(out, "\n");
	}
	if (loss->switches.n_items > 0)
		text_puts(out, "\nby another tunnel of theirs, which somebody turns on\n");
	vec_foreach(each, &loss->switches) {
		text_printf(out, "  %s: %s instead of %s, through %s\n",
			    each->to->home == NULL ? each->to->name : each->to->home->name,
			    each->to->tunnel, each->from->tunnel, each->to->gateway->name);
	}
}

void without_write_text(const struct outage *outage, const struct loss *loss, struct text *out)
{
	put_title(outage, "the network", out);
	put_gone(outage, loss, out);
	put_cuts(loss, out);
	put_networks(loss, out);
	if (loss_is_none(loss))
		text_puts(out, "\nnobody who is left loses anybody\n");
	put_kept(loss, out);
}

void without_write_node_text(const struct outage *outage, const struct without_node *node,
			     struct text *out)
{
	put_title(outage, node->node->ways[0]->name, out);
	if (node->is_gone) {
		text_puts(out, "\nit is lost itself\n");
		return;
	}
	if (node->lost.n_items > 0) {
		text_printf(out, "\nloses: %zu\n    ", node->lost.n_items);
		put_nodes(node->lost.items, node->lost.n_items, out);
		text_puts(out, "\n");
	}
	if (node->kept.n_items > 0)
		text_printf(out, "\nkeeps: %zu\n", node->kept.n_items);
	vec_foreach(path, &node->paths) {
		text_puts(out, "  ");
		words_put_path(path, path->n_nodes, out);
		text_puts(out, "\n");
	}
}

void without_write_pair_text(const struct outage *outage, const struct without_pair *pair,
			     struct text *out)
{
	bool is_same =
		pair->after.n_nodes == pair->before.n_nodes &&
		memcmp(pair->after.nodes, pair->before.nodes, sizeof(pair->after.nodes)) == 0;

	text_join(out, pair->ends[0]->name,
		  pair->after.n_nodes == 0 ? " loses " : " still reaches ", pair->ends[1]->name);
	put_title(outage, "", out);
	text_puts(out, is_same ? "\npath, as before\n  " : "\npath until then\n  ");
	words_put_path(&pair->before, pair->before.n_nodes, out);
	text_puts(out, "\n");
	if (is_same)
		return;
	if (pair->after.n_nodes == 0) {
		text_puts(out, "\npath left\n  none: nothing is planned anew\n");
		return;
	}
	text_puts(out, "\npath left, by a tunnel that somebody turns on\n  ");
	words_put_path(&pair->after, pair->after.n_nodes, out);
	text_puts(out, "\n");
}
