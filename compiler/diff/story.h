/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Story: a difference with all that is known around it, to be told to people and tools. No key that
 * is secret is in it, and every name may come from a folder that somebody else has made: each
 * renderer escapes what it writes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "compiler/diff/diff.h"
#include "compiler/diff/roles.h"

struct text;

/* A finding of the compiler that is new, or gone. */
struct diff_finding {
	const char *severity; /* "error", "warning" */
	const char *rule;
	const char *place; /* "topology.yaml:7:3", or NULL */
	const char *message;
	vec_of(const char *) notes; /* evidence */
	const char *help;           /* the first fix, or NULL */
	bool is_gone;
};

/* A user whose last day changes: NULL is none. */
struct diff_expiry {
	const char *user;
	const char *from;
	const char *to;
};

struct diff_story {
	const struct diff *diff;
	const char *topology;
	const char *against;     /* as the caller named it */
	const char *commit;      /* of a revision, else NULL */
	const char *lock;        /* path of the lock, where it changes too; else NULL */
	const char *lock_change; /* and how */
	vec_of(struct diff_finding) findings;
	bool knows_old_findings; /* else none is told: nobody knows which are new */
	vec_of(struct diff_expiry) expiries;
};

/*
 * Appends the story: as text; as one JSON document (docs/plan.md); as a comment for a pull request
 * in GitHub's Markdown, of at most DIFF_MARKDOWN_BYTES.
 */
enum {
	DIFF_MARKDOWN_BYTES = 60000, /* GitHub takes 65,536 characters */
};

#define DIFF_MARKDOWN_MARKER "<!-- wgtopo-plan -->\n"

void diff_render_plan_text(const struct diff_story *story, struct text *out);
void diff_render_plan_json(const struct diff_story *story, struct text *out);
void diff_render_plan_markdown(const struct diff_story *story, struct text *out);

/* The comment where there is no plan, because of the errors among the findings. */
void diff_render_errors_markdown(const struct diff_story *story, struct text *out);
