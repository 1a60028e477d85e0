/* SPDX-License-Identifier: MIT */

/*
 * The mesh with relays. Whatever the topology, packets are followed from every host to every
 * address of every other one: by the longest prefix among the allowed IPs, as WireGuard does, at
 * each host in turn; and what arrives has to come from a peer that is allowed to send it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK                                                                                    \
	"network: { name: lab, addresses: [10.20.0.0/24, \"fd20::/64\"] }\n"                       \
	"sites:\n"                                                                                 \
	"  s: { nat: symmetric, public: [198.51.100.1], prefixes: [10.1.0.0/16] }\n"               \
	"  t: { nat: symmetric, public: [198.51.100.2], prefixes: [10.2.0.0/16] }\n"               \
	"  l: { nat: linux, public: [198.51.100.3] }\n"                                            \
	"  m: { nat: linux, public: [198.51.100.4] }\n"                                            \
	"  iso: { nat: linux, public: [198.51.100.5], client_isolation: true }\n"                  \
	"  shut: { nat: udp-blocked }\n"

#define NODE(name, at, more) "  " name ": { at: { " at " }, public_key: KEY(" name ")" more " }\n"
#define ROAMS(name, gateway) "  " name ": { gateways: [" gateway "], public_key: KEY(" name ") }\n"

/* Two sites that cannot meet, each with a network behind it and devices behind its gateway. */
static const char pairs[] = NETWORK "gateways:\n" NODE("g", "internet: 203.0.113.1", "") NODE(
	"h", "t: 10.2.0.9", "") "servers:\n" NODE("a1", "s: 10.1.0.1", "") NODE("a2", "s: 10.1.0.2",
										"")
	NODE("b1", "t: 10.2.0.1",
	     ", routes: [172.16.0.0/16, \"fd99::/48\"]") NODE("b2", "t: 10.2.0.2", "")
		NODE("o", "internet: 203.0.113.2", ", routes: [172.17.0.0/16]") "users:\n" ROAMS(
			"v", "g") "  u: { gateways: [h], devices: {\n"
				  "    lap: { at: { t: dynamic }, public_key: KEY(lap) },\n"
				  "    tab: { at: { t: dynamic }, public_key: KEY(tab) } } }\n";

/* Several gateways that are equally good. */
static const char shared[] = NETWORK "gateways:\n" NODE("g1", "internet: 203.0.113.1",
							"") NODE("g2", "internet: 203.0.113.2", "")
	NODE("g3", "internet: 203.0.113.3", "") "servers:\n" NODE("a1", "s: 10.1.0.1", "") NODE(
		"a2", "s: 10.1.0.2", "") NODE("a3", "s: 10.1.0.3", "") NODE("a4", "s: 10.1.0.4", "")
		NODE("b1", "t: 10.2.0.1", "") NODE("b2", "t: 10.2.0.2", ", routes: [172.16.0.0/16]")
			NODE("b3", "t: 10.2.0.3", "") NODE("b4", "t: 10.2.0.4", "")
				NODE("c1", "l: 10.3.0.1", "")
					NODE("d1", "m: 10.4.0.1", "") "users:\n" ROAMS("v", "g2");

/* A class that is apart from itself. */
static const char isolated[] = NETWORK "gateways:\n" NODE("g1", "internet: 203.0.113.1", "")
	NODE("g2", "internet: 203.0.113.2", "") "servers:\n" NODE("i1", "iso: 10.5.0.1", "")
		NODE("i2", "iso: 10.5.0.2", "")
			NODE("i3", "iso: 10.5.0.3", ", routes: [172.16.0.0/16]")
				NODE("i4", "iso: 10.5.0.4", "")
					NODE("a1", "s: 10.1.0.1", "") "users:\n" ROAMS("v", "g1");

