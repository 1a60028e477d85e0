/* SPDX-License-Identifier: MIT */

/*
 * The rules of a site's box. Linux remembers whom the inside has sent to by address and port, keeps
 * the source port while it is free, or draws a random one per destination (fully-random): that is
 * address-and-port-dependent filtering, with what looks like endpoint-independent mapping, or with
 * address-and-port-dependent mapping. The other filters of a firewall are sets with timeouts; the
 * other NATs are left to the userspace one.
 *
 * The router itself never answers on the outside. If it did, the kernel would remember a packet
 * from outside, and the inside host's own flow to its sender would have to take another port.
 */

#include "runtime/lab/router.h"

#include "base/arena.h"
#include "base/text.h"
#include "runtime/lab/nat.h"

#define DEVICE "nat"

/* The words of nft that differ by family. */
static const struct words {
	const char *match;   /* packets of the family */
	const char *address; /* an address of the packet */
	const char *type;    /* of a set's elements */
	const char *set;
} words[] = {
	[NET_IPV4] = {"meta nfproto ipv4", "ip", "ipv4_addr", "sent4"},
	[NET_IPV6] = {"meta nfproto ipv6", "ip6", "ipv6_addr", "sent6"},
};

static bool keeps_port_as_linux_does(const struct manifest_box *box)
{
	return box->mapping == MANIFEST_MAPPING_ENDPOINT_INDEPENDENT && box->port_preservation;
}

static bool maps_as_fully_random(const struct manifest_box *box)
{
	return box->mapping == MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT &&
	       !box->port_preservation;
}

bool router_is_userspace(const struct manifest_site *site)
{
	const struct manifest_box *box = &site->box[NET_IPV4];

	if (box->mapping == MANIFEST_MAPPING_NONE || box->blocks_udp)
		return false;
	return box->hairpinning ||
	       box->filtering != MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT ||
	       !(keeps_port_as_linux_does(box) || maps_as_fully_random(box));
}

/* Whether the family's filter lets the kernel's connection tracking decide about UDP. */
static bool is_tracked(const struct manifest_box *box)
{
	return box->mapping != MANIFEST_MAPPING_NONE ||
	       box->filtering == MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT;
}

/* The kernel has one memory for both families; IPv4's needs come first. */
static unsigned int tracking_timeout(const struct manifest_site *site)
{
	if (is_tracked(&site->box[NET_IPV4]) && !router_is_userspace(site))
		return site->box[NET_IPV4].mapping_timeout_s;
	return is_tracked(&site->box[NET_IPV6]) ? site->box[NET_IPV6].mapping_timeout_s : 0;
}

void router_write_sysctls(const struct manifest_site *site, struct text *out)
{
	unsigned int timeout_s = tracking_timeout(site);

	if (timeout_s == 0)
		return;
	text_printf(out,
		    "net/netfilter/nf_conntrack_udp_timeout=%u\n"
		    "net/netfilter/nf_conntrack_udp_timeout_stream=%u\n",
		    timeout_s, timeout_s);
}

/* Whether a firewall has to keep a set of its own, for its filter or for its memory. */
static bool needs_set(const struct manifest_site *site, enum net_family family)
{
	const struct manifest_box *box = &site->box[family];

	return box->mapping == MANIFEST_MAPPING_NONE && !box->blocks_udp &&
	       box->filtering != MANIFEST_FILTERING_NONE &&
	       !(is_tracked(box) && box->mapping_timeout_s == tracking_timeout(site));
}

/* As many parts of the remote end as the filter looks at, of a packet out or of one in. */
static void write_key(const struct manifest_box *box, const char *address, bool is_out,
		      struct text *out)
{
	const char *near = is_out ? "saddr" : "daddr";
	const char *far = is_out ? "daddr" : "saddr";

	text_join(out, address, " ", near, " . udp ", is_out ? "sport" : "dport");
	if (box->filtering >= MANIFEST_FILTERING_ADDRESS_DEPENDENT)
		text_join(out, " . ", address, " ", far);
	if (box->filtering == MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT)
		text_join(out, " . udp ", is_out ? "dport" : "sport");
}

static void write_set(const struct manifest_box *box, enum net_family family, struct text *out)
{
	const struct words *say = &words[family];

	text_join(out, "\tset ", say->set, " {\n\t\ttype ", say->type, " . inet_service");
	if (box->filtering >= MANIFEST_FILTERING_ADDRESS_DEPENDENT)
		text_join(out, " . ", say->type);
	if (box->filtering == MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT)
		text_puts(out, " . inet_service");
	text_printf(out, "\n\t\tflags dynamic, timeout\n\t\ttimeout %us\n\t\tsize 65535\n\t}\n",
		    box->mapping_timeout_s);
}

/* Only outbound packets renew an element (RFC 4787 REQ-6 asks for no more). */
static void write_set_rules(const struct manifest_box *box, enum net_family family,
			    struct text *out)
{
	const struct words *say = &words[family];

