/* SPDX-License-Identifier: MIT */

/* The renderers for code hosting services: names of files, places, escapes, fingerprints, keys. */

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/diag/services.h"
#include "base/text.h"

/* Nobody's, but of the form. */
#define KEY "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="

static const struct diag_paths in_net = {
	.topology = "./lab.yaml",
	.folder = "/src/repo/net",
	.root = "/src/repo",
};

static int set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int tear_down(void **state)
{
	*state = arena_destroy(*state);
	return 0;
}

static const struct source *make_source(struct arena *arena, const char *path, const char *text)
{
	return source_create(arena, path, text, strlen(text));
}

/* The span of `part`, which stands in the source. */
static struct span find(const struct source *source, const char *part)
{
	uint32_t begin = (uint32_t)(strstr(source->text, part) - source->text);

	return (struct span){source, begin, begin + (uint32_t)strlen(part)};
}

typedef void renderer(const struct diag_bag *bag, const struct diag_paths *paths, struct text *out);

static char *render(struct diag_bag *bag, renderer *run)
{
	struct text out = {0};
	char *copy;

	diag_sort(bag);
	run(bag, &in_net, &out);
	copy = arena_copy(bag->arena, out.data == NULL ? "" : out.data, out.length);
	text_finish(&out);
	return copy;
}

/* The document; the caller drops it. */
static json_t *render_json(struct diag_bag *bag, renderer *run)
{
	json_error_t error;
	json_t *document = json_loads(render(bag, run), JSON_REJECT_DUPLICATES, &error);

	if (document == NULL)
		fail_msg("%s", error.text);
	return document;
}

static void test_diag_render_github_of_everything(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "lab.yaml", "\xc3\xa4: 1\n\xc3\xa4: 2\n");
	const struct source *other = make_source(*state, "/else/a,b.yaml", "x: [\n]\n");
	struct diag *diag;

	diag_add(&bag, DIAG_ENDPOINT_NAME, find(source, "1"), "a name");
	diag = diag_add(&bag, DIAG_YAML_DUPLICATE_KEY, (struct span){source, 6, 11},
			"100%% of '\xc3\xa4', twice: \x1b[31m\n::set-env name=a::b");
	diag_related(&bag, diag, find(other, "[\n]"), "first");
	diag_note(&bag, diag, "one");
	diag_help(&bag, diag, "remove it");
	diag_add(&bag, DIAG_BAD_VALUE, find(other, "[\n]"), "two lines");
	diag_add(&bag, DIAG_LOCK_OUTDATED, (struct span){0}, "no place");
	assert_string_equal(
		render(&bag, diag_render_github),
		"::error file=/else/a%2Cb.yaml,line=1,endLine=2,title=bad-value::two lines\n"
		"::error file=net/lab.yaml,line=2,endLine=2,col=1,endColumn=5,"
		"title=yaml-duplicate-key::100%25 of '\xc3\xa4', twice: \xef\xbf\xbd[31m"
		"%0A::set-env name=a::b%0Anote: one%0Ahelp: remove it%0A/else/a,b.yaml:1:4: first\n"
		"::error file=net/lab.yaml,line=1,endLine=1,col=1,endColumn=1,title=lock-outdated::"
		"no place\n"
		"::warning file=net/lab.yaml,line=1,endLine=1,col=4,endColumn=5,"
		"title=endpoint-name::a name\n");
}

static void test_diag_render_gitlab_of_everything(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source = make_source(*state, "../lab.yaml", "a: 1\nb: 2\n");
	struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE, find(source, "2"), "not \xff");
	json_t *document;
	json_t *expected;

	diag_help(&bag, diag, "write 1");
	diag_add(&bag, DIAG_ENDPOINT_NAME, (struct span){0}, "a name");
	document = render_json(&bag, diag_render_gitlab);
	for (size_t i = 0; i < json_array_size(document); i++)
		assert_int_equal(json_object_del(json_array_get(document, i), "fingerprint"), 0);
	expected = json_pack("[{s:s,s:s,s:s,s:{s:s,s:{s:i}}},{s:s,s:s,s:s,s:{s:s,s:{s:i}}}]",
			     "description", "not \xef\xbf\xbd\nhelp: write 1", "check_name",
			     "bad-value", "severity", "critical", "location", "path", "lab.yaml",
			     "lines", "begin", 2, "description", "a name", "check_name",
			     "endpoint-name", "severity", "minor", "location", "path",
			     "net/lab.yaml", "lines", "begin", 1);
	assert_non_null(expected);
	assert_true(json_equal(document, expected));
	json_decref(document);
	json_decref(expected);
}

