/* SPDX-License-Identifier: MIT */

/* Users whose last day is past: out of the network, but not out of the topology and the lock. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "compiler/explain.h"
#include "compiler/plan/plan.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define HEAD                                                                                       \
	"network: { name: lab, addresses: [10.0.0.0/24] }\n"                                       \
	"gateways: { gw: { public_key: KEY(gw), at: { internet: 192.0.2.1 } } }\n"
#define AL "  al: { expires: 2027-06-30, devices: { pc: { public_key: KEY(p) }, tab: {} } }\n"
#define BO "  bo: { expires: 2027-12-31, public_key: KEY(b) }\n"
#define CY "  cy: { public_key: KEY(c) }\n"
#define LOCK                                                                                       \
	"al/pc 10.0.0.2 51821/udp\nal/tab 10.0.0.3 KEY(t) next=KEY(u)\nbo 10.0.0.4\ncy 10.0.0.5\n" \
	"gw 10.0.0.1\n"

static bool has_host(const struct compilation *c, const char *name)
{
	return network_find_host(c->network, name) != NULL;
}

/* The last day is one on which the user is still there. */
static void test_expiry_by_day(void **state)
{
	static const struct {
		const char *as_of;
		bool has_al;
		bool has_bo;
	} rows[] = {
		{NULL, true, true},          {"2026-01-01", true, true},
		{"2027-06-30", true, true},  {"2027-07-01", false, true},
		{"2027-12-31", false, true}, {"2028-01-01", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct compilation c;

		fixture_check_as_of(&c, HEAD "users:\n" AL BO CY, LOCK, rows[i].as_of);
		assert_int_equal(c.diags.n_errors, 0);
		assert_int_equal(has_host(&c, "al/pc"), rows[i].has_al);
		assert_int_equal(has_host(&c, "al/tab"), rows[i].has_al);
		assert_int_equal(has_host(&c, "bo"), rows[i].has_bo);
		assert_true(has_host(&c, "cy"));
		assert_int_equal(network_find_expired(c.network, "al") != NULL, !rows[i].has_al);
		assert_int_equal(fixture_plan(&c, "gw")->peers.n_items,
				 1U + (rows[i].has_al ? 2U : 0U) + rows[i].has_bo);
		fixture_expect_lock(&c, LOCK);
		compile_finish(&c);
	}
}

/* Neither tombstones, nor changed, nor given to others, whoever else comes and goes. */
static void test_expiry_leaves_the_lock(void **state)
{
	struct compilation c;

	(void)state;
	fixture_check_as_of(&c, HEAD "users:\n" AL CY "  di: { public_key: KEY(d) }\n",
			    LOCK "zz 10.0.0.9 removed\n", "2027-07-01");
	assert_int_equal(c.diags.n_errors, 0);
	fixture_expect_lock(&c, "al/pc 10.0.0.2 51821/udp\n"
				"al/tab 10.0.0.3 KEY(t) next=KEY(u)\n"
				"bo 10.0.0.4 removed\ncy 10.0.0.5\ndi 10.0.0.6\ngw 10.0.0.1\n"
				"zz 10.0.0.9 removed\n");
	compile_finish(&c);
	/* one that never had a line gets none, nor needs a key, and its pin is not reserved */
	fixture_check_as_of(&c,
			    HEAD "users:\n  al: { expires: 2027-06-30, address: 10.0.0.2 }\n" CY,
			    NULL, "2027-07-01");
	assert_int_equal(c.diags.n_errors, 0);
	fixture_expect_lock(&c, "cy 10.0.0.2\ngw 10.0.0.1\n");
	compile_finish(&c);
	/* a tombstone stays one */
	fixture_check_as_of(&c, HEAD "users:\n" BO CY, "bo 10.0.0.4 removed\ngw 10.0.0.1\n",
			    "2028-01-01");
	fixture_expect_lock(&c, "bo 10.0.0.4 removed\ncy 10.0.0.2\ngw 10.0.0.1\n");
	compile_finish(&c);
}

/* Behind a NAT that keeps ports a newcomer does not take the port of who may come back. */
static void test_expiry_keeps_ports(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.0.0.0/24] }\n"
		"sites: { home: { nat: linux, public: [198.51.100.7] } }\n"
		"gateways: { gw: { public_key: KEY(gw), at: { internet: 192.0.2.1 } } }\n"
		"users:\n"
		"  al: { expires: 2027-06-30, public_key: KEY(a), at: { home: 192.168.1.2 } }\n"
		"  bo: { public_key: KEY(b), at: { home: 192.168.1.3 } }\n";
	struct compilation c;

	(void)state;
	fixture_check_as_of(&c, topology, "al 10.0.0.2 51820/udp\ngw 10.0.0.1\n", "2027-07-01");
	assert_int_equal(c.diags.n_errors, 0);
	fixture_expect_lock(&c, "al 10.0.0.2 51820/udp\nbo 10.0.0.3 51821/udp\ngw 10.0.0.1\n");
	compile_finish(&c);
}

