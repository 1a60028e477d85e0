/* SPDX-License-Identifier: MIT */

/* Delivery: which artifacts are selected, what errors hold back, and what is published. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"
#include "compiler/publish/publish.h"
#include "tests/unit/compiler/fixture.h"

#define HEAD                                                                                       \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
#define SERVERS                                                                                    \
	"servers:\n"                                                                               \
	"  s1: { at: { internet: 192.0.2.11 }, public_key: KEY(s1) }\n"                            \
	"  s2: { at: { internet: 192.0.2.12 }, public_key: KEY(s2) }\n"
#define USERS "users: { al: { devices: { lap: { public_key: KEY(lap) } } } }\n"

/* Counts what it gets and notes the paths; fails at the last one it is to take. */
struct sink {
	struct text paths;
	size_t n_taken;
	size_t fails_at; /* 0: never */
};

static int take(void *context, const struct artifact *artifact)
{
	struct sink *sink = context;

	sink->n_taken++;
	text_printf(&sink->paths, "%s\n", artifact->path);
	assert_true(artifact->size > 0);
	assert_int_equal(artifact->bytes[artifact->size - 1], '\n');
	return sink->n_taken == sink->fails_at ? -ENOSPC : 0;
}

static const struct {
	const char *host;
	const char *formats;
	const char *expected;
} selections[] = {
	{NULL, "hosts", "network/hosts\n"},
	{NULL, "routes",
	 "hosts/gw/etc/wireguard/lab.routes\nhosts/s1/etc/wireguard/lab.routes\n"
	 "hosts/s2/etc/wireguard/lab.routes\n"},
	{NULL, "wg-quick",
	 "hosts/gw/etc/wireguard/lab.conf\nhosts/s1/etc/wireguard/lab.conf\n"
	 "hosts/s2/etc/wireguard/lab.conf\n"},
	{NULL, "app", "users/al/lap/lab.conf\n"},
	{"s1", "routes,wg-quick",
	 "hosts/s1/etc/wireguard/lab.routes\nhosts/s1/etc/wireguard/lab.conf\n"},
	/* the program's order, not the user's; once, however often named */
	{"s1", "wg-quick,routes,wg-quick",
	 "hosts/s1/etc/wireguard/lab.routes\nhosts/s1/etc/wireguard/lab.conf\n"},
	{"al/lap", NULL, "users/al/lap/lab.conf\nusers/al/lap/README.txt\n"},
	{"al/lap", "routes", ""},
	{"s1", "hosts", ""}, /* it belongs to the network */
};

static void test_deliver_selects(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(selections) / sizeof(selections[0]); i++) {
		const struct compile_selection selection = {.host = selections[i].host,
							    .formats = selections[i].formats};
		struct sink sink = {0};
		struct compilation c;

		fixture_check_good(&c, HEAD SERVERS USERS, NULL);
		assert_int_equal(compile_emit(&c, &selection, take, &sink), 0);
		assert_int_equal(c.diags.n_errors, 0);
		fixture_expect_text(&sink.paths, selections[i].expected);
		text_finish(&sink.paths);
		compile_finish(&c);
	}
}

static void test_deliver_refuses_unknown_names(void **state)
{
	static const struct {
		const char *host;
		const char *formats;
		size_t n_errors;
		const char *help;
	} rows[] = {
		{NULL, "wgquick", 1, "'wg-quick'"},
		{NULL, "wg_quick", 1, "'wg-quick'"},
		{NULL, "WG-QUICK", 1, NULL},
		{NULL, "route", 1, "'routes'"},
		{NULL, "routesx", 1, "'routes'"},
		{NULL, "hosts,xyzzy,routes", 1, "help compile"},
		{NULL, "foo,xyzzy", 2, NULL},
		{NULL, "", 1, NULL},
		{NULL, "hosts,", 1, NULL},
		{NULL, "hosts, routes", 1, NULL},
		{"s3", NULL, 1, NULL},
		{"al", NULL, 1, NULL},
		{"al/lab", NULL, 1, "'al/lap'"},
		{"lap", NULL, 1, NULL},
		{"", NULL, 1, NULL},
		{"s3", "foo", 2, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct compile_selection selection = {.host = rows[i].host,
							    .formats = rows[i].formats};
		struct sink sink = {0};
		struct compilation c;

		fixture_check_good(&c, HEAD SERVERS USERS, NULL);
		assert_int_equal(compile_emit(&c, &selection, take, &sink), 0);
		if (c.diags.n_errors != rows[i].n_errors)
			fail_msg("row %zu", i);
		assert_int_equal(sink.n_taken, 0);
		vec_foreach(diag, &c.diags.items)
			assert_int_equal((*diag)->rule, DIAG_SELECTION_UNKNOWN);
		if (rows[i].help != NULL)
			assert_non_null(strstr(c.diags.items.items[0]->help, rows[i].help));
		compile_finish(&c);
	}
}

/* An error of any pass holds back all artifacts; a warning none. */
static void test_deliver_emits_nothing_with_errors(void **state)
{
	static const char *const wrong[] = {
		"network: [",
		HEAD SERVERS "foo: 1\n",
		HEAD "servers: { s1: { at: { internet: 192.0.2.11 } } }\n",
		HEAD "sites: { x: {} }\n"
		     "servers: { s1: { at: { x: \"fd00::1\" }, public_key: KEY(s1) } }\n",
		HEAD "servers:\n"
		     "  s1: { at: { internet: 192.0.2.11 }, public_key: KEY(s1), "
		     "routes: [192.0.2.0/24] }\n",
	};
	const struct compile_selection everything = {0};
	struct sink sink = {0};
	struct compilation c;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fixture_check(&c, wrong[i], NULL);
		assert_int_not_equal(c.diags.n_errors, 0);
		assert_int_equal(compile_emit(&c, &everything, take, &sink), 0);
		assert_int_equal(sink.n_taken, 0);
		compile_finish(&c);
	}
	fixture_check(&c,
		      HEAD "servers: { s1: { at: { internet: v.example }, public_key: KEY(a) } }\n",
		      NULL);
	assert_int_equal(c.diags.n_warnings, 1);
	assert_int_equal(compile_emit(&c, &everything, take, &sink), 0);
	assert_int_not_equal(sink.n_taken, 0);
	text_finish(&sink.paths);
	compile_finish(&c);
}