static void test_diag_render_sarif_of_everything(void **state)
{
	struct diag_bag bag = {.arena = *state};
	const struct source *source =
		make_source(*state, "a b/\xc3\xa4:%.yaml", "a: 1\n\xc3\xa4: 2\n");
	const struct source *other = make_source(*state, "/else/x.yaml", "x: 1\n");
	struct diag *diag = diag_add(&bag, DIAG_BAD_VALUE, find(source, "\xc3\xa4: 2"), "no");
	json_t *document, *run, *result, *expected;

	diag_related(&bag, diag, find(other, "1"), "first");
	document = render_json(&bag, diag_render_sarif);
	run = json_array_get(json_object_get(document, "runs"), 0);
	result = json_array_get(json_object_get(run, "results"), 0);
	assert_int_equal(json_object_del(result, "partialFingerprints"), 0);
	expected = json_pack(
		"{s:s,s:i,s:s,s:{s:s},s:[{s:{s:{s:s},s:{s:i,s:i,s:i,s:i}}}],"
		"s:[{s:i,s:{s:s},s:{s:{s:s},s:{s:i,s:i,s:i,s:i}}}]}",
		"ruleId", "bad-value", "ruleIndex", DIAG_BAD_VALUE, "level", "error", "message",
		"text", "no", "locations", "physicalLocation", "artifactLocation", "uri",
		"net/a%20b/%C3%A4%3A%25.yaml", "region", "startLine", 2, "startColumn", 1,
		"endLine", 2, "endColumn", 5, "relatedLocations", "id", 1, "message", "text",
		"first", "physicalLocation", "artifactLocation", "uri", "file:///else/x.yaml",
		"region", "startLine", 1, "startColumn", 4, "endLine", 1, "endColumn", 5);
	assert_non_null(expected);
	assert_true(json_equal(result, expected));
	assert_string_equal(json_string_value(json_object_get(run, "columnKind")),
			    "unicodeCodePoints");
	json_decref(document);
	json_decref(expected);
}

/* Every result's ruleIndex is the place of its rule, which says what the rule is about. */
static void test_diag_render_sarif_has_all_rules(void **state)
{
	struct diag_bag bag = {.arena = *state};
	json_t *document = render_json(&bag, diag_render_sarif);
	json_t *run = json_array_get(json_object_get(document, "runs"), 0);
	json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
	json_t *rules = json_object_get(driver, "rules");

	assert_int_equal(json_array_size(json_object_get(run, "results")), 0);
	assert_int_equal(json_array_size(rules), DIAG_N_RULES);
	for (enum diag_rule rule = 0; rule < DIAG_N_RULES; rule++) {
		const char *id, *brief, *full;

		assert_int_equal(json_unpack(json_array_get(rules, rule), "{s:s,s:{s:s},s:{s:s}}",
					     "id", &id, "shortDescription", "text", &brief,
					     "fullDescription", "text", &full),
				 0);
		assert_string_equal(id, diag_rules[rule].slug);
		assert_string_equal(full, diag_rules[rule].teaching);
		assert_int_equal(strncmp(brief, full, strlen(brief)), 0);
		assert_int_equal(brief[strlen(brief) - 1], '.');
	}
	json_decref(document);
}

/* The fingerprints of bad values at each of the `n` parts of the text, one behind the other. */
static char *fingerprints(struct arena *arena, const char *text, const char *const *parts, size_t n)
{
	struct diag_bag bag = {.arena = arena};
	const struct source *source = make_source(arena, "lab.yaml", text);
	struct text out = {0};
	json_t *document;
	char *copy;

	for (size_t i = 0; i < n; i++)
		diag_add(&bag, DIAG_BAD_VALUE, find(source, parts[i]), "%zu is bad", i);
	document = render_json(&bag, diag_render_gitlab);
	for (size_t i = 0; i < n; i++) {
		json_t *issue = json_array_get(document, i);

		text_join(&out, json_string_value(json_object_get(issue, "fingerprint")), "\n");
	}
	json_decref(document);
	copy = arena_copy(arena, out.data, out.length);
	text_finish(&out);
	return copy;
}

#define FINGERPRINT(state, text, part) fingerprints((state), (text), &(const char *){part}, 1)

static void test_fingerprint_is_of_the_line(void **state)
{
	const char *first = FINGERPRINT(*state, "a: 1\nb: { c: 2 }\n", "2");

	assert_string_equal(first,
			    FINGERPRINT(*state, "# more\n\n\na: 1\n\tb: { c: 2 } \r\n", "2"));
	assert_string_not_equal(first, FINGERPRINT(*state, "a: 1\nb: { d: 2 }\n", "2"));
}

