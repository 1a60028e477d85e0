/* SPDX-License-Identifier: MIT */

#include "compiler/diff/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/diff/story.h"

#define KEY(letter)        letter "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PEER(letter, rest) "[Peer]\nPublicKey = " KEY(letter) "\n" rest

enum {
	MOST_HOSTS = 8,
};

/* A host of a made-up network; all servers are one class, and direct to each other. */
struct host {
	const char *name;
	const char *key;
	const char *kind;    /* NULL: a server */
	const char *gateway; /* or NULL */
	const char *address; /* NULL: 10.7.0.1 */
};

static const struct host mesh[MOST_HOSTS] = {
	{"a", KEY("B"), NULL, NULL, NULL},         {"b", KEY("C"), NULL, NULL, NULL},
	{"c", KEY("D"), NULL, NULL, NULL},         {"gw", KEY("E"), "gateway", NULL, NULL},
	{"alice", KEY("F"), "device", "gw", NULL},
};

static const char direct[] = "[{\"class\": 0, \"lan\": [], \"direct\": [0], \"punch\": [], "
			     "\"relay\": []}]";
static const char relayed[] = "[{\"class\": 0, \"lan\": [], \"direct\": [], \"punch\": [], "
			      "\"relay\": [{\"class\": 0, \"gateways\": [\"gw\"]}]}]";

static const struct manifest *make_manifest(struct arena *arena, const struct host *hosts,
					    const char *verdicts, const char *links)
{
	cleanup_(text_finish) struct text text = {0};
	struct manifest *manifest;
	const char *fault = "";

	text_puts(&text,
		  "{\"format\": \"wgtopo-manifest\", \"version\": 1, \"network\": {\"name\": "
		  "\"lab\", \"addresses\": [\"10.7.0.0/16\"], \"mtu\": 1420, "
		  "\"longest_keepalive\": 0}, \"sites\": {}, \"hosts\": {");
	for (size_t i = 0; i < MOST_HOSTS && hosts[i].name != NULL; i++) {
		const struct host *host = &hosts[i];

		text_join(&text, i == 0 ? "\"" : ", \"", host->name, "\": {\"kind\": \"",
			  host->kind == NULL ? "server" : host->kind, "\", \"folder\": \"hosts/",
			  host->name, "\", \"addresses\": [\"",
			  host->address == NULL ? "10.7.0.1" : host->address,
			  "\"], \"public_key\": \"", host->key,
			  "\", \"listen_port\": 1, \"at\": {}, \"routes\": [], \"gateway\": ",
			  host->gateway == NULL ? "null" : "\"gw\"",
			  ", \"class\": 0, \"share\": 0}");
	}
	text_join(&text, "}, \"verdicts\": ", verdicts, ", \"links\": ", links, "}");
	assert_int_equal(manifest_parse(arena, text.data, text.length, &manifest, &fault), 0);
	return manifest;
}

static void take(struct diff *diff, enum diff_side side, const char *conf, const char *routes)
{
	if (conf != NULL) {
		diff_take_conf(diff, side,
			       conf_parse(diff_scratch(diff), "lab.conf", conf, strlen(conf)));
	}
	if (routes != NULL) {
		diff_take_routes(diff, side,
				 conf_routes_parse(diff_scratch(diff), "lab.routes", routes,
						   strlen(routes)));
	}
}

static void show_fact(const struct diff_fact *fact, struct text *out)
{
	text_join(out, fact->peer == NULL ? "" : fact->peer, fact->peer == NULL ? "" : " ",
		  diff_field_text(fact->field), " ", fact->from == NULL ? "-" : fact->from, " ",
		  fact->to == NULL ? "-" : fact->to, "\n");
}

static void show_group(const struct diff *diff, const struct diff_group *group, struct text *out)
{
	vec_foreach(host, &group->hosts)
		text_join(out, host == group->hosts.items ? "" : " ", (*host)->name);
	text_printf(out, ": %s %u\n", diff_effect_text(group->effect), group->left_behind);
	vec_foreach(range, &group->facts.items) {
		for (size_t i = range->first; i <= range->last; i++)
			show_fact(&diff->facts.items.items[i], out);
	}
}

