/* SPDX-License-Identifier: MIT */

/* The pipeline as a whole: neither the order nor the files matter, and where texts come from. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "compiler/compile.h"
#include "tests/unit/compiler/fixture.h"

#define HEAD                                                                                       \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
#define SERVERS                                                                                    \
	"servers:\n"                                                                               \
	"  s1: { at: { internet: 192.0.2.11 }, public_key: KEY(s1) }\n"                            \
	"  s2: { at: { internet: 192.0.2.12 }, public_key: KEY(s2) }\n"
#define USERS "users: { al: { devices: { lap: { public_key: KEY(lap) } } } }\n"

/* The parts of one topology, in lists that may stand in any order. */
static const char *const sections[][6] = {
	{"network:\n", "  name: lab\n", "  mtu: 1400\n", "  domain: lab.example\n",
	 "  addresses: [10.20.0.0/24, \"fd20::/64\"]\n"},
	{"sites:\n", "  campus: { nat: linux, prefixes: [10.1.0.0/16, \"fd01::/64\"] }\n",
	 "  home: { prefixes: [10.2.0.0/16], nat: cgnat }\n", "  away: {}\n"},
	{"gateways:\n",
	 "  g1: { at: { internet: 192.0.2.1, campus: 10.1.0.1, home: 10.2.0.1 }, public_key: "
	 "KEY(g1) }\n",
	 "  g2: { at: { home: 10.2.0.2, campus: 10.1.0.2, internet: 192.0.2.2 }, routes: "
	 "[172.16.0.0/16, \"fd99::/48\", 172.16.9.0/24], public_key: KEY(g2) }\n"},
	{"servers:\n", "  s1: { at: { campus: 10.1.0.11 }, public_key: KEY(s1) }\n",
	 "  s2: { at: { campus: 10.1.0.12 }, public_key: KEY(s2), address: 10.20.0.3 }\n",
	 "  s10: { at: { internet: 192.0.2.10 }, public_key: KEY(s10) }\n"},
	{"users:\n", "  zoe: { public_key: KEY(zoe), gateways: [g1], at: { home: dynamic } }\n",
	 "  al: { gateways: [g2], devices: { tab: { public_key: KEY(tab) }, lap: { public_key: "
	 "KEY(lap) } } }\n",
	 "  bo: { public_key: KEY(bo), gateways: [g1] }\n"},
	{"links:\n", "  - { between: [s1, s10], mtu: 1300 }\n",
	 "  - { between: [s10, g1], persistent_keepalive: 7 }\n",
	 "  - { between: [bo, g1], mtu: 1290 }\n"},
};

enum {
	N_SECTIONS = sizeof(sections) / sizeof(sections[0]),
};

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static void shuffle(size_t *order, size_t n, uint32_t *seed)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; *seed != 0 && i > 1; i--) {
		size_t other = next_random(seed) % i;
		size_t kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}

/* Seed 0 leaves everything where it is. */
static void write_shuffled(uint32_t seed, struct text *out)
{
	size_t order[N_SECTIONS];

	shuffle(order, N_SECTIONS, &seed);
	for (size_t i = 0; i < N_SECTIONS; i++) {
		const char *const *section = sections[order[i]];
		size_t lines[5];
		size_t n_lines = 0;

		while (n_lines < 5 && section[n_lines + 1] != NULL)
			n_lines++;
		shuffle(lines, n_lines, &seed);
		text_puts(out, section[0]);
		for (size_t k = 0; k < n_lines; k++)
			text_puts(out, section[lines[k] + 1]);
	}
}

/* All that comes out, lock included, for the topology in the order of `seed`. */
static void compile_shuffled(uint32_t seed, struct text *out)
{
	struct text topology = {0};
	struct compilation c;

	write_shuffled(seed, &topology);
	fixture_check_good(&c, topology.data, NULL);
	fixture_emit(&c, NULL, NULL, out);
	text_puts(out, c.lock_text);
	text_finish(&topology);
	compile_finish(&c);
}

static void test_compile_does_not_depend_on_order(void **state)
{
	struct text expected = {0};

	(void)state;
	compile_shuffled(0, &expected);
	assert_true(expected.length > 4000);
	for (uint32_t seed = 0; seed < 40; seed++) {
		struct text actual = {0};

		compile_shuffled(seed, &actual);
		fixture_expect_text(&actual, expected.data);
		text_finish(&actual);
	}
	text_finish(&expected);
}

