/* SPDX-License-Identifier: MIT */

/*
 * There is no one schema: what is written here is what the Ant, Surefire, Jenkins and GitLab
 * readers have in common, and `file` and `line`, which GitLab and others show. The clock is not
 * ours to read, so that every time is 0.
 */

#include "compiler/assert/junit.h"

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/diag/finding.h"
#include "base/diag/glyph.h"
#include "base/diag/mask.h"
#include "base/text.h"
#include "compiler/assert/words.h"
#include "compiler/resolve/network.h"

/* What a case came to; nothing of it is set where it passed. */
struct outcome {
	const char *failure; /* one line */
	const char *details; /* or NULL */
	const char *rule;
	const char *skipped; /* why, or NULL */
};

struct suite {
	const struct junit *junit;
	struct text cases;
	size_t n_cases;
	size_t n_failures;
	size_t n_skipped;
};

/*
 * XML 1.0 section 2.2: control characters but for these three stand in no document, not even
 * escaped. Text that is not UTF-8 was replaced before it gets here.
 */
static void put_escaped(const char *string, struct text *out)
{
	for (; *string != '\0'; string++) {
		switch (*string) {
		case '&':
			text_puts(out, "&amp;");
			break;
		case '<':
			text_puts(out, "&lt;");
			break;
		case '>':
			text_puts(out, "&gt;");
			break;
		case '"':
			text_puts(out, "&quot;");
			break;
		default:
			text_append(out, string, 1);
		}
	}
}

/* ` name="value"`, without what could be a key or steer a terminal. */
static void put_attribute(const char *name, const char *value, struct text *out)
{
	cleanup_(text_finish) struct text clean = {0};

	glyph_append_string(&clean, value);
	mask_string(clean.data);
	text_join(out, " ", name, "=\"");
	put_escaped(clean.data, out);
	text_puts(out, "\"");
}

/* The file in which the span is, or for none the topology: as code hosting services know it. */
static const char *file_of(const struct junit *junit, struct span span)
{
	if (junit->paths != NULL)
		return finding_place(junit->diags, junit->paths, span).path;
	return span_is_given(span) ? span.source->path : junit->topology;
}

static void put_place(const struct junit *junit, struct span span, struct text *out)
{
	put_attribute("file", file_of(junit, span), out);
	if (span_is_given(span)) {
		text_printf(out, " line=\"%u\"", source_position(span.source, span.begin).line);
	}
}

/* `details` is rendered for terminals already, so that nothing in it is raw. */
static void put_case(struct suite *suite, const char *name, struct span span,
		     const struct outcome *outcome)
{
	struct text *out = &suite->cases;

	suite->n_cases++;
	text_puts(out, "    <testcase");
	put_attribute("name", name, out);
	put_attribute("classname", file_of(suite->junit, (struct span){0}), out);
	put_place(suite->junit, span, out);
	text_puts(out, " time=\"0\"");
	if (outcome->failure != NULL) {
		suite->n_failures++;
		text_puts(out, ">\n      <failure");
		put_attribute("message", outcome->failure, out);
		put_attribute("type", outcome->rule, out);
		text_puts(out, ">");
		put_escaped(outcome->details, out);
		text_puts(out, "</failure>\n    </testcase>\n");
	} else if (outcome->skipped != NULL) {
		suite->n_skipped++;
		text_puts(out, ">\n      <skipped");
		put_attribute("message", outcome->skipped, out);
		text_puts(out, "/>\n    </testcase>\n");
	} else {
		text_puts(out, "/>\n");
	}
}

/* The findings of the bag for which `wants` is true, as people read them. */
static void render(const struct junit *junit, bool (*wants)(const void *, const struct diag *),
		   const void *context, struct text *out)
{
	struct diag_bag some = {.arena = junit->diags->arena};

	text_puts(out, "\n");
	vec_foreach(secret, &junit->diags->secrets)
		*vec_push(some.arena, &some.secrets) = *secret;
	vec_foreach(diag, &junit->diags->items) {
		if (wants(context, *diag))
			*vec_push(some.arena, &some.items) = *diag;
	}
	diag_render_text(&some, false, out);
}

static bool is_finding(const void *finding, const struct diag *diag)
{
	return finding == diag;
}

static bool is_of_topology(const void *rule, const struct diag *diag)
{
	(void)rule;
	return diag->rule != DIAG_ASSERT_FAILED && diag->rule != DIAG_ASSERT_SURVIVES;
}

static void put_topology(struct suite *suite)
{
	const struct junit *junit = suite->junit;
	struct arena *arena = junit->diags->arena;
	cleanup_(text_finish) struct text details = {0};
	struct outcome outcome = {.rule = "error"};
	bool is_doubtful = junit->is_strict && junit->diags->n_warnings > 0;

	render(junit, is_of_topology, NULL, &details);
	outcome.details = details.data;
	if (junit->results == NULL) {
		outcome.failure = arena_printf(
			arena, "the topology has %zu error%s, so that no assertion was checked",
			junit->diags->n_errors, junit->diags->n_errors == 1 ? "" : "s");
	} else if (is_doubtful) {
		outcome.rule = "warning";
		outcome.failure = arena_printf(arena, "the topology has %zu warning%s",
					       junit->diags->n_warnings,
					       junit->diags->n_warnings == 1 ? "" : "s");
	}
	put_case(suite, "the topology can be compiled", (struct span){0}, &outcome);
}

static void put_assertion(struct suite *suite, size_t number)
{
	const struct junit *junit = suite->junit;
	const struct network_assertion *assertion = &junit->network->assertions.items[number];
	struct arena *arena = junit->diags->arena;
	cleanup_(text_finish) struct text name = {0};
	cleanup_(text_finish) struct text details = {0};
	struct outcome outcome = {0};

	words_put_assertion(assertion, &name);
	if (junit->results == NULL) {
		outcome.skipped = "not checked: the topology has errors";
	} else if (junit->results[number].expired != NULL) {
		const struct network_expiry *expiry = junit->results[number].expired;

		outcome.skipped =
			arena_printf(arena, "user '%s' expired on %s", expiry->user, expiry->date);
	} else if (junit->results[number].finding != NULL) {
		const struct diag *finding = junit->results[number].finding;

		render(junit, is_finding, finding, &details);
		outcome.failure = finding->message;
		outcome.rule = diag_rules[finding->rule].slug;
		outcome.details = details.data;
	}
	put_case(suite, name.data, assertion->span, &outcome);
}

static void put_counts(const struct suite *suite, struct text *out)
{
	put_attribute("name", file_of(suite->junit, (struct span){0}), out);
	text_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\"",
		    suite->n_cases, suite->n_failures, suite->n_skipped);
}

void junit_write(const struct junit *junit, struct text *out)
{
	struct suite suite = {.junit = junit};

	put_topology(&suite);
	for (size_t i = 0; junit->network != NULL && i < junit->network->assertions.n_items; i++)
		put_assertion(&suite, i);
	text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	put_counts(&suite, out);
	text_puts(out, ">\n  <testsuite");
	put_counts(&suite, out);
	text_puts(out, ">\n");
	text_append(out, suite.cases.data, suite.cases.length);
	text_puts(out, "  </testsuite>\n</testsuites>\n");
	text_finish(&suite.cases);
}
