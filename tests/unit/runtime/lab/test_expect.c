/* SPDX-License-Identifier: MIT */

/* Expect: what verdicts mean for the way of a packet. */

#include "runtime/lab/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/runtime/document.h"

static const char laptop[] =
	"{'kind': 'device', 'folder': 'users/ann', 'addresses': ['10.77.0.9'],"
	" 'public_key': 'GAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'listen_port': 51820,"
	" 'at': {}, 'routes': [], 'gateway': 'gw', 'class': 1, 'share': 0}";

static const struct manifest_host *find(const struct manifest *manifest, const char *name)
{
	const struct manifest_host *host = manifest_find_host(manifest, name);

	if (host == NULL)
		fail_msg("no host %s", name);
	return host;
}

static void test_path_is_as_described(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *words;
		size_t n_hops;
	} rows[] = {
		{"gpu01", "gpu02", "punch", 0},
		{"gpu01", "gw", "lan", 0},
		{"gpu02", "vm1", "direct", 0},
		/* Shares 2 and 3: the second of two gateways. */
		{"gpu02", "home01", "relay through vm1", 1},
		{"gpu01", "vm1", "relay through gw", 1},
		{"ann", "gw", "lan", 0},
		{"ann", "gpu02", "through gw", 1},
		{"home01", "ann", "through gw", 1},
		{"ben", "gpu01", "through vm1, gw", 2},
		{"gpu01", "ben", "through gw, vm1", 2},
		{"ann", "ben", "through gw, vm1", 2},
		{"ann", "cid", "through gw", 1},
	};
	const struct manifest *manifest;

	document_set(*state, "hosts/ann", laptop);
	document_set(*state, "hosts/ben", laptop);
	document_set(*state, "hosts/ben/gateway", "'vm1'");
	document_set(*state, "hosts/cid", laptop);
	document_set(*state, "hosts/vm1/kind", "'gateway'");
	manifest = document_read_good(*state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct manifest_host *from = find(manifest, rows[i].from);
		const struct manifest_host *to = find(manifest, rows[i].to);
		cleanup_(text_finish) struct text words = {0};

		expect_describe(manifest, from, to, &words);
		assert_string_equal(words.data, rows[i].words);
		assert_int_equal(expect_path(manifest, from, to).n_hops, rows[i].n_hops);
		assert_int_equal(expect_tunnel(manifest, from, to), rows[i].n_hops == 0);
	}
}

static void test_obstacles_are_boxes_that_let_nobody_in(void **state)
{
	static const struct {
		const char *host;
		const char *from;
		unsigned int n_obstacles;
	} rows[] = {
		{"gw", "home01", 0},    /* on the internet */
		{"gw", "gpu01", 0},     /* and on the campus */
		{"gpu01", "gw", 0},     /* which is the same LAN */
		{"gpu01", "home01", 1}, /* the campus's NAT */
		{"gpu02", "gpu01", 1},  /* the lab's */
		{"gpu02", "vm1", 2},    /* both */
		{"home01", "gw", 0},    /* a forward */
		{"vm1", "gw", 0},       /* an address of its own */
		{"ann", "gw", 100},     /* wherever it is */
	};
	const struct manifest *manifest;

	document_set(*state, "hosts/ann", laptop);
	manifest = document_read_good(*state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(expect_obstacles(find(manifest, rows[i].host),
						  find(manifest, rows[i].from)),
				 rows[i].n_obstacles);
	}
}

static void test_port_is_that_of_the_forward(void **state)
{
	const struct manifest *manifest = document_read_good(*state);
	const struct manifest_host *home01 = find(manifest, "home01");
	const struct manifest_host *gw = find(manifest, "gw");

	assert_int_equal(expect_port(home01, gw, NET_IPV4), 51821);
	assert_int_equal(expect_port(home01, gw, NET_IPV6), 51820);
	assert_int_equal(expect_port(gw, home01, NET_IPV4), 51820);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCUMENT_TEST(test_path_is_as_described),
		DOCUMENT_TEST(test_obstacles_are_boxes_that_let_nobody_in),
		DOCUMENT_TEST(test_port_is_that_of_the_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