#define INTERFACE "[Interface]\nAddress = 10.7.0.1/32\nListenPort = 1\nMTU = 1420\nTable = off\n"
#define HOOK      "PostUp = wg set %i private-key /etc/wireguard/%i.key\n"
#define AT_B      PEER("C", "AllowedIPs = 10.7.0.2/32\nEndpoint = 192.0.2.2:1\n")

static void test_diff_host_facts(void **state)
{
	static const struct {
		const char *files[DIFF_N_SIDES];
		const char *routes[DIFF_N_SIDES];
		const char *expected;
	} cases[] = {
		{{INTERFACE, "# other words\n" INTERFACE}, {NULL, NULL}, "a: nothing 0\n"},
		{{INTERFACE AT_B, INTERFACE},
		 {NULL, NULL},
		 "a: reload 0\nb public_key " KEY("C") " -\n"},
		{{INTERFACE, INTERFACE AT_B},
		 {NULL, NULL},
		 "a: reload 0\nb public_key - " KEY("C") "\nb endpoint - 192.0.2.2:1\n"
							 "b allowed_ips - 10.7.0.2/32\n"},
		{{INTERFACE AT_B, INTERFACE PEER("C", "AllowedIPs = 10.7.0.2/31, 10.7.0.9\n"
						      "PersistentKeepalive = 25\n")},
		 {NULL, NULL},
		 "a: reload 2\nb endpoint 192.0.2.2:1 -\nb persistent_keepalive - 25\n"
		 "b allowed_ips - 10.7.0.2/31\nb allowed_ips 10.7.0.2/32 -\n"
		 "b allowed_ips - 10.7.0.9/32\n"},
		/* The order of a list is no fact, and neither is a zero that means nothing. */
		{{INTERFACE PEER("C", "AllowedIPs = 10.7.0.2/32, 10.7.0.9/32\n"),
		  INTERFACE PEER("C", "AllowedIPs = 10.7.0.9\nAllowedIPs = 10.7.0.2/32\n"
				      "PersistentKeepalive = 0\n")},
		 {NULL, NULL},
		 "a: nothing 0\n"},
		{{"[Interface]\nMTU = 1420\nListenPort = 1\n", "[Interface]\nMTU = 1380\n"},
		 {NULL, NULL},
		 "a: reload 0\nlisten_port 1 -\nmtu 1420 1380\n"},
		/* An address that goes needs a restart, one that comes does not. */
		{{"[Interface]\nAddress = 10.7.0.1/32\n",
		  "[Interface]\nAddress = 10.7.0.1/32\nAddress = fd00::1/128\n"},
		 {NULL, NULL},
		 "a: reload 0\naddress - fd00::1/128\n"},
		{{"[Interface]\nAddress = 10.7.0.1/32\n", "[Interface]\nAddress = 10.7.0.3/32\n"},
		 {NULL, NULL},
		 "a: restart 0\naddress 10.7.0.1/32 -\naddress - 10.7.0.3/32\n"},
		{{INTERFACE, "[Interface]\nAddress = 10.7.0.1/32\nListenPort = 1\nMTU = 1420\n"},
		 {NULL, NULL},
		 "a: restart 0\ntable off -\n"},
		/* Hooks that the reload script does as well, and one of somebody else's. */
		{{INTERFACE, INTERFACE "PostUp = sysctl -q -w net.ipv4.ip_forward=1\n"},
		 {NULL, NULL},
		 "a: reload 0\nsetting - PostUp = sysctl -q -w net.ipv4.ip_forward=1\n"},
		{{INTERFACE "PostUp = sysctl -q -w net.ipv4.ip_forward=1\n", INTERFACE},
		 {NULL, NULL},
		 "a: reload 4\nsetting PostUp = sysctl -q -w net.ipv4.ip_forward=1 -\n"},
		{{INTERFACE, INTERFACE "PostUp = iptables -A INPUT\n"},
		 {NULL, NULL},
		 "a: restart 0\nsetting - PostUp = iptables -A INPUT\n"},
		{{INTERFACE HOOK, INTERFACE "PostUp = wg set %i private-key /etc/other.key\n"},
		 {NULL, NULL},
		 "a: restart 0\nprivate_key /etc/wireguard/lab.key /etc/other.key\n"},
		/* Preshared keys out of files. */
		{{INTERFACE AT_B, INTERFACE
		  "PostUp = wg set %i peer " KEY("C") " preshared-key /etc/%i.psk/b\n" AT_B},
		 {NULL, NULL},
		 "a: reload 0\nb preshared_key - /etc/lab.psk/b\n"},
		/* Routes are replaced, or stay behind. */
		{{INTERFACE, INTERFACE},
		 {"route replace 10.7.0.0/16 dev lab\nroute replace 10.9.0.0/16 dev lab\n",
		  "route replace 10.7.0.0/16 dev lab mtu 1300\n"},
		 "a: reload 1\nroute 10.7.0.0/16 10.7.0.0/16 mtu 1300\nroute 10.9.0.0/16 -\n"},
		/* What somebody else's file says does not reach a terminal as it is. */
		{{INTERFACE, INTERFACE "PostUp = echo \033[31m\303\251\n"},
		 {NULL, NULL},
		 "a: restart 0\nsetting - PostUp = echo ?[31m??\n"},
		/* Nobody knows the peer's name. */
		{{INTERFACE, INTERFACE PEER("X", "AllowedIPs = 10.7.0.2/32\n")},
		 {NULL, NULL},
		 "a: reload 0\n" KEY("X") " public_key - " KEY("X") "\n" KEY(
			 "X") " allowed_ips - 10.7.0.2/32\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_create();
		cleanup_(text_finish) struct text text = {0};
		const struct manifest *manifest = make_manifest(arena, mesh, direct, "[]");
		struct diff *diff = diff_create(arena, manifest, manifest);

		diff_begin_host(diff, "a");
		for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++)
			take(diff, side, cases[i].files[side], cases[i].routes[side]);
		diff_note_file(diff, "hosts/a/lab.conf");
		diff_end_host(diff);
		diff_finish(diff);
		assert_int_equal(diff->groups.n_items, 1);
		show_group(diff, &diff->groups.items[0], &text);
		assert_string_equal(text.data, cases[i].expected);
		(void)arena_destroy(arena);
	}
}

