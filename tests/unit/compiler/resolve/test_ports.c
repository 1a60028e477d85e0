/* SPDX-License-Identifier: MIT */

/* Listening ports behind boxes that keep them: who gets which, and what the lock remembers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"
#include "tests/unit/compiler/resolve/findings.h"

#define NETWORK "network: { name: lab, addresses: [10.20.0.0/24] }\n"
#define GW      "gateways:\n  gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) }\n"

struct row {
	const char *sites;
	const char *nodes; /* "name site" or "name site port"; by its letter a server, a device */
	const char *lock;
	const char *expected; /* "name=port", but for those with 51820 */
};

/* Every node has an address of its own: "a", "a+b" stands for two sites. */
static void append_node(struct text *text, const char *name, const char *sites, const char *port,
			unsigned int n)
{
	const char *plus = strchr(sites, '+');
	int length = plus == NULL ? (int)strlen(sites) : (int)(plus - sites);

	text_printf(text, "  %s: { public_key: KEY(%s), at: { %.*s: 172.16.0.%u", name, name,
		    length, sites, n);
	if (plus != NULL)
		text_printf(text, ", %s: 172.16.1.%u", plus + 1, n);
	text_puts(text, " }");
	if (port[0] != '\0')
		text_printf(text, ", listen_port: %s", port);
	text_puts(text, name[0] == 'u' ? ", gateways: [gw] }\n" : " }\n");
}

/* The nodes whose names begin with the letter, in the order written. */
static void append_nodes(struct text *text, const char *nodes, char letter)
{
	const char *line = nodes;
	unsigned int n = 1;

	while (*line != '\0') {
		char words[3][16] = {"", "", ""};
		size_t length = strcspn(line, ";");
		size_t word = 0;
		size_t used = 0;

		for (size_t i = 0; i < length; i++) {
			if (line[i] == ' ') {
				word++;
				used = 0;
			} else {
				words[word][used++] = line[i];
			}
		}
		if (words[0][0] == letter)
			append_node(text, words[0], words[1], words[2], n);
		n++;
		line += length + (line[length] == ';');
	}
}

static void make_topology(struct text *text, const struct row *row)
{
	text_printf(text, "%ssites:\n%s", NETWORK, row->sites);
	text_puts(text, "users:\n");
	append_nodes(text, row->nodes, 'u');
	text_puts(text, "servers:\n");
	append_nodes(text, row->nodes, 's');
	text_puts(text, GW);
	append_nodes(text, row->nodes, 'g');
}

static void show_ports(const struct network *network, struct text *out)
{
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (host->listen_port == 51820)
			continue;
		text_printf(out, "%s%s=%u", out->length == 0 ? "" : " ", host->name,
			    host->listen_port);
	}
}

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct text topology = {0};
		struct text shown = {0};
		struct compilation c;

		make_topology(&topology, &rows[i]);
		findings_check(&c, topology.data, rows[i].lock, "");
		show_ports(c.network, &shown);
		if (strcmp(shown.data == NULL ? "" : shown.data, rows[i].expected) != 0)
			print_error("%s", topology.data);
		fixture_expect_text(&shown, rows[i].expected);
		text_finish(&shown);
		text_finish(&topology);
		compile_finish(&c);
	}
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#define LINUX "  a: { nat: linux, public: [198.51.100.7]"

