/* SPDX-License-Identifier: MIT */

/*
 * The rule, as the table that was measured: every kind of end against every other one, in both
 * orders, and with a mapping that somebody else keeps alive or without.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "compiler/reach/rule.h"

enum end {
	OPEN,
	EIF,   /* predictable, its filter endpoint-independent */
	ADF,   /* predictable, address-dependent */
	APDF,  /* predictable, address-and-port-dependent */
	KNOWN, /* unpredictable, behind an address that is known */
	UNKNOWN,
	BLOCKED,
	ABSENT,
	PRIVATE, /* absent, because nothing translates its private address */
	N_ENDS,
};

static const char *const names[N_ENDS] = {"open",    "eif",     "adf",    "apdf",   "known",
					  "unknown", "blocked", "absent", "private"};

static const struct exposure ends[N_ENDS] = {
	[OPEN] = {.kind = EXPOSURE_OPEN, .knows_address = true},
	[EIF] = {.kind = EXPOSURE_PREDICTABLE,
		 .filtering = NAT_FILTERING_ENDPOINT_INDEPENDENT,
		 .knows_address = true,
		 .cause = CAUSE_FILTER},
	[ADF] = {.kind = EXPOSURE_PREDICTABLE,
		 .filtering = NAT_FILTERING_ADDRESS_DEPENDENT,
		 .knows_address = true,
		 .cause = CAUSE_FILTER},
	[APDF] = {.kind = EXPOSURE_PREDICTABLE,
		  .filtering = NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
		  .knows_address = true,
		  .cause = CAUSE_FILTER},
	[KNOWN] = {.kind = EXPOSURE_UNPREDICTABLE, .knows_address = true, .cause = CAUSE_MAPPING},
	[UNKNOWN] = {.kind = EXPOSURE_UNPREDICTABLE, .cause = CAUSE_MAPPING},
	[BLOCKED] = {.kind = EXPOSURE_BLOCKED, .cause = CAUSE_BLOCKED},
	[ABSENT] = {.kind = EXPOSURE_ABSENT},
	[PRIVATE] = {.kind = EXPOSURE_ABSENT, .cause = CAUSE_PRIVATE},
};

/*
 * o: one is open; p: both are predictable; f: the filter admits; k: it does while a mapping is kept
 * anyway, else its address is not known; a: the address is not known; s: the filter is too strict;
 * u: both are unpredictable; x: blocked; -: no family in common; i: a private address.
 */
static const char *const table[N_ENDS] = {
	/* open eif adf apdf known unknown blocked absent private */
	[OPEN] = "oooooox-i",    [EIF] = "opppfkx-i",    [ADF] = "opppfax-i",
	[APDF] = "opppssx-i",    [KNOWN] = "offsuux-i",  [UNKNOWN] = "okasuux-i",
	[BLOCKED] = "xxxxxxx-i", [ABSENT] = "--------i", [PRIVATE] = "iiiiiiiii",
};

static enum reach_rule rule_of(char letter, bool is_kept)
{
	switch (letter) {
	case 'o':
		return RULE_OPEN;
	case 'p':
		return RULE_BOTH_PREDICTABLE;
	case 'f':
		return RULE_FILTER_ADMITS;
	case 'k':
		return is_kept ? RULE_FILTER_ADMITS : RULE_ADDRESS_UNKNOWN;
	case 'a':
		return RULE_ADDRESS_UNKNOWN;
	case 's':
		return RULE_STRICT_FILTER;
	case 'u':
		return RULE_BOTH_UNPREDICTABLE;
	case 'x':
		return RULE_BLOCKED;
	case '-':
		return RULE_NO_FAMILY;
	case 'i':
		return RULE_PRIVATE;
	default:
		fail_msg("no rule '%c'", letter);
		return RULE_N_RULES;
	}
}

static void check_cell(enum end a, bool a_is_kept, enum end b, bool b_is_kept)
{
	/* a mapping counts at the end whose filter has to let the other in */
	bool is_kept = a == EIF ? a_is_kept : b_is_kept;
	enum reach_rule expected = rule_of(table[a][b], is_kept);
	enum reach_rule rule = rule_decide(&ends[a], a_is_kept, &ends[b], b_is_kept);

	if (rule != expected) {
		fail_msg("%s%s - %s%s: %s", names[a], a_is_kept ? " (kept)" : "", names[b],
			 b_is_kept ? " (kept)" : "", rule_text(rule));
	}
}

static void test_rule_decide(void **state)
{
	(void)state;
	for (enum end a = 0; a < N_ENDS; a++) {
		for (enum end b = 0; b < N_ENDS; b++) {
			for (unsigned int kept = 0; kept < 4; kept++)
				check_cell(a, (kept & 1) != 0, b, (kept & 2) != 0);
		}
	}
}

/* The table itself: who is first does not matter. */
static void test_rule_is_symmetric(void **state)
{
	(void)state;
	for (enum end a = 0; a < N_ENDS; a++) {
		assert_int_equal(strlen(table[a]), N_ENDS);
		for (enum end b = 0; b < N_ENDS; b++)
			assert_int_equal(table[a][b], table[b][a]);
	}
}

/* An unpredictable end's own filter does not matter, nor what an open one sends from. */
static void test_rule_looks_at_nothing_else(void **state)
{
	(void)state;
	for (enum end a = 0; a < N_ENDS; a++) {
		for (enum nat_filtering filtering = NAT_FILTERING_NONE;
		     filtering <= NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT; filtering++) {
			static const enum end others[] = {OPEN, KNOWN, UNKNOWN};

			for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
				struct exposure other = ends[others[i]];

				other.filtering = filtering;
				other.sends_elsewhere = true;
				other.timeout_s = 1;
				assert_int_equal(rule_decide(&ends[a], false, &other, false),
						 rule_of(table[a][others[i]], false));
			}
		}
	}
}

static void test_rule_connects(void **state)
{
	static const enum reach_rule connecting[] = {RULE_SAME_LAN, RULE_OPEN,
						     RULE_BOTH_PREDICTABLE, RULE_FILTER_ADMITS};
	size_t n_connecting = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(connecting) / sizeof(connecting[0]); i++)
		assert_true(rule_connects(connecting[i]));
	for (enum reach_rule rule = 0; rule < RULE_N_RULES; rule++)
		n_connecting += rule_connects(rule);
	assert_int_equal(n_connecting, sizeof(connecting) / sizeof(connecting[0]));
}

static void test_rule_texts(void **state)
{
	(void)state;
	for (enum reach_rule a = 0; a < RULE_N_RULES; a++) {
		assert_non_null(rule_text(a));
		for (enum reach_rule b = 0; b < a; b++)
			assert_string_not_equal(rule_text(a), rule_text(b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_decide),
		cmocka_unit_test(test_rule_is_symmetric),
		cmocka_unit_test(test_rule_looks_at_nothing_else),
		cmocka_unit_test(test_rule_connects),
		cmocka_unit_test(test_rule_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
