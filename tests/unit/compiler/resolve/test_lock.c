/* SPDX-License-Identifier: MIT */

/* Lock: its text form, there and back, and what is not one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/resolve/lock.h"
#include "tests/unit/compiler/fixture.h"

struct reading {
	struct arena *arena;
	struct diag_bag diags;
	struct lock *lock;
};

static struct reading read_bytes(const char *bytes, size_t length)
{
	struct reading reading = {.arena = arena_create()};

	reading.diags.arena = reading.arena;
	reading.lock = lock_parse(reading.arena,
				  source_create(reading.arena, "topology.lock", bytes, length),
				  &reading.diags);
	assert_non_null(reading.lock);
	return reading;
}

#define READ(literal) read_bytes(literal, sizeof(literal) - 1)

static void finish(struct reading *reading)
{
	reading->arena = arena_destroy(reading->arena);
}

/* Public halves of keys that are worked out from names; B0 .. are none. */
#define A        "JjLHEqddgfuDImFWjJj9gZlDqxuI1bS5YeWxw2uIOgQ="
#define B        "kHEg1EL99L5Du5hE626xYEppXEeTm94w9jDAudcUoEw="
#define LOOSE    "JjLHEqddgfuDImFWjJj9gZlDqxuI1bS5YeWxw2uIOgR="
#define ZERO     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define LOW      "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define HIGH_BIT "JjLHEqddgfuDImFWjJj9gZlDqxuI1bS5YeWxw2uIOoQ="

struct row {
	const char *text;
	const char *expected; /* the lines that are written back; NULL: it is no lock */
};