	text_join(out, "\t\toifname \"wan\" ", say->match, " meta l4proto udp update @", say->set,
		  " { ");
	write_key(box, say->address, true, out);
	text_puts(out, " } accept\n\t\tiifname \"wan\" ");
	write_key(box, say->address, false, out);
	text_join(out, " @", say->set, " accept\n");
}

/* For each host's own addresses at the site: UDP to the port is let in. */
static void write_pinhole(const struct places *places, const struct places_site *site,
			  const struct manifest_forward *forward, enum net_family family,
			  struct text *out)
{
	const struct places_host *host = &places->hosts[forward->host->index];
	struct places_view view =
		places_seen(host, places_attachment_within(host, site), site, family);
	char buffer[NET_ADDRESS_TEXT];

	for (size_t i = 0; i < view.n_items; i++) {
		text_printf(out, "\t\tiifname \"wan\" %s daddr %s udp dport %u accept\n",
			    words[family].address,
			    net_address_format(&view.items[i].address, buffer), forward->port);
	}
}

static void write_ways_in(const struct places *places, const struct places_site *site,
			  enum net_family family, struct text *out)
{
	if (family == NET_IPV4)
		text_puts(out, "\t\tiifname \"wan\" ct status dnat accept\n");
	vec_foreach(forward, &site->site->forwards) {
		if (forward->in[family] && !places_translates(site, family))
			write_pinhole(places, site, forward, family, out);
	}
}

static void write_filter(const struct places *places, const struct places_site *site,
			 enum net_family family, struct text *out)
{
	const struct manifest_box *box = &site->site->box[family];
	const char *match = words[family].match;

	if (box->blocks_udp) {
		text_join(out, "\t\tiifname \"wan\" ", match, " meta l4proto udp drop\n");
		text_join(out, "\t\toifname \"wan\" ", match, " meta l4proto udp drop\n");
	}
	if (family == NET_IPV4 && router_is_userspace(site->site)) {
		text_join(out, "\t\tiifname \"wan\" oifname != \"" DEVICE "\" ", match, " drop\n");
		return;
	}
	if (box->mapping == MANIFEST_MAPPING_NONE && box->filtering == MANIFEST_FILTERING_NONE)
		return;
	write_ways_in(places, site, family, out);
	if (needs_set(site->site, family)) {
		write_set_rules(box, family, out);
		/* A 1:1 address and its host are one: what it began goes on. */
		if (family == NET_IPV4)
			text_puts(out, "\t\tiifname \"wan\" ct status snat accept\n");
		text_join(out, "\t\tiifname \"wan\" ", match, " meta l4proto udp drop\n");
	}
	text_join(out, "\t\tiifname \"wan\" ", match, " ct state established,related accept\n");
	text_join(out, "\t\tiifname \"wan\" ", match, " drop\n");
}

/* The host's address at the site itself, or that of the router which it is behind there. */
static bool inner_address(const struct places *places, const struct places_site *site,
			  const struct manifest_host *manifest_host,
			  struct net_address *ret_address)
{
	const struct places_host *host = &places->hosts[manifest_host->index];
	struct places_view view =
		places_seen(host, places_attachment_within(host, site), site, NET_IPV4);

	if (view.n_items == 0)
		return false;
	*ret_address = view.items[0].address;
	return true;
}

static bool is_translated_forward(const struct places_site *site,
				  const struct manifest_forward *forward)
{
	return forward->in[NET_IPV4] && places_translates(site, NET_IPV4);
}

static void write_inward(const struct places *places, const struct places_site *site,
			 struct text *out)
{
	char outer[NET_ADDRESS_TEXT];
	char inner[NET_ADDRESS_TEXT];
	struct net_address address;

	vec_foreach(forward, &site->site->forwards) {
		if (!is_translated_forward(site, forward) || site->public.n_items == 0 ||
		    !inner_address(places, site, forward->host, &address))
			continue;
		text_printf(out, "\t\tiifname \"wan\" ip daddr %s udp dport %u dnat ip to %s:%u\n",
			    net_address_format(&site->public.items[0].address, outer),
			    forward->port, net_address_format(&address, inner), forward->host_port);
	}
	vec_foreach(entry, &site->one_to_one) {
		if (!inner_address(places, site, entry->host, &address))
			continue;
		text_printf(out, "\t\tiifname \"wan\" ip daddr %s dnat ip to %s\n",
			    net_address_format(&entry->outer.address, outer),
			    net_address_format(&address, inner));
	}
}

/* To the one public address, or to each of several in turn. */
static void write_masquerade(const struct places_site *site, struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];
	bool is_random = maps_as_fully_random(&site->site->box[NET_IPV4]);

	text_puts(out, "\t\toifname \"wan\" meta nfproto ipv4 snat ip to ");
	if (site->public.n_items == 1) {
		text_puts(out, net_address_format(&site->public.items[0].address, buffer));
	} else {
		text_printf(out, "numgen random mod %zu map {", site->public.n_items);
		for (size_t i = 0; i < site->public.n_items; i++) {
			text_printf(out, "%s %zu : %s", i == 0 ? "" : ",", i,
				    net_address_format(&site->public.items[i].address, buffer));
		}
		text_puts(out, " }");
	}
	text_puts(out, is_random ? " fully-random\n" : "\n");
}

