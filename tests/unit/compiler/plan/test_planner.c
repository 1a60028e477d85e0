/* SPDX-License-Identifier: MIT */

/* Plans of one network, host by host, written out; and what hosts of a class share. */

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

/* Two servers on a campus, two in the open, the gateway at both; networks inside networks. */
#define NODES                                                                                      \
	"network: { name: lab, addresses: [10.20.0.0/24, \"fd20::/64\"], domain: lab.example }\n"  \
	"sites: { campus: { nat: symmetric, prefixes: [10.1.0.0/16] } }\n"                         \
	"gateways:\n"                                                                              \
	"  gw: { at: { internet: 192.0.2.1, campus: 10.1.0.1 }, routes: [10.1.0.0/16],\n"          \
	"        public_key: KEY(gw) }\n"                                                          \
	"servers:\n"                                                                               \
	"  c1: { at: { campus: 10.1.0.11 }, public_key: KEY(c1) }\n"                               \
	"  c2: { at: { campus: 10.1.0.12 }, public_key: KEY(c2), listen_port: 7 }\n"               \
	"  o1: { at: { internet: 192.0.2.11 }, public_key: KEY(o1), routes: [172.16.0.0/16] }\n"   \
	"  o2: { at: { internet: o2.example }, public_key: KEY(o2),\n"                             \
	"        routes: [172.16.8.0/24, \"fd99::/48\"] }\n"                                       \
	"users:\n"                                                                                 \
	"  al: { devices: { lap: { public_key: KEY(lap) }, tab: { public_key: KEY(tab) } } }\n"    \
	"  bo: { at: { campus: dynamic }, public_key: KEY(bo) }\n"

static void show_prefixes(const struct net_prefix *prefixes, size_t n, struct text *out)
{
	char buffer[NET_PREFIX_TEXT];

	for (size_t i = 0; i < n; i++)
		text_printf(out, " %s", net_prefix_format(&prefixes[i], buffer));
	text_puts(out, "\n");
}

static void show_peer(const struct plan_peer *peer, struct text *out)
{
	char endpoint[NET_ENDPOINT_TEXT] = "-";
	char path[PLAN_TEXT];

	if (peer->endpoint.port != 0)
		net_endpoint_format(&peer->endpoint, endpoint);
	text_printf(out, "%s %s %u; %s:", peer->name, endpoint, peer->persistent_keepalive_s,
		    plan_path_text(peer, path));
	show_prefixes(peer->allowed_ips, peer->n_allowed_ips, out);
}

static void show_plan(const struct plan *plan, struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];

	text_printf(out, "%s %s %s %s", plan->kind, plan->host, plan->folder, plan->interface);
	for (size_t i = 0; i < plan->n_addresses; i++)
		text_printf(out, " %s", net_address_format(&plan->addresses[i], buffer));
	text_printf(out, " port %u mtu %u%s%s%s\n", plan->listen_port, plan->mtu,
		    plan->forwards[NET_IPV4] ? " f4" : "", plan->forwards[NET_IPV6] ? " f6" : "",
		    plan->is_portable ? "" : " batch");
	vec_foreach(route, &plan->routes) {
		char prefix[NET_PREFIX_TEXT];

		text_printf(out, "route %s %u\n", net_prefix_format(&route->prefix, prefix),
			    route->mtu);
	}
	vec_foreach(peer, &plan->peers)
		show_peer(*peer, out);
}

static void expect_plan(struct compilation *c, const char *host, const char *expected)
{
	struct text shown = {0};

	show_plan(fixture_plan(c, host), &shown);
	fixture_expect_text(&shown, expected);
	text_finish(&shown);
}

#define OF_GW " 10.20.0.1/32 10.20.0.6/31 10.20.0.8/32 fd20::1/128 fd20::6/127 fd20::8/128"
#define OF_O1 "10.20.0.4/32 fd20::4/128 172.16.0.0/16\n"
#define OF_O2 "10.20.0.5/32 fd20::5/128 172.16.8.0/24 fd99::/48\n"