static const struct row rows[] = {
	{"", ""},
	{"\n\n", ""},
	{"# a comment\n#\n", ""},
	{"a 10.0.0.1\n", "a 10.0.0.1\n"},
	{"a 10.0.0.1", "a 10.0.0.1\n"},
	{"a fd00::1\n", "a fd00::1\n"},
	{"a 10.0.0.1 fd00:0::1\n", "a 10.0.0.1 fd00::1\n"},
	{"a 10.0.0.1 removed\n", "a 10.0.0.1 removed\n"},
	{"a 10.0.0.1 fd00::1 removed\n", "a 10.0.0.1 fd00::1 removed\n"},
	{"a 10.0.0.1 51821/udp\n", "a 10.0.0.1 51821/udp\n"},
	{"a 10.0.0.1 fd00::1 1/udp\n", "a 10.0.0.1 fd00::1 1/udp\n"},
	{"a fd00::1 65535/udp\n", "a fd00::1 65535/udp\n"},
	{"u/phone 10.0.0.1\n", "u/phone 10.0.0.1\n"},
	{"a 10.0.0.1 " A "\n", "a 10.0.0.1 " A "\n"},
	{"a 10.0.0.1 fd00::1 51821/udp " A "\n", "a 10.0.0.1 fd00::1 51821/udp " A "\n"},
	{"a 10.0.0.1 " A " next=" B "\n", "a 10.0.0.1 " A " next=" B "\n"},
	{"u/laptop@gw2 10.0.0.1\nu/laptop 10.0.0.2 " A "\n",
	 "u/laptop 10.0.0.2 " A "\nu/laptop@gw2 10.0.0.1\n"},
	/* sorted by bytes; the order in the file does not matter */
	{"b 10.0.0.1\n\n# x\na 10.0.0.3\nb/c 10.0.0.2\na1 10.0.0.4\nB 10.0.0.5\n",
	 "B 10.0.0.5\na 10.0.0.3\na1 10.0.0.4\nb 10.0.0.1\nb/c 10.0.0.2\n"},
	/* git on Windows */
	{"# c\r\na 10.0.0.1\r\n\r\nb 10.0.0.2 removed\r\n", "a 10.0.0.1\nb 10.0.0.2 removed\n"},

	{"a\n", NULL},
	{"a removed\n", NULL},
	{"a removed 10.0.0.1\n", NULL},
	{"a 10.0.0.1 removed removed\n", NULL},
	{"a 10.0.0.1 gone\n", NULL},
	{"a 10.0.0.1 10.0.0.2\n", NULL},
	{"a fd00::1 10.0.0.1\n", NULL},
	{"a fd00::1 fd00::2\n", NULL},
	{"a 10.0.0.1 fd00::1 10.0.0.2\n", NULL},
	{"a 10.0.0.256\n", NULL},
	{"a " A "\n", NULL},
	{"a " A " 10.0.0.1\n", NULL},
	{"a 10.0.0.1 " A " 51821/udp\n", NULL},
	{"a 10.0.0.1 " A " " B "\n", NULL},
	{"a 10.0.0.1 " A " removed\n", NULL},
	{"a 10.0.0.1 removed " A "\n", NULL},
	{"a 10.0.0.1 next=" B "\n", NULL},
	{"a 10.0.0.1 next=" B " " A "\n", NULL},
	{"a 10.0.0.1 " A " next=" A "\n", NULL},
	{"a 10.0.0.1 " A " next=" B " next=" B "\n", NULL},
	{"a 10.0.0.1 " A " next=\n", NULL},
	{"a 10.0.0.1 " A " last=" B "\n", NULL},
	{"a 10.0.0.1 " A " next=" LOOSE "\n", NULL},
	{"a 10.0.0.1 " LOOSE "\n", NULL},
	{"a 10.0.0.1 " ZERO "\n", NULL},
	{"a 10.0.0.1 " LOW "\n", NULL},
	{"a 10.0.0.1 " HIGH_BIT "\n", NULL},
	{"a 10.0.0.1 " A "=\n", NULL},
	{"a 10.0.0.1 =\n", NULL},
	{"a 51821/udp\n", NULL},
	{"a 51821/udp 10.0.0.1\n", NULL},
	{"a 10.0.0.1 51821/udp fd00::1\n", NULL},
	{"a 10.0.0.1 51821/udp 51821/udp\n", NULL},
	{"a 10.0.0.1 51821/udp removed\n", NULL},
	{"a 10.0.0.1 51821\n", NULL},
	{"a 10.0.0.1 51821/tcp\n", NULL},
	{"a 10.0.0.1 51821/udp6\n", NULL},
	{"a 10.0.0.1 0/udp\n", NULL},
	{"a 10.0.0.1 051821/udp\n", NULL},
	{"a 10.0.0.1 65536/udp\n", NULL},
	{"a 10.0.0.1 /udp\n", NULL},
	{"a 10.0.0.1/32\n", NULL},
	{"a  10.0.0.1\n", NULL},
	{"a 10.0.0.1 \n", NULL},
	{"a\t10.0.0.1\n", NULL},
	{"{\"a\": \"10.0.0.1\"}\n", NULL},
	{"\x7f"
	 "ELF\n",
	 NULL},
	{"a 10.0.0.1\na 10.0.0.2\n", NULL},
	{"a 10.0.0.1\na 10.0.0.1\n", NULL},
	{"a 10.0.0.1\nb 10.0.0.1\n", NULL},
	{"a 10.0.0.1 fd00::1\nb 10.0.0.2 fd00::1\n", NULL},
	{"a 10.0.0.1 removed\nb 10.0.0.1\n", NULL},
	{"a fd00::1\nb 10.0.0.2 fd00::1\n", NULL},
	{"a 10.0.0.1\n<<<<<<< HEAD\nb 10.0.0.2\n=======\nc 10.0.0.2\n>>>>>>> other\n", NULL},
	{"=======\n", NULL},
	{"||||||| base\n", NULL},
};

static void test_lock_parse_and_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reading reading = read_bytes(rows[i].text, strlen(rows[i].text));
		struct text text = {0};

		if ((reading.diags.n_errors == 0) != (rows[i].expected != NULL))
			fail_msg("row %zu: %s", i, rows[i].text);
		vec_foreach(diag, &reading.diags.items) {
			assert_int_equal((*diag)->rule, DIAG_LOCK_CORRUPT);
			assert_true(span_is_given((*diag)->span));
		}
		/* a broken lock is empty: its faults are not reported a second time */
		lock_write(reading.lock, &text);
		assert_string_equal(strchr(text.data, '\n') + 1,
				    rows[i].expected == NULL ? "" : rows[i].expected);
		assert_int_equal(text.data[0], '#');
		text_finish(&text);
		finish(&reading);
	}
}

