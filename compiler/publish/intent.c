/* SPDX-License-Identifier: MIT */

/* The manifest's view of the network. Written piece by piece: it is as long as the network. */

#include "compiler/publish/intent.h"

#include "base/json.h"
#include "base/text.h"
#include "compiler/model/schema.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/reach.h"
#include "compiler/reach/relay.h"
#include "compiler/resolve/network.h"

/* `"name": ` with what separates it from the member before. The name is one of ours. */
static void key(struct text *out, const char *separator, const char *name)
{
	text_join(out, separator, "\"", name, "\": ");
}

/* The same for a name out of the topology. */
static void entry(struct text *out, const char *separator, const char *name)
{
	text_puts(out, separator);
	json_append_string(out, name);
	text_puts(out, ": ");
}

static void prefix(struct text *out, size_t index, const struct net_prefix *value)
{
	char buffer[NET_PREFIX_TEXT];

	text_puts(out, index == 0 ? "" : ", ");
	json_append_string(out, net_prefix_format(value, buffer));
}

static void write_network(const struct network *network, unsigned int mtu, struct text *out)
{
	key(out, "", "network");
	json_append_member(out, "{", "name", network->name);
	key(out, ", ", "addresses");
	text_puts(out, "[");
	for (size_t i = 0; i < network->n_pools; i++)
		prefix(out, i, &network->pools[i].value);
	text_puts(out, "]");
	json_append_member(out, ", ", "domain", network->domain);
	text_printf(out, ", \"mtu\": %u, \"longest_keepalive\": %u%s},\n", mtu,
		    plan_longest_keepalive(network),
		    network->persistent_keepalive == KEEPALIVE_OFF ? ", \"keepalives\": false"
								   : "");
}

static void write_place(const struct given_place *place, struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];

	switch (place->kind) {
	case PLACE_ADDRESS:
		json_append_string(out, net_address_format(&place->address, buffer));
		return;
	case PLACE_NAME:
		json_append_string(out, place->name);
		return;
	case PLACE_DYNAMIC:
		json_append_string(out, "dynamic");
		return;
	}
	unreachable();
}

static const char *const family_names[NET_N_FAMILIES] = {
	[NET_IPV4] = "ipv4",
	[NET_IPV6] = "ipv6",
};

static void flag(struct text *out, const char *name, bool value)
{
	key(out, ", ", name);
	text_puts(out, value ? "true" : "false");
}

static void write_boxes(const struct network_site *site, struct text *out)
{
	key(out, ", ", "box");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		const struct nat_behaviour *box = &site->box[family];

		key(out, family == NET_IPV4 ? "{" : ", ", family_names[family]);
		json_append_member(out, "{", "mapping", nat_mapping_text(box->mapping));
		json_append_member(out, ", ", "filtering", nat_filtering_text(box->filtering));
		flag(out, "port_preservation", box->port_preservation);
		flag(out, "hairpinning", box->hairpinning);
		flag(out, "blocks_udp", box->blocks_udp);
		key(out, ", ", "mapping_timeout");
		text_number(out, box->mapping_timeout_s);
		text_puts(out, "}");
	}
	text_puts(out, "}");
}

static void write_forward(const struct network_forward *forward, struct text *out)
{
	const char *separator = "";

	text_puts(out, "{\"port\": ");
	text_number(out, forward->port);
	key(out, ", ", "families");
	text_puts(out, "[");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (!forward->in[family])
			continue;
		text_puts(out, separator);
		json_append_string(out, family_names[family]);
		separator = ", ";
	}
	json_append_member(out, "], ", "host", forward->host->name);
	key(out, ", ", "host_port");
	text_number(out, forward->host_port);
	text_puts(out, "}");
}

static void write_openings(const struct network_site *site, struct text *out)
{
	key(out, ", ", "forward");
	text_puts(out, "[");
	vec_foreach(forward, &site->forwards) {
		text_puts(out, forward == site->forwards.items ? "" : ", ");
		write_forward(forward, out);
	}
	text_puts(out, "]");
	key(out, ", ", "one_to_one");
	text_puts(out, "{");
	vec_foreach(each, &site->one_to_one) {
		char buffer[NET_ADDRESS_TEXT];

		json_append_member(out, each == site->one_to_one.items ? "" : ", ",
				   net_address_format(&each->address, buffer), each->host->name);
	}
	text_puts(out, "}");
}

