/* SPDX-License-Identifier: MIT */

/* Names, places and keys: what is looked up, what is a default, and what is a mistake. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define NETWORK "network: { name: lab, addresses: [10.20.0.0/24] }\n"
#define GW      "gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"

struct row {
	const char *topology;
	const char *expected;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fixture_expect_findings(rows[i].topology, NULL, rows[i].expected);
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_names_are_one_set(void **state)
{
	static const struct row rows[] = {
		{NETWORK GW "users: { al: { public_key: KEY(al) } }\n", ""},
		{NETWORK GW "users: { gw: { public_key: KEY(al) } }\n", "name-duplicate 'gw'\n"},
		{NETWORK GW
		 "servers: { gw: { at: { internet: 192.0.2.2 }, public_key: KEY(a) } }\n",
		 "name-duplicate 'gw'\n"},
		{NETWORK GW "sites: { gw: {} }\n", "name-duplicate 'gw'\n"},
		{NETWORK GW "sites: { internet: {} }\n", "name-duplicate 'internet'\n"},
		{NETWORK GW "users: { internet: { public_key: KEY(al) } }\n",
		 "name-duplicate 'internet'\n"},
		{NETWORK GW "users: { al: { public_key: KEY(al), groups: [gw] } }\n",
		 "name-duplicate 'gw'\n"},
		{NETWORK GW "users: { al: { public_key: KEY(al), groups: [ml] },\n"
			    "  bo: { public_key: KEY(bo), groups: [ml, gpu] } }\n",
		 ""},
		/* a device belongs to its user: it may be called like anything else */
		{NETWORK GW "users: { al: { devices: { gw: { public_key: KEY(a) } } },\n"
			    "  bo: { devices: { gw: { public_key: KEY(b) } } } }\n",
		 ""},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_names_of_users_with_devices(void **state)
{
	static const struct row rows[] = {
		{NETWORK GW "users: { al: { devices: { p: { public_key: KEY(a) } } } }\n", ""},
		{NETWORK GW
		 "users: { al: { public_key: KEY(b), devices: { p: { public_key: KEY(a) } "
		 "} } }\n",
		 "key-shared '\"Yi0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0=\"'\n"},
		{NETWORK GW
		 "users: { al: { address: 10.20.0.9, devices: { p: { public_key: KEY(a) } "
		 "} } }\n",
		 "bad-value 'al'\n"},
		{NETWORK GW "users: { al: { devices: { p: {}, q: { public_key: KEY(q) } } } }\n",
		 "key-missing 'p'\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_keys_are_given_and_apart(void **state)
{
	static const struct row rows[] = {
		{NETWORK "gateways: { gw: { at: { internet: 192.0.2.1 } } }\n",
		 "key-missing 'gw'\n"},
		{NETWORK GW "users: { al: {} }\n", "key-missing 'al'\n"},
		/* malformed is not missing as well, nor shared with another malformed one */
		{NETWORK GW "users: { al: { public_key: x }, bo: { public_key: y } }\n",
		 "key-invalid 'x'\nkey-invalid 'y'\n"},
		{NETWORK GW "users: { al: { public_key: KEY(gw) } }\n",
		 "key-shared '\"Z3ctLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0=\"'\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

#define CAMPUS "sites: { campus: { prefixes: [10.1.0.0/16, \"fd01::/64\"], nat: linux } }\n"
#define AT(at) "gateways: { gw: { at: { " at " }, public_key: KEY(gw) } }\n"

static void test_places_of_a_site(void **state)
{
	static const struct row rows[] = {
		{NETWORK CAMPUS AT("internet: 192.0.2.1, campus: [10.1.2.3, \"fd01::3\"]"), ""},
		{NETWORK CAMPUS AT("internet: 192.0.2.1, campus: 10.2.0.1"),
		 "address-outside-site '10.2.0.1'\n"},
		{NETWORK CAMPUS AT("internet: 192.0.2.1, campus: \"fd02::1\""),
		 "address-outside-site '\"fd02::1\"'\n"},
		{NETWORK CAMPUS AT("internet: 192.0.2.1, campsu: 10.1.0.1"),
		 "name-unknown 'campsu'\n"},
		{NETWORK AT("internet: 192.0.2.1, gw: 10.1.0.1"), "name-unknown 'gw'\n"},
		/* addresses that nobody can send to */
		{NETWORK AT("internet: 127.0.0.1"), "bad-value '127.0.0.1'\n"},
		{NETWORK AT("internet: 0.0.0.0"), "bad-value '0.0.0.0'\n"},
		{NETWORK AT("internet: 224.0.0.1"), "bad-value '224.0.0.1'\n"},
		{NETWORK AT("internet: 255.255.255.255"), "bad-value '255.255.255.255'\n"},
		{NETWORK AT("internet: \"fe80::1\""), "bad-value '\"fe80::1\"'\n"},
		{NETWORK AT("internet: \"::1\""), "bad-value '\"::1\"'\n"},
		/* the overlay is not below itself */
		{NETWORK AT("internet: 10.20.0.77"), "pool-overlap '10.20.0.77'\n"},
		{"network: { name: lab, addresses: [10.1.4.0/24] }\n" CAMPUS AT(
			 "internet: 192.0.2.1"),
		 "pool-overlap '10.1.4.0/24'\n"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

#define SERVER(name, at, port)                                                                     \
	"  " name ": { at: { " at " }, public_key: KEY(" name "), listen_port: " port " }\n"

static void test_places_are_listened_on_once(void **state)
{
	static const struct row rows[] = {
		{NETWORK "servers:\n" SERVER("a", "internet: 192.0.2.1", "51820")
			 SERVER("b", "internet: 192.0.2.1", "51820"),
		 "endpoint-shared '192.0.2.1'\n"},
		{NETWORK "servers:\n" SERVER("a", "internet: 192.0.2.1", "51820")
			 SERVER("b", "internet: 192.0.2.1", "51821"),
		 ""},
		{NETWORK "servers:\n" SERVER("a", "internet: 192.0.2.1", "51820")
			 SERVER("b", "internet: 192.0.2.2", "51820"),
		 ""},
		/* what is not translated is one realm, unless it is private on the internet */
		{NETWORK "sites: { x: { nat: firewall }, y: { nat: none } }\nservers:\n" SERVER(
			 "a", "x: 198.51.100.2", "51820") SERVER("b", "y: 198.51.100.2", "51820"),
		 "endpoint-shared '198.51.100.2'\n"},
		{NETWORK
		 "sites: { x: {}, y: {} }\nservers:\n" SERVER("a", "x: \"2001:db8:1::2\"", "51820")
			 SERVER("b", "y: \"2001:db8:1::2\"", "51820"),
		 "endpoint-shared '\"2001:db8:1::2\"'\n"},
		{NETWORK "sites: { x: {}, y: { inside: x, nat: none } }\nservers:\n" SERVER(
			 "a", "x: 10.0.0.2", "51820") SERVER("b", "y: 10.0.0.2", "51820"),
		 "endpoint-shared '10.0.0.2'\n"},
		/* the same private address at two sites is two places */
		{NETWORK "sites: { x: {}, y: {} }\nservers:\n" SERVER(
			 "a", "internet: 192.0.2.1, x: 192.168.1.2", "51820")
			 SERVER("b", "internet: 192.0.2.2, y: 192.168.1.2", "51820"),
		 ""},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static const char whole[] =
	"network: { name: lab, addresses: [10.20.0.0/24], listen_port: 1000 }\n"
	"sites: { z: { nat: cgnat }, a: {} }\n"
	"servers:\n"
	"  s2: { at: { a: dynamic, internet: [192.0.2.2, v.example] }, public_key: KEY(s2),\n"
	"        groups: [y, x] }\n"
	"  s10: { at: { internet: 192.0.2.10 }, public_key: KEY(s10), listen_port: 2000 }\n"
	"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
	"users: { al: { groups: [ml], devices: { t: { public_key: KEY(t) } } } }\n";

static void test_names_make_a_network(void **state)
{
	static const char *const names[] = {"al/t", "gw", "s10", "s2"};
	const struct network_host *host;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, whole, NULL);
	assert_int_equal(c.network->n_hosts, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(c.network->hosts[i].name, names[i]);
		assert_int_equal(c.network->hosts[i].index, i);
		assert_ptr_equal(network_find_host(c.network, names[i]), &c.network->hosts[i]);
	}
	assert_null(network_find_host(c.network, "al"));
	assert_null(network_find_host(c.network, ""));
	host = network_find_host(c.network, "s2");
	assert_int_equal(host->listen_port, 1000);
	assert_int_equal(host->kind, HOST_SERVER);
	assert_int_equal(host->attachments.n_items, 2);
	assert_string_equal(host->attachments.items[0].site->name, "internet");
	assert_int_equal(host->attachments.items[0].n_places, 2);
	assert_string_equal(host->groups.items[0], "x");
	assert_int_equal(network_find_host(c.network, "s10")->listen_port, 2000);
	host = network_find_host(c.network, "al/t");
	assert_int_equal(host->kind, HOST_DEVICE);
	assert_string_equal(host->groups.items[0], "ml");
	assert_string_equal(host->gateway->name, "gw");
	/* sites by name, behind the internet; without `nat` the worst is assumed */
	assert_int_equal(network_find_site(c.network, "internet")->index, 0);
	assert_int_equal(network_find_site(c.network, "internet")->nat, NAT_NONE);
	assert_int_equal(network_find_site(c.network, "a")->index, 1);
	assert_int_equal(network_find_site(c.network, "a")->nat, NAT_UNKNOWN);
	assert_int_equal(network_find_site(c.network, "z")->nat, NAT_CGNAT);
	assert_null(network_find_site(c.network, "b"));
	assert_int_equal(c.network->persistent_keepalive, KEEPALIVE_AUTO);
	assert_int_equal(c.network->mtu.value, MTU_AUTO);
	assert_null(c.network->domain);
	compile_finish(&c);
}

static void test_names_make_folders(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, whole, NULL);
	assert_string_equal(network_host_folder(c.arena, network_find_host(c.network, "gw")),
			    "hosts/gw/etc/wireguard");
	assert_string_equal(network_host_folder(c.arena, network_find_host(c.network, "s2")),
			    "hosts/s2/etc/wireguard");
	assert_string_equal(network_host_folder(c.arena, network_find_host(c.network, "al/t")),
			    "users/al/t");
	assert_string_equal(network_kind_text(HOST_GATEWAY), "gateway");
	assert_string_equal(network_kind_text(HOST_SERVER), "server");
	assert_string_equal(network_kind_text(HOST_DEVICE), "device");
	compile_finish(&c);
}

static void test_ports_have_a_default(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, NETWORK GW, NULL);
	assert_int_equal(network_find_host(c.network, "gw")->listen_port, 51820);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_one_set),
		cmocka_unit_test(test_names_of_users_with_devices),
		cmocka_unit_test(test_keys_are_given_and_apart),
		cmocka_unit_test(test_places_of_a_site),
		cmocka_unit_test(test_places_are_listened_on_once),
		cmocka_unit_test(test_names_make_a_network),
		cmocka_unit_test(test_names_make_folders),
		cmocka_unit_test(test_ports_have_a_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