/* The key is told by the manifest alone: the file says where it is, not what. */
static void test_diff_host_renewed_key(void **state)
{
	struct host after[MOST_HOSTS];
	struct arena *arena = arena_create();
	cleanup_(text_finish) struct text text = {0};
	struct diff *diff;

	(void)state;
	memcpy(after, mesh, sizeof(after));
	after[1].key = KEY("Y");
	diff = diff_create(arena, make_manifest(arena, mesh, direct, "[]"),
			   make_manifest(arena, after, direct, "[]"));
	diff_begin_host(diff, "a");
	take(diff, DIFF_BEFORE, INTERFACE AT_B, NULL);
	take(diff, DIFF_AFTER,
	     INTERFACE PEER("Y", "AllowedIPs = 10.7.0.2/32\nEndpoint = 192.0.2.2:1\n"), NULL);
	diff_note_file(diff, "hosts/a/lab.conf");
	diff_end_host(diff);
	diff_begin_host(diff, "b");
	diff_end_host(diff);
	diff_begin_host(diff, "c");
	diff_end_host(diff);
	diff_finish(diff);
	vec_foreach(group, &diff->groups)
		show_group(diff, group, &text);
	assert_string_equal(text.data,
			    "a: reload 0\nb public_key " KEY("C") " " KEY(
				    "Y") "\n"
					 "b: reload 0\npublic_key " KEY("C") " " KEY("Y") "\n");
	(void)arena_destroy(arena);
}