/* The author's own relays, also between two that could, and keepalives of links beside them. */
static const char chosen[] = NETWORK "gateways:\n" NODE("g1", "internet: 203.0.113.1", "") NODE(
	"g2", "internet: 203.0.113.2", "") "servers:\n" NODE("a1", "s: 10.1.0.1", "")
	NODE("a2", "s: 10.1.0.2", "") NODE("b1", "t: 10.2.0.1", "") NODE(
		"b2", "t: 10.2.0.2", ", routes: [172.16.0.0/16]") NODE("c1", "l: 10.3.0.1", "")
		NODE("d1", "m: 10.4.0.1", "") NODE("i1", "iso: 10.5.0.1", "")
			NODE("i2", "iso: 10.5.0.2", "") "users:\n" ROAMS(
				"v", "g2") "links:\n"
					   "  - { between: [a1, b1], via: g1 }\n"
					   "  - { between: [b2, a1], via: g2 }\n"
					   "  - { between: [c1, d1], via: g2 }\n"
					   "  - { between: [i1, i2], via: g1 }\n"
					   "  - { between: [c1, i1], via: g1 }\n"
					   "  - { between: [a1, g1], persistent_keepalive: 9 }\n"
					   "  - { between: [a2, g2], persistent_keepalive: off }\n";

/* Gateways at sites, gateways that are relayed, a site that lets no UDP out. */
static const char inner[] = NETWORK "gateways:\n" NODE("g", "internet: 203.0.113.1", "") NODE(
	"k", "shut: 10.6.0.9, internet: 203.0.113.9", "") NODE("p", "s: 10.1.0.9", "")
	NODE("q", "l: 10.3.0.9", "") "servers:\n" NODE("a1", "s: 10.1.0.1", "") NODE(
		"b1", "t: 10.2.0.1", "") NODE("c1", "l: 10.3.0.1",
					      "") NODE("x1", "shut: 10.6.0.1",
						       "") NODE("x2", "shut: dynamic", "")
		NODE("r", "internet: dynamic",
		     "") "users:\n  w: { gateways: [p], at: { s: dynamic }, public_key: KEY(w) }\n";

enum {
	MOST_HOSTS = 24,
	MOST_ADDRESSES = 5, /* of a host: overlay, and one in each network behind it */
};

/* Where a host sends what is for each address of each host: NULL where it has nowhere to. */
struct ways {
	const struct network_host *to[MOST_HOSTS][MOST_ADDRESSES];
	bool forwards[NET_N_FAMILIES];
};

static size_t list_addresses(const struct network_host *host,
			     struct net_address list[static MOST_ADDRESSES])
{
	size_t n = 0;

	for (size_t i = 0; i < host->n_addresses; i++)
		list[n++] = host->addresses[i];
	vec_foreach(route, &host->routes)
		list[n++] = route->value.address;
	assert_true(n <= MOST_ADDRESSES);
	return n;
}

/* The peer with the longest prefix that holds the address: the one that gets the packets. */
static const struct network_host *find_way(const struct compilation *c, const struct plan *plan,
					   const struct net_address *address)
{
	const struct plan_peer *best = NULL;
	unsigned int length = 0;

	vec_foreach(peer, &plan->peers) {
		for (size_t i = 0; i < (*peer)->n_allowed_ips; i++) {
			const struct net_prefix *prefix = &(*peer)->allowed_ips[i];

			if (!net_prefix_contains(prefix, address))
				continue;
			/* a prefix has one owner: with two WireGuard keeps the last */
			assert_true(best == NULL || prefix->length != length);
			if (best == NULL || prefix->length > length) {
				best = *peer;
				length = prefix->length;
			}
		}
	}
	return best == NULL ? NULL : network_find_host(c->network, best->name);
}

static bool has_prefix(const struct plan_peer *peer, const struct net_prefix *prefix)
{
	for (size_t i = 0; i < peer->n_allowed_ips; i++) {
		if (net_prefix_compare(&peer->allowed_ips[i], prefix) == 0)
			return true;
	}
	return false;
}

/* No prefix of one peer is another's as well: WireGuard would take it from the first. */
static void expect_no_theft(const struct plan *plan)
{
	vec_foreach(one, &plan->peers) {
		for (const struct plan_peer *const *other = one + 1;
		     other < plan->peers.items + plan->peers.n_items; other++) {
			assert_string_not_equal((*one)->name, (*other)->name);
			for (size_t i = 0; i < (*one)->n_allowed_ips; i++)
				assert_false(has_prefix(*other, &(*one)->allowed_ips[i]));
		}
	}
}

