/* SPDX-License-Identifier: MIT */
#pragma once

/* Help: the table of verbs as text, as a man page and as a completion script. */

#include "cli/verb.h"

struct text;

/* What stands below a usage error: how the program, or one verb, is called. */
void help_write_usage(struct text *out);
void help_write_synopsis(struct text *out, const struct verb *verb);

void help_write_program(struct text *out);
void help_write_verb(struct text *out, const struct verb *verb);
void help_write_group(struct text *out, const char *word); /* the verbs that begin with it */

/* docs/wgtopo.1 and docs/completion.bash, whole. */
void help_write_mdoc(struct text *out);
void help_write_bash(struct text *out);

/* Appends `prose`, broken into lines of at most 78 columns behind `indent` spaces. */
void help_wrap(struct text *out, const char *prose, size_t indent);

/*
 * What stands between brackets for an option: its values, joined by '|', or the name of its
 * argument.
 */
void help_write_argument(struct text *out, const struct verb_option *option);
