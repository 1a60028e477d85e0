/* SPDX-License-Identifier: MIT */

/* Forwards and 1:1 addresses: for whom, in which family, and where they lead. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"
#include "tests/unit/compiler/resolve/findings.h"

#define SITE(terms)                                                                                \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"sites:\n  far: { nat: linux }\n  home: { " terms " }\n"
#define INNER(terms)   "  lab: { inside: home, " terms " }\n"
#define NODE(name, at) "  " name ": { at: { " at " }, public_key: KEY(" name ") }\n"
#define NODE_PORT(name, at, number)                                                                \
	"  " name ": { at: { " at " }, public_key: KEY(" name "), listen_port: " number " }\n"
#define GW      "gateways:\n" NODE("gw", "internet: 192.0.2.1")
#define H1      NODE("h1", "home: 192.168.1.11")
#define H2      NODE_PORT("h2", "home: 192.168.1.12", "51900")
#define SIX     NODE("six", "home: \"2001:db8::6\"")
#define DEEP    NODE("deep", "lab: [10.9.0.2, \"2001:db8::2\"]")
#define ELSE    NODE("else", "far: 192.168.1.13")
#define USERS   "users:\n  u: { devices: { d: { at: { home: dynamic }, public_key: KEY(d) } } }\n"
#define SERVERS GW "servers:\n" H1 H2 SIX ELSE
#define NESTED  GW "servers:\n" H1 DEEP
#define ADDRESS "public: [198.51.100.7], "
#define LINUX   "nat: linux, " ADDRESS
#define INSIDE  "nat: linux, public: [192.168.1.99], "

static void test_forwards_lead_to_hosts(void **state)
{
	static const struct findings_row rows[] = {
		{SITE(LINUX "forward: { 51820: h1 }") SERVERS, ""},
		{SITE(LINUX "forward: { 51820: h1, 51900: h2, 5000: h1 }") SERVERS, ""},
		{SITE(LINUX "forward: { 4000: u/d }") SERVERS USERS, ""},
		{SITE(LINUX "forward: { 51820: h9 }") SERVERS, "name-unknown 'h9'\n"},
		{SITE(LINUX "forward: { 51820: u }") SERVERS USERS, "name-unknown 'u'\n"},
		{SITE(LINUX "forward: { 51820: home }") SERVERS, "name-unknown 'home'\n"},
		{SITE(LINUX "forward: { 51820: else }") SERVERS, "bad-value 'else'\n"},
		{SITE(LINUX "forward: { 51820: gw }") SERVERS, "bad-value 'gw'\n"},
		/* with its port */
		{SITE(LINUX "forward: { 4000: \"h1:51820\", 4001: \"h2:51900\" }") SERVERS, ""},
		{SITE(LINUX "forward: { 4000: \"h1:51821\" }") SERVERS,
		 "forward-useless '\"h1:51821\"'\n"},
		{SITE(LINUX "forward: { 4000: \"h2:51820\" }") SERVERS,
		 "forward-useless '\"h2:51820\"'\n"},
		{SITE(LINUX "forward: { 4000: \"h1:0\" }") SERVERS, "bad-value '\"h1:0\"'\n"},
		{SITE(LINUX "forward: { 4000: \"h1:65536\" }") SERVERS,
		 "bad-value '\"h1:65536\"'\n"},
		{SITE(LINUX "forward: { 4000: \"h1:\" }") SERVERS, "bad-value '\"h1:\"'\n"},
		{SITE(LINUX "forward: { 4000: \"h1:udp\" }") SERVERS, "bad-value '\"h1:udp\"'\n"},
		{SITE(LINUX "forward: { 4000: \"h9:4000\" }") SERVERS,
		 "name-unknown '\"h9:4000\"'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS("", rows);
}

