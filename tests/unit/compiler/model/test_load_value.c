/* SPDX-License-Identifier: MIT */

/* Values: every type of value at its edges, each case with what it gives or refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/model/load_value.h"
#include "compiler/model/schema.h"
#include "compiler/model/topology.h"
#include "compiler/parse/node.h"
#include "compiler/parse/parse.h"
#include "tests/unit/compiler/fixture.h"

#define REFUSED INT64_MIN

/* One value of a row, loaded out of a text. */
struct value {
	struct arena *arena;
	struct diag_bag diags;
	bool is_loaded;
	_Alignas(max_align_t) char bytes[64];
};

static void load_one(const struct schema_row *row, const char *text, struct value *ret_value)
{
	const struct source *source;

	*ret_value = (struct value){.arena = arena_create()};
	ret_value->diags.arena = ret_value->arena;
	source = source_create(ret_value->arena, "topology.yaml", text, strlen(text));
	assert_true(load_value_size(row) <= sizeof(ret_value->bytes));
	ret_value->is_loaded =
		load_value(row, parse_source(ret_value->arena, source, &ret_value->diags),
			   ret_value->bytes, &ret_value->diags);
	assert_int_equal(ret_value->diags.n_errors, !ret_value->is_loaded);
}

static const struct schema_row *row_of(const char *section, const char *name)
{
	return schema_find_row(schema_find_row(&schema_topology, section)->section, name);
}

struct number_case {
	const char *text;
	int64_t value;
};

static void check_numbers(const struct schema_row *row, const struct number_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct value value;
		const struct given_number *number = (const void *)value.bytes;

		load_one(row, cases[i].text, &value);
		if ((value.is_loaded ? number->value : REFUSED) != cases[i].value)
			fail_msg("%s: %s", row->name, cases[i].text);
		assert_int_equal(span_is_given(number->span), value.is_loaded);
		value.arena = arena_destroy(value.arena);
	}
}

#define CHECK_NUMBERS(row, cases) check_numbers(row, cases, sizeof(cases) / sizeof((cases)[0]))

static void test_load_integers(void **state)
{
	static const struct number_case ports[] = {
		{"1", 1},
		{"51820", 51820},
		{"65535", 65535},
		{"0", REFUSED},
		{"65536", REFUSED},
		{"010", REFUSED},
		{"00", REFUSED},
		{"\"51820\"", REFUSED},
		{"'51820'", REFUSED},
		{"1e3", REFUSED},
		{"0x10", REFUSED},
		{"0o17", REFUSED},
		{"+5", REFUSED},
		{"-1", REFUSED},
		{"1_000", REFUSED},
		{"51820.0", REFUSED},
		{"4294967297", REFUSED},
		{"18446744073709551617", REFUSED},
		{"auto", REFUSED},
		{"true", REFUSED},
		{"~", REFUSED},
		{"", REFUSED},
		{"[51820]", REFUSED},
		{"{ a: 1 }", REFUSED},
	};
	static const struct number_case mtus[] = {
		{"576", 576},     {"65535", 65535},   {"auto", MTU_AUTO}, {"\"auto\"", MTU_AUTO},
		{"575", REFUSED}, {"65536", REFUSED}, {"off", REFUSED},
	};

	(void)state;
	CHECK_NUMBERS(row_of("network", "listen_port"), ports);
	CHECK_NUMBERS(row_of("network", "mtu"), mtus);
}

static void test_load_integers_or_words(void **state)
{
	static const struct number_case keepalives[] = {
		{"auto", KEEPALIVE_AUTO},
		{"off", KEEPALIVE_OFF},
		{"\"off\"", KEEPALIVE_OFF},
		{"1", 1},
		{"25", 25},
		{"65535", 65535},
		{"0", REFUSED},
		{"65536", REFUSED},
		{"Auto", REFUSED},
		{"OFF", REFUSED},
		{"on", REFUSED},
		{"25s", REFUSED},
		{"\"25\"", REFUSED},
	};

	(void)state;
	CHECK_NUMBERS(row_of("network", "persistent_keepalive"), keepalives);
}

