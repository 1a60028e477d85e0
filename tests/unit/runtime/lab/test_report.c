/* SPDX-License-Identifier: MIT */

/* Report: what is counted, and what is said of a disagreement. */

#include "runtime/lab/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/runtime/document.h"

static const struct report_disagreement silence = {
	.where = "over IPv4",
	.when = "at first",
	.expected = "punch",
	.seen = "no answer in 25 s",
};

/* A report in which all pairs were observed. */
static struct report observe_all(struct document *document)
{
	const struct manifest *manifest = document_read_good(document);
	struct report report;

	report_init(&report, document->arena, manifest);
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		for (size_t k = 0; k < manifest->n_hosts; k++) {
			if (i != k)
				report_observed(&report, &manifest->hosts[i], &manifest->hosts[k]);
		}
	}
	return report;
}

static void expect(const struct text *text, const char *words)
{
	if (strstr(text->data, words) == NULL)
		fail_msg("no '%s' in:\n%s", words, text->data);
}

static void test_text_counts_by_verdict(void **state)
{
	struct report report = observe_all(*state);
	cleanup_(text_finish) struct text out = {0};

	report_write_text(&report, &out);
	assert_true(report_agrees(&report));
	expect(&out,
	       "lab: 20 ordered pairs, 20 as predicted (2 lan, 10 direct, 2 punch, 6 relay)\n");
	expect(&out, "  1 gpu01  .  P  L  R  R ");
	assert_null(strstr(out.data, "without the relay"));
}

static void test_text_names_a_disagreement(void **state)
{
	struct report report = observe_all(*state);
	const struct manifest *manifest = report.manifest;
	cleanup_(text_finish) struct text out = {0};

	report_disagree(&report, &manifest->hosts[0], &manifest->hosts[1], &silence);
	report_disagree(&report, &manifest->hosts[0], &manifest->hosts[1], &silence);
	report_write_text(&report, &out);
	assert_false(report_agrees(&report));
	expect(&out,
	       "gpu01 -> gpu02 over IPv4, at first: expected punch, seen: no answer in 25 s\n");
	expect(&out, "20 ordered pairs, 19 as predicted (2 lan, 10 direct, 1 punch, 6 relay)\n");
	expect(&out, "  1 gpu01  .  P! L  R  R ");
}

static void test_machines_are_counted_apart(void **state)
{
	struct report report = observe_all(*state);
	struct report_disagreement about = silence;
	cleanup_(text_finish) struct text out = {0};

	about.from = "a machine in 10.50.0.0/16 behind gw";
	about.to = "vm1";
	report.n_machine_probes = 3;
	report_disagree_machine(&report, &about);
	report_write_text(&report, &out);
	assert_false(report_agrees(&report));
	expect(&out, "3 ways from and to networks behind hosts, 2 as predicted\n");
	expect(&out, "20 ordered pairs, 20 as predicted");
}

static void test_json_is_json(void **state)
{
	struct report report = observe_all(*state);
	cleanup_(text_finish) struct text out = {0};
	json_error_t error;
	json_t *json;

	report.n_tried = 3;
	report_disagree(&report, &report.manifest->hosts[0], &report.manifest->hosts[1], &silence);
	report_write_json(&report, &out);
	json = json_loads(out.data, 0, &error);
	assert_non_null(json);
	assert_true(json_is_false(json_object_get(json, "agrees")));
	assert_int_equal(json_integer_value(json_object_get(json, "as_predicted")), 19);
	assert_int_equal(json_array_size(json_object_get(json, "disagreements")), 1);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCUMENT_TEST(test_text_counts_by_verdict),
		DOCUMENT_TEST(test_text_names_a_disagreement),
		DOCUMENT_TEST(test_machines_are_counted_apart),
		DOCUMENT_TEST(test_json_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