/* What is written reads back as the same, header and all. */
static void test_lock_round_trip(void **state)
{
	struct reading reading = READ("b 10.0.0.2 fd00::2 removed\na fd00::1 51821/udp\n");
	struct text once = {0};
	struct text twice = {0};
	struct reading again;

	(void)state;
	lock_write(reading.lock, &once);
	again = read_bytes(once.data, once.length);
	assert_int_equal(again.diags.n_errors, 0);
	lock_write(again.lock, &twice);
	assert_string_equal(once.data, twice.data);
	text_finish(&once);
	text_finish(&twice);
	finish(&reading);
	finish(&again);
}

static void test_lock_points_at_the_line(void **state)
{
	struct reading reading = READ("a 10.0.0.1\n\nb x\nc 10.0.0.1 y\n");
	struct text shown = {0};

	(void)state;
	fixture_show_findings(&reading.diags, &shown);
	fixture_expect_text(&shown, "topology.lock: lock-corrupt 'b x'\n"
				    "topology.lock: lock-corrupt 'c 10.0.0.1 y'\n");
	text_finish(&shown);
	finish(&reading);
	reading = READ("a 10.0.0.1\nb\0 10.0.0.2\n");
	assert_int_equal(reading.diags.n_errors, 1);
	finish(&reading);
}

/* A damaged key is pointed at and never shown, whatever is wrong with it. */
static void test_lock_hides_keys(void **state)
{
	static const char *const words[] = {
		LOOSE,
		ZERO,
		LOW,
		HIGH_BIT,
		("next=" LOOSE),
		"JjLHEqddgfuDImFWjJj9gZlDqxuI1bS5YeWxw2uIOg",
		"////////////////////JjLHEqddgfuDImFWjJj9gZlDqxuI1bS5=",
		"////////////////////JjLHEqddgfuDImFWjJj9gZlDqxuI1bS5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct text lock = {0};
		struct text shown = {0};
		struct reading reading;

		text_printf(&lock, "a 10.0.0.1 %s%s\n", words[i][0] == 'n' ? A " " : "", words[i]);
		reading = read_bytes(lock.data, lock.length);
		assert_int_equal(reading.diags.n_errors, 1);
		diag_render_text(&reading.diags, false, &shown);
		diag_render_json(&reading.diags, &shown);
		assert_non_null(strstr(shown.data, "****"));
		assert_null(strstr(shown.data, words[i] + (words[i][0] == 'n' ? 5 : 0)));
		assert_null(strstr(shown.data, A));
		text_finish(&shown);
		text_finish(&lock);
		finish(&reading);
	}
}

static void test_lock_set_key(void **state)
{
	struct reading reading = READ("a 10.0.0.1 " A " next=" B "\nb 10.0.0.2 removed\n");
	const struct net_key key = lock_find(reading.lock, "a")->next_public_key;
	struct text text = {0};

	(void)state;
	assert_false(net_key_is_zero(&key));
	assert_ptr_equal(lock_set_key(reading.arena, reading.lock, "a", &key),
			 lock_find(reading.lock, "a"));
	(void)lock_set_key(reading.arena, reading.lock, "b", &key);
	lock_set_key(reading.arena, reading.lock, "c", &key)->n_addresses = 0;
	lock_write(reading.lock, &text);
	fixture_expect_text(&text,
			    "# Addresses, ports and public keys given out by wgtopo. Keep this "
			    "file in git; to release an address, delete its line.\n"
			    "a 10.0.0.1 " B "\nb 10.0.0.2 " B "\nc " B "\n");
	text_finish(&text);
	finish(&reading);
}

/* The comment on top has had other words, and that alone is no reason to write the lock anew. */
static void test_lock_is_same(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		bool is_same;
	} cases[] = {
		{"", "", true},
		{"", "# new\n", false},
		{"# old\n", "# new\n", true},
		{"# old\na 10.0.0.1\n", "# new\na 10.0.0.1\n", true},
		{"# old\na 10.0.0.1\n", "# new\na 10.0.0.2\n", false},
		{"# old\na 10.0.0.1", "# new\na 10.0.0.1\n", false},
		{"# old\n# mine\na 10.0.0.1\n", "# new\na 10.0.0.1\n", false},
		{"a 10.0.0.1\n", "# new\na 10.0.0.1\n", false},
		{"# old", "# new\n", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text before = {0};
		struct text after = {0};

		text_puts(&before, cases[i].before);
		text_puts(&after, cases[i].after);
		assert_int_equal(lock_is_same(&before, &after), cases[i].is_same);
		text_finish(&before);
		text_finish(&after);
	}
}

