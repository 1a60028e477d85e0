/* SPDX-License-Identifier: MIT */

/* The explanation for tools: one JSON document with all that the text says. */

#include <jansson.h>

#include "base/memory.h"
#include "base/text.h"
#include "compiler/explain_parts.h"
#include "compiler/resolve/network.h"

static json_t *hops_to_json(const struct explain_end *end)
{
	json_t *hops = json_array();

	vec_foreach(hop, &end->out.hops) {
		(void)json_array_append_new(hops,
					    json_pack("{s:s, s:s, s:s}", "site", hop->site->name,
						      "box", hop->box, "seen", hop->seen));
	}
	return hops;
}

static json_t *end_to_json(const struct explain_end *end, const struct explain_end *other)
{
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:o}", "node", end->host->name, "peer",
			  other->host->name, "place", end->out.place, "hops", hops_to_json(end));

	if (end->sees == NULL)
		return json;
	(void)json_object_update_new(json, json_pack("{s:s?, s:i, s:s}", "endpoint", end->endpoint,
						     "persistent_keepalive",
						     (int)end->sees->persistent_keepalive_s,
						     "reason", end->reason));
	return json;
}

static json_t *pair_to_json(const struct explain_pair *pair)
{
	return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:[o, o]}", "verdict",
			 reach_verdict_text(pair->verdict.kind), "way", pair->way, "rule",
			 rule_text(pair->verdict.rule), "site", pair->verdict.site->name, "family",
			 pair->verdict.family == NET_IPV4 ? "ipv4" : "ipv6", "ends",
			 end_to_json(&pair->ends[0], &pair->ends[1]),
			 end_to_json(&pair->ends[1], &pair->ends[0]));
}

static json_t *apart_to_json(const struct explanation *e)
{
	json_t *apart = pair_to_json(&e->apart);
	json_t *fixes = json_array();

	for (size_t i = 0; i < e->remedies.n_texts; i++)
		(void)json_array_append_new(fixes, json_string(e->remedies.texts[i]));
	(void)json_object_set_new(apart, "fixes", fixes);
	(void)json_object_set_new(apart, "is_chosen", json_boolean(e->chosen != NULL));
	return apart;
}

static void dump(json_t *json, struct text *out)
{
	char *text = json_dumps(json, JSON_INDENT(2));

	if (text == NULL)
		memory_exhausted();
	text_join(out, text, "\n");
	free(text);
	json_decref(json);
}

void explain_write_json(const struct explanation *e, struct text *out)
{
	json_t *path = json_array();
	json_t *tunnels = json_array();
	json_t *root;

	for (size_t i = 0; i < e->n_nodes; i++)
		(void)json_array_append_new(path, json_string(e->nodes[i]->name));
	for (size_t i = 0; i + 1 < e->n_nodes; i++) {
		if (e->tunnels[i].way != NULL)
			(void)json_array_append_new(tunnels, pair_to_json(&e->tunnels[i]));
	}
	root = json_pack("{s:s, s:s, s:b, s:o, s:o, s:i, s:s}", "from", e->nodes[0]->name, "to",
			 e->nodes[e->n_nodes - 1]->name, "is_reached", !e->is_cut, "path", path,
			 "tunnels", tunnels, "mtu", (int)e->mtu, "mtu_reason", e->mtu_reason);
	if (e->has_apart)
		(void)json_object_set_new(root, "apart", apart_to_json(e));
	dump(root, out);
}
