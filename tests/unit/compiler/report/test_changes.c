/* SPDX-License-Identifier: MIT */

/* What a report says has changed, against the one that it replaces. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "compiler/report/report.h"
#include "tests/unit/compiler/fixture.h"

#define HEAD(nat)                                                                                  \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"sites:\n"                                                                                 \
	"  one: { nat: symmetric, public: [198.51.100.1] }\n"                                      \
	"  two: { nat: " nat ", public: [198.51.100.2] }\n"                                        \
	"gateways:\n"                                                                              \
	"  gw: { at: { internet: 203.0.113.1 }, public_key: KEY(gw) }\n"                           \
	"  gw2: { at: { internet: 203.0.113.2 }, public_key: KEY(gw2) }\n"                         \
	"servers:\n"
#define SERVER(name, at) "  " name ": { at: { " at " }, public_key: KEY(" name ") }\n"
#define SERVERS                                                                                    \
	SERVER("a1", "one: 10.1.0.1")                                                              \
	SERVER("a2", "one: 10.1.0.2")                                                              \
	SERVER("b1", "two: 10.2.0.1")
#define SERVERS_TURNED                                                                             \
	SERVER("b1", "two: 10.2.0.1")                                                              \
	SERVER("a2", "one: 10.1.0.2")                                                              \
	SERVER("a1", "one: 10.1.0.1")
#define USERS                                                                                      \
	"users:\n"                                                                                 \
	"  bob: { gateways: [gw, gw2], public_key: KEY(bob) }\n"
/* The page of the topology where `before` stands, or NULL. */
static void write_page(const char *topology, const struct text *before, struct text *out)
{
	struct compilation c;
	struct report_input input = {.topology = "net/topology.yaml", .before = before};

	fixture_check_good(&c, topology, NULL);
	input.arena = c.arena;
	input.network = c.network;
	input.reach = c.reach;
	input.planner = c.planner;
	input.diags = &c.diags;
	report_formats[0].write(&input, out);
	compile_finish(&c);
}

/* The member "changes" of a page, as compact JSON: the caller frees it. */
static char *changes_of(const struct text *page)
{
	const char *begin = strstr(page->data, "id=\"data\">") + strlen("id=\"data\">");
	json_t *json = json_loadb(begin, (size_t)(strstr(begin, "</script>") - begin), 0, NULL);
	char *changes;

	assert_non_null(json);
	changes = json_dumps(json_object_get(json, "changes"), JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(json);
	return changes;
}

static void expect_changes(const struct text *page, const char *expected)
{
	char *changes = changes_of(page);

	if (strcmp(changes, expected) != 0)
		fail_msg("%s\nis not\n%s", changes, expected);
	free(changes);
}

#define NOTHING_ELSE "\"findings_new\":[],\"findings_gone\":[]"

struct row {
	const char *before;
	const char *now;
	const char *expected;
};

static const struct row rows[] = {
	{HEAD("linux") SERVERS, HEAD("linux") SERVERS, "null"},
	{HEAD("linux") SERVERS, HEAD("linux") SERVERS_TURNED, "null"},
	{HEAD("full-cone") SERVERS, HEAD("full-cone") SERVERS SERVER("c1", "internet: 203.0.113.9"),
	 "{\"added\":[\"c1\"],\"removed\":[],\"verdicts\":[],\"more_pairs\":0," NOTHING_ELSE "}"},
	{HEAD("full-cone") SERVERS SERVER("c1", "internet: 203.0.113.9"), HEAD("full-cone") SERVERS,
	 "{\"added\":[],\"removed\":[\"c1\"],\"verdicts\":[],\"more_pairs\":0," NOTHING_ELSE "}"},
	/* one row for all pairs that were alike and are */
	{HEAD("full-cone") SERVERS, HEAD("symmetric") SERVERS,
	 "{\"added\":[],\"removed\":[],\"verdicts\":[{\"a\":\"a1, a2\",\"b\":\"b1\",\"pairs\":2,"
	 "\"was\":2,\"now\":3,\"from\":\"a1\",\"to\":\"b1\"}],\"more_pairs\":0,"
	 "\"findings_new\":[\"topology.yaml: warning: 2 nodes at one such as 'a1' cannot open a tunnel "
	 "to 'b1' at two: nobody knows beforehand from which address and port either sends; relayed by "
	 "gw and gw2 (2 pairs) [nat-relayed]\"],\"findings_gone\":[]}"},
	/* a device at two gateways is no pair */
	{HEAD("full-cone") SERVERS USERS, HEAD("full-cone") SERVERS,
	 "{\"added\":[],\"removed\":[\"bob\",\"bob@gw2\"],\"verdicts\":[],\"more_pairs\":0," NOTHING_ELSE
	 "}"},
};

static void test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_(text_finish) struct text before = {0};
		cleanup_(text_finish) struct text now = {0};
		cleanup_(text_finish) struct text again = {0};

		write_page(rows[i].before, NULL, &before);
		write_page(rows[i].now, &before, &now);
		expect_changes(&before, "null");
		expect_changes(&now, rows[i].expected);
		write_page(rows[i].now, &now, &again);
		assert_string_equal(again.data, now.data);
	}
}

static void test_same_bytes(void **state)
{
	cleanup_(text_finish) struct text one = {0};
	cleanup_(text_finish) struct text other = {0};

	(void)state;
	write_page(HEAD("linux") SERVERS USERS, NULL, &one);
	write_page(HEAD("linux") SERVERS USERS, NULL, &other);
	assert_string_equal(one.data, other.data);
	assert_null(strstr(one.data, "@@"));
}

/* Whatever stands where the last report was expected: the page says so, and is made. */
static void test_unreadable(void **state)
{
	static const char *const texts[] = {
		"",
		"no page",
		"<script type=\"application/json\" id=\"data\">",
		"<script type=\"application/json\" id=\"data\">[]</script>",
		"<script type=\"application/json\" id=\"data\">{</script>",
		"<script type=\"application/json\" id=\"data\">{\"format\": \"wgtopo-report\", "
		"\"version\": 1, \"network\": \"lab\", \"changes\": null, \"verdicts\": [[-1,0,1]], "
		"\"hosts\": [{\"name\": \"a1\", \"group\": 1}], \"findings\": []}</script>",
		"<script type=\"application/json\" id=\"data\">{\"format\": \"wgtopo-report\", "
		"\"version\": 2, \"network\": \"lab\", \"changes\": null, \"verdicts\": [], "
		"\"hosts\": [], \"findings\": []}</script>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_(text_finish) struct text before = {0};
		cleanup_(text_finish) struct text now = {0};

		text_puts(&before, texts[i]);
		write_page(HEAD("linux") SERVERS, &before, &now);
		expect_changes(&now,
			       "{\"note\":\"the last report could not be read: it is damaged, or "
			       "another version of wgtopo wrote it\"}");
	}
}

static void test_another_network(void **state)
{
	cleanup_(text_finish) struct text before = {0};
	cleanup_(text_finish) struct text now = {0};

	(void)state;
	write_page("network: { name: other, addresses: [10.30.0.0/24] }\n"
		   "servers:\n" SERVER("a1", "internet: 203.0.113.9"),
		   NULL, &before);
	write_page(HEAD("linux") SERVERS, &before, &now);
	expect_changes(&now, "{\"note\":\"the last report is of another network\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_another_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
