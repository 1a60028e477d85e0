/* SPDX-License-Identifier: MIT */

/*
 * Findings are told apart by rule and words: lines move with every edit. One that is there several
 * times counts as often.
 */

#include "cli/plan_story.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/mask.h"
#include "base/map.h"
#include "compiler/compile.h"
#include "compiler/diff/story.h"
#include "compiler/resolve/network.h"

static const char *key_of(struct arena *arena, const struct diag *diag)
{
	return arena_printf(arena, "%s\n%s", diag_rules[diag->rule].slug, diag->message);
}

static const char *place_of(struct arena *arena, struct span span)
{
	struct position position;

	if (!span_is_given(span))
		return NULL;
	position = source_position(span.source, span.begin);
	return arena_printf(arena, "%s:%u:%u", span.source->path, position.line, position.column);
}

static const char *masked(struct arena *arena, const char *words, size_t length)
{
	char *copy = arena_copy(arena, words, length);

	mask_string(copy);
	return copy;
}

static void put_finding(struct arena *arena, struct diff_story *story, const struct diag *diag,
			bool is_gone)
{
	struct diff_finding finding = {
		.severity = diag->severity == DIAG_ERROR ? "error" : "warning",
		.rule = diag_rules[diag->rule].slug,
		.place = place_of(arena, diag->span),
		.message = masked(arena, diag->message, strlen(diag->message)),
		.is_gone = is_gone,
	};

	vec_foreach(label, &diag->related) {
		const char *at = place_of(arena, label->span);
		const char *words = at == NULL ? label->message
					       : arena_printf(arena, "%s (%s)", label->message, at);

		*vec_push(arena, &finding.notes) = masked(arena, words, strlen(words));
	}
	vec_foreach(note, &diag->notes)
		*vec_push(arena, &finding.notes) = masked(arena, *note, strlen(*note));
	if (diag->help != NULL)
		finding.help = masked(arena, diag->help, strcspn(diag->help, "\n"));
	*vec_push(arena, &story->findings) = finding;
}

/* How often each finding of a compilation is there. */
static void count(struct arena *arena, const struct compilation *compilation, struct map *counts)
{
	vec_foreach(diag, &compilation->diags.items) {
		const char *key = key_of(arena, *diag);
		size_t *n = map_get(counts, key);

		if (n == NULL) {
			n = ARENA_NEW(arena, size_t);
			(void)map_put(arena, counts, key, n);
		}
		(*n)++;
	}
}

/* Takes the findings of `compilation` that the other one does not have. */
static void put_missing(struct arena *arena, struct diff_story *story,
			const struct compilation *compilation, struct map *others, bool is_gone)
{
	vec_foreach(diag, &compilation->diags.items) {
		size_t *n = map_get(others, key_of(arena, *diag));

		if (n != NULL && *n > 0) {
			(*n)--;
		} else {
			put_finding(arena, story, *diag, is_gone);
		}
	}
}

static const char *last_day(const struct network *network, const char *user)
{
	vec_foreach(expiry, &network->expiries) {
		if (strcmp(expiry->user, user) == 0)
			return expiry->date;
	}
	return NULL;
}

static void put_expiry(struct arena *arena, struct diff_story *story, const char *user,
		       const char *from, const char *to)
{
	if (from == NULL || to == NULL ? from != to : strcmp(from, to) != 0)
		*vec_push(arena, &story->expiries) = (struct diff_expiry){user, from, to};
}

static void compare_expiries(struct arena *arena, struct diff_story *story,
			     const struct network *before, const struct network *after)
{
	vec_foreach(expiry, &after->expiries) {
		put_expiry(arena, story, expiry->user, last_day(before, expiry->user),
			   expiry->date);
	}
	vec_foreach(expiry, &before->expiries) {
		if (last_day(after, expiry->user) == NULL)
			put_expiry(arena, story, expiry->user, expiry->date, NULL);
	}
}

void plan_story_compare(struct diff_story *story, const struct compilation *before,
			const struct compilation *after)
{
	struct arena *arena = after->arena;
	struct map old = {0};
	struct map new = {0};

	count(arena, before, &old);
	count(arena, after, &new);
	put_missing(arena, story, after, &old, false);
	put_missing(arena, story, before, &new, true);
	story->knows_old_findings = true;
	compare_expiries(arena, story, before->network, after->network);
}

void plan_story_take_errors(struct diff_story *story, const struct compilation *compilation)
{
	vec_foreach(diag, &compilation->diags.items) {
		if ((*diag)->severity == DIAG_ERROR)
			put_finding(compilation->arena, story, *diag, false);
	}
}
