/* SPDX-License-Identifier: MIT */

/*
 * Diagnostics as SARIF 2.1.0 (OASIS), with what GitHub's code scanning asks for beyond it: a place
 * for every result, the help of each rule, and fingerprints under the name that it looks for.
 */

#include "base/diag/services.h"

#include <string.h>

#include "base/diag/diag.h"
#include "base/diag/document.h"
#include "base/diag/finding.h"
#include "base/text.h"

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static json_t *make_message(const char *text)
{
	json_t *message = json_object();

	document_set(message, "text", document_string(text));
	return message;
}

/* The path as a reference by RFC 3986: everything but its unreserved characters and '/' escaped. */
static json_t *make_uri(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";
	cleanup_(text_finish) struct text uri = {0};

	if (path[0] == '/')
		text_puts(&uri, "file://");
	for (const char *at = path; *at != '\0'; at++) {
		if (strchr(plain, *at) != NULL) {
			text_append(&uri, at, 1);
		} else {
			text_printf(&uri, "%%%02X", (unsigned char)*at);
		}
	}
	return document_string(uri.data);
}

/* Columns count code points (columnKind), and the end is the one behind: both as ours. */
static json_t *make_region(const struct finding_place *place)
{
	json_t *region = json_object();

	document_set(region, "startLine", json_integer(place->begin.line));
	document_set(region, "startColumn", json_integer(place->begin.column));
	document_set(region, "endLine", json_integer(place->end.line));
	document_set(region, "endColumn", json_integer(place->end.column));
	return region;
}

static json_t *make_location(const struct finding_place *place)
{
	json_t *location = json_object();
	json_t *physical = json_object();
	json_t *artifact = json_object();

	document_set(artifact, "uri", make_uri(place->path));
	document_set(physical, "artifactLocation", artifact);
	document_set(physical, "region", make_region(place));
	document_set(location, "physicalLocation", physical);
	return location;
}

static json_t *make_related(const struct diag_bag *bag, const struct diag_paths *paths,
			    const struct diag *diag)
{
	json_t *array = json_array();

	vec_foreach(label, &diag->related) {
		struct finding_place place = finding_place(bag, paths, label->span);
		json_t *location = make_location(&place);

		document_set(location, "id", json_integer(label - diag->related.items + 1));
		document_set(location, "message", make_message(label->message));
		document_append(array, location);
	}
	return array;
}

static json_t *make_result(const struct diag_bag *bag, const struct diag_paths *paths,
			   const struct finding *finding)
{
	cleanup_(text_finish) struct text message = {0};
	const struct diag *diag = finding->diag;
	json_t *result = json_object();
	json_t *locations = json_array();
	json_t *fingerprints = json_object();

	finding_put_message(diag, &message);
	document_set(result, "ruleId", json_string(diag_rules[diag->rule].slug));
	document_set(result, "ruleIndex", json_integer(diag->rule));
	document_set(result, "level", json_string(diag_severity_name(diag->severity)));
	document_set(result, "message", make_message(message.data));
	document_append(locations, make_location(&finding->place));
	document_set(result, "locations", locations);
	if (diag->related.n_items > 0)
		document_set(result, "relatedLocations", make_related(bag, paths, diag));
	document_set(fingerprints, "primaryLocationLineHash", json_string(finding->fingerprint));
	document_set(result, "partialFingerprints", fingerprints);
	return result;
}

/* The first sentence of the teaching, which is about the rule as a whole. */
static json_t *make_short_description(const char *teaching)
{
	cleanup_(text_finish) struct text text = {0};
	const char *end = strstr(teaching, ". ");

	text_append(&text, teaching, end == NULL ? strlen(teaching) : (size_t)(end - teaching) + 1);
	return make_message(text.data);
}

static json_t *make_rule(const struct diag_rule_entry *entry)
{
	cleanup_(text_finish) struct text help = {0};
	json_t *rule = json_object();
	json_t *configuration = json_object();

	text_join(&help, entry->teaching, "\n`wgtopo explain --rule ", entry->slug,
		  "` says so too.");
	document_set(configuration, "level", json_string(diag_severity_name(entry->severity)));
	document_set(rule, "id", json_string(entry->slug));
	document_set(rule, "shortDescription", make_short_description(entry->teaching));
	document_set(rule, "fullDescription", make_message(entry->teaching));
	document_set(rule, "help", make_message(help.data));
	document_set(rule, "defaultConfiguration", configuration);
	return rule;
}

static json_t *make_tool(void)
{
	json_t *tool = json_object();
	json_t *driver = json_object();
	json_t *rules = json_array();

	for (enum diag_rule rule = 0; rule < DIAG_N_RULES; rule++)
		document_append(rules, make_rule(&diag_rules[rule]));
	document_set(driver, "name", json_string("wgtopo"));
	document_set(driver, "version", json_string(WGTOPO_VERSION));
	document_set(driver, "rules", rules);
	document_set(tool, "driver", driver);
	return tool;
}

static json_t *make_run(const struct diag_bag *bag, const struct diag_paths *paths)
{
	const struct finding *findings = finding_list(bag, paths);
	json_t *run = json_object();
	json_t *results = json_array();

	for (size_t i = 0; i < bag->items.n_items; i++)
		document_append(results, make_result(bag, paths, &findings[i]));
	document_set(run, "tool", make_tool());
	document_set(run, "columnKind", json_string("unicodeCodePoints"));
	document_set(run, "results", results);
	return run;
}

void diag_render_sarif(const struct diag_bag *bag, const struct diag_paths *paths, struct text *out)
{
	json_t *document = json_object();
	json_t *runs = json_array();

	document_append(runs, make_run(bag, paths));
	document_set(document, "$schema", json_string(SCHEMA));
	document_set(document, "version", json_string("2.1.0"));
	document_set(document, "runs", runs);
	document_write(document, out);
}