static void test_planner_servers(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NODES, NULL);
	/* inside the campus: no route to it, though its packets may come from the gateway */
	expect_plan(&c, "c1",
		    "server c1 hosts/c1/etc/wireguard lab 10.20.0.2 fd20::2 port 51820 mtu 1420 "
		    "batch\n"
		    "route 10.20.0.0/24 0\nroute 172.16.0.0/16 0\nroute 172.16.8.0/24 0\n"
		    "route fd20::/64 0\nroute fd99::/48 0\n"
		    "c2 10.1.0.12:7 0; lan at campus: 10.20.0.3/32 fd20::3/128 10.1.0.12/32\n"
		    "gw 10.1.0.1:51820 0; lan at campus:" OF_GW " 10.1.0.0/16\n"
		    "o1 192.0.2.11:51820 25; direct over the internet: " OF_O1
		    "o2 o2.example:51820 25; direct over the internet: " OF_O2);
	/* outside: the campus sends first; its own network is not routed, one inside it is */
	expect_plan(&c, "o1",
		    "server o1 hosts/o1/etc/wireguard lab 10.20.0.4 fd20::4 port 51820 mtu 1420 "
		    "f4 f6 batch\n"
		    "route 10.1.0.0/16 0\nroute 10.20.0.0/24 0\nroute 172.16.8.0/24 0\n"
		    "route fd20::/64 0\nroute fd99::/48 0\n"
		    "c1 - 0; direct over the internet: 10.20.0.2/32 fd20::2/128 10.1.0.11/32\n"
		    "c2 - 0; direct over the internet: 10.20.0.3/32 fd20::3/128 10.1.0.12/32\n"
		    "gw 192.0.2.1:51820 0; direct over the internet:" OF_GW " 10.1.0.0/16\n"
		    "o2 o2.example:51820 0; direct over the internet: " OF_O2);
	compile_finish(&c);
}

static void test_planner_gateway_and_devices(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NODES, NULL);
	expect_plan(&c, "gw",
		    "gateway gw hosts/gw/etc/wireguard lab 10.20.0.1 fd20::1 port 51820 mtu 1420 "
		    "f4 f6 batch\n"
		    "route 10.20.0.0/24 0\nroute 172.16.0.0/16 0\nroute 172.16.8.0/24 0\n"
		    "route fd20::/64 0\nroute fd99::/48 0\n"
		    "c1 10.1.0.11:51820 0; lan at campus: 10.20.0.2/32 fd20::2/128 10.1.0.11/32\n"
		    "c2 10.1.0.12:7 0; lan at campus: 10.20.0.3/32 fd20::3/128 10.1.0.12/32\n"
		    "o1 192.0.2.11:51820 0; direct over the internet: " OF_O1
		    "o2 o2.example:51820 0; direct over the internet: " OF_O2
		    "al/lap - 0; direct over the internet: 10.20.0.6/32 fd20::6/128\n"
		    "al/tab - 0; direct over the internet: 10.20.0.7/32 fd20::7/128\n"
		    "bo - 0; lan at campus: 10.20.0.8/32 fd20::8/128\n");
	/* everything by the gateway, in as few prefixes as possible */
	expect_plan(&c, "al/lap",
		    "device al/lap users/al/lap lab 10.20.0.6 fd20::6 port 0 mtu 1420\n"
		    "gw 192.0.2.1:51820 25; direct over the internet: 10.1.0.0/16 10.20.0.0/24 "
		    "172.16.0.0/16 fd20::/64 fd99::/48\n");
	/* but for the network that the device is in */
	expect_plan(&c, "bo",
		    "device bo users/bo lab 10.20.0.8 fd20::8 port 0 mtu 1420\n"
		    "gw 10.1.0.1:51820 25; lan at campus: 10.20.0.0/24 172.16.0.0/16 fd20::/64 "
		    "fd99::/48\n");
	compile_finish(&c);
}

