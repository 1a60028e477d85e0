/* SPDX-License-Identifier: MIT */

/* Endpoints: their text, and which names may stand in them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/net/endpoint.h"

#define LABEL_63 "a23456789-123456789-123456789-123456789-123456789-123456789-123"

static void test_net_endpoint_format_each_kind(void **state)
{
	char buffer[NET_ENDPOINT_TEXT];
	struct net_endpoint endpoint = {.port = 51820};

	(void)state;
	assert_int_equal(net_address_parse("192.0.2.1", &endpoint.address), 0);
	assert_string_equal(net_endpoint_format(&endpoint, buffer), "192.0.2.1:51820");
	assert_int_equal(net_address_parse("2001:db8::1", &endpoint.address), 0);
	assert_string_equal(net_endpoint_format(&endpoint, buffer), "[2001:db8::1]:51820");
	endpoint.name = "vpn.example.org"; /* goes before the address */
	endpoint.port = 65535;
	assert_string_equal(net_endpoint_format(&endpoint, buffer), "vpn.example.org:65535");
}

static void test_net_endpoint_format_longest_name(void **state)
{
	static const char name[] = LABEL_63 "." LABEL_63 "." LABEL_63 "."
					    "a23456789-123456789-123456789-123456789-"
					    "123456789-123456789-1";
	struct net_endpoint endpoint = {.name = name, .port = 51820};
	char buffer[NET_ENDPOINT_TEXT];

	(void)state;
	assert_int_equal(strlen(name), 253);
	assert_true(net_name_is_valid(name));
	assert_int_equal(strlen(net_endpoint_format(&endpoint, buffer)), 253 + 6);
}

static void test_net_endpoint_parse_what_format_writes(void **state)
{
	static const char *const texts[] = {"192.0.2.1:51820", "[2001:db8::1]:1",
					    "vpn.example.org:65535", "localhost:9"};
	struct arena *arena = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char buffer[NET_ENDPOINT_TEXT];
		struct net_endpoint endpoint;

		assert_int_equal(net_endpoint_parse(arena, texts[i], &endpoint), 0);
		assert_string_equal(net_endpoint_format(&endpoint, buffer), texts[i]);
	}
	(void)arena_destroy(arena);
}

static void test_net_endpoint_parse_refuses(void **state)
{
	static const char *const texts[] = {"",
					    ":",
					    "192.0.2.1",
					    "192.0.2.1:",
					    "192.0.2.1:0",
					    "192.0.2.1:007",
					    "192.0.2.1:x",
					    "192.0.2.1:65536",
					    "192.0.2.1:510000",
					    "[192.0.2.1]:1",
					    "2001:db8::1:1",
					    "[2001:db8::1]",
					    "[]:1",
					    "[a.example]:1",
					    "a_b:1",
					    "[fe80::1%eth0]:1"};
	struct arena *arena = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct net_endpoint endpoint;

		assert_int_not_equal(net_endpoint_parse(arena, texts[i], &endpoint), 0);
	}
	(void)arena_destroy(arena);
}

// clang-format off
static const struct {
	const char *text;
	bool is_valid;
} name_cases[] = {
	{"vpn.example.org",         true},
	{"localhost",               true},
	{"VPN.Example.ORG",         true},
	{"a",                       true},
	{"3com.example",            true},
	{"1.2.3.4.example",         true},
	{"10.0.0.a",                true},
	{"0x.example",              true},
	{"0xg",                     true},
	{"xn--bcher-kva.example",   true},
	{LABEL_63,                  true},
	{LABEL_63 "." LABEL_63,     true},
	{"",                        false},
	{".",                       false},
	{".example",                false},
	{"example.",                false},
	{"a..b",                    false},
	{"-a.example",              false},
	{"a-.example",              false},
	{"a.-",                     false},
	{"a_b.example",             false},
	{"a b",                     false},
	{"a\n",                     false},
	{"b\xc3\xbc" "cher.example", false},
	{"10.0.0.1",                false},
	{"10.0.0.999",              false},
	{"host.7",                  false},
	{"167772161",               false},
	{"0x7f000001",              false},
	{"127.0X1",                 false},
	{"0x",                      false},
	{"2001:db8::1",             false},
	{"a.example:51820",         false},
	{LABEL_63 "4",              false},
	{LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, false}, /* 255 bytes */
};
// clang-format on

static void test_net_name_is_valid_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(name_cases) / sizeof(name_cases[0]); i++) {
		if (net_name_is_valid(name_cases[i].text) != name_cases[i].is_valid)
			fail_msg("'%s': not %d", name_cases[i].text, name_cases[i].is_valid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_net_endpoint_format_each_kind),
		cmocka_unit_test(test_net_endpoint_format_longest_name),
		cmocka_unit_test(test_net_endpoint_parse_what_format_writes),
		cmocka_unit_test(test_net_endpoint_parse_refuses),
		cmocka_unit_test(test_net_name_is_valid_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
