/* SPDX-License-Identifier: MIT */

/* Exposures box by box, and of single attachments. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "compiler/reach/walk.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

/* Step by step: what is known after each box. */
static void test_exposure_walk(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites:\n"
		"  s: { nat: symmetric, public: [198.51.100.7] }\n"
		"  n: { inside: s, nat: linux, public: [10.1.9.9], forward: { 51899: h } }\n"
		"servers: { h: { at: { n: 192.168.1.2 }, public_key: KEY(h) } }\n";
	char buffer[NET_ENDPOINT_TEXT];
	const struct network_host *host;
	struct exposure_walk walk;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	host = network_find_host(c.network, "h");
	assert_false(exposure_walk_begin(&walk, host, &host->attachments.items[0], NET_IPV6));
	assert_true(exposure_walk_begin(&walk, host, &host->attachments.items[0], NET_IPV4));
	assert_string_equal(walk.site->name, "n");
	assert_true(walk.lets_in && walk.keeps_port);
	assert_string_equal(net_endpoint_format(&walk.in, buffer), "192.168.1.2:51820");
	exposure_walk_out(&walk);
	assert_string_equal(walk.site->name, "s");
	assert_true(walk.lets_in && walk.keeps_port);
	assert_string_equal(net_endpoint_format(&walk.in, buffer), "10.1.9.9:51899");
	assert_string_equal(net_endpoint_format(&walk.out, buffer), "10.1.9.9:51820");
	exposure_walk_out(&walk);
	assert_string_equal(walk.site->name, "internet");
	assert_false(walk.lets_in || walk.keeps_port || walk.is_blocked || walk.is_private);
	assert_int_equal(walk.in.port, 0);
	assert_string_equal(net_endpoint_format(&walk.out, buffer), "198.51.100.7:51820");
	compile_finish(&c);
}

/* A forward to the host's other address is none for the one behind another box. */
static void test_exposure_of_one_attachment(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites:\n"
		"  s: { nat: linux, public: [198.51.100.7], forward: { 51820: h } }\n"
		"  n: { inside: s, nat: linux, public: [10.1.9.9] }\n"
		"servers: { h: { at: { n: 192.168.1.2, s: 10.1.0.5 }, public_key: KEY(h) } }\n";
	const struct network_host *host;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	host = network_find_host(c.network, "h");
	assert_int_equal(host->attachments.n_items, 2);
	vec_foreach(attachment, &host->attachments) {
		struct exposure exposure =
			exposure_of(host, attachment, &c.network->sites.items[0], NET_IPV4);

		assert_int_equal(exposure.kind, strcmp(attachment->site->name, "s") == 0
							? EXPOSURE_OPEN
							: EXPOSURE_PREDICTABLE);
	}
	compile_finish(&c);
}

/* Of several places the first one of the family, and a fixed one rather than a dynamic one. */
static void test_exposure_place(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"servers:\n"
		"  a: { at: { internet: [dynamic, \"2001:db8::1\", 192.0.2.1, 192.0.2.2] },\n"
		"       public_key: KEY(a) }\n"
		"  b: { at: { internet: \"2001:db8::2\" }, public_key: KEY(b) }\n"
		"  c: { at: { internet: dynamic }, public_key: KEY(c) }\n";
	char buffer[NET_ADDRESS_TEXT];
	const struct network_attachment *at[3];
	struct compilation c;

	(void)state;
	fixture_check_good(&c, topology, NULL);
	for (size_t i = 0; i < 3; i++)
		at[i] = &c.network->hosts[i].attachments.items[0];
	assert_string_equal(net_address_format(&exposure_place(at[0], NET_IPV4)->address, buffer),
			    "192.0.2.1");
	assert_string_equal(net_address_format(&exposure_place(at[0], NET_IPV6)->address, buffer),
			    "2001:db8::1");
	assert_null(exposure_place(at[1], NET_IPV4));
	assert_int_equal(exposure_place(at[2], NET_IPV6)->kind, PLACE_DYNAMIC);
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exposure_walk),
		cmocka_unit_test(test_exposure_of_one_attachment),
		cmocka_unit_test(test_exposure_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
