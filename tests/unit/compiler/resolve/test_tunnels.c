/* SPDX-License-Identifier: MIT */

/* Devices with several gateways: a host at each, with one key and files that do not collide. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/explain.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

/* The network's name, the gateways of a user, and the tunnels of the user's device. */
static void check_names(const char *network, const char *gateways, const char *expected)
{
	struct text topology = {0};
	struct text names = {0};
	struct compilation c;
	unsigned int n = 0;

	text_printf(&topology, "network: { name: %s, addresses: [10.0.0.0/24] }\ngateways:\n",
		    network);
	for (const char *word = gateways; *word != '\0'; n++) {
		size_t length = strcspn(word, " ");

		text_printf(&topology,
			    "  %.*s: { public_key: KEY(%u), at: { internet: 192.0.2.%u } }\n",
			    (int)length, word, n, n + 1);
		word += length + strspn(word + length, " ");
	}
	text_puts(&topology, "users: { al: { public_key: KEY(al), gateways: [");
	for (const char *c_in = gateways; *c_in != '\0'; c_in++)
		text_append(&topology, *c_in == ' ' ? ", " : c_in, *c_in == ' ' ? 2 : 1);
	text_puts(&topology, "] } }\n");
	fixture_check_good(&c, topology.data, NULL);
	for (size_t way = 0; way < n; way++) {
		for (size_t i = 0; i < c.network->n_hosts; i++) {
			const struct network_host *host = &c.network->hosts[i];

			if (host->kind == HOST_DEVICE && host->way == way)
				text_join(&names, way == 0 ? "" : " ", host->tunnel);
		}
	}
	fixture_expect_text(&names, expected);
	text_finish(&names);
	text_finish(&topology);
	compile_finish(&c);
}

static void test_tunnel_names(void **state)
{
	(void)state;
	check_names("lab", "gw", "lab");
	check_names("lab", "gw gw2 gw3", "lab lab-gw2 lab-gw3");
	check_names("lab", "gw2 gw", "lab lab-gw");
	/* a gateway more at the end renames nothing */
	check_names("lab", "gw gw2 gw3 gw4", "lab lab-gw2 lab-gw3 lab-gw4");
	/* 15 characters */
	check_names("mlcluster", "gw berlin", "mlcluster berlin");
	check_names("mlcluster", "gw paris", "mlcluster mlcluster-paris");
	check_names("lab", "gw north-gateway-01", "lab north-gateway-0");
	check_names("lab", "gw north-gateway-01 north-gateway-02 north-gateway-03",
		    "lab north-gateway-0 north-gateway-3 north-gateway-4");
	check_names("a-long-network1", "gw gw2 gw3", "a-long-network1 gw2 gw3");
	/* the name of another tunnel, or of something else in the kernel */
	check_names("long-net-12", "gw gate1 long-net-12", "long-net-12 gate1 long-net-12-3");
	check_names("long-network", "gw default all", "long-network default-2 all-3");
}

#define HEAD                                                                                       \
	"network: { name: lab, addresses: [10.0.0.0/24, \"fd00::/64\"] }\n"                        \
	"sites: { home: { nat: linux, public: [198.51.100.7] } }\n"                                \
	"gateways: { g1: { public_key: KEY(g1), at: { internet: 192.0.2.1 } },\n"                  \
	"            g2: { public_key: KEY(g2), at: { internet: 192.0.2.2 } } }\n"

/* One key, which stands in the line of the first; addresses of their own; pins at the first. */
static void test_tunnels_in_the_lock(void **state)
{
	static const char topology[] =
		HEAD "users:\n"
		     "  al: { gateways: [g2, g1], devices: {\n"
		     "    pc: { address: 10.0.0.9 }, tab: { public_key: KEY(t) } } }\n";
	static const char lock[] = "al/pc 10.0.0.9 fd00::3 KEY(p) next=KEY(q)\n"
				   "al/pc@g1 10.0.0.3 fd00::4\n"
				   "al/tab 10.0.0.4 fd00::5\n"
				   "al/tab@g1 10.0.0.5 fd00::6\n"
				   "g1 10.0.0.1 fd00::1\ng2 10.0.0.2 fd00::2\n";
	const struct network_host *first;
	const struct network_host *further;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, "al/pc 10.0.0.9 fd00::3 KEY(p) next=KEY(q)\n");
	fixture_expect_lock(&c, lock);
	first = network_find_host(c.network, "al/pc");
	further = network_find_host(c.network, "al/pc@g1");
	assert_non_null(first);
	assert_non_null(further);
	assert_ptr_equal(further->home, first);
	assert_null(first->home);
	assert_true(network_host_is_same(first, further));
	assert_false(network_host_is_same(first, network_find_host(c.network, "al/tab")));
	assert_string_equal(first->gateway->name, "g2");
	assert_string_equal(further->gateway->name, "g1");
	assert_int_equal(net_key_compare(&first->public_key, &further->public_key), 0);
	assert_int_equal(net_key_compare(&first->next_public_key, &further->next_public_key), 0);
	assert_false(net_key_is_zero(&further->next_public_key));
	assert_string_equal(network_host_folder(c.arena, further), "users/al/pc");
	assert_string_equal(network_host_folder(c.arena, first), "users/al/pc");
	compile_finish(&c);
	/* keys in the line of a further one are nobody's */
	fixture_check_good(&c, topology,
			   "al/pc 10.0.0.9 fd00::3 KEY(p) next=KEY(q)\nal/pc@g1 10.0.0.3 KEY(x)\n");
	fixture_expect_lock(&c, lock);
	compile_finish(&c);
}

