/* SPDX-License-Identifier: MIT */

/* An outage for tools: one JSON document with every name in it. */

#include "compiler/explain_without.h"

#include "base/json.h"
#include "base/text.h"
#include "compiler/resolve/network.h"

static void begin(const struct outage *outage, struct text *out)
{
	text_puts(out, "{");
	json_append_member(out, "\n  ", "without", outage_name(outage));
	json_append_member(out, ",\n  ", "kind", outage_kind(outage));
}

static void put_nodes(const char *name, const struct kinds_member *const *nodes, size_t n_nodes,
		      struct text *out)
{
	text_join(out, "\"", name, "\": [");
	for (size_t i = 0; i < n_nodes; i++) {
		text_puts(out, i == 0 ? "" : ", ");
		json_append_string(out, nodes[i]->ways[0]->name);
	}
	text_puts(out, "]");
}

static void put_path(const char *name, const struct path *path, struct text *out)
{
	text_join(out, "\"", name, "\": [");
	for (size_t i = 0; i < path->n_nodes; i++) {
		text_puts(out, i == 0 ? "" : ", ");
		json_append_string(out, path->nodes[i]->name);
	}
	text_puts(out, "]");
}

static void put_gone(const struct outage *outage, const struct loss *loss, struct text *out)
{
	bool is_first = true;

	text_puts(out, ",\n  \"gone\": [");
	for (size_t i = 0; i < loss->n_members; i++) {
		const struct network_host *host = loss->members[i].ways[0];

		if (!outage->is_gone[host->index])
			continue;
		text_puts(out, is_first ? "" : ", ");
		json_append_string(out, host->name);
		is_first = false;
	}
	text_puts(out, "]");
}

static void put_cuts(const struct loss *loss, struct text *out)
{
	text_puts(out, ",\n  \"cut\": [");
	vec_foreach(cut, &loss->cuts) {
		text_puts(out, cut == loss->cuts.items ? "\n    {" : ",\n    {");
		put_nodes("nodes", cut->nodes.items, cut->nodes.n_items, out);
		text_puts(out, ", ");
		put_nodes("from", cut->from.items, cut->from.n_items, out);
		text_printf(out, ", \"pairs\": %zu}", cut->n_pairs);
	}
	text_puts(out, loss->cuts.n_items == 0 ? "]" : "\n  ]");
}

static void put_networks(const struct loss *loss, struct text *out)
{
	text_puts(out, ",\n  \"networks\": [");
	vec_foreach(network, &loss->networks) {
		char buffer[NET_PREFIX_TEXT];

		text_puts(out, network == loss->networks.items ? "\n    {" : ",\n    {");
		json_append_member(out, "", "prefix",
				   net_prefix_format(&network->prefix->value, buffer));
		json_append_member(out, ", ", "behind", network->owner->name);
		text_printf(out, ", \"nodes\": %zu}", network->n_losers);
	}
	text_puts(out, loss->networks.n_items == 0 ? "]" : "\n  ]");
}

static void put_switches(const struct loss *loss, struct text *out)
{
	text_puts(out, ",\n  \"switch\": [");
	vec_foreach(each, &loss->switches) {
		text_puts(out, each == loss->switches.items ? "\n    {" : ",\n    {");
		json_append_member(out, "", "from", each->from->name);
		json_append_member(out, ", ", "to", each->to->name);
		json_append_member(out, ", ", "through", each->to->gateway->name);
		text_puts(out, "}");
	}
	text_puts(out, loss->switches.n_items == 0 ? "]" : "\n  ]");
}

void without_write_json(const struct outage *outage, const struct loss *loss, struct text *out)
{
	const struct network *network = outage->network;

	begin(outage, out);
	put_gone(outage, loss, out);
	put_cuts(loss, out);
	put_networks(loss, out);
	put_switches(loss, out);
	text_printf(out,
		    ",\n  \"pairs_cut\": %zu,\n  \"pairs_kept\": %zu,\n  \"direct\": %zu,\n  "
		    "\"through\": {",
		    loss->n_pairs_lost, loss->n_pairs_kept, loss->n_direct);
	for (size_t i = 0; i < network->gateways.n_items; i++) {
		text_puts(out, i == 0 ? "" : ", ");
		json_append_string(out, network->gateways.items[i]->name);
		text_printf(out, ": %zu", loss->n_relayed[i]);
	}
	text_puts(out, "}\n}\n");
}

void without_write_node_json(const struct outage *outage, const struct without_node *node,
			     struct text *out)
{
	begin(outage, out);
	json_append_member(out, ",\n  ", "node", node->node->ways[0]->name);
	text_join(out, ",\n  \"is_gone\": ", node->is_gone ? "true" : "false", ",\n  ");
	put_nodes("loses", node->lost.items, node->lost.n_items, out);
	text_puts(out, ",\n  \"keeps\": [");
	for (size_t i = 0; i < node->kept.n_items; i++) {
		text_puts(out, i == 0 ? "\n    {" : ",\n    {");
		json_append_member(out, "", "node", node->kept.items[i]->ways[0]->name);
		text_puts(out, ", ");
		put_path("path", &node->paths.items[i], out);
		text_puts(out, "}");
	}
	text_puts(out, node->kept.n_items == 0 ? "]\n}\n" : "\n  ]\n}\n");
}

void without_write_pair_json(const struct outage *outage, const struct without_pair *pair,
			     struct text *out)
{
	begin(outage, out);
	json_append_member(out, ",\n  ", "from", pair->ends[0]->name);
	json_append_member(out, ",\n  ", "to", pair->ends[1]->name);
	text_join(out, ",\n  \"reaches\": ", pair->after.n_nodes > 0 ? "true" : "false", ",\n  ");
	put_path("before", &pair->before, out);
	text_puts(out, ",\n  ");
	put_path("path", &pair->after, out);
	text_puts(out, "\n}\n");
}
