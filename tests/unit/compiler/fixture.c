/* SPDX-License-Identifier: MIT */

/* The texts in memory, and what tests want to see of the compilation. */

#include "tests/unit/compiler/fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/net/key.h"
#include "base/text.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"
#include "compiler/plan/planner.h"
#include "compiler/resolve/network.h"

/* Appends the key that `word` stands for, between `quote`. */
static void append_key(struct text *out, const char *word, size_t length, const char *quote)
{
	struct net_key key;
	char buffer[NET_KEY_TEXT];

	memset(&key, '-', sizeof(key));
	assert_true(length < sizeof(key.bytes) - 1);
	memcpy(key.bytes, word, length);
	text_join(out, quote, net_key_format(&key, buffer), quote);
}

static void append_expanded(struct text *out, const char *text, const char *quote)
{
	const char *mark;

	while ((mark = strstr(text, "KEY(")) != NULL) {
		size_t length = strcspn(mark + 4, ")");

		text_append(out, text, (size_t)(mark - text));
		append_key(out, mark + 4, length, quote);
		text = mark + 4 + length + 1;
	}
	text_puts(out, text);
}

int fixture_read(void *context, const char *path, size_t limit, struct text *ret_text)
{
	for (const struct fixture_file *file = context; file->path != NULL; file++) {
		if (strcmp(file->path, path) != 0)
			continue;
		append_expanded(ret_text, file->text, strstr(path, ".lock") == NULL ? "\"" : "");
		assert_true(ret_text->length <= limit);
		return 0;
	}
	return -ENOENT;
}

static void check(struct compilation *c, const struct fixture_file *files, const char *as_of,
		  const struct keystore *keystore)
{
	const struct compile_options options = {
		.topology = "net/topology.yaml",
		.read = fixture_read,
		.read_context = (void *)files,
		.resolve.as_of = as_of,
		.keystore = keystore,
	};

	compile_init(c);
	assert_int_equal(compile_check(c, &options), 0);
}

void fixture_check_files(struct compilation *c, const struct fixture_file *files)
{
	check(c, files, NULL, NULL);
}

void fixture_check_with_keys(struct compilation *c, const char *topology,
			     const struct keystore *keystore)
{
	const struct fixture_file files[] = {{"topology.yaml", topology}, {NULL, NULL}};

	check(c, files, NULL, keystore);
}

void fixture_check_as_of(struct compilation *c, const char *topology, const char *lock,
			 const char *as_of)
{
	const struct fixture_file files[] = {
		{"topology.yaml", topology},
		{lock == NULL ? NULL : "topology.lock", lock},
		{NULL, NULL},
	};

	check(c, files, as_of, NULL);
}

void fixture_check(struct compilation *c, const char *topology, const char *lock)
{
	fixture_check_as_of(c, topology, lock, NULL);
}

void fixture_check_good(struct compilation *c, const char *topology, const char *lock)
{
	fixture_check(c, topology, lock);
	if (c->diags.n_errors > 0) {
		const char *message = c->diags.items.items[0]->message;

		print_error("%s\n", topology);
		fail_msg("%s", message);
	}
}

void fixture_show_findings(const struct diag_bag *diags, struct text *out)
{
	vec_foreach(item, &diags->items) {
		struct span span = (*item)->span;

		if (span_is_given(span) && strcmp(span.source->path, "net/topology.yaml") != 0)
			text_printf(out, "%s: ", span.source->path);
		text_printf(out, "%s '%.*s'\n", diag_rules[(*item)->rule].slug,
			    span_is_given(span) ? (int)(span.end - span.begin) : 0,
			    span_is_given(span) ? span.source->text + span.begin : "");
	}
}

void fixture_expect_text(const struct text *actual, const char *expected)
{
	assert_string_equal(actual->data == NULL ? "" : actual->data, expected);
}

void fixture_expect_findings(const char *topology, const char *lock, const char *expected)
{
	struct compilation c;
	struct text shown = {0};

	fixture_check(&c, topology, lock);
	fixture_show_findings(&c.diags, &shown);
	if (strcmp(shown.data == NULL ? "" : shown.data, expected) != 0)
		print_error("topology:\n%s\n", topology);
	fixture_expect_text(&shown, expected);
	text_finish(&shown);
	compile_finish(&c);
}

const char *fixture_lock_lines(const struct compilation *c)
{
	assert_non_null(c->lock_text);
	assert_int_equal(c->lock_text[0], '#');
	return strchr(c->lock_text, '\n') + 1;
}

void fixture_expect_lock(const struct compilation *c, const char *expected)
{
	struct text text = {0};

	append_expanded(&text, expected, "");
	assert_string_equal(fixture_lock_lines(c), text.data);
	text_finish(&text);
}

const struct plan *fixture_plan(struct compilation *c, const char *host)
{
	const struct network_host *found = network_find_host(c->network, host);

	assert_non_null(found);
	assert_non_null(c->planner);
	return planner_plan(c->planner, found->index);
}

const struct plan_peer *fixture_peer(struct compilation *c, const char *host, const char *peer)
{
	const struct plan *plan = fixture_plan(c, host);

	vec_foreach(candidate, &plan->peers) {
		if (strcmp((*candidate)->name, peer) == 0)
			return *candidate;
	}
	return NULL;
}

static int append_artifact(void *context, const struct artifact *artifact)
{
	struct text *out = context;

	text_printf(out, "== %s %04o\n", artifact->path, artifact->mode);
	text_append(out, artifact->bytes, artifact->size);
	return 0;
}

void fixture_emit(struct compilation *c, const char *host, const char *formats, struct text *out)
{
	const struct compile_selection selection = {.host = host, .formats = formats};

	assert_int_equal(compile_emit(c, &selection, append_artifact, out), 0);
}

int fixture_make_folder(void **state)
{
	char *folder = strdup("/tmp/compile-XXXXXX");

	*state = folder;
	return folder != NULL && mkdtemp(folder) != NULL ? 0 : -1;
}

int fixture_remove_folder(void **state)
{
	char command[64];
	int r;

	(void)snprintf(command, sizeof(command), "rm -r '%s'", (char *)*state);
	r = system(command); /* NOLINT(cert-env33-c): a fixed command on a folder of our own */
	free(*state);
	return r;
}