static void test_load_booleans(void **state)
{
	static const struct number_case cases[] = {
		{"true", 1},      {"false", 0},          {"True", REFUSED}, {"FALSE", REFUSED},
		{"yes", REFUSED}, {"off", REFUSED},      {"1", REFUSED},    {"0", REFUSED},
		{"''", REFUSED},  {"\"true\"", REFUSED}, {"~", REFUSED},    {"[true]", REFUSED},
	};
	static const struct schema_row row = {.name = "b", .type = SCHEMA_BOOLEAN};

	(void)state;
	CHECK_NUMBERS(&row, cases);
}

static void test_load_words(void **state)
{
	static const struct number_case cases[] = {
		{"none", NAT_NONE},       {"cgnat", NAT_CGNAT},   {"\"linux\"", NAT_LINUX},
		{"unknown", NAT_UNKNOWN}, {"None", REFUSED},      {"symetric", REFUSED},
		{"full cone", REFUSED},   {"full_cone", REFUSED}, {"0", REFUSED},
		{"''", REFUSED},          {"~", REFUSED},         {"[none]", REFUSED},
	};

	(void)state;
	CHECK_NUMBERS(row_of("sites", "nat"), cases);
}

/* The words that the analysis of NATs reads are numbers of its enums. */
static void test_load_words_of_nats(void **state)
{
	static const struct number_case mappings[] = {
		{"none", NAT_MAPPING_NONE},
		{"endpoint-independent", NAT_MAPPING_ENDPOINT_INDEPENDENT},
		{"address-dependent", NAT_MAPPING_ADDRESS_DEPENDENT},
		{"address-and-port-dependent", NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT},
		{"symmetric", REFUSED},
		{"1", REFUSED},
	};
	static const struct number_case filterings[] = {
		{"endpoint-independent", NAT_FILTERING_ENDPOINT_INDEPENDENT},
		{"address-dependent", NAT_FILTERING_ADDRESS_DEPENDENT},
		{"address-and-port-dependent", NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT},
		{"none", REFUSED},
		{"{ a: b }", REFUSED},
	};
	static const struct number_case timeouts[] = {
		{"1", 1}, {"86400", 86400}, {"0", REFUSED}, {"86401", REFUSED}, {"30s", REFUSED},
	};
	static const struct number_case unreachables[] = {
		{"relay", UNREACHABLE_RELAY},
		{"error", UNREACHABLE_ERROR},
		{"warn", REFUSED},
		{"true", REFUSED},
	};
	const struct schema_section *nat = row_of("sites", "nat")->section;

	(void)state;
	CHECK_NUMBERS(schema_find_row(nat, "mapping"), mappings);
	CHECK_NUMBERS(schema_find_row(nat, "filtering"), filterings);
	CHECK_NUMBERS(schema_find_row(nat, "mapping_timeout"), timeouts);
	CHECK_NUMBERS(row_of("network", "unreachable"), unreachables);
}

struct text_case {
	const char *text;
	const char *expected; /* NULL: refused */
};

static void check_shown(const struct schema_row *row, const struct text_case *cases, size_t n,
			void (*show)(const struct value *value, struct text *out))
{
	for (size_t i = 0; i < n; i++) {
		struct value value;
		struct text shown = {0};

		load_one(row, cases[i].text, &value);
		if (value.is_loaded != (cases[i].expected != NULL))
			fail_msg("%s: %s", row->name, cases[i].text);
		if (value.is_loaded) {
			show(&value, &shown);
			fixture_expect_text(&shown, cases[i].expected);
		}
		text_finish(&shown);
		value.arena = arena_destroy(value.arena);
	}
}

#define CHECK_SHOWN(row, cases, show)                                                              \
	check_shown(row, cases, sizeof(cases) / sizeof((cases)[0]), show)

static void show_place(const struct value *value, struct text *out)
{
	const struct given_place *place = (const void *)value->bytes;
	char buffer[NET_ADDRESS_TEXT];

	switch (place->kind) {
	case PLACE_ADDRESS:
		text_printf(out, "address %s", net_address_format(&place->address, buffer));
		return;
	case PLACE_NAME:
		text_printf(out, "name %s", place->name);
		return;
	case PLACE_DYNAMIC:
		text_puts(out, "dynamic");
		return;
	}
	unreachable();
}