static void test_planner_links(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c,
			   NODES "links:\n"
				 "  - { between: [c1, o1], mtu: 1380, persistent_keepalive: 15 }\n"
				 "  - { between: [gw, c2], mtu: 1300 }\n"
				 "  - { between: [al/lap, gw], mtu: 1290 }\n",
			   NULL);
	/* the MTU goes with every address behind the peer, and with nothing else */
	expect_plan(&c, "c1",
		    "server c1 hosts/c1/etc/wireguard lab 10.20.0.2 fd20::2 port 51820 mtu 1420 "
		    "batch\n"
		    "route 10.20.0.0/24 0\nroute 10.20.0.4/32 1380\nroute 172.16.0.0/16 1380\n"
		    "route 172.16.8.0/24 0\nroute fd20::/64 0\nroute fd20::4/128 1380\n"
		    "route fd99::/48 0\n"
		    "c2 10.1.0.12:7 0; lan at campus: 10.20.0.3/32 fd20::3/128 10.1.0.12/32\n"
		    "gw 10.1.0.1:51820 0; lan at campus:" OF_GW " 10.1.0.0/16\n"
		    "o1 192.0.2.11:51820 15; direct over the internet: " OF_O1
		    "o2 o2.example:51820 25; direct over the internet: " OF_O2);
	expect_plan(&c, "c2",
		    "server c2 hosts/c2/etc/wireguard lab 10.20.0.3 fd20::3 port 7 mtu 1420 batch\n"
		    "route 10.20.0.0/24 0\nroute 10.20.0.1/32 1300\nroute 10.20.0.6/31 1300\n"
		    "route 10.20.0.8/32 1300\nroute 172.16.0.0/16 0\nroute 172.16.8.0/24 0\n"
		    "route fd20::/64 0\nroute fd20::1/128 1300\nroute fd20::6/127 1300\n"
		    "route fd20::8/128 1300\nroute fd99::/48 0\n"
		    "c1 10.1.0.11:51820 0; lan at campus: 10.20.0.2/32 fd20::2/128 10.1.0.11/32\n"
		    "gw 10.1.0.1:51820 0; lan at campus:" OF_GW " 10.1.0.0/16\n"
		    "o1 192.0.2.11:51820 25; direct over the internet: " OF_O1
		    "o2 o2.example:51820 25; direct over the internet: " OF_O2);
	assert_int_equal(fixture_peer(&c, "o1", "c1")->persistent_keepalive_s, 15);
	assert_int_equal(fixture_peer(&c, "o1", "c2")->persistent_keepalive_s, 0);
	/* a device has one peer, so its interface has the narrower one */
	assert_int_equal(fixture_plan(&c, "al/lap")->mtu, 1290);
	assert_int_equal(fixture_plan(&c, "al/tab")->mtu, 1420);
	compile_finish(&c);
}

/* A peer is one object for all the hosts that see it alike, and its id is its own. */
static void test_planner_shares_peers(void **state)
{
	const struct plan_peer *peer;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NODES "links: [ { between: [c2, o2], mtu: 1300 } ]\n", NULL);
	peer = fixture_peer(&c, "c1", "o1");
	assert_ptr_equal(fixture_peer(&c, "c2", "o1"), peer);
	assert_ptr_not_equal(fixture_peer(&c, "o2", "o1"), peer);
	assert_ptr_equal(fixture_peer(&c, "gw", "o1"), fixture_peer(&c, "o2", "o1"));
	assert_ptr_equal(fixture_peer(&c, "al/lap", "gw"), fixture_peer(&c, "al/tab", "gw"));
	assert_ptr_not_equal(fixture_peer(&c, "bo", "gw"), fixture_peer(&c, "al/tab", "gw"));
	/* a link that says nothing of what the peer's section holds leaves it shared */
	assert_ptr_equal(fixture_peer(&c, "c1", "o2"), fixture_peer(&c, "c2", "o2"));
	assert_null(fixture_peer(&c, "c1", "c1"));
	assert_null(fixture_peer(&c, "c1", "bo"));
	assert_null(fixture_peer(&c, "al/lap", "c1"));
	compile_finish(&c);
}