/* Of a preshared key in the file nothing is told but that it is another one. */
static void test_diff_host_secrets(void **state)
{
	static const char *const files[DIFF_N_SIDES] = {
		INTERFACE PEER("C", "PresharedKey = " KEY("R") "\n"),
		INTERFACE PEER("C", "PresharedKey = " KEY("S") "\n"),
	};
	struct arena *arena = arena_create();
	cleanup_(text_finish) struct text text = {0};
	const struct manifest *manifest = make_manifest(arena, mesh, direct, "[]");
	struct diff *diff = diff_create(arena, manifest, manifest);
	struct diff_story story = {.diff = diff, .topology = "t", .against = "x"};

	(void)state;
	diff_begin_host(diff, "a");
	take(diff, DIFF_BEFORE, files[DIFF_BEFORE], NULL);
	take(diff, DIFF_AFTER, files[DIFF_AFTER], NULL);
	diff_end_host(diff);
	diff_finish(diff);
	diff_render_plan_text(&story, &text);
	diff_render_plan_json(&story, &text);
	diff_render_plan_markdown(&story, &text);
	assert_non_null(strstr(text.data, "another one in the file"));
	assert_null(strstr(text.data, KEY("R")));
	assert_null(strstr(text.data, KEY("S")));
	(void)arena_destroy(arena);
}

/* Every pair of a mesh gets a preshared key: no two hosts have the same peers, and yet. */
static void test_diff_groups_of_a_mesh(void **state)
{
	struct arena *arena = arena_create();
	cleanup_(text_finish) struct text text = {0};
	const struct manifest *manifest = make_manifest(arena, mesh, direct, "[]");
	struct diff *diff = diff_create(arena, manifest, manifest);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		cleanup_(text_finish) struct text before = {0};
		cleanup_(text_finish) struct text after = {0};

		text_puts(&before, "[Interface]\n");
		text_puts(&after, "[Interface]\n");
		for (size_t k = 0; k < 3; k++) {
			if (k != i) {
				text_join(&before, "[Peer]\nPublicKey = ", mesh[k].key, "\n");
				text_join(&after, "[Peer]\nPublicKey = ", mesh[k].key,
					  "\nPersistentKeepalive = 9\n");
			}
		}
		diff_begin_host(diff, mesh[i].name);
		take(diff, DIFF_BEFORE, before.data, NULL);
		take(diff, DIFF_AFTER, after.data, NULL);
		diff_note_file(diff, "lab.conf");
		diff_end_host(diff);
	}
	diff_finish(diff);
	assert_int_equal(diff->groups.n_items, 1);
	assert_int_equal(diff->groups.items[0].hosts.n_items, 3);
	show_group(diff, &diff->groups.items[0], &text);
	for (size_t i = 0; i < 3; i++) {
		char fact[64];

		(void)snprintf(fact, sizeof(fact), "\n%s persistent_keepalive - 9\n", mesh[i].name);
		assert_non_null(strstr(text.data, fact));
	}
	(void)arena_destroy(arena);
}

static void test_diff_shifts(void **state)
{
	static const char link[] = "[{\"between\": [\"a\", \"c\"], \"via\": \"gw\"}]";
	struct arena *arena = arena_create();
	const struct manifest *before = make_manifest(arena, mesh, direct, "[]");
	const struct diff_shift *shift;
	struct diff *diff;

	(void)state;
	/* All with each other, and devices are not asked. */
	diff = diff_create(arena, before, make_manifest(arena, mesh, relayed, "[]"));
	diff_finish(diff);
	assert_int_equal(diff->shifts.n_items, 1);
	shift = &diff->shifts.items[0];
	assert_int_equal(shift->n_pairs, 6);
	assert_int_equal(shift->a.items.n_items, 4);
	assert_int_equal(shift->b.items.n_items, 0);
	assert_int_equal(shift->to.verdict, MANIFEST_RELAY);
	assert_string_equal(shift->to.via, "gw");
	assert_true(diff_shift_cuts(shift));

	/* One pair, by a link of its own. */
	diff = diff_create(arena, before, make_manifest(arena, mesh, direct, link));
	diff_finish(diff);
	assert_int_equal(diff->shifts.n_items, 1);
	shift = &diff->shifts.items[0];
	assert_int_equal(shift->n_pairs, 1);
	assert_string_equal(shift->a.items.items[0], "a");
	assert_string_equal(shift->b.items.items[0], "c");

	diff = diff_create(arena, before, before);
	diff_finish(diff);
	assert_int_equal(diff->shifts.n_items, 0);
	(void)arena_destroy(arena);
}

