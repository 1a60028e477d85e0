/* SPDX-License-Identifier: MIT */
#pragma once

/* What two compilations know beyond their artifacts: findings, and who expires when. */

struct compilation;
struct diff_story;

/* Findings that are new or gone, and last days that change. In the arena of `after`. */
void plan_story_compare(struct diff_story *story, const struct compilation *before,
			const struct compilation *after);

/* The errors of a compilation that came to nothing. */
void plan_story_take_errors(struct diff_story *story, const struct compilation *compilation);