/* Hosts that differ in one thing only that a peer's section says see two peers. */
static void test_planner_keeps_peers_apart(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { x: { nat: linux } }\n"
		"servers:\n"
		"  a: { at: { x: 10.1.0.1, internet: 192.0.2.1 }, public_key: KEY(a) }\n"
		"  b: { at: { internet: 192.0.2.2 }, public_key: KEY(b) }\n"
		"  c: { at: { internet: 192.0.2.3 }, public_key: KEY(c) }\n"
		"  moves: { at: { x: dynamic }, public_key: KEY(moves) }\n"
		"links:\n"
		"  - { between: [a, c], persistent_keepalive: 15 }\n"
		"  - { between: [b, c], persistent_keepalive: 16 }\n";
	static const char behind[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { x: { nat: linux }, y: { nat: linux } }\n"
		"gateways: { g: { at: { internet: 192.0.2.1 }, public_key: KEY(g) } }\n"
		"servers: { s: { at: { x: 10.1.0.1 }, public_key: KEY(s) } }\n"
		"users:\n"
		"  u: { at: { x: dynamic }, public_key: KEY(u) }\n"
		"  v: { at: { y: dynamic }, public_key: KEY(v) }\n";
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	/* on a LAN, or over the internet; without an endpoint in either case */
	assert_int_equal(fixture_peer(&c, "a", "moves")->way, PLAN_LAN);
	assert_string_equal(fixture_peer(&c, "a", "moves")->site, "x");
	assert_int_equal(fixture_peer(&c, "b", "moves")->way, PLAN_DIRECT);
	assert_null(fixture_peer(&c, "b", "moves")->site);
	/* what the one link says, and what the other */
	assert_int_equal(fixture_peer(&c, "a", "c")->persistent_keepalive_s, 15);
	assert_int_equal(fixture_peer(&c, "b", "c")->persistent_keepalive_s, 16);
	compile_finish(&c);
	/* the site that the host itself is behind */
	fixture_check_good(&c, behind, NULL);
	assert_string_equal(fixture_peer(&c, "u", "g")->behind, "x");
	assert_string_equal(fixture_peer(&c, "v", "g")->behind, "y");
	/* a server of the same site reaches less through the gateway */
	assert_int_equal(fixture_peer(&c, "s", "g")->n_allowed_ips, 3);
	assert_int_equal(fixture_peer(&c, "u", "g")->n_allowed_ips, 1);
	compile_finish(&c);
}

static void test_planner_ids_are_dense(void **state)
{
	const struct plan_peer *peers[64] = {NULL};
	size_t n_peers = 0;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NODES, NULL);
	for (size_t i = 0; i < c.network->n_hosts; i++) {
		vec_foreach(peer, &planner_plan(c.planner, i)->peers) {
			size_t id = (*peer)->id;

			assert_true(id < 64);
			assert_true(peers[id] == NULL || peers[id] == *peer);
			n_peers += peers[id] == NULL;
			peers[id] = *peer;
		}
	}
	for (size_t i = 0; i < n_peers; i++)
		assert_non_null(peers[i]);
	compile_finish(&c);
}

/* Any order of asking gives the same plans, and the advised order asks for each host once. */
static void test_planner_order_does_not_matter(void **state)
{
	static const size_t steps[] = {1, 3, 5, 7};
	struct text first[16] = {{0}};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NODES "links: [ { between: [c2, o2], mtu: 1300 } ]\n", NULL);
	assert_int_equal(c.network->n_hosts, 8);
	for (size_t i = 0; i < 8; i++) {
		size_t index = planner_order(c.planner)[i];

		show_plan(planner_plan(c.planner, index), &first[index]);
	}
	for (size_t i = 0; i < 8; i++)
		assert_true(first[i].length > 0);
	for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		for (size_t i = 0; i < 8; i++) {
			size_t index = (i * steps[k] + 3) % 8;
			struct text shown = {0};

			show_plan(planner_plan(c.planner, index), &shown);
			fixture_expect_text(&shown, first[index].data);
			text_finish(&shown);
		}
	}
	for (size_t i = 0; i < 8; i++)
		text_finish(&first[i]);
	compile_finish(&c);
}