static void find_ways(struct compilation *c, const struct network_host *host, struct ways *ways)
{
	const struct plan *plan = planner_plan(c->planner, host->index);

	*ways = (struct ways){0};
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
		ways->forwards[family] = plan->forwards[family];
	expect_no_theft(plan);
	for (size_t i = 0; i < c->network->n_hosts; i++) {
		struct net_address list[MOST_ADDRESSES];
		size_t n = list_addresses(&c->network->hosts[i], list);

		for (size_t k = 0; k < n; k++)
			ways->to[i][k] = find_way(c, plan, &list[k]);
	}
}

/* The neighbour to which the way from one host to another leads first. */
static const struct network_host *
next_of(const struct compilation *c, const struct network_host *from, const struct network_host *to)
{
	const struct network_host *one = from->gateway == NULL ? from : from->gateway;
	const struct network_host *other = to->gateway == NULL ? to : to->gateway;
	const struct network_host *relay;

	if (from->gateway != NULL)
		return from->gateway;
	if (one == other)
		return to;
	relay = planner_relay(c->planner, one, other);
	assert_ptr_equal(relay, planner_relay(c->planner, other, one));
	return relay == NULL ? other : relay;
}

/* The k-th address of `to`, from `from` on, hop by hop. */
static void follow_address(const struct compilation *c, const struct ways *ways,
			   const struct network_host *from, const struct network_host *to, size_t k,
			   enum net_family family)
{
	const struct network_host *at = from;

	for (size_t n_hops = 0; at != to; n_hops++) {
		const struct network_host *next = ways[at->index].to[to->index][k];

		if (next == NULL || next != next_of(c, at, to)) {
			fail_msg("%s to %s, address %zu: %s sends to %s, not to %s", from->name,
				 to->name, k, at->name, next == NULL ? "nobody" : next->name,
				 next_of(c, at, to)->name);
			return; /* not reached */
		}
		assert_true(n_hops < 4); /* no circles */
		assert_true(at == from || ways[at->index].forwards[family]);
		/* what comes from `from` is taken from `at`: the same way back */
		for (size_t i = 0; i < from->n_addresses; i++)
			assert_ptr_equal(ways[next->index].to[from->index][i], at);
		at = next;
	}
}

static void follow(const struct compilation *c, const struct ways *ways,
		   const struct network_host *from, const struct network_host *to)
{
	struct net_address list[MOST_ADDRESSES];
	size_t n = list_addresses(to, list);

	for (size_t k = 0; k < n; k++)
		follow_address(c, ways, from, to, k, list[k].family);
}

static void check_topology(const char *topology)
{
	struct ways ways[MOST_HOSTS];
	struct compilation c;

	fixture_check_good(&c, topology, NULL);
	assert_true(c.network->n_hosts <= MOST_HOSTS);
	for (size_t i = 0; i < c.network->n_hosts; i++)
		find_ways(&c, &c.network->hosts[i], &ways[i]);
	for (size_t i = 0; i < c.network->n_hosts; i++) {
		const struct network_host *host = &c.network->hosts[i];

		for (size_t k = 0; k < c.network->n_hosts; k++) {
			if (i != k)
				follow(&c, ways, host, &c.network->hosts[k]);
		}
		/* nothing of one's own goes into the tunnel, but for devices, which have one peer
		 */
		for (size_t k = 0; host->kind != HOST_DEVICE && k < MOST_ADDRESSES; k++)
			assert_null(ways[i].to[i][k]);
	}
	compile_finish(&c);
}

static void test_mesh_ways(void **state)
{
	(void)state;
	check_topology(pairs);
	check_topology(shared);
	check_topology(isolated);
	check_topology(chosen);
	check_topology(inner);
}

/* "10.20.0.1/32 172.16.0.0/16": of IPv4 only. */
static void expect_ips(struct compilation *c, const char *host, const char *peer,
		       const char *expected)
{
	const struct plan_peer *found = fixture_peer(c, host, peer);
	struct text shown = {0};

	assert_non_null(found);
	for (size_t i = 0; i < found->n_allowed_ips; i++) {
		char buffer[NET_PREFIX_TEXT];

		if (found->allowed_ips[i].address.family == NET_IPV4) {
			text_join(&shown, shown.length == 0 ? "" : " ",
				  net_prefix_format(&found->allowed_ips[i], buffer));
		}
	}
	fixture_expect_text(&shown, expected);
	text_finish(&shown);
}

