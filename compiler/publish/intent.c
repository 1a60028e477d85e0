/* SPDX-License-Identifier: MIT */

/* The manifest's view of the network. Written piece by piece: it is as long as the network. */

#include "compiler/publish/intent.h"

#include "base/json.h"
#include "base/text.h"
#include "compiler/model/schema.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/network.h"

/* `"name": ` with what separates it from the member before. */
static void key(struct text *out, const char *separator, const char *name)
{
	text_puts(out, separator);
	json_append_string(out, name);
	text_puts(out, ": ");
}

static void member(struct text *out, const char *separator, const char *name, const char *value)
{
	key(out, separator, name);
	if (value == NULL) {
		text_puts(out, "null");
	} else {
		json_append_string(out, value);
	}
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
	member(out, "{", "name", network->name);
	key(out, ", ", "addresses");
	text_puts(out, "[");
	for (size_t i = 0; i < network->n_pools; i++)
		prefix(out, i, &network->pools[i].value);
	text_puts(out, "]");
	member(out, ", ", "domain", network->domain);
	text_printf(out, ", \"mtu\": %u},\n", mtu);
}

static void write_sites(const struct network *network, struct text *out)
{
	const char *separator = "{";

	key(out, "", "sites");
	vec_foreach(site, &network->sites) {
		if (site->index == 0)
			continue; /* the internet is always there */
		key(out, separator, site->name);
		member(out, "{", "nat", schema_nat_text((int)site->nat));
		key(out, ", ", "prefixes");
		text_puts(out, "[");
		for (size_t i = 0; i < site->n_prefixes; i++)
			prefix(out, i, &site->prefixes[i]);
		text_puts(out, "]}");
		separator = ", ";
	}
	text_puts(out, separator[0] == '{' ? "{},\n" : "},\n");
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

static void write_at(const struct network_host *host, struct text *out)
{
	const char *separator = "";

	key(out, ", ", "at");
	text_puts(out, "{");
	vec_foreach(attachment, &host->attachments) {
		key(out, separator, attachment->site->name);
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
		       struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];
	char public_key[NET_KEY_TEXT];

	member(out, "{", "kind", network_kind_text(host->kind));
	member(out, ", ", "folder", folder);
	key(out, ", ", "addresses");
	text_puts(out, "[");
	for (size_t i = 0; i < host->n_addresses; i++) {
		text_puts(out, i == 0 ? "" : ", ");
		json_append_string(out, net_address_format(&host->addresses[i], buffer));
	}
	member(out, "], ", "public_key", net_key_format(&host->public_key, public_key));
	key(out, ", ", "listen_port");
	text_number(out, host->listen_port);
	write_at(host, out);
	key(out, ", ", "routes");
	text_puts(out, "[");
	vec_foreach(route, &host->routes)
		prefix(out, (size_t)(route - host->routes.items), &route->value);
	member(out, "], ", "gateway", host->gateway == NULL ? NULL : host->gateway->name);
	key(out, ", ", "groups");
	text_puts(out, "[");
	vec_foreach(group, &host->groups) {
		text_puts(out, group == host->groups.items ? "" : ", ");
		json_append_string(out, *group);
	}
	key(out, "], ", "class");
	text_number(out, class);
	text_puts(out, "}");
}

static void write_hosts(struct arena *arena, const struct network *network,
			const struct reach *reach, struct text *out)
{
	key(out, "", "hosts");
	for (size_t i = 0; i < network->n_hosts; i++) {
		key(out, i == 0 ? "{\n" : ",\n", network->hosts[i].name);
		write_host(&network->hosts[i], network_host_folder(arena, &network->hosts[i]),
			   reach->class_of[i], out);
	}
	text_puts(out, network->n_hosts == 0 ? "{},\n" : "\n},\n");
}

/* Per class: the classes of servers and gateways that it reaches so. */
static void write_verdicts(const struct reach *reach, struct text *out)
{
	static const enum reach_verdict_kind kinds[] = {REACH_LAN, REACH_DIRECT};

	key(out, "", "verdicts");
	for (size_t a = 0; a < reach->n_classes; a++) {
		text_printf(out, "%s{\"class\": %zu", a == 0 ? "[\n" : ",\n", a);
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			const char *separator = "";

			key(out, ", ", reach_verdict_text(kinds[k]));
			text_puts(out, "[");
			for (size_t b = 0; b < reach->n_classes; b++) {
				if (reach->classes[b].example->kind == HOST_DEVICE ||
				    reach_decide(reach, a, b).kind != kinds[k])
					continue;
				text_printf(out, "%s%zu", separator, b);
				separator = ", ";
			}
			text_puts(out, "]");
		}
		text_puts(out, "}");
	}
	text_puts(out, reach->n_classes == 0 ? "[]" : "\n]");
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
}