/* Whatever the size of a change, its comment is taken; what is left out is counted. */
static void test_diff_markdown_is_bounded(void **state)
{
	struct arena *arena = arena_create();
	cleanup_(text_finish) struct text text = {0};
	const struct manifest *manifest = make_manifest(arena, mesh, direct, "[]");
	struct diff *diff = diff_create(arena, manifest, manifest);
	struct diff_story story = {.diff = diff, .topology = "t", .against = "x"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		cleanup_(text_finish) struct text before = {0};
		cleanup_(text_finish) struct text after = {0};

		text_puts(&before, "[Interface]\n");
		text_puts(&after, "[Interface]\n");
		for (size_t k = 0; k < 350; k++) {
			text_printf(&before, "[Peer]\nPublicKey = %c%03zu%s\n", (char)('a' + i), k,
				    &KEY("")[3]);
			text_printf(&after,
				    "[Peer]\nPublicKey = %c%03zu%s\nEndpoint = "
				    "a-name-that-is-rather-long-%zu.example.org:%zu\n",
				    (char)('a' + i), k, &KEY("")[3], i, k + 1);
		}
		diff_begin_host(diff, mesh[i].name);
		take(diff, DIFF_BEFORE, before.data, NULL);
		take(diff, DIFF_AFTER, after.data, NULL);
		diff_note_file(diff, "lab.conf");
		diff_end_host(diff);
	}
	diff_finish(diff);
	diff_render_plan_markdown(&story, &text);
	assert_in_range(text.length, DIFF_MARKDOWN_BYTES / 2, DIFF_MARKDOWN_BYTES);
	assert_non_null(strstr(text.data, " of 4 groups of hosts are left out of the details"));
	assert_ptr_equal(strstr(text.data, DIFF_MARKDOWN_MARKER), text.data);
	(void)arena_destroy(arena);
}

/* The comment on a change of the files of "a", in a network of the given hosts. */
static const char *comment_on(struct arena *arena, const struct host *after, const char *before,
			      const char *now)
{
	cleanup_(text_finish) struct text text = {0};
	struct diff *diff = diff_create(arena, make_manifest(arena, mesh, direct, "[]"),
					make_manifest(arena, after, direct, "[]"));
	struct diff_story story = {.diff = diff, .topology = "t", .against = "x"};

	diff_begin_host(diff, "a");
	take(diff, DIFF_BEFORE, before, NULL);
	take(diff, DIFF_AFTER, now, NULL);
	diff_note_file(diff, "lab.conf");
	diff_end_host(diff);
	diff_finish(diff);
	diff_render_plan_markdown(&story, &text);
	return arena_copy(arena, text.data, text.length);
}

