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

struct text;

/* A finding of the compiler that is new, or gone. */
struct diff_finding {
	const char *severity; /* "error", "warning" */
	const char *rule;
	const char *place; /* "topology.yaml:7:3", or NULL */
	const char *message;
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

/* Who is concerned by what, in the order in which files are copied. */
struct diff_roles {
	struct diff_names leaving;  /* devices whose present key gets nobody in any more */
	struct diff_names renewed;  /* servers and gateways with another key */
	struct diff_names first;    /* gateways of those who leave */
	struct diff_names gateways; /* the other gateways with something to bring into effect */
	struct diff_names servers;  /* and servers: they come last */
	struct diff_names devices;  /* with new files */
	struct diff_names removed;  /* nodes whose files go */
	struct diff_names come;     /* new servers and gateways */
	struct diff_names go;       /* those that are no more */
	struct diff_names users;    /* new devices */
	struct diff_names moved;    /* with another overlay address */
	struct diff_names restarted;
	struct diff_names rebound; /* that listen on another port */
	struct diff_names sent; /* that others send to at another endpoint, not because of that */
	struct diff_names carried; /* peers that stay, and carry others than before */
	struct diff_names waiting; /* devices that get in with their new file only */
	struct diff_names at_rest; /* with new files that change nothing that runs */
	size_t n_paired;           /* pairs whose preshared key changes */
};

struct diff_roles diff_roles(const struct diff *diff);

/* Whether the pair's packets take another way: through a gateway, or no longer so. */
bool diff_shift_cuts(const struct diff_shift *shift);

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