static void write_site(const struct network_site *site, struct text *out)
{
	json_append_member(out, "{", "inside", site->inside->name);
	json_append_member(out, ", ", "nat", schema_nat_text((int)site->nat));
	write_boxes(site, out);
	key(out, ", ", "public");
	text_puts(out, "[");
	vec_foreach(place, &site->given->public) {
		text_puts(out, place == site->given->public.items ? "" : ", ");
		write_place(place, out);
	}
	key(out, "], ", "prefixes");
	text_puts(out, "[");
	for (size_t i = 0; i < site->n_prefixes; i++)
		prefix(out, i, &site->prefixes[i]);
	text_puts(out, "]");
	write_openings(site, out);
	flag(out, "client_isolation", site->client_isolation);
	text_puts(out, "}");
}

static void write_sites(const struct network *network, struct text *out)
{
	const char *separator = "{\n";

	key(out, "", "sites");
	vec_foreach(site, &network->sites) {
		if (site->index == 0)
			continue; /* the internet is always there */
		entry(out, separator, site->name);
		write_site(site, out);
		separator = ",\n";
	}
	text_puts(out, separator[0] == '{' ? "{},\n" : "\n},\n");
}

static void write_at(const struct network_host *host, struct text *out)
{
	const char *separator = "";

	key(out, ", ", "at");
	text_puts(out, "{");
	vec_foreach(attachment, &host->attachments) {
		entry(out, separator, attachment->site->name);
		text_puts(out, "[");
		for (size_t i = 0; i < attachment->n_places; i++) {
			text_puts(out, i == 0 ? "" : ", ");
			write_place(&attachment->places[i], out);
		}
		text_puts(out, "]");
		separator = ", ";
	}
	text_puts(out, "}");
}

static void write_host(const struct network_host *host, const char *folder, size_t class,
		       unsigned int share, struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];
	char public_key[NET_KEY_TEXT];

	json_append_member(out, "{", "kind", network_kind_text(host->kind));
	json_append_member(out, ", ", "folder", folder);
	if (host->home != NULL) {
		json_append_member(out, ", ", "device", host->home->name);
		json_append_member(out, ", ", "interface", host->tunnel);
	}
	key(out, ", ", "addresses");
	text_puts(out, "[");
	for (size_t i = 0; i < host->n_addresses; i++) {
		text_puts(out, i == 0 ? "" : ", ");
		json_append_string(out, net_address_format(&host->addresses[i], buffer));
	}
	json_append_member(out, "], ", "public_key", net_key_format(&host->public_key, public_key));
	key(out, ", ", "listen_port");
	text_number(out, host->listen_port);
	write_at(host, out);
	key(out, ", ", "routes");
	text_puts(out, "[");
	vec_foreach(route, &host->routes)
		prefix(out, (size_t)(route - host->routes.items), &route->value);
	json_append_member(out, "], ", "gateway",
			   host->gateway == NULL ? NULL : host->gateway->name);
	key(out, ", ", "groups");
	text_puts(out, "[");
	vec_foreach(group, &host->groups) {
		text_puts(out, group == host->groups.items ? "" : ", ");
		json_append_string(out, *group);
	}
	key(out, "], ", "class");
	text_number(out, class);
	key(out, ", ", "share");
	text_number(out, share);
	text_puts(out, "}");
}

static void write_hosts(struct arena *arena, const struct network *network,
			const struct reach *reach, struct text *out)
{
	key(out, "", "hosts");
	for (size_t i = 0; i < network->n_hosts; i++) {
		entry(out, i == 0 ? "{\n" : ",\n", network->hosts[i].name);
		write_host(&network->hosts[i], network_host_folder(arena, &network->hosts[i]),
			   reach->class_of[i], relay_share(network, &network->hosts[i]), out);
	}
	text_puts(out, network->n_hosts == 0 ? "{},\n" : "\n},\n");
}

/* The classes of servers and gateways that the class reaches so. */
static void write_kind(const struct reach *reach, size_t class, enum reach_verdict_kind kind,
		       struct text *out)
{
	const char *separator = "";

	key(out, ", ", reach_verdict_text(kind));
	text_puts(out, "[");
	for (size_t other = 0; other < reach->n_classes; other++) {
		if (reach->classes[other].example->kind == HOST_DEVICE ||
		    reach_decide(reach, class, other).kind != kind)
			continue;
		text_printf(out, "%s%zu", separator, other);
		separator = ", ";
	}
	text_puts(out, "]");
}