static void test_forwards_need_a_box(void **state)
{
	static const struct findings_row rows[] = {
		{SITE("nat: symmetric, " ADDRESS "forward: { 51820: h1 }") SERVERS, ""},
		{SITE("nat: firewall, forward: { 51820: h1 }") SERVERS, ""},
		{SITE("nat: { mapping: none }, forward: { 51820: h1 }") SERVERS, ""},
		{SITE("nat: none, forward: { 51820: h1, 51900: h2 }") SERVERS,
		 "bad-value '51820'\n"},
		{SITE("nat: udp-blocked, " ADDRESS "forward: { 51820: h1 }") SERVERS,
		 "forward-useless '51820'\n"},
		/* where to knock */
		{SITE("public: [h.example], forward: { 51820: h1 }") SERVERS, ""},
		{SITE("forward: { 51820: h1, 51900: h2 }") SERVERS, "missing-key '51820'\n"},
		{SITE("public: [dynamic], forward: { 51820: h1 }") SERVERS,
		 "missing-key '51820'\n"},
		{SITE("public: [198.51.100.7, 198.51.100.8], forward: { 51820: h1 }") SERVERS,
		 "missing-key '51820'\n"},
		{SITE("public: [127.0.0.1], forward: { 51820: h1 }") SERVERS,
		 "bad-value '127.0.0.1'\n"},
		{SITE("forward: { 51820/ipv6: six }") SERVERS, ""},
	};

	(void)state;
	FINDINGS_CHECK_ROWS("", rows);
}

