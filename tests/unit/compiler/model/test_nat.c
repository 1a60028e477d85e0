/* SPDX-License-Identifier: MIT */

/* NATs: what each preset stands for, in both families, and the words for it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "compiler/model/nat.h"
#include "compiler/model/schema.h"

struct expectation {
	enum nat_preset preset;
	enum net_family family;
	const char *mapping;
	const char *filtering;
	uint32_t mapping_timeout_s;
	bool port_preservation;
	bool blocks_udp;
	bool keeps_ports;
};

#define EI  "endpoint-independent"
#define AD  "address-dependent"
#define APD "address-and-port-dependent"

static const struct expectation expectations[] = {
	{NAT_NONE, NET_IPV4, "none", "none", 0, false, false, true},
	{NAT_FIREWALL, NET_IPV4, "none", APD, 30, false, false, true},
	{NAT_FULL_CONE, NET_IPV4, EI, EI, 120, true, false, true},
	{NAT_RESTRICTED_CONE, NET_IPV4, EI, AD, 120, true, false, true},
	{NAT_PORT_RESTRICTED_CONE, NET_IPV4, EI, APD, 120, true, false, true},
	{NAT_LINUX, NET_IPV4, EI, APD, 30, true, false, true},
	{NAT_SYMMETRIC, NET_IPV4, APD, APD, 30, false, false, false},
	{NAT_CGNAT, NET_IPV4, APD, APD, 30, false, false, false},
	{NAT_UNKNOWN, NET_IPV4, APD, APD, 30, false, false, false},
	{NAT_UDP_BLOCKED, NET_IPV4, APD, APD, 30, false, true, false},
	/* nobody translates IPv6 */
	{NAT_NONE, NET_IPV6, "none", "none", 0, false, false, true},
	{NAT_FIREWALL, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_FULL_CONE, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_RESTRICTED_CONE, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_PORT_RESTRICTED_CONE, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_LINUX, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_SYMMETRIC, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_CGNAT, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_UNKNOWN, NET_IPV6, "none", APD, 30, false, false, true},
	{NAT_UDP_BLOCKED, NET_IPV6, "none", APD, 30, false, true, true},
};

static bool is_as_expected(const struct nat_behaviour *box, const struct expectation *expected)
{
	return strcmp(nat_mapping_text(box->mapping), expected->mapping) == 0 &&
	       strcmp(nat_filtering_text(box->filtering), expected->filtering) == 0 &&
	       box->port_preservation == expected->port_preservation &&
	       box->blocks_udp == expected->blocks_udp && !box->hairpinning &&
	       box->mapping_timeout_s == expected->mapping_timeout_s &&
	       nat_keeps_ports(box) == expected->keeps_ports;
}

static void test_nat_behaviour_of_presets(void **state)
{
	size_t n = sizeof(expectations) / sizeof(expectations[0]);

	(void)state;
	assert_int_equal(n, NAT_N_PRESETS * NET_N_FAMILIES);
	for (size_t i = 0; i < n; i++) {
		const struct expectation *expected = &expectations[i];
		struct nat_behaviour box = nat_behaviour_of(expected->preset, expected->family);

		if (!is_as_expected(&box, expected)) {
			fail_msg("%s in %s", schema_nat_text((int)expected->preset),
				 expected->family == NET_IPV4 ? "IPv4" : "IPv6");
		}
	}
}

/* A port is kept for all destinations only where the mapping does not depend on them. */
static void test_nat_keeps_ports(void **state)
{
	struct nat_behaviour box = {.mapping = NAT_MAPPING_ENDPOINT_INDEPENDENT};

	(void)state;
	assert_false(nat_keeps_ports(&box));
	box.port_preservation = true;
	assert_true(nat_keeps_ports(&box));
	box.mapping = NAT_MAPPING_ADDRESS_DEPENDENT;
	assert_false(nat_keeps_ports(&box));
	box.mapping = NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT;
	assert_false(nat_keeps_ports(&box));
}

/* The strictest filter of a chain is the largest. */
static void test_nat_filtering_is_ordered(void **state)
{
	(void)state;
	assert_true(NAT_FILTERING_NONE < NAT_FILTERING_ENDPOINT_INDEPENDENT);
	assert_true(NAT_FILTERING_ENDPOINT_INDEPENDENT < NAT_FILTERING_ADDRESS_DEPENDENT);
	assert_true(NAT_FILTERING_ADDRESS_DEPENDENT < NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT);
}

static const struct schema_word *words_of(const char *name)
{
	const struct schema_row *sites = schema_find_row(&schema_topology, "sites");
	const struct schema_row *nat = schema_find_row(sites->section, "nat");

	return schema_find_row(nat->section, name)->words;
}

/* The manifest says what the topology says. */
static void test_nat_texts_are_the_words(void **state)
{
	(void)state;
	for (const struct schema_word *word = words_of("mapping"); word->text != NULL; word++)
		assert_string_equal(nat_mapping_text((enum nat_mapping)word->value), word->text);
	for (const struct schema_word *word = words_of("filtering"); word->text != NULL; word++) {
		assert_string_equal(nat_filtering_text((enum nat_filtering)word->value),
				    word->text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nat_behaviour_of_presets),
		cmocka_unit_test(test_nat_keeps_ports),
		cmocka_unit_test(test_nat_filtering_is_ordered),
		cmocka_unit_test(test_nat_texts_are_the_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
