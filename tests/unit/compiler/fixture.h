/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Fixture: a topology compiled from texts in memory. Failing ends the test.
 *
 * In the texts `KEY(gw)` stands for a public key that is always the same for the same word and
 * another one for another word: in quotes, but for the text of a lock.
 */

#include "compiler/compile.h"

struct keystore;
struct plan;
struct plan_peer;
struct text;

struct fixture_file {
	const char *path; /* relative to the topology's folder; NULL ends a list */
	const char *text;
};

/* Reads out of the `struct fixture_file` list at `context`: the `read` of a compilation. */
int fixture_read(void *context, const char *path, size_t limit, struct text *ret_text);

/* Compiles "net/topology.yaml" of the list, up to the checks. The caller ends it. */
void fixture_check_files(struct compilation *c, const struct fixture_file *files);

/* The same for a topology that is one text, with the text of its lock, or NULL. */
void fixture_check(struct compilation *c, const char *topology, const char *lock);

/* The same on a day. */
void fixture_check_as_of(struct compilation *c, const char *topology, const char *lock,
			 const char *as_of);

/* The same without a lock, with a keystore that is open for it. */
void fixture_check_with_keys(struct compilation *c, const char *topology,
			     const struct keystore *keystore);

/* As fixture_check(), and there must be no errors; warnings are fine. */
void fixture_check_good(struct compilation *c, const char *topology, const char *lock);

/*
 * Appends a line `rule 'text at the span'` for each finding, with the file in front where it is not
 * the topology.
 */
void fixture_show_findings(const struct diag_bag *diags, struct text *out);

/* Compiles and compares what fixture_show_findings() shows. */
void fixture_expect_findings(const char *topology, const char *lock, const char *expected);

/* The lock's lines, without the comment on top; and whether they are those, with `KEY(gw)`. */
const char *fixture_lock_lines(const struct compilation *c);
void fixture_expect_lock(const struct compilation *c, const char *expected);

/* A host's plan, and a peer of it (NULL: it has no such peer). */
const struct plan *fixture_plan(struct compilation *c, const char *host);
const struct plan_peer *fixture_peer(struct compilation *c, const char *host, const char *peer);

/* Every artifact: a line `== path mode`, then its bytes. */
void fixture_emit(struct compilation *c, const char *host, const char *formats, struct text *out);

/* Fails, with both texts, unless they are equal; an empty text may have no memory. */
void fixture_expect_text(const struct text *actual, const char *expected);

/* Setup and teardown of a test: a new folder, whose path is the state, and its removal. */
int fixture_make_folder(void **state);
int fixture_remove_folder(void **state);