static void test_deliver_stops_where_the_sink_fails(void **state)
{
	const struct compile_selection everything = {0};
	size_t n_artifacts = 0;

	(void)state;
	for (size_t fails_at = 0; fails_at <= n_artifacts; fails_at++) {
		struct sink sink = {.fails_at = fails_at};
		struct compilation c;

		fixture_check_good(&c, HEAD SERVERS USERS, NULL);
		assert_int_equal(compile_emit(&c, &everything, take, &sink),
				 fails_at == 0 ? 0 : -ENOSPC);
		if (fails_at == 0)
			n_artifacts = sink.n_taken;
		assert_int_equal(sink.n_taken, fails_at == 0 ? n_artifacts : fails_at);
		text_finish(&sink.paths);
		compile_finish(&c);
	}
	assert_true(n_artifacts >= 8);
}

/* One host's artifacts are those that the whole network has of it. */
static void test_deliver_of_one_host_is_the_same(void **state)
{
	static const char *const hosts[] = {"al/lap", "gw", "s1", "s2"};
	struct text all = {0};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, HEAD SERVERS USERS, NULL);
	fixture_emit(&c, NULL, NULL, &all);
	for (size_t i = 4; i-- > 0;) {
		struct text one = {0};

		fixture_emit(&c, hosts[i], NULL, &one);
		assert_true(one.length > 0);
		assert_non_null(strstr(all.data, one.data));
		text_finish(&one);
	}
	text_finish(&all);
	compile_finish(&c);
}

static size_t count_files(const char *folder, const char *pattern)
{
	char command[128];
	size_t n = 0;
	FILE *pipe;

	(void)snprintf(command, sizeof(command), "find '%s' -name '%s'", folder, pattern);
	pipe = popen(command, "re"); /* NOLINT(cert-env33-c): as above */
	assert_non_null(pipe);
	for (int c = getc(pipe); c != EOF; c = getc(pipe))
		n += c == '\n';
	assert_int_equal(pclose(pipe), 0);
	return n;
}

/* The lock goes beside the topology, the artifacts to the folder; errors write neither. */
static void test_deliver_publishes(void **state)
{
	const char *folder = *state;
	const struct fixture_file files[] = {{"net.yaml", HEAD SERVERS}, {NULL, NULL}};
	struct compile_selection selection = {.host = "nobody"};
	struct text topology = {0};
	struct text target = {0};

	text_printf(&topology, "%s/net.yaml", folder);
	text_printf(&target, "%s/out", folder);
	for (int round = 0; round < 3; round++) {
		const struct compile_options options = {.topology = topology.data,
							.read = fixture_read,
							.read_context = (void *)files};
		const struct publish_options publish = {.directory = target.data};
		struct publish_result result = {0};
		const char *failed_path = NULL;
		struct compilation c;

		compile_init(&c);
		assert_int_equal(compile_check(&c, &options), 0);
		assert_int_equal(compile_publish(&c, &selection, &publish, &result, &failed_path),
				 0);
		assert_int_equal(c.diags.n_errors, round == 0);
		assert_int_equal(count_files(folder, "net.lock"), round > 0);
		assert_int_equal(count_files(folder, "lab.conf"), round == 0   ? 0
								  : round == 1 ? 1
									       : 3);
		assert_int_equal(result.n_removed, 0);
		selection.host = round == 0 ? "s1" : NULL;
		compile_finish(&c);
	}
	text_finish(&topology);
	text_finish(&target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deliver_selects),
		cmocka_unit_test(test_deliver_refuses_unknown_names),
		cmocka_unit_test(test_deliver_emits_nothing_with_errors),
		cmocka_unit_test(test_deliver_stops_where_the_sink_fails),
		cmocka_unit_test(test_deliver_of_one_host_is_the_same),
		cmocka_unit_test_setup_teardown(test_deliver_publishes, fixture_make_folder,
						fixture_remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