/* The classes that it reaches through gateways: a pair uses the one that its shares choose. */
static void write_relays(const struct reach *reach, size_t class, struct text *out)
{
	const char *separator = "";

	key(out, ", ", "relay");
	text_puts(out, "[");
	for (size_t other = 0; other < reach->n_classes; other++) {
		struct relays relays;

		if (reach->classes[class].example->kind == HOST_DEVICE ||
		    reach->classes[other].example->kind == HOST_DEVICE ||
		    reach_decide(reach, class, other).kind != REACH_APART)
			continue;
		relays = relays_between(reach, class, other);
		if (relays.n_gateways == 0)
			continue;
		text_printf(out, "%s{\"class\": %zu, \"gateways\": [", separator, other);
		for (size_t i = 0; i < relays.n_gateways; i++) {
			text_puts(out, i == 0 ? "" : ", ");
			json_append_string(out, relays.gateways[i]->name);
		}
		text_puts(out, "]}");
		separator = ", ";
	}
	text_puts(out, "]");
}

static void write_verdicts(const struct reach *reach, struct text *out)
{
	key(out, "", "verdicts");
	for (size_t i = 0; i < reach->n_classes; i++) {
		text_printf(out, "%s{\"class\": %zu", i == 0 ? "[\n" : ",\n", i);
		write_kind(reach, i, REACH_LAN, out);
		write_kind(reach, i, REACH_DIRECT, out);
		write_kind(reach, i, REACH_PUNCH, out);
		write_relays(reach, i, out);
		text_puts(out, "}");
	}
	text_puts(out, reach->n_classes == 0 ? "[],\n" : "\n],\n");
}

/* The pairs whose relay the author has chosen. */
static void write_links(const struct network *network, struct text *out)
{
	key(out, "", "links");
	text_puts(out, "[");
	vec_foreach(link, &network->with_via) {
		text_puts(out, link == network->with_via.items ? "" : ", ");
		text_puts(out, "{\"between\": [");
		json_append_string(out, (*link)->ends[0]->name);
		text_puts(out, ", ");
		json_append_string(out, (*link)->ends[1]->name);
		json_append_member(out, "], ", "via", (*link)->via->name);
		text_puts(out, "}");
	}
	text_puts(out, "]");
}

static bool is_tuned(const struct network_link *link)
{
	return link->via == NULL &&
	       (span_is_given(link->persistent_keepalive.span) || span_is_given(link->mtu.span));
}

static void write_tuned_link(const struct network_link *link, struct text *out)
{
	text_puts(out, "{\"between\": [");
	json_append_string(out, link->ends[0]->name);
	text_puts(out, ", ");
	json_append_string(out, link->ends[1]->name);
	text_puts(out, "]");
	if (span_is_given(link->persistent_keepalive.span)) {
		key(out, ", ", "keepalive");
		text_number(out, (uint64_t)link->persistent_keepalive.value);
	}
	if (span_is_given(link->mtu.span)) {
		key(out, ", ", "mtu");
		text_number(out, (uint64_t)link->mtu.value);
	}
	text_puts(out, "}");
}

/* The pairs whose keepalive or MTU the author has chosen. Rare, so without any there is no list. */
static void write_tuned(const struct network *network, struct text *out)
{
	const char *separator = "";

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		vec_foreach(link, &host->links) {
			if ((*link)->ends[0] != host || !is_tuned(*link))
				continue;
			if (separator[0] == '\0')
				key(out, "", "tuned");
			text_puts(out, separator[0] == '\0' ? "[" : separator);
			write_tuned_link(*link, out);
			separator = ", ";
		}
	}
	text_puts(out, separator[0] == '\0' ? "" : "],\n");
}

void intent_write(struct arena *arena, const struct network *network, const struct reach *reach,
		  unsigned int mtu, struct text *out)
{
	text_puts(out, "\"format\": \"wgtopo-manifest\",\n\"version\": 1,\n"
		       "\"compiler\": \"wgtopo " WGTOPO_VERSION "\",\n");
	write_network(network, mtu, out);
	write_sites(network, out);
	write_hosts(arena, network, reach, out);
	write_verdicts(reach, out);
	write_tuned(network, out);
	write_links(network, out);
}