/* Equal hashes, equal peers: also the other way round for the same host asked twice. */
static void test_planner_peers_hash(void **state)
{
	uint64_t hashes[8];
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NODES, NULL);
	for (size_t i = 0; i < 8; i++)
		hashes[i] = planner_plan(c.planner, i)->peers_hash;
	for (size_t i = 8; i-- > 0;) {
		const struct network_host *host = &c.network->hosts[i];

		assert_true(planner_plan(c.planner, i)->peers_hash == hashes[i]);
		for (size_t k = 0; k < i; k++) {
			/* but for two devices of a gateway, no two have the same peers */
			assert_int_equal(hashes[i] == hashes[k],
					 strcmp(host->name, "al/tab") == 0 &&
						 strcmp(c.network->hosts[k].name, "al/lap") == 0);
		}
	}
	compile_finish(&c);
}

static void test_planner_network(void **state)
{
	static const char *const names[] = {"lap.al", "tab.al", "bo", "c1", "c2", "gw", "o1", "o2"};
	const struct plan_network *network;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NODES, NULL);
	for (size_t round = 0; round < 2; round++) {
		network = planner_plan_network(c.planner);
		assert_string_equal(network->name, "lab");
		assert_string_equal(network->domain, "lab.example");
		assert_int_equal(network->names.n_items, 8);
		for (size_t i = 0; i < 8; i++)
			assert_string_equal(network->names.items[i].name, names[i]);
		assert_int_equal(network->names.items[0].n_addresses, 2);
	}
	compile_finish(&c);
}