/* Of lines alike each has its own, and the second keeps it when something comes between. */
static void test_fingerprint_of_lines_alike(void **state)
{
	const char *const near[] = {"2\n a", "2\n#"};
	const char *const apart[] = {"2\n\n", "2\n#"};
	const char *both = fingerprints(*state, " a: 2\n a: 2\n# end\n", near, 2);

	assert_int_equal(strlen(both), 2 * strlen("0123456789abcdef0123456789abcdef:1\n"));
	assert_memory_equal(both, both + 35, 33);
	assert_int_equal(both[33], '1');
	assert_int_equal(both[35 + 33], '2');
	assert_string_equal(both, fingerprints(*state, "x:\n a: 2\n\n\n\ta: 2\n# end\n", apart, 2));
}

/* Without a place there is no line, so two are told apart by what they say. */
static void test_fingerprint_without_a_place(void **state)
{
	struct diag_bag bag = {.arena = *state};
	json_t *document;
	const char *first, *second;

	diag_add(&bag, DIAG_ARTIFACT_EDITED, (struct span){0}, "one");
	diag_add(&bag, DIAG_ARTIFACT_EDITED, (struct span){0}, "two");
	document = render_json(&bag, diag_render_gitlab);
	first = json_string_value(json_object_get(json_array_get(document, 0), "fingerprint"));
	second = json_string_value(json_object_get(json_array_get(document, 1), "fingerprint"));
	assert_int_not_equal(strncmp(first, second, 32), 0);
	json_decref(document);
}

/* A line of a megabyte: what is near counts, and a finding at the other end is another one. */
static void test_fingerprint_of_a_long_line(void **state)
{
	enum {
		LONG = 1 << 20
	};
	char *text = arena_alloc(*state, LONG + 1);
	const char *near, *far;

	memset(text, ' ', LONG);
	memcpy(text + 5, "A: x", 4);
	memcpy(text + LONG - 5, "B: y", 4);
	near = FINGERPRINT(*state, text, "x");
	far = FINGERPRINT(*state, text, "y");
	assert_string_not_equal(near, far);
	memcpy(text + LONG - 5, "C", 1);
	assert_string_equal(near, FINGERPRINT(*state, text, "x"));
	assert_string_not_equal(far, FINGERPRINT(*state, text, "y"));
}

/* Neither the key nor a hash of it: with another key all is the same. */
static void test_no_format_tells_of_a_key(void **state)
{
	static renderer *const renderers[] = {diag_render_sarif, diag_render_github,
					      diag_render_gitlab};
	const char *texts[] = {"s:\n  private: " KEY "\n  odd: hunter2\n", NULL};
	char *other = arena_printf(*state, "%s", texts[0]);

	strstr(other, "yAnz")[0] = 'z';
	memcpy(strstr(other, "hunter2"), "hidden7", 7);
	texts[1] = other;
	for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++) {
		char *said[2];

		for (size_t j = 0; j < 2; j++) {
			struct diag_bag bag = {.arena = *state};
			const struct source *source = make_source(*state, "lab.yaml", texts[j]);
			const char *key = strstr(source->text, j == 0 ? "yAnz" : "zAnz");
			struct diag *diag;

			diag = diag_add(&bag, DIAG_BAD_VALUE, find(source, "private"), "'%.44s'",
					key);
			diag_related(&bag, diag, find(source, "odd"), "'%.44s'", key);
			diag_note(&bag, diag, "'%.44s'", key);
			diag_help(&bag, diag, "'%.44s'", key);
			diag_add(&bag, DIAG_BAD_VALUE, find(source, "odd"), "odd");
			diag_hide(&bag, find(source, j == 0 ? "hunter2" : "hidden7"));
			said[j] = render(&bag, renderers[i]);
			assert_null(strstr(said[j], "Anz5TF"));
		}
		assert_string_equal(said[0], said[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diag_render_github_of_everything),
		cmocka_unit_test(test_diag_render_gitlab_of_everything),
		cmocka_unit_test(test_diag_render_sarif_of_everything),
		cmocka_unit_test(test_diag_render_sarif_has_all_rules),
		cmocka_unit_test(test_fingerprint_is_of_the_line),
		cmocka_unit_test(test_fingerprint_of_lines_alike),
		cmocka_unit_test(test_fingerprint_without_a_place),
		cmocka_unit_test(test_fingerprint_of_a_long_line),
		cmocka_unit_test(test_no_format_tells_of_a_key),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
