/* SPDX-License-Identifier: MIT */

/*
 * Diagnostics as a Code Quality report of GitLab ("Code quality report format", in its
 * documentation), which a merge request shows as what it adds and what it mends.
 */

#include "base/diag/services.h"

#include "base/diag/diag.h"
#include "base/diag/document.h"
#include "base/diag/finding.h"
#include "base/text.h"

/* Of info, minor, major, critical and blocker. */
static const char *const severity_names[] = {
	[DIAG_ERROR] = "critical", /* nothing is compiled */
	[DIAG_WARNING] = "minor",
};

static json_t *make_location(const struct finding_place *place)
{
	json_t *location = json_object();
	json_t *lines = json_object();

	document_set(lines, "begin", json_integer(place->begin.line));
	document_set(location, "path", document_string(place->path));
	document_set(location, "lines", lines);
	return location;
}

static json_t *make_issue(const struct finding *finding)
{
	cleanup_(text_finish) struct text message = {0};
	json_t *issue = json_object();

	finding_put_message(finding->diag, &message);
	document_set(issue, "description", document_string(message.data));
	document_set(issue, "check_name", json_string(diag_rules[finding->diag->rule].slug));
	document_set(issue, "fingerprint", json_string(finding->fingerprint));
	document_set(issue, "severity", json_string(severity_names[finding->diag->severity]));
	document_set(issue, "location", make_location(&finding->place));
	return issue;
}

void diag_render_gitlab(const struct diag_bag *bag, const struct diag_paths *paths,
			struct text *out)
{
	const struct finding *findings = finding_list(bag, paths);
	json_t *issues = json_array();

	for (size_t i = 0; i < bag->items.n_items; i++)
		document_append(issues, make_issue(&findings[i]));
	document_write(issues, out);
}