static void test_load_places(void **state)
{
	static const struct text_case cases[] = {
		{"203.0.113.1", "address 203.0.113.1"},
		{"\"2001:DB8::0:1\"", "address 2001:db8::1"},
		{"dynamic", "dynamic"},
		{"\"dynamic\"", "dynamic"},
		{"vpn.example.org", "name vpn.example.org"},
		{"1.example", "name 1.example"},
		{"203.0.113.256", NULL},
		{"203.0.113", NULL},
		{"203.0.113.01", NULL},
		{"203.0.113.1:51820", NULL},
		{"vpn.example.org:51820", NULL},
		{"203.0.113.1/24", NULL},
		{"\"fe80::1%eth0\"", NULL},
		{"\"::ffff:192.0.2.1\"", NULL},
		{"\"[2001:db8::1]\"", NULL},
		{"vpn_1.example.org", NULL},
		{"51820", NULL},
		{"''", NULL},
		{"~", NULL},
		{"{ a: b }", NULL},
	};

	(void)state;
	CHECK_SHOWN(row_of("servers", "at"), cases, show_place);
}

static void show_prefix(const struct value *value, struct text *out)
{
	const struct given_prefix *prefix = (const void *)value->bytes;
	char buffer[NET_PREFIX_TEXT];

	text_puts(out, net_prefix_format(&prefix->value, buffer));
}

static void show_address(const struct value *value, struct text *out)
{
	const struct given_address *address = (const void *)value->bytes;
	char buffer[NET_ADDRESS_TEXT];

	text_puts(out, net_address_format(&address->value, buffer));
}

static void test_load_addresses(void **state)
{
	static const struct text_case prefixes[] = {
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"\"fd00:0::/64\"", "fd00::/64"},
		{"10.0.0.1/32", "10.0.0.1/32"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"10.0.0.1/8", NULL}, /* host bits */
		{"10.0.0.0", NULL},   /* no length */
		{"10.0.0.0/33", NULL},
		{"10.0.0.0/", NULL},
		{"10.0.0.0/08", NULL},
		{"10.0.0.0/255.0.0.0", NULL},
		{"fd00::/129", NULL},
		{"net", NULL},
	};
	static const struct text_case addresses[] = {
		{"10.0.0.1", "10.0.0.1"},
		{"\"FD00::A\"", "fd00::a"},
		{"10.0.0.1/32", NULL},
		{"010.0.0.1", NULL},
		{"10.1", NULL},
		{"dynamic", NULL},
		{"vpn.example.org", NULL},
	};

	(void)state;
	CHECK_SHOWN(row_of("network", "addresses"), prefixes, show_prefix);
	CHECK_SHOWN(row_of("servers", "address"), addresses, show_address);
}

/* A malformed key was given all the same: it leaves its span, so that nobody calls it missing. */
static void test_load_keys(void **state)
{
	static const struct {
		const char *text;
		bool is_right;
	} cases[] = {
		{"mDEZdOP+c0ABAgMEBQYHCAkKCwwNDg8QERITFBUWFxg=", true},
		{"\"mDEZdOP+c0ABAgMEBQYHCAkKCwwNDg8QERITFBUWFxg=\"", true},
		{"mDEZdOP+c0ABAgMEBQYHCAkKCwwNDg8QERITFBUWFxg", false},
		{"mDEZdOP+c0ABAgMEBQYHCAkKCwwNDg8QERITFBUWFxh=", false}, /* not canonical */
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false}, /* zero */
		{"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false}, /* low order */
		{"secret", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct value value;
		const struct given_key *key = (const void *)value.bytes;

		load_one(row_of("servers", "public_key"), cases[i].text, &value);
		assert_int_equal(value.is_loaded, cases[i].is_right);
		assert_int_equal(net_key_is_zero(&key->value), !cases[i].is_right);
		assert_true(span_is_given(key->span));
		vec_foreach(diag, &value.diags.items) {
			assert_int_equal((*diag)->rule, DIAG_KEY_INVALID);
			assert_null(strstr((*diag)->message, cases[i].text));
			assert_null(strstr((*diag)->help, cases[i].text));
		}
		value.arena = arena_destroy(value.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_integers),
		cmocka_unit_test(test_load_integers_or_words),
		cmocka_unit_test(test_load_booleans),
		cmocka_unit_test(test_load_words),
		cmocka_unit_test(test_load_words_of_nats),
		cmocka_unit_test(test_load_places),
		cmocka_unit_test(test_load_addresses),
		cmocka_unit_test(test_load_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