static void test_forwards_have_a_family(void **state)
{
	static const struct findings_row rows[] = {
		/* a router translates IPv4 and opens IPv6 */
		{SITE(LINUX "forward: { 51820: h1, 51820/ipv6: six }") SERVERS, ""},
		{SITE(LINUX "forward: { 51820: six }") SERVERS, "forward-useless 'six'\n"},
		{SITE(LINUX "forward: { 51820/ipv6: h1 }") SERVERS, "forward-useless 'h1'\n"},
		/* a firewall opens both */
		{SITE("nat: firewall, forward: { 51820: six }") SERVERS, ""},
		{SITE("nat: firewall, forward: { 51820/ipv6: six }") SERVERS, ""},
		{SITE("nat: firewall, forward: { 51820: h1, 51820/ipv6: six }") SERVERS,
		 "bad-value '51820/ipv6'\n"},
		{SITE("nat: firewall, forward: { 51820/ipv6: six, 51820: h1 }") SERVERS,
		 "bad-value '51820/ipv6'\n"},
		/* and leaves ports alone */
		{SITE("nat: firewall, forward: { 51900: h2 }") SERVERS, ""},
		{SITE("nat: firewall, forward: { 51821: h1 }") SERVERS,
		 "forward-useless '51821'\n"},
		{SITE(LINUX "forward: { 51821/ipv6: six }") SERVERS,
		 "forward-useless '51821/ipv6'\n"},
		{SITE("nat: firewall, forward: { 51820: \"h1:51821\" }") SERVERS,
		 "forward-useless '\"h1:51821\"'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS("", rows);
}

static void test_forwards_pass_every_box(void **state)
{
	static const struct findings_row rows[] = {
		{SITE(LINUX "forward: { 4000: deep }") INNER(INSIDE "forward: { 5000: deep }")
			 NESTED,
		 ""},
		{SITE(LINUX "forward: { 4000: \"deep:5000\" }")
			 INNER(INSIDE "forward: { 5000: deep }") NESTED,
		 ""},
		{SITE(LINUX "forward: { 4000: \"deep:51820\" }")
			 INNER(INSIDE "forward: { 5000: deep }") NESTED,
		 "forward-useless '\"deep:51820\"'\n"},
		{SITE(LINUX "forward: { 4000: deep }") INNER("nat: linux") NESTED,
		 "forward-useless 'deep'\n"},
		/* the other family is not passed on */
		{SITE(LINUX "forward: { 4000: deep }")
			 INNER("nat: linux, forward: { 51820/ipv6: deep }") NESTED,
		 "forward-useless 'deep'\n"},
		{SITE(LINUX "forward: { 51820/ipv6: deep }")
			 INNER("nat: linux, forward: { 51820/ipv6: deep }") NESTED,
		 ""},
		/* a box that does nothing, one that does everything */
		{SITE(LINUX "forward: { 4000: deep }") INNER("nat: none") NESTED, ""},
		{SITE(LINUX "forward: { 4000: \"deep:51820\" }")
			 INNER("one_to_one: { 192.168.1.50: deep }") NESTED,
		 ""},
		/* a firewall in front of a router: only IPv4 gets through, and that is enough */
		{SITE("nat: firewall, forward: { 5000: deep }")
			 INNER(INSIDE "forward: { 5000: deep }") NESTED,
		 ""},
		{SITE("nat: firewall, forward: { 51820: deep }")
			 INNER(INSIDE "forward: { 5000: deep }") NESTED,
		 "forward-useless '51820'\n"},
		{SITE("nat: firewall, forward: { 51820: deep }") INNER("nat: firewall") NESTED,
		 "forward-useless 'deep'\n"},
		/* a host that is nearer, too: the LAN comes first */
		{SITE(LINUX
		      "forward: { 4000: \"both:51820\" }") "  attic: { inside: home, " INSIDE
							   "forward: { 5000: both } }\n" GW
							   "servers:\n" NODE(
								   "both",
								   "home: 192.168.1.14, attic: 10.8.0.2"),
		 ""},
		/* one fault is told once */
		{SITE(LINUX "forward: { 4000: deep }") INNER(INSIDE "forward: { 5000: \"deep:1\" }")
			 NESTED,
		 "forward-useless '\"deep:1\"'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS("", rows);
}

static void expect_forward(const struct network_forward *forward, uint16_t port, const char *host,
			   uint16_t host_port)
{
	assert_int_equal(forward->port, port);
	assert_string_equal(forward->host->name, host);
	assert_int_equal(forward->host_port, host_port);
	assert_true(span_is_given(forward->span));
}

static void test_forwards_are_found(void **state)
{
	const struct network_site *home;
	const struct network_site *lab;
	const struct network_host *h1;
	const struct network_host *h2;
	const struct network_host *deep;
	struct compilation c;

	(void)state;
	findings_check(&c,
		       SITE(LINUX "forward: { 4002: h2, 51820/ipv6: six, 51820: h1, 4001: h2,\n"
				  "    4000: deep }") INNER(INSIDE "forward: { 5000: deep }")
			       SERVERS DEEP,
		       NULL, "");
	home = network_find_site(c.network, "home");
	lab = network_find_site(c.network, "lab");
	h1 = network_find_host(c.network, "h1");
	h2 = network_find_host(c.network, "h2");
	deep = network_find_host(c.network, "deep");
	assert_int_equal(home->forwards.n_items, 5);
	/* by port and family, however they are written */
	expect_forward(&home->forwards.items[0], 4000, "deep", 5000);
	expect_forward(&home->forwards.items[1], 4001, "h2", 51900);
	expect_forward(&home->forwards.items[2], 4002, "h2", 51900);
	expect_forward(&home->forwards.items[3], 51820, "h1", h1->listen_port);
	expect_forward(&home->forwards.items[4], 51820, "six", 51820);
	expect_forward(&lab->forwards.items[0], 5000, "deep", deep->listen_port);
	assert_true(home->forwards.items[3].in[NET_IPV4]);
	assert_false(home->forwards.items[3].in[NET_IPV6]);
	assert_false(home->forwards.items[4].in[NET_IPV4]);
	assert_true(home->forwards.items[4].in[NET_IPV6]);

	assert_ptr_equal(network_find_forward(home, h2, NET_IPV4), &home->forwards.items[1]);
	assert_null(network_find_forward(home, h2, NET_IPV6));
	assert_null(network_find_forward(lab, h2, NET_IPV4));
	compile_finish(&c);
}

/* What the innermost box does not let in is of no use further out. */
#define CELLARS                                                                                    \
	"  cellar: { inside: home, nat: firewall, forward: { 4000: low } }\n"                      \
	"  cave: { inside: cellar, nat: linux, forward: { 4000/ipv6: low } }\n"

static void expect_families(const struct network_forward *forward, const char *host, bool ipv4,
			    bool ipv6)
{
	assert_string_equal(forward->host->name, host);
	assert_int_equal(forward->in[NET_IPV4], ipv4);
	assert_int_equal(forward->in[NET_IPV6], ipv6);
}

/* A port of a firewall is open in the families in which somebody is behind it. */
static void test_forwards_know_their_families(void **state)
{
	const struct network_site *home;
	struct compilation c;

	(void)state;
	findings_check(&c,
		       SITE("nat: firewall, forward: { 51820: six, 51900: h2, 5000: deep,\n"
			    "    4000: low }") INNER(INSIDE "forward: { 5000: deep }")
			       CELLARS SERVERS DEEP NODE_PORT(
				       "low", "cave: [10.8.0.2, \"2001:db8::8\"]", "4000"),
		       NULL, "");
	home = network_find_site(c.network, "home");
	expect_families(&home->forwards.items[0], "low", false, true);
	expect_families(&home->forwards.items[1], "deep", true, false);
	expect_families(&home->forwards.items[2], "six", false, true);
	expect_families(&home->forwards.items[3], "h2", true, false);
	compile_finish(&c);
}

static void test_one_to_one_is_for_one(void **state)
{
	static const struct findings_row rows[] = {
		{SITE("one_to_one: { 203.0.113.40: h1, 203.0.113.41: h2 }") SERVERS, ""},
		{SITE("nat: none, one_to_one: { 203.0.113.40: h1 }") SERVERS, ""},
		{SITE("one_to_one: { 203.0.113.40: h9 }") SERVERS, "name-unknown 'h9'\n"},
		{SITE("one_to_one: { 203.0.113.40: else }") SERVERS, "bad-value 'else'\n"},
		{SITE("one_to_one: { 203.0.113.40: six }") SERVERS, "forward-useless 'six'\n"},
		{SITE("one_to_one: { 203.0.113.40: h1, 203.0.113.41: h1 }") SERVERS,
		 "bad-value 'h1'\n"},
		{SITE("one_to_one: { 127.0.0.1: h1 }") SERVERS, "bad-value '127.0.0.1'\n"},
		{SITE("one_to_one: { \"2001:db8::7\": six }") SERVERS,
		 "bad-value '\"2001:db8::7\"'\n"},
		/* nested: the outer address leads to the inner router */
		{SITE("one_to_one: { 203.0.113.40: deep }") INNER(INSIDE "forward: { 5000: deep }")
			 NESTED,
		 ""},
		{SITE("one_to_one: { 203.0.113.40: deep }") INNER("nat: linux") NESTED,
		 "forward-useless 'deep'\n"},
		{SITE("prefixes: [192.168.1.0/24]") INNER("one_to_one: { 192.168.1.50: deep }")
			 NESTED,
		 ""},
		{SITE("prefixes: [192.168.1.0/24]") INNER("one_to_one: { 192.168.2.50: deep }")
			 NESTED,
		 "address-outside-site '192.168.2.50'\n"},
		/* nobody else has the address */
		{SITE(ADDRESS "one_to_one: { 198.51.100.7: h1 }") SERVERS,
		 "endpoint-shared '198.51.100.7'\n"},
		{SITE("one_to_one: { 192.0.2.1: h1 }") SERVERS, "endpoint-shared '192.0.2.1'\n"},
		{SITE("one_to_one: { 192.168.1.50: h1 }")
			 INNER("one_to_one: { 192.168.1.50: deep }") NESTED,
		 ""}, /* one on the internet, one at home */
		{SITE("one_to_one: { 203.0.113.40: h1 }") "  other: { one_to_one: { 203.0.113.40: o } }\n" SERVERS
			 NODE("o", "other: 10.3.0.1"),
		 "endpoint-shared '203.0.113.40'\n"},
		{SITE("one_to_one: { 192.168.1.11: h1 }")
			 INNER("one_to_one: { 192.168.1.11: deep }") NESTED,
		 "endpoint-shared '192.168.1.11'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS("", rows);
}

static void test_one_to_one_is_found(void **state)
{
	const struct network_site *home;
	const struct network_host *h1;
	struct compilation c;

	(void)state;
	findings_check(&c, SITE("one_to_one: { 203.0.113.40: h1, 203.0.113.9: h2 }") SERVERS, NULL,
		       "");
	home = network_find_site(c.network, "home");
	h1 = network_find_host(c.network, "h1");
	assert_int_equal(home->one_to_one.n_items, 2);
	assert_string_equal(home->one_to_one.items[0].host->name, "h2"); /* by address */
	assert_ptr_equal(network_find_one_to_one(home, h1), &home->one_to_one.items[1]);
	assert_null(network_find_one_to_one(network_find_site(c.network, "far"), h1));
	assert_null(network_find_one_to_one(home, network_find_host(c.network, "six")));
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forwards_lead_to_hosts),
		cmocka_unit_test(test_forwards_need_a_box),
		cmocka_unit_test(test_forwards_have_a_family),
		cmocka_unit_test(test_forwards_pass_every_box),
		cmocka_unit_test(test_forwards_are_found),
		cmocka_unit_test(test_forwards_know_their_families),
		cmocka_unit_test(test_one_to_one_is_for_one),
		cmocka_unit_test(test_one_to_one_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