/* g .1, h .2, a1 .3, a2 .4, b1 .5, b2 .6, o .7, u/lap .8, u/tab .9, v .10 */
static void test_mesh_of_pairs(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, pairs, NULL);
	/* no dead peers: WireGuard would prefer them and never fall back */
	assert_null(fixture_peer(&c, "a1", "b1"));
	assert_null(fixture_peer(&c, "a1", "h"));
	assert_null(fixture_peer(&c, "b1", "a1"));
	assert_null(fixture_peer(&c, "h", "a2"));
	/* h with the devices behind it, b1 with its network; g with its own */
	expect_ips(&c, "a1", "g",
		   "10.20.0.1/32 10.20.0.2/32 10.20.0.5/32 10.20.0.6/32 10.20.0.8/31 10.20.0.10/32 "
		   "172.16.0.0/16");
	assert_string_equal(fixture_peer(&c, "a1", "g")->relays, "b1, b2 and h");
	expect_ips(&c, "b2", "g", "10.20.0.1/32 10.20.0.3/32 10.20.0.4/32 10.20.0.10/32");
	assert_string_equal(fixture_peer(&c, "b2", "g")->relays, "a1 and a2");
	expect_ips(&c, "h", "g", "10.20.0.1/32 10.20.0.3/32 10.20.0.4/32 10.20.0.10/32");
	/* who needs no relay sees the plain gateway */
	expect_ips(&c, "o", "g", "10.20.0.1/32 10.20.0.10/32");
	assert_null(fixture_peer(&c, "o", "g")->relays);
	expect_ips(&c, "g", "b1", "10.20.0.5/32 172.16.0.0/16");
	expect_ips(&c, "v", "g", "10.20.0.0/24 172.16.0.0/15");
	/* those of a class and share see one and the same peer */
	assert_ptr_equal(fixture_peer(&c, "a1", "g"), fixture_peer(&c, "a2", "g"));
	assert_int_not_equal(fixture_peer(&c, "a1", "g")->id, PLAN_UNSHARED);
	assert_true(fixture_plan(&c, "g")->forwards[NET_IPV4]);
	assert_true(fixture_plan(&c, "g")->forwards[NET_IPV6]);
	assert_false(fixture_plan(&c, "a1")->forwards[NET_IPV4]);
	compile_finish(&c);
}

/* g1 .1, g2 .2, a1 .3, i1 .4, i2 .5, i3 .6, i4 .7, v .8 */
static void test_mesh_of_isolated(void **state)
{
	static const char lone[] = NETWORK "gateways:\n" NODE(
		"g", "internet: 203.0.113.1", "") "servers:\n" NODE("i1", "iso: 10.5.0.1", "")
		NODE("i2", "iso: 10.5.0.2", "") NODE("i3", "iso: 10.5.0.3", "");
	struct compilation c;

	(void)state;
	/* each sees the gateway with the others, and never with itself */
	fixture_check_good(&c, lone, NULL);
	expect_ips(&c, "i1", "g", "10.20.0.1/32 10.20.0.3/32 10.20.0.4/32");
	expect_ips(&c, "i2", "g", "10.20.0.1/32 10.20.0.2/32 10.20.0.4/32");
	expect_ips(&c, "i3", "g", "10.20.0.1/32 10.20.0.2/31");
	assert_string_equal(fixture_peer(&c, "i2", "g")->relays, "i1 and i3");
	assert_int_equal(fixture_peer(&c, "i2", "g")->id, PLAN_UNSHARED);
	assert_int_equal(fixture_plan(&c, "i3")->peers.n_items, 1);
	expect_ips(&c, "g", "i3", "10.20.0.4/32");
	compile_finish(&c);
	/* with two gateways the others are dealt to them */
	fixture_check_good(&c, isolated, NULL);
	assert_int_equal(fixture_plan(&c, "i1")->peers.n_items, 2);
	assert_null(fixture_peer(&c, "i1", "i2"));
	assert_null(fixture_peer(&c, "i1", "a1"));
	compile_finish(&c);
}