/* A device's port: its own, or one that its gateway sends to first; else whatever is free. */
static void test_planner_port_of_a_device(void **state)
{
	static const struct {
		const char *device;
		uint16_t port;
	} cases[] = {
		{"", 0},
		{", at: { home: dynamic }", 0},
		{", listen_port: 7000", 7000},
		{", at: { internet: 192.0.2.7 }", 51820},
		{", at: { home: 192.168.1.7 }", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_(text_finish) struct text topology = {0};
		struct compilation c;

		text_printf(
			&topology,
			"network: { name: lab, addresses: [10.20.0.0/24] }\n"
			"sites: { home: { nat: symmetric, prefixes: [192.168.1.0/24] } }\n"
			"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
			"users: { u: { public_key: KEY(u)%s } }\n",
			cases[i].device);
		fixture_check_good(&c, topology.data, NULL);
		if (fixture_plan(&c, "u")->listen_port != cases[i].port)
			fail_msg("'%s'", cases[i].device);
		assert_int_equal(fixture_plan(&c, "gw")->listen_port, 51820);
		compile_finish(&c);
	}
}

/* Who passes packets on: to devices, or to networks behind it, and in which families. */
static void test_planner_forwards(void **state)
{
	static const struct {
		const char *pools;
		const char *routes;
		const char *users;
		const char *expected;
	} rows[] = {
		{"10.20.0.0/24", "", "{}", ""},
		{"10.20.0.0/24", "", "{ u: { public_key: KEY(u) } }", "4"},
		{"10.20.0.0/24", "172.16.0.0/16", "{}", "4"},
		{"10.20.0.0/24", "\"fd99::/48\"", "{}", "46"},
		{"\"fd20::/64\"", "", "{ u: { public_key: KEY(u) } }", "6"},
		{"\"fd20::/64\"", "172.16.0.0/16", "{}", "46"},
		{"10.20.0.0/24, \"fd20::/64\"", "", "{}", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {0};
		const struct plan *plan;
		struct compilation c;

		text_printf(&text,
			    "network: { name: lab, addresses: [%s] }\n"
			    "gateways: { g: { at: { internet: 192.0.2.1 }, public_key: KEY(g), "
			    "routes: [%s] } }\nusers: %s\n",
			    rows[i].pools, rows[i].routes, rows[i].users);
		fixture_check_good(&c, text.data, NULL);
		plan = fixture_plan(&c, "g");
		assert_int_equal(plan->forwards[NET_IPV4], strchr(rows[i].expected, '4') != NULL);
		assert_int_equal(plan->forwards[NET_IPV6], strchr(rows[i].expected, '6') != NULL);
		text_finish(&text);
		compile_finish(&c);
	}
}

/*
 * A network wider than the site's prefix: hosts at the site route the rest of it, devices have the
 * rest alone among their allowed IPs, and those elsewhere have all of it.
 */
static void test_planner_routes_around_own_site(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { campus: { nat: linux, prefixes: [172.16.4.0/22] } }\n"
		"gateways:\n"
		"  gw: { at: { internet: 192.0.2.1, campus: 172.16.4.1 }, public_key: KEY(gw),\n"
		"        routes: [172.16.0.0/20] }\n"
		"servers:\n"
		"  c: { at: { campus: 172.16.4.9 }, public_key: KEY(c) }\n"
		"  d: { at: { campus: [172.16.4.7] }, listen_port: 7, public_key: KEY(d) }\n"
		"  e: { at: { campus: [172.16.4.7] }, listen_port: 8, public_key: KEY(e) }\n"
		"users:\n"
		"  u: { at: { campus: dynamic }, public_key: KEY(u) }\n";
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	/* d and e share an address at the campus, so it is among the allowed IPs of neither; and a
	 * NAT that keeps ports has one for each host behind it */
	expect_plan(&c, "c",
		    "server c hosts/c/etc/wireguard lab 10.20.0.2 port 51821 mtu 1440 batch\n"
		    "route 10.20.0.0/24 0\nroute 172.16.0.0/22 0\nroute 172.16.8.0/21 0\n"
		    "d 172.16.4.7:7 0; lan at campus: 10.20.0.3/32\n"
		    "e 172.16.4.7:8 0; lan at campus: 10.20.0.4/32\n"
		    "gw 172.16.4.1:51820 0; lan at campus: 10.20.0.1/32 10.20.0.5/32 "
		    "172.16.0.0/20\n");
	expect_plan(&c, "u",
		    "device u users/u lab 10.20.0.5 port 0 mtu 1440\n"
		    "gw 172.16.4.1:51820 25; lan at campus: 10.20.0.0/24 172.16.0.0/22 "
		    "172.16.8.0/21\n");
	compile_finish(&c);
}

/* A private address means its own site: the same network elsewhere is not the one that is routed.
 */
static void test_planner_lan_addresses_of_one_site(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites:\n"
		"  campus: { nat: linux, prefixes: [10.1.0.0/16] }\n"
		"  other: { nat: linux, prefixes: [10.1.0.0/16] }\n"
		"gateways:\n"
		"  gw: { at: { internet: 192.0.2.1, campus: 10.1.0.1 }, public_key: KEY(gw),\n"
		"        routes: [10.1.0.0/16] }\n"
		"servers:\n"
		"  o: { at: { internet: 192.0.2.2 }, public_key: KEY(o) }\n"
		"  x: { at: { other: 10.1.9.9 }, public_key: KEY(x) }\n";
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	expect_plan(&c, "o",
		    "server o hosts/o/etc/wireguard lab 10.20.0.2 port 51820 mtu 1440 batch\n"
		    "route 10.1.0.0/16 0\nroute 10.20.0.0/24 0\n"
		    "gw 192.0.2.1:51820 0; direct over the internet: 10.20.0.1/32 10.1.0.0/16\n"
		    "x - 0; direct over the internet: 10.20.0.3/32\n");
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planner_servers),
		cmocka_unit_test(test_planner_gateway_and_devices),
		cmocka_unit_test(test_planner_port_of_a_device),
		cmocka_unit_test(test_planner_links),
		cmocka_unit_test(test_planner_shares_peers),
		cmocka_unit_test(test_planner_keeps_peers_apart),
		cmocka_unit_test(test_planner_ids_are_dense),
		cmocka_unit_test(test_planner_order_does_not_matter),
		cmocka_unit_test(test_planner_peers_hash),
		cmocka_unit_test(test_planner_network),
		cmocka_unit_test(test_planner_forwards),
		cmocka_unit_test(test_planner_routes_around_own_site),
		cmocka_unit_test(test_planner_lan_addresses_of_one_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