/* Prefixes that are only cut in another way are told as what they are: nothing. */
static void test_diff_allowed_ips_are_sets(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		const char *expected; /* rows of the details */
	} cases[] = {
		{"10.9.0.53/32, 10.9.0.54/31", "10.9.0.52/30",
		 "| `b` | allowed_ips |  | `10.9.0.52/32` |\n"},
		{"10.9.0.52/30", "10.9.0.53/32, 10.9.0.55/32",
		 "| `b` | allowed_ips | `10.9.0.52/32` |  |\n| `b` | allowed_ips | `10.9.0.54/32` |  |\n"},
		{"10.9.0.0/16, fd00::/64", "fd00::/65, 10.8.0.0/15",
		 "| `b` | allowed_ips | `fd00::8000:0:0:0/65` |  |\n| `b` | allowed_ips |  | `10.8.0.0/16` |\n"},
		{"10.9.0.0/24", "10.9.0.0/25, 10.9.0.128/25", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_create();
		const char *comment =
			comment_on(arena, mesh,
				   arena_printf(arena, INTERFACE PEER("C", "AllowedIPs = %s\n"),
						cases[i].before),
				   arena_printf(arena, INTERFACE PEER("C", "AllowedIPs = %s\n"),
						cases[i].after));
		const char *rows = strstr(comment, "| --- | --- | --- | --- |\n");

		assert_non_null(rows);
		rows = strchr(rows, '\n') + 1;
		assert_memory_equal(rows, cases[i].expected, strlen(cases[i].expected));
		assert_string_equal(rows + strlen(cases[i].expected), "\n</details>\n");
		if (cases[i].expected[0] == '\0')
			assert_non_null(strstr(comment, "the same allowed IPs, written otherwise"));
		(void)arena_destroy(arena);
	}
}

/* Who is interrupted is said in one of the words of the table in docs/plan.md. */
static void test_diff_outcomes(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		const char *expected;
	} cases[] = {
		{INTERFACE, INTERFACE AT_B, "; nobody who stays is interrupted\n"},
		{INTERFACE, "# other words\n" INTERFACE,
		 ": no server or gateway that is there is touched\n"},
		{INTERFACE AT_B,
		 INTERFACE PEER("C", "AllowedIPs = 10.7.0.2/32\nEndpoint = 192.0.2.3:1\n"),
		 "; no server or gateway that stays is interrupted, if it is done as below\n"},
		{INTERFACE, INTERFACE "PostUp = iptables -A INPUT\n",
		 "; some tunnels are interrupted\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_create();
		const char *comment = comment_on(arena, mesh, cases[i].before, cases[i].after);

		assert_non_null(strstr(comment, cases[i].expected));
		(void)arena_destroy(arena);
	}
}

/* An address that becomes somebody else's leads to the wrong machine; another name does not. */
static void test_diff_passing_addresses(void **state)
{
	static const char words[] = "**An address passes to another host:** `10.7.0.1` from `a` to "
				    "`d`. ";
	struct host after[MOST_HOSTS] = {{"d", KEY("B"), NULL, NULL, NULL},
					 {"b", KEY("C"), NULL, NULL, "10.7.0.2"}};
	struct arena *arena = arena_create();
	const struct manifest *before = make_manifest(
		arena,
		(const struct host[MOST_HOSTS]){{"a", KEY("B"), NULL, NULL, NULL},
						{"b", KEY("C"), NULL, NULL, "10.7.0.2"}},
		direct, "[]");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_(text_finish) struct text text = {0};
		struct diff_story story = {.topology = "t", .against = "x"};
		struct diff *diff =
			diff_create(arena, before, make_manifest(arena, after, direct, "[]"));

		diff_note_file(diff, "hosts");
		diff_finish(diff);
		story.diff = diff;
		diff_render_plan_markdown(&story, &text);
		assert_int_equal(strstr(text.data, words) != NULL, i == 1);
		after[0].key = KEY("Z");
	}
	(void)arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff_host_facts),
		cmocka_unit_test(test_diff_host_renewed_key),
		cmocka_unit_test(test_diff_host_secrets),
		cmocka_unit_test(test_diff_groups_of_a_mesh),
		cmocka_unit_test(test_diff_shifts),
		cmocka_unit_test(test_diff_markdown_is_bounded),
		cmocka_unit_test(test_diff_allowed_ips_are_sets),
		cmocka_unit_test(test_diff_outcomes),
		cmocka_unit_test(test_diff_passing_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
