/* SPDX-License-Identifier: MIT */

/* Routes in a batch for ip(8). */

#include "compiler/conf/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static struct conf_routes *parse(struct arena *arena, const char *text)
{
	return conf_routes_parse(arena, "lab.routes", text, strlen(text));
}

static void test_conf_routes_parse_each_form(void **state)
{
	struct arena *arena = arena_create();
	const struct conf_routes *routes =
		parse(arena, "# gw: routes of lab\n\nroute replace 10.0.0.0/16 dev lab\n"
			     "route replace fd00::/48 dev lab mtu 1380\n");
	char buffer[NET_PREFIX_TEXT];

	(void)state;
	assert_int_equal(routes->faults.n_items, 0);
	assert_int_equal(routes->items.n_items, 2);
	assert_string_equal(routes->items.items[0].device, "lab");
	assert_int_equal(routes->items.items[0].mtu, 0);
	assert_string_equal(net_prefix_format(&routes->items.items[1].prefix, buffer), "fd00::/48");
	assert_int_equal(routes->items.items[1].mtu, 1380);
	(void)arena_destroy(arena);
}

static void test_conf_routes_parse_refuses(void **state)
{
	static const char *const lines[] = {
		"route add 10.0.0.0/16 dev lab",
		"route replace 10.0.0.0 dev",
		"route replace 10.0.0.1/16 dev lab",
		"route replace 10.0.0.0/16 via lab",
		"route replace 10.0.0.0/16 dev lab mtu",
		"route replace 10.0.0.0/16 dev lab mtu 1x",
		"route replace 10.0.0.0/16 dev lab metric 5",
		"route replace 10.0.0.0/16 dev lab mtu 1380 metric 5 x y",
		"address add 10.0.0.1/32 dev lab",
	};
	struct arena *arena = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct conf_routes *routes = parse(arena, lines[i]);

		assert_int_equal(routes->items.n_items, 0);
		assert_int_equal(routes->faults.n_items, 1);
	}
	(void)arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conf_routes_parse_each_form),
		cmocka_unit_test(test_conf_routes_parse_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
