/* SPDX-License-Identifier: MIT */
#pragma once

/* Rules: what a diagnostic can be about. */

enum diag_severity {
	DIAG_ERROR,
	DIAG_WARNING,
};

/* One constant per row of rules.def: DIAG_YAML_SYNTAX is the rule `yaml-syntax`. */
enum diag_rule {
#define RULE(constant, slug, severity, teaching) DIAG_##constant,
#include "base/diag/rules.def"
#undef RULE
	DIAG_N_RULES,
};

struct diag_rule_entry {
	const char *slug;
	enum diag_severity severity;
	const char *teaching; /* what the rule is about and why, for `explain --rule` */
};

extern const struct diag_rule_entry diag_rules[DIAG_N_RULES];

/* The rule named `slug`, or DIAG_N_RULES. */
enum diag_rule diag_find_rule(const char *slug);

/* "error" or "warning". */
const char *diag_severity_name(enum diag_severity severity);
