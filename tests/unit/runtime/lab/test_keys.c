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
#include "base/secret.h"
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
		keys_replace(artifact.data, artifact.length, &replacements);
		assert_string_equal(artifact.data, rows[i].out);
	}
	(void)arena_destroy(arena);
}

/* PAIR stands for the preshared key of REAL and OTHER. */
static void test_put_keys_where_there_is_a_place(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} rows[] = {
		{"[Interface]\nPrivateKey = " REAL "\nMTU = 1420\n",
		 "[Interface]\nPrivateKey = " LAB "\nMTU = 1420\n"},
		{"[Interface]\nPrivateKey = PUT-IT-HERE\nMTU = 1420\n",
		 "[Interface]\nPrivateKey = " LAB "\nMTU = 1420\n"},
		{"PrivateKey = " REAL, "PrivateKey = " LAB},
		{"# no PrivateKey = here\nMTU = 1420\n", "# no PrivateKey = here\nMTU = 1420\n"},
		{"[Interface]\nMTU = 1420\n", "[Interface]\nMTU = 1420\n"},
		{"[Peer]\nPublicKey = " OTHER "\nPresharedKey = " REAL "\n",
		 "[Peer]\nPublicKey = " OTHER "\nPresharedKey = PAIR\n"},
		{"PublicKey = " OTHER "\nPresharedKey = PUT-IT-HERE\n",
		 "PublicKey = " OTHER "\nPresharedKey = PAIR\n"},
		{"PresharedKey = " REAL "\n", "PresharedKey = " REAL "\n"}, /* of no peer */
		{"", ""},
	};
	const struct lab_key own = {.private = LAB, .public = REAL};
	char pair[NET_KEY_TEXT];

	(void)state;
	assert_string_equal(keys_of_pair(OTHER, REAL, pair), keys_of_pair(REAL, OTHER, pair));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(secret_finish) struct secret configuration = {0};
		cleanup_(text_finish) struct text expected = {0};
		const char *mark = strstr(rows[i].out, "PAIR");

		if (mark == NULL) {
			text_puts(&expected, rows[i].out);
		} else {
			text_append(&expected, rows[i].out, (size_t)(mark - rows[i].out));
			text_join(&expected, pair, mark + strlen("PAIR"));
		}
		secret_append(&configuration, rows[i].in, strlen(rows[i].in));
		keys_put(&configuration, &own);
		assert_string_equal(configuration.data, expected.data);
	}
}

static void test_pairs_differ(void **state)
{
	char one[NET_KEY_TEXT];
	char two[NET_KEY_TEXT];

	(void)state;
	assert_string_not_equal(keys_of_pair(OTHER, REAL, one), keys_of_pair(OTHER, LAB, two));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_differ_by_name_and_network),
		cmocka_unit_test(test_replace_known_keys_only),
		cmocka_unit_test(test_put_keys_where_there_is_a_place),
		cmocka_unit_test(test_pairs_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
