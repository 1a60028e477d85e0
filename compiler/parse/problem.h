/* SPDX-License-Identifier: MIT */
#pragma once

/* Problem: libyaml's scanner and parser errors in words that say what to do. */

#include <yaml.h>

struct diag_bag;
struct marks;
struct tabs;

/*
 * Reports the error that `parser` stopped at, and the tabs that were found up to there. Where a tab
 * is the cause, it alone is reported.
 */
void problem_report(const yaml_parser_t *parser, struct marks *marks, struct tabs *tabs,
		    struct diag_bag *diags);