/* The same network, spread over files. */
static void test_compile_does_not_depend_on_files(void **state)
{
	static const struct fixture_file files[] = {
		{"topology.yaml", HEAD "include: [teams/a.yaml, b.yaml]\n"},
		{"teams/a.yaml", USERS},
		{"b.yaml", SERVERS},
		{NULL, NULL},
	};
	struct text expected = {0};
	struct text actual = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, HEAD SERVERS USERS, NULL);
	fixture_emit(&c, NULL, NULL, &expected);
	compile_finish(&c);
	fixture_check_files(&c, files);
	fixture_emit(&c, NULL, NULL, &actual);
	compile_finish(&c);
	fixture_expect_text(&actual, expected.data);
	text_finish(&expected);
	text_finish(&actual);
}

static int fail_to_read(void *context, const char *path, size_t limit, struct text *ret_text)
{
	const char *failing = context;

	(void)limit;
	if (strcmp(path, failing) == 0)
		return -EIO;
	text_puts(ret_text, strcmp(path, "net.yml") == 0 ? "network: {}\n" : "");
	return 0;
}

static void test_compile_forwards_read_errors(void **state)
{
	static const struct {
		const char *failing;
		int result;
		size_t n_lock_faults; /* a lock that cannot be read is a finding */
	} rows[] = {{"net.yml", -EIO, 0}, {"net.lock", 0, 1}, {"other", 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct compile_options options = {.topology = "a.b/net.yml",
							.read = fail_to_read,
							.read_context = (void *)rows[i].failing};
		size_t n_lock_faults = 0;
		struct compilation c;

		compile_init(&c);
		assert_int_equal(compile_check(&c, &options), rows[i].result);
		assert_null(c.planner);
		vec_foreach(diag, &c.diags.items)
			n_lock_faults += (*diag)->rule == DIAG_LOCK_CORRUPT;
		assert_int_equal(n_lock_faults, rows[i].n_lock_faults);
		compile_finish(&c);
	}
}

static void test_compile_names_the_lock(void **state)
{
	static const char *const rows[][2] = {
		{"topology.yaml", "topology.lock"}, {"a/net.yml", "a/net.lock"},
		{"a.yaml/net", "a.yaml/net.lock"},  {"a/net.txt", "a/net.txt.lock"},
		{"/a/.yaml", "/a/.lock"},           {"net.yaml.yaml", "net.yaml.lock"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct compile_options options = {
			.topology = rows[i][0], .read = fail_to_read, .read_context = (void *)""};
		struct compilation c;

		compile_init(&c);
		assert_int_equal(compile_check(&c, &options), 0);
		assert_string_equal(c.lock_path, rows[i][1]);
		compile_finish(&c);
	}
}

static void write_file(const char *folder, const char *name, const char *text)
{
	struct text path = {0};
	FILE *file;

	text_printf(&path, "%s/%s", folder, name);
	file = fopen(path.data, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	text_finish(&path);
}

static void test_compile_reads_files(void **state)
{
	const char *folder = *state;
	struct compile_files files = {folder, "net.yaml"};
	struct text path = {0};
	struct text text = {0};

	write_file(folder, "net.yaml", "network\n");
	write_file(folder, "users.yaml", "users\n");
	text_printf(&path, "%s/outside.yaml", folder);
	assert_int_equal(symlink("/etc/passwd", path.data), 0);
	assert_int_equal(compile_read_files(&files, "net.yaml", 100, &text), 0);
	fixture_expect_text(&text, "network\n");
	assert_int_equal(compile_read_files(&files, "users.yaml", 100, &text), 0);
	fixture_expect_text(&text, "users\n");
	assert_int_equal(compile_read_files(&files, "missing.yaml", 100, &text), -ENOENT);
	assert_int_equal(compile_read_files(&files, "outside.yaml", 1000000, &text), -EXDEV);
	assert_int_equal(compile_read_files(&files, "../../etc/passwd", 100, &text), -EXDEV);
	/* the topology itself the user has named: a link is what he meant */
	files.topology = "outside.yaml";
	assert_int_equal(compile_read_files(&files, "outside.yaml", 1000000, &text), 0);
	files.folder = path.data;
	assert_true(compile_read_files(&files, "net.yaml", 100, &text) < 0);
	text_finish(&path);
	text_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compile_does_not_depend_on_order),
		cmocka_unit_test(test_compile_does_not_depend_on_files),
		cmocka_unit_test(test_compile_forwards_read_errors),
		cmocka_unit_test(test_compile_names_the_lock),
		cmocka_unit_test_setup_teardown(test_compile_reads_files, fixture_make_folder,
						fixture_remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