static void expect_findings(const char *topology, const char *lock, const char *expected)
{
	struct text shown = {0};
	struct compilation c;

	fixture_check_as_of(&c, topology, lock, "2028-01-01");
	fixture_show_findings(&c.diags, &shown);
	fixture_expect_text(&shown, expected);
	text_finish(&shown);
	compile_finish(&c);
}

/* What names a device of somebody who is gone is passed over; what names nobody is a mistake. */
static void test_expiry_of_names(void **state)
{
	(void)state;
	expect_findings(HEAD "sites: { home: { nat: linux, public: [198.51.100.7],\n"
			     "  forward: { 51820: al/pc, 51821: \"al/pc:51820\" } },\n"
			     "  cloud: { nat: none, one_to_one: { 203.0.113.4: al/pc } } }\n"
			     "users:\n" AL CY "links: [ { between: [al/pc, gw], mtu: 1300 } ]\n",
			LOCK, "");
	expect_findings(HEAD "users:\n" AL CY "links: [ { between: [al/pcc, gw] } ]\n", LOCK,
			"name-unknown 'al/pcc'\n");
	/* the name stays taken */
	expect_findings(HEAD "users:\n" AL CY "servers: { al: { at: { internet: 192.0.2.7 },"
			     " public_key: KEY(s) } }\n",
			LOCK, "name-duplicate 'al'\n");
}

/* A key stays that of who is gone, be it of the topology or of the lock. */
static void test_expiry_of_keys(void **state)
{
	static const char *const others[] = {"b", "t", "u", "p"};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct text topology = {0};
		struct compilation c;

		text_printf(&topology, HEAD "users:\n" AL BO "  cy: { public_key: KEY(%s) }\n",
			    others[i]);
		fixture_check_as_of(&c, topology.data, LOCK, "2028-01-01");
		assert_int_equal(c.diags.n_errors, 1);
		assert_int_equal(c.diags.items.items[0]->rule, DIAG_KEY_SHARED);
		compile_finish(&c);
		text_finish(&topology);
	}
}

static void test_expiry_list(void **state)
{
	const struct network_expiry *first;
	struct compilation c;
	int32_t today;
	size_t n;

	(void)state;
	fixture_check_as_of(&c,
			    HEAD "users:\n" CY BO AL "  ab: { expires: 2027-12-31, public_key:"
				 " KEY(ab) }\n",
			    LOCK, "2027-07-01");
	assert_int_equal(c.network->expiries.n_items, 3);
	first = network_find_expired(c.network, "al/pc");
	assert_ptr_equal(first, c.network->expiries.items);
	assert_ptr_equal(network_find_expired(c.network, "al"), first);
	assert_string_equal(first->user, "al");
	assert_string_equal(first->date, "2027-06-30");
	assert_null(network_find_expired(c.network, "a"));
	assert_null(network_find_expired(c.network, "alb"));
	assert_null(network_find_expired(c.network, "bo"));
	assert_null(network_find_expired(c.network, "cy"));

	assert_true(date_parse("2027-12-31", &today));
	assert_null(network_find_lapsing(c.network, today, &n));
	assert_int_equal(n, 0);
	first = network_find_lapsing(c.network, today + 1, &n);
	assert_int_equal(n, 2);
	assert_string_equal(first[0].user, "ab");
	assert_string_equal(first[1].user, "bo");
	compile_finish(&c);
}

static void test_expiry_is_explained(void **state)
{
	struct text out = {0};
	struct compilation c;

	(void)state;
	fixture_check_as_of(&c, HEAD "users:\n" AL CY, LOCK, "2027-07-01");
	assert_int_equal(explain_pair(&c, "cy", "al/pc", false, &out), 0);
	assert_int_equal(c.diags.items.n_items, 1);
	assert_string_equal(c.diags.items.items[0]->message,
			    "'al/pc' is left out: user 'al' expired on 2027-06-30");
	assert_int_equal(explain_node(&c, "al", false, &out), 0);
	assert_string_equal(c.diags.items.items[1]->message, "user 'al' expired on 2027-06-30");
	assert_int_equal(out.length, 0);
	text_finish(&out);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expiry_by_day),
		cmocka_unit_test(test_expiry_leaves_the_lock),
		cmocka_unit_test(test_expiry_keeps_ports),
		cmocka_unit_test(test_expiry_of_names),
		cmocka_unit_test(test_expiry_of_keys),
		cmocka_unit_test(test_expiry_list),
		cmocka_unit_test(test_expiry_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