/* A gateway less leaves a tombstone; nobody is renumbered by one more. */
static void test_tunnels_come_and_go(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c, HEAD "users: { al: { public_key: KEY(a), gateways: [g1] } }\n",
			   "al 10.0.0.7 fd00::7\nal@g2 10.0.0.8 fd00::8\n");
	fixture_expect_lock(&c, "al 10.0.0.7 fd00::7\nal@g2 10.0.0.8 fd00::8 removed\n"
				"g1 10.0.0.1 fd00::1\ng2 10.0.0.2 fd00::2\n");
	compile_finish(&c);
	fixture_check_good(&c, HEAD "users: { al: { public_key: KEY(a), gateways: [g2, g1] } }\n",
			   "al 10.0.0.7 fd00::7\n");
	fixture_expect_lock(&c, "al 10.0.0.7 fd00::7\nal@g1 10.0.0.3 fd00::3\n"
				"g1 10.0.0.1 fd00::1\ng2 10.0.0.2 fd00::2\n");
	compile_finish(&c);
	/* who has expired keeps them all */
	fixture_check_as_of(&c,
			    HEAD "users: { al: { public_key: KEY(a), gateways: [g2, g1],"
				 " expires: 2027-06-30 } }\n",
			    "al 10.0.0.7\nal@g1 10.0.0.8\nal@g3 10.0.0.9\n", "2028-01-01");
	assert_int_equal(c.diags.n_errors, 0);
	fixture_expect_lock(&c, "al 10.0.0.7\nal@g1 10.0.0.8\nal@g3 10.0.0.9 removed\n"
				"g1 10.0.0.1 fd00::1\ng2 10.0.0.2 fd00::2\n");
	compile_finish(&c);
}

/* One machine is never in its own way: not behind a NAT, nor on a LAN. Others still are. */
static void test_tunnels_of_one_machine(void **state)
{
	(void)state;
	fixture_expect_findings(HEAD "users: { al: { public_key: KEY(a), gateways: [g1, g2],"
				     " listen_port: 51999, at: { home: 192.168.1.2 } } }\n",
				NULL, "");
	fixture_expect_findings(HEAD "users: { al: { public_key: KEY(a), gateways: [g1, g2],"
				     " at: { home: 192.168.1.2 } } }\n",
				NULL, "");
	fixture_expect_findings(HEAD "users: { al: { public_key: KEY(a), gateways: [g1, g2],"
				     " listen_port: 51999, at: { home: 192.168.1.2 } },\n"
				     "  bo: { public_key: KEY(b), gateways: [g1],"
				     " listen_port: 51999, at: { home: 192.168.1.3 } } }\n",
				NULL, "port-clash '51999'\n");
	fixture_expect_findings(HEAD "users: { al: { public_key: KEY(a), gateways: [g1, g2],"
				     " at: { mars: 192.168.1.2 } } }\n",
				NULL, "name-unknown 'mars'\n");
}

static void test_tunnels_repeated(void **state)
{
	(void)state;
	fixture_expect_findings(HEAD
				"users: { al: { gateways: [g1, g2, g1], devices: {\n"
				" a: { public_key: KEY(a) }, b: { public_key: KEY(b) } } } }\n",
				NULL, "bad-value 'g1'\n");
}

static void expect_name(struct compilation *c, size_t index, const char *expected)
{
	assert_string_equal(planner_plan_network(c->planner)->names.items[index].name, expected);
}

/* What the artifacts get of it. */
static void test_tunnels_are_planned(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_good(&c,
			   HEAD "users: { al: { gateways: [g1, g2], devices: { pc: { public_key:"
				" KEY(p) } } }, bo: { public_key: KEY(b), gateways: [g2, g1] } }\n"
				"links: [ { between: [al/pc@g2, g2], mtu: 1300 } ]\n",
			   NULL);
	expect_name(&c, 0, "pc.al");
	expect_name(&c, 1, "g2.pc.al");
	expect_name(&c, 2, "bo");
	expect_name(&c, 3, "g1.bo");
	assert_string_equal(fixture_plan(&c, "al/pc")->interface, "lab");
	assert_int_equal(fixture_plan(&c, "al/pc")->mtu, 1420);
	assert_string_equal(fixture_plan(&c, "al/pc@g2")->interface, "lab-g2");
	assert_string_equal(fixture_plan(&c, "al/pc@g2")->network, "lab");
	assert_string_equal(fixture_plan(&c, "al/pc@g2")->folder, "users/al/pc");
	assert_int_equal(fixture_plan(&c, "al/pc@g2")->mtu, 1300);
	assert_non_null(fixture_peer(&c, "g1", "al/pc"));
	assert_null(fixture_peer(&c, "g1", "al/pc@g2"));
	assert_non_null(fixture_peer(&c, "g2", "al/pc@g2"));
	assert_null(fixture_peer(&c, "g2", "al/pc"));
	compile_finish(&c);
}

static void test_tunnels_are_explained(void **state)
{
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, HEAD "users: { al: { gateways: [g1, g2], public_key: KEY(a) } }\n",
			   NULL);
	assert_int_equal(explain_pair(&c, "al@g2", "g1", false, &out), 0);
	assert_int_equal(c.diags.n_errors, 0);
	assert_non_null(strstr(out.data, "al@g2 -> g2 -> g1\n"));
	assert_int_equal(explain_pair(&c, "al@g2", "al", false, &out), 0);
	assert_int_equal(c.diags.n_errors, 1);
	assert_non_null(strstr(c.diags.items.items[0]->message, "are one device"));
	text_finish(&out);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tunnel_names),
		cmocka_unit_test(test_tunnels_in_the_lock),
		cmocka_unit_test(test_tunnels_come_and_go),
		cmocka_unit_test(test_tunnels_of_one_machine),
		cmocka_unit_test(test_tunnels_repeated),
		cmocka_unit_test(test_tunnels_are_planned),
		cmocka_unit_test(test_tunnels_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
