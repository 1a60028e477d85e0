/* SPDX-License-Identifier: MIT */

/* Keys of the lab: what they are, and that they go where real ones stood. */

#include "runtime/lab/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"

#define REAL  "2ltB+Q2rp/+tEPCzqkSlllZrvvVVCrkqkgwhaEQeWkM="
#define OTHER "kK/DblhCf6/zi7Mkz4z8dHsqaQMfRxINIq1fzu/WQm0="
#define LAB   "CpJBzOUT1d9QiwgFPa3tgqbbFEIE52wEpLHoQvudxAI="

static void test_keys_differ_by_name_and_network(void **state)
{
	struct arena *arena = arena_create();
	struct lab_key one = keys_of_host(arena, "net", "gpu01");
	struct lab_key again = keys_of_host(arena, "net", "gpu01");
	struct lab_key other = keys_of_host(arena, "net", "gpu02");
	struct lab_key elsewhere = keys_of_host(arena, "other", "gpu01");

	(void)state;
	assert_string_equal(one.public, again.public);
	assert_string_not_equal(one.public, other.public);
	assert_string_not_equal(one.public, elsewhere.public);
	assert_string_not_equal(one.public, one.private);
	assert_int_equal(strlen(one.public), 44);
	(void)arena_destroy(arena);
}

static void test_replace_known_keys_only(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} rows[] = {
		{"PublicKey = " REAL "\nAllowedIPs = 10.0.0.1/32\n",
		 "PublicKey = " LAB "\nAllowedIPs = 10.0.0.1/32\n"},
		{"PublicKey=" REAL, "PublicKey=" LAB},
		{"wg set x peer '" REAL "' peer '" REAL "'\n",
		 "wg set x peer '" LAB "' peer '" LAB "'\n"},
		{"PublicKey = " OTHER "\n", "PublicKey = " OTHER "\n"},
		{"A" REAL "\n", "A" REAL "\n"}, /* part of something longer */
		{"", ""},
	};
	struct arena *arena = arena_create();
	struct map replacements = {0};
	char lab[] = LAB;

	(void)state;
	(void)map_put(arena, &replacements, REAL, lab);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text artifact = {0};

		text_puts(&artifact, rows[i].in);
		keys_replace(&artifact, &replacements);
		assert_string_equal(artifact.data, rows[i].out);
	}
	(void)arena_destroy(arena);
}

static void test_put_private_where_there_is_a_place(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} rows[] = {
		{"[Interface]\nPrivateKey = " REAL "\nMTU = 1420\n",
		 "[Interface]\nPrivateKey = " LAB "\nMTU = 1420\n"},
		{"[Interface]\n# PrivateKey = put it here\nMTU = 1420\n",
		 "[Interface]\nPrivateKey = " LAB "\nMTU = 1420\n"},
		{"PrivateKey = " REAL, "PrivateKey = " LAB},
		{"# PrivateKey = in the first line\n", "# PrivateKey = in the first line\n"},
		{"# no PrivateKey = here\nMTU = 1420\n", "# no PrivateKey = here\nMTU = 1420\n"},
		{"[Interface]\nMTU = 1420\n", "[Interface]\nMTU = 1420\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text artifact = {0};

		text_puts(&artifact, rows[i].in);
		keys_put_private(&artifact, LAB);
		assert_string_equal(artifact.data, rows[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_differ_by_name_and_network),
		cmocka_unit_test(test_replace_known_keys_only),
		cmocka_unit_test(test_put_private_where_there_is_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