static void test_mesh_of_links(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, chosen, NULL);
	/* two that could have a tunnel: relayed because the author says so */
	assert_null(fixture_peer(&c, "c1", "d1"));
	assert_null(fixture_peer(&c, "d1", "c1"));
	assert_non_null(strstr(fixture_peer(&c, "d1", "g2")->relays, "c1"));
	assert_non_null(strstr(fixture_peer(&c, "c1", "g2")->relays, "d1"));
	assert_string_equal(planner_relay(c.planner, network_find_host(c.network, "c1"),
					  network_find_host(c.network, "d1"))
				    ->name,
			    "g2");
	/* a gateway that relays keeps what a link says of its tunnel */
	assert_int_equal(fixture_peer(&c, "a1", "g1")->persistent_keepalive_s, 9);
	assert_int_equal(fixture_peer(&c, "a1", "g1")->reason, PLAN_SET_BY_LINK);
	assert_non_null(strstr(fixture_peer(&c, "a1", "g1")->relays, "b1"));
	assert_int_equal(fixture_peer(&c, "a1", "g2")->persistent_keepalive_s, 25);
	assert_int_equal(fixture_peer(&c, "a2", "g1")->persistent_keepalive_s, 25);
	assert_int_equal(fixture_peer(&c, "a2", "g2")->persistent_keepalive_s, 0);
	assert_int_equal(fixture_peer(&c, "a2", "g2")->reason, PLAN_SET_OFF);
	assert_int_equal(fixture_peer(&c, "g1", "a1")->persistent_keepalive_s, 9);
	compile_finish(&c);
}

/* A narrow path is narrow for all that goes along it. */
static void test_mesh_mtu(void **state)
{
	const struct plan *plan;
	size_t n_narrow = 0;
	struct text text = {0};
	struct compilation c;

	(void)state;
	text_join(&text, pairs, "links: [ { between: [a1, g], mtu: 1300 } ]\n");
	fixture_check_good(&c, text.data, NULL);
	plan = fixture_plan(&c, "a1");
	vec_foreach(route, &plan->routes) {
		const struct network_host *b1 = network_find_host(c.network, "b1");

		if (net_prefix_contains(&route->prefix, &b1->addresses[0]) &&
		    route->prefix.length > 24) {
			assert_int_equal(route->mtu, 1300);
			n_narrow++;
		}
	}
	assert_int_equal(n_narrow, 1);
	text_finish(&text);
	compile_finish(&c);
}

/* Who passes packets on: gateways that relay for somebody, and no others. */
static void test_mesh_forwards(void **state)
{
	static const struct {
		const char *nodes;
		bool g1;
		bool g2;
	} rows[] = {
		{"servers:\n" NODE("a1", "s: 10.1.0.1", "") NODE("c1", "l: 10.3.0.1", ""), true,
		 true},
		{"servers:\n" NODE("c1", "l: 10.3.0.1", "") NODE("d1", "m: 10.4.0.1", ""), false,
		 false},
		{"servers:\n" NODE("c1", "l: 10.3.0.1", "") NODE(
			 "d1", "m: 10.4.0.1", "") "links: [ { between: [c1, d1], via: g2 } ]\n",
		 false, true},
		{"servers:\n" NODE("i1", "iso: 10.5.0.1", ""), false, false},
		{"servers:\n" NODE("i1", "iso: 10.5.0.1", "") NODE("i2", "iso: 10.5.0.2", ""), true,
		 true},
		{"servers:\n" NODE("a1", "s: 10.1.0.1", "") "users:\n" ROAMS("u", "g1"), true,
		 false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {0};
		struct compilation c;

		text_join(&text,
			  NETWORK "gateways:\n" NODE("g1", "internet: 203.0.113.1", "")
				  NODE("g2", "internet: 203.0.113.2", ""),
			  rows[i].nodes);
		fixture_check_good(&c, text.data, NULL);
		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
			assert_int_equal(fixture_plan(&c, "g1")->forwards[family], rows[i].g1);
			assert_int_equal(fixture_plan(&c, "g2")->forwards[family], rows[i].g2);
		}
		text_finish(&text);
		compile_finish(&c);
	}
}