static void test_lock_find_and_add(void **state)
{
	struct reading reading = READ("b 10.0.0.2 removed\n");
	struct lock_entry *entry;

	(void)state;
	assert_null(lock_find(reading.lock, "a"));
	assert_null(lock_find(reading.lock, ""));
	assert_true(lock_find(reading.lock, "b")->is_removed);
	assert_true(span_is_given(lock_find(reading.lock, "b")->span));
	entry = lock_add(reading.arena, reading.lock, "a");
	assert_ptr_equal(lock_find(reading.lock, "a"), entry);
	assert_int_equal(entry->n_addresses, 0);
	assert_int_equal(entry->port, 0);
	assert_false(entry->is_removed);
	assert_false(span_is_given(entry->span));
	finish(&reading);
}

/* What a run would change, in words, for those who do not let it. */
static void test_lock_describes_changes(void **state)
{
	static const struct {
		const char *text;
		const char *removed; /* the node that is gone, or NULL */
		const char *added;
		const char *expected;
		uint16_t port;   /* of a */
		const char *key; /* of a, from now on; NULL: as it is; "": none */
	} cases[] = {
		{"a 10.0.0.1\nb 10.0.0.2 removed\n", NULL, NULL, "", 0, NULL},
		{"a 10.0.0.1 51821/udp\n", NULL, NULL, "", 51821, NULL},
		{"a 10.0.0.1 51821/udp\n", NULL, NULL,
		 "'a' has other addresses or another port now", 51822, NULL},
		{"a 10.0.0.1\n", NULL, NULL, "'a' has other addresses or another port now", 51822,
		 NULL},
		{"a 10.0.0.1\r\nb 10.0.0.2\r\n", NULL, NULL, "", 0, NULL},
		{"a 10.0.0.1\n", NULL, "b", "'b' has no address yet", 0, NULL},
		{"a 10.0.0.1\n", "a", NULL, "'a' is no longer in the topology", 0, NULL},
		{"a 10.0.0.1\n", "a", "b", "'a' is no longer in the topology, and 1 more", 0, NULL},
		{"a 10.0.0.1 " A "\n", NULL, NULL, "", 0, A},
		{"a 10.0.0.1 " A "\n", NULL, NULL, "'a' has another key now", 0, B},
		{"a 10.0.0.1 1/udp " A "\n", NULL, NULL, "'a' has another key now", 1, B},
		{"a 10.0.0.1 1/udp " A "\n", NULL, NULL,
		 "'a' has other addresses or another port now", 2, B},
		{"a 10.0.0.1\n", NULL, NULL, "'a' has another key now", 0, A},
		{"a 10.0.0.1 " A " next=" B "\n", NULL, NULL, "'a' has another key now", 0, A},
		{"a 10.0.0.1 " A "\n", NULL, NULL, "'a' needs no key here any more", 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading reading = read_bytes(cases[i].text, strlen(cases[i].text));
		struct text text = {0};

		lock_find(reading.lock, "a")->port = cases[i].port;
		if (cases[i].key != NULL) {
			struct net_key key = {0};

			(void)net_key_parse(cases[i].key,
					    &key); /* "" is none, and key stays zero */
			(void)lock_set_key(reading.arena, reading.lock, "a", &key);
		}
		if (cases[i].removed != NULL)
			lock_find(reading.lock, cases[i].removed)->is_removed = true;
		if (cases[i].added != NULL)
			(void)lock_add(reading.arena, reading.lock, cases[i].added);
		lock_describe_changes(reading.lock, &text);
		fixture_expect_text(&text, cases[i].expected);
		text_finish(&text);
		finish(&reading);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_parse_and_write),
		cmocka_unit_test(test_lock_round_trip),
		cmocka_unit_test(test_lock_points_at_the_line),
		cmocka_unit_test(test_lock_hides_keys),
		cmocka_unit_test(test_lock_find_and_add),
		cmocka_unit_test(test_lock_set_key),
		cmocka_unit_test(test_lock_is_same),
		cmocka_unit_test(test_lock_describes_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