static void write_outward(const struct places *places, const struct places_site *site,
			  struct text *out)
{
	char outer[NET_ADDRESS_TEXT];
	char inner[NET_ADDRESS_TEXT];
	struct net_address address;

	vec_foreach(entry, &site->one_to_one) {
		if (!inner_address(places, site, entry->host, &address))
			continue;
		text_printf(out, "\t\toifname \"wan\" ip saddr %s snat ip to %s\n",
			    net_address_format(&address, inner),
			    net_address_format(&entry->outer.address, outer));
	}
	if (places_translates(site, NET_IPV4) && site->public.n_items > 0)
		write_masquerade(site, out);
}

static void write_translation(const struct places *places, const struct places_site *site,
			      struct text *out)
{
	bool is_needed = places_translates(site, NET_IPV4) || site->one_to_one.n_items > 0;

	if (!is_needed || router_is_userspace(site->site))
		return;
	text_puts(out, "\tchain inward {\n"
		       "\t\ttype nat hook prerouting priority dstnat; policy accept;\n");
	write_inward(places, site, out);
	text_puts(out, "\t}\n\tchain outward {\n"
		       "\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
	write_outward(places, site, out);
	text_puts(out, "\t}\n");
}

void router_write_rules(const struct places *places, const struct places_site *site,
			struct text *out)
{
	text_puts(out, "table inet lab {\n");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (needs_set(site->site, family))
			write_set(&site->site->box[family], family, out);
	}
	text_puts(out, "\tchain forward {\n"
		       "\t\ttype filter hook forward priority filter; policy accept;\n");
	if (site->site->client_isolation)
		text_puts(out, "\t\tiifname \"lan\" oifname \"lan\" drop\n");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
		write_filter(places, site, family, out);
	text_puts(out, "\t}\n\tchain input {\n"
		       "\t\ttype filter hook input priority filter; policy accept;\n"
		       "\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n"
		       "\t\tiifname { \"wan\", \"" DEVICE "\" } drop\n"
		       "\t}\n");
	write_translation(places, site, out);
	text_puts(out, "}\n");
}

void router_write_internet(struct text *out)
{
	static const char *const private[] = {
		[NET_IPV4] = "{ 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 }",
		[NET_IPV6] = "{ fc00::/7 }",
	};

	text_puts(out, "table inet lab {\n\tchain forward {\n"
		       "\t\ttype filter hook forward priority filter; policy accept;\n");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		const char *address = words[family].address;

		text_join(out, "\t\t", address, " saddr ", private[family], " drop\n");
		text_join(out, "\t\t", address, " daddr ", private[family], " drop\n");
	}
	text_puts(out, "\t}\n}\n");
}

/* The networks that are inside as the box sees it: not those behind another NAT. */
static void list_inside(struct arena *arena, const struct places *places,
			const struct places_site *outer, struct nat_config *config)
{
	vec_of(struct net_prefix) inside = {0};

	vec_foreach(site, &places->sites) {
		const struct places_site *step = site;

		while (step != NULL && step != outer && !places_translates(step, NET_IPV4))
			step = step->inside;
		vec_foreach(prefix, &site->prefixes) {
			if (step == outer && prefix->address.family == NET_IPV4)
				*vec_push(arena, &inside) = *prefix;
		}
	}
	config->inside = inside.items;
	config->n_inside = inside.n_items;
}

const struct nat_config *router_nat(struct arena *arena, const struct places *places,
				    const struct places_site *site)
{
	struct nat_config *config;
	vec_of(struct nat_static) statics = {0};
	struct nat_static entry = {0};

	if (!router_is_userspace(site->site) || site->public.n_items == 0)
		return NULL;
	config = ARENA_NEW(arena, struct nat_config);
	config->box = site->site->box[NET_IPV4];
	config->public = site->public.items[0].address;
	config->device = DEVICE;
	list_inside(arena, places, site, config);
	vec_foreach(forward, &site->site->forwards) {
		entry.outer = config->public;
		entry.outer_port = forward->port;
		entry.inner_port = forward->host_port;
		if (is_translated_forward(site, forward) &&
		    inner_address(places, site, forward->host, &entry.inner))
			*vec_push(arena, &statics) = entry;
	}
	vec_foreach(one_to_one, &site->one_to_one) {
		entry = (struct nat_static){.outer = one_to_one->outer.address};
		if (inner_address(places, site, one_to_one->host, &entry.inner))
			*vec_push(arena, &statics) = entry;
	}
	config->statics = statics.items;
	config->n_statics = statics.n_items;
	return config;
}