static void show_peers(const struct plan *plan, struct text *out)
{
	text_join(out, plan->host, "\n");
	vec_foreach(peer, &plan->peers) {
		char endpoint[NET_ENDPOINT_TEXT] = "-";

		if ((*peer)->endpoint.port != 0)
			net_endpoint_format(&(*peer)->endpoint, endpoint);
		text_printf(out, "%s %s %u %s:", (*peer)->name, endpoint,
			    (*peer)->persistent_keepalive_s,
			    (*peer)->relays == NULL ? "" : (*peer)->relays);
		for (size_t i = 0; i < (*peer)->n_allowed_ips; i++) {
			char buffer[NET_PREFIX_TEXT];

			text_join(out, " ", net_prefix_format(&(*peer)->allowed_ips[i], buffer));
		}
		text_puts(out, "\n");
	}
}

/* Any order of asking gives the same plans, also those that share memory. */
static void test_mesh_order_does_not_matter(void **state)
{
	static const char *const topologies[] = {pairs, shared, isolated, chosen, inner};

	(void)state;
	for (size_t i = 0; i < sizeof(topologies) / sizeof(topologies[0]); i++) {
		struct text first[MOST_HOSTS] = {{0}};
		uint64_t hashes[MOST_HOSTS];
		struct compilation c;
		size_t n;

		fixture_check_good(&c, topologies[i], NULL);
		n = c.network->n_hosts;
		for (size_t k = 0; k < n; k++) {
			size_t index = planner_order(c.planner)[k];
			const struct plan *plan = planner_plan(c.planner, index);

			show_peers(plan, &first[index]);
			hashes[index] = plan->peers_hash;
		}
		for (size_t k = n; k-- > 0;) {
			const struct plan *plan = planner_plan(c.planner, k);
			struct text shown = {0};

			show_peers(plan, &shown);
			fixture_expect_text(&shown, first[k].data);
			assert_true(plan->peers_hash == hashes[k]);
			text_finish(&shown);
			text_finish(&first[k]);
		}
		compile_finish(&c);
	}
}

/* Among variants of one network: equal hashes, equal peers, so that no change goes unseen. */
static void test_mesh_peers_hash(void **state)
{
	static const char *const more[] = {
		"",
		"links: [ { between: [a1, b1], via: g1 } ]\n",
		"links: [ { between: [a1, b1], via: g2 } ]\n",
		"links: [ { between: [a2, b1], via: g2 } ]\n",
		"links: [ { between: [a1, g1], persistent_keepalive: 9 } ]\n",
		"links: [ { between: [a1, g1], persistent_keepalive: 10 } ]\n",
		"links: [ { between: [c1, d1], via: g1 } ]\n",
	};
	enum {
		N_VARIANTS = sizeof(more) / sizeof(more[0])
	};
	struct text shown[N_VARIANTS][MOST_HOSTS] = {{{0}}};
	uint64_t hashes[N_VARIANTS][MOST_HOSTS];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < N_VARIANTS; i++) {
		struct text text = {0};
		struct compilation c;

		text_join(&text, shared, more[i]);
		fixture_check_good(&c, text.data, NULL);
		n = c.network->n_hosts;
		for (size_t k = 0; k < n; k++) {
			const struct plan *plan = planner_plan(c.planner, k);

			hashes[i][k] = plan->peers_hash;
			show_peers(plan, &shown[i][k]);
		}
		text_finish(&text);
		compile_finish(&c);
	}
	for (size_t i = 0; i < N_VARIANTS; i++) {
		for (size_t k = 0; k < n; k++) {
			if (hashes[i][k] == hashes[0][k])
				fixture_expect_text(&shown[i][k], shown[0][k].data);
			/* those whom a variant is not about keep what they have */
			if (strncmp(shown[0][k].data, "b4", 2) == 0)
				assert_true(hashes[i][k] == hashes[0][k]);
		}
	}
	for (size_t i = 0; i < N_VARIANTS; i++) {
		for (size_t k = 0; k < n; k++)
			text_finish(&shown[i][k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mesh_ways),
		cmocka_unit_test(test_mesh_of_pairs),
		cmocka_unit_test(test_mesh_of_isolated),
		cmocka_unit_test(test_mesh_of_links),
		cmocka_unit_test(test_mesh_mtu),
		cmocka_unit_test(test_mesh_forwards),
		cmocka_unit_test(test_mesh_order_does_not_matter),
		cmocka_unit_test(test_mesh_peers_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