static void test_ports_are_apart_behind_a_box(void **state)
{
	static const struct row rows[] = {
		{LINUX " }\n", "s1 a", NULL, ""},
		{LINUX " }\n", "s2 a;s1 a;s3 a", NULL, "s2=51821 s3=51822"},
		{LINUX " }\n", "s1 a;s2 internet", NULL, ""},
		{LINUX " }\n  b: { nat: linux }\n", "s1 a;s2 b", NULL, ""},
		/* gateways, servers, devices */
		{LINUX " }\n", "u1 a;s1 a;g1 a", NULL, "s1=51821 u1=51822"},
		/* a box that chooses ports itself, and those that leave them alone */
		{"  a: { nat: symmetric }\n", "s1 a;s2 a", NULL, ""},
		{"  a: { nat: unknown }\n", "s1 a;s2 a", NULL, ""},
		{"  a: { nat: firewall }\n", "s1 a;s2 a", NULL, ""},
		{"  a: { nat: none }\n", "s1 a;s2 a", NULL, ""},
		{"  a: { nat: udp-blocked }\n", "s1 a;s2 a", NULL, ""},
		{"  a: { nat: full-cone }\n", "s1 a;s2 a", NULL, "s2=51821"},
		{"  a: { nat: { mapping: endpoint-independent } }\n", "s1 a;s2 a", NULL, ""},
		{"  a: { nat: { mapping: endpoint-independent, port_preservation: true } }\n",
		 "s1 a;s2 a", NULL, "s2=51821"},
		/* with an outer address of its own */
		{LINUX ", one_to_one: { 203.0.113.5: s1 } }\n", "s1 a;s2 a", NULL, ""},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_ports_are_apart_at_every_level(void **state)
{
	static const struct row rows[] = {
		/* home routers behind one carrier */
		{"  a: { nat: linux }\n  b: { inside: a, nat: linux }\n"
		 "  c: { inside: a, nat: linux }\n",
		 "s1 b;s2 c;s3 a", NULL, "s2=51821 s3=51822"},
		{"  a: { nat: linux }\n  b: { inside: a, nat: firewall }\n"
		 "  c: { inside: a, nat: none }\n",
		 "s1 b;s2 c", NULL, "s2=51821"},
		{"  a: { nat: linux }\n  b: { inside: a, nat: symmetric }\n"
		 "  c: { inside: a, nat: udp-blocked }\n",
		 "s1 a;s2 b;s3 c", NULL, ""},
		{"  a: { nat: linux }\n"
		 "  b: { inside: a, nat: linux, one_to_one: { 10.0.0.9: s2 } }\n",
		 "s1 a;s2 b;s3 b", NULL, "s2=51821 s3=51822"},
		{"  a: { nat: linux }\n"
		 "  b: { inside: a, nat: udp-blocked, one_to_one: { 10.0.0.9: s2 } }\n",
		 "s1 a;s2 b", NULL, ""},
		/* a host at two sites has one port, which has to be free at both */
		{"  a: { nat: linux }\n  b: { nat: linux }\n", "s1 a;s2 b;s3 b;s4 a+b;s5 a;s6 b",
		 NULL, "s3=51821 s4=51822 s5=51821 s6=51823"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_ports_of_forwards_and_pins(void **state)
{
	static const struct row rows[] = {
		{LINUX " }\n", "s1 a;s2 a 51820;s3 a", NULL, "s1=51821 s3=51822"},
		{LINUX " }\n", "s1 a;s2 a 51821;s3 a", NULL, "s2=51821 s3=51822"},
		{LINUX ", forward: { 51820: s2 } }\n", "s1 a;s2 a", NULL, "s1=51821"},
		{LINUX ", forward: { 51821: s1 } }\n", "s1 a;s2 a", NULL, "s2=51822"},
		/* the port of its own forward is free for the host */
		{LINUX ", forward: { 51821: s3, 51822: s1 } }\n", "s1 a;s2 a;s3 a;s4 a", NULL,
		 "s2=51823 s3=51821 s4=51824"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_ports_are_locked(void **state)
{
	static const struct row rows[] = {
		{LINUX " }\n", "s1 a;s2 a", "s2 10.20.0.5 51820/udp\n", "s1=51821"},
		{LINUX " }\n", "s1 a;s2 a", "s1 10.20.0.5 51833/udp\n", "s1=51833"},
		/* it stays where the reason is gone, but not against a pin */
		{LINUX " }\n", "s1 internet;s2 a", "s1 10.20.0.5 51833/udp\n", "s1=51833"},
		{LINUX " }\n", "s1 internet 4000;s2 a", "s1 10.20.0.5 51833/udp\n", "s1=4000"},
		/* what came before in the topology goes before */
		{LINUX " }\n", "s1 a;s2 a 51833", "s1 10.20.0.5 51833/udp\n", "s2=51833"},
		{LINUX ", forward: { 51833: s2 } }\n", "s1 a;s2 a", "s1 10.20.0.5 51833/udp\n",
		 "s2=51821"},
		/* two that have come behind one box since */
		{LINUX " }\n", "s1 a;s2 a", "s1 10.20.0.5 51833/udp\ns2 10.20.0.6 51833/udp\n",
		 "s1=51833"},
		/* that of a node that is gone is free */
		{LINUX " }\n", "s1 a;s2 a", "s9 10.20.0.5 51820/udp\n", "s2=51821"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

#define AT(name, at) "  " name ": { at: { " at " }, public_key: KEY(" name ") }\n"
#define BEHIND       NETWORK "sites:\n  a: { nat: linux }\n" GW "servers:\n"

static void expect_lock(const char *topology, const char *lock, const char *expected)
{
	struct compilation again;
	struct compilation c;

	findings_check(&c, topology, lock, "");
	assert_string_equal(fixture_lock_lines(&c), expected);
	findings_check(&again, topology, c.lock_text, "");
	assert_false(again.lock_is_changed);
	compile_finish(&again);
	compile_finish(&c);
}

/* A port that was chosen is kept against later nodes, also where it is the usual one. */
static void test_ports_are_written_to_the_lock(void **state)
{
	(void)state;
	expect_lock(BEHIND AT("s2", "a: 10.0.0.2") AT("s3", "a: 10.0.0.3")
			    AT("s4", "internet: 192.0.2.4"),
		    NULL,
		    "gw 10.20.0.1\ns2 10.20.0.2 51820/udp\ns3 10.20.0.3 51821/udp\n"
		    "s4 10.20.0.4\n");
	/* s1 comes first by name, and too late */
	expect_lock(BEHIND AT("s1", "a: 10.0.0.1") AT("s2", "a: 10.0.0.2"),
		    "gw 10.20.0.1\ns2 10.20.0.2 51820/udp\ns3 10.20.0.3 51821/udp\n",
		    "gw 10.20.0.1\ns1 10.20.0.4 51821/udp\ns2 10.20.0.2 51820/udp\n"
		    "s3 10.20.0.3 removed\n");
	/* a lock of before there were ports */
	expect_lock(BEHIND AT("s1", "a: 10.0.0.1") AT("s2", "a: 10.0.0.2"),
		    "gw 10.20.0.1\ns1 10.20.0.2\ns2 10.20.0.3\n",
		    "gw 10.20.0.1\ns1 10.20.0.2 51820/udp\ns2 10.20.0.3 51821/udp\n");
	/* pinned by now */
	expect_lock(BEHIND "  s1: { at: { a: 10.0.0.1 }, public_key: KEY(s1), listen_port: 4 }\n",
		    "gw 10.20.0.1\ns1 10.20.0.2 51820/udp\n", "gw 10.20.0.1\ns1 10.20.0.2\n");
}

#define PINNED(name, at, port)                                                                     \
	"  " name ": { at: { " at " }, public_key: KEY(" name "), listen_port: " port " }\n"
#define SITES(terms) NETWORK "sites:\n  a: { nat: linux, public: [198.51.100.7]" terms " }\n"

static void test_ports_clash(void **state)
{
	static const struct findings_row rows[] = {
		{SITES("") GW "servers:\n" PINNED("s1", "a: 10.0.0.1", "4001")
			 PINNED("s2", "a: 10.0.0.2", "4002"),
		 ""},
		{SITES("") GW "servers:\n" PINNED("s1", "a: 10.0.0.1", "4001")
			 PINNED("s2", "a: 10.0.0.2", "4001"),
		 "port-clash '4001'\n"},
		{SITES("") GW "servers:\n" PINNED("s1", "a: 10.0.0.1", "4001")
			 PINNED("s2", "internet: 192.0.2.2", "4001"),
		 ""},
		/* against a forward of another host; one's own is fine */
		{SITES(", forward: { 4001: s2 }") GW
		 "servers:\n" PINNED("s1", "a: 10.0.0.1", "4001") AT("s2", "a: 10.0.0.2"),
		 "port-clash '4001'\n"},
		{SITES(", forward: { 4001: s1 }") GW
		 "servers:\n" PINNED("s1", "a: 10.0.0.1", "4001") AT("s2", "a: 10.0.0.2"),
		 ""},
		/* in IPv6 the port is the host's own */
		{SITES(", forward: { 4001/ipv6: s2 }") GW "servers:\n" PINNED(
			 "s1", "a: 10.0.0.1", "4001") PINNED("s2", "a: \"2001:db8::2\"", "4001"),
		 ""},
		/* none is left */
		{"network: { name: lab, addresses: [10.20.0.0/24], listen_port: 65534 }\n"
		 "sites:\n  a: { nat: linux }\n" GW "servers:\n" AT("s1", "a: 10.0.0.1")
			 AT("s2", "a: 10.0.0.2"),
		 ""},
		{"network: { name: lab, addresses: [10.20.0.0/24], listen_port: 65534 }\n"
		 "sites:\n  a: { nat: linux }\n" GW "servers:\n" AT("s1", "a: 10.0.0.1")
			 AT("s2", "a: 10.0.0.2") AT("s3", "a: 10.0.0.3"),
		 "port-clash 's3'\n"},
		/* on one address, a port that was moved is another one */
		{SITES("") GW "servers:\n" AT("s1", "a: 10.0.0.1") AT("s2", "a: 10.0.0.1"), ""},
		{NETWORK "sites:\n  a: { nat: symmetric }\n" GW "servers:\n" AT("s1", "a: 10.0.0.1")
			 AT("s2", "a: 10.0.0.1"),
		 "endpoint-shared '10.0.0.1'\n"},
	};

	(void)state;
	FINDINGS_CHECK_ROWS("", rows);
}

/* IPv6 is not translated, and who roams is behind nobody knows what. */
static void test_ports_of_those_who_are_not_translated(void **state)
{
	struct compilation c;

	(void)state;
	findings_check(
		&c,
		BEHIND AT("s1", "a: \"2001:db8::1\"") AT("s2", "a: \"2001:db8::2\"") AT(
			"s3", "a: [\"2001:db8::3\", 10.0.0.3]")
			AT("s4",
			   "a: dynamic") "users: { u1: { public_key: KEY(u1) }, u2: { public_key: KEY(u2) } }\n",
		NULL, "");
	assert_int_equal(network_find_host(c.network, "s1")->listen_port, 51820);
	assert_int_equal(network_find_host(c.network, "s2")->listen_port, 51820);
	assert_int_equal(network_find_host(c.network, "s3")->listen_port, 51820);
	assert_int_equal(network_find_host(c.network, "s4")->listen_port, 51821);
	assert_int_equal(network_find_host(c.network, "u1")->listen_port, 51820);
	assert_int_equal(network_find_host(c.network, "u2")->listen_port, 51820);
	assert_false(network_find_host(c.network, "s4")->port_is_pinned);
	compile_finish(&c);
}

/* A NAT that keeps ports keeps them from the router's own, too; one beside it takes none away. */
static void test_ports_of_a_router_that_is_a_node(void **state)
{
	static const char topology[] =
		NETWORK "sites:\n"
			"  a: { nat: linux, public: [198.51.100.10] }\n"
			"  b: { nat: linux, public: [198.51.100.20] }\n"
			"gateways:\n"
			"  r: { at: { internet: 198.51.100.10 }, public_key: KEY(r) }\n"
			"servers:\n"
			"  s1: { at: { a: 10.0.0.1 }, public_key: KEY(s1) }\n"
			"  s2: { at: { b: 10.0.0.1 }, public_key: KEY(s2) }\n";
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	assert_int_equal(network_find_host(c.network, "r")->listen_port, 51820);
	assert_int_equal(network_find_host(c.network, "s1")->listen_port, 51821);
	assert_int_equal(network_find_host(c.network, "s2")->listen_port, 51820);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_are_apart_behind_a_box),
		cmocka_unit_test(test_ports_are_apart_at_every_level),
		cmocka_unit_test(test_ports_of_forwards_and_pins),
		cmocka_unit_test(test_ports_are_locked),
		cmocka_unit_test(test_ports_are_written_to_the_lock),
		cmocka_unit_test(test_ports_clash),
		cmocka_unit_test(test_ports_of_those_who_are_not_translated),
		cmocka_unit_test(test_ports_of_a_router_that_is_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
