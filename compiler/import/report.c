/* SPDX-License-Identifier: MIT */

/*
 * Lines of the files that have no place in a topology. The same line in many files is one
 * diagnostic.
 */

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/import/parts.h"

enum {
	MOST_SHOWN = 3,
};

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

/* `wg set` for the host's own interface that gives it keys from files, and does nothing else. */
static bool is_about_keys(const struct import_host *host, const char *command)
{
	static const char blanks[] = " \t";
	size_t n = 0;
	bool is_known = true;

	for (size_t length; is_known && *command != '\0';
	     command += length + strspn(command + length, blanks)) {
		length = strcspn(command, blanks);
		if (n < 2) {
			is_known = is_word(command, length, n == 0 ? "wg" : "set");
		} else if (n == 2) {
			is_known = is_word(command, length, "%i") ||
				   is_word(command, length, host->interface);
		} else if (n % 2 == 1) {
			is_known = is_word(command, length, "private-key") ||
				   is_word(command, length, "peer") ||
				   is_word(command, length, "preshared-key");
		}
		n++;
	}
	return is_known && n > 4 && n % 2 == 1;
}

/* Lines that the compiled files have as well, where a host needs them, or that say nothing. */
bool import_is_made_anew(const struct import_host *host, const struct import_setting *setting)
{
	static const char *const own[] = {"ip -batch ", "sysctl -q -w ", "echo 0 >/proc/"};
	bool forwards = host->kind == IMPORT_GATEWAY || host->routes.n_items > 0;

	if (strcmp(setting->name, "SaveConfig") == 0)
		return strcasecmp(setting->value, "false") == 0; /* as without the line */
	if (strcmp(setting->name, "Table") == 0)
		return host->is_ours || strcasecmp(setting->value, "auto") == 0;
	if (strcmp(setting->name, "PostUp") != 0 && strcmp(setting->name, "PreUp") != 0)
		return false;
	if (strpbrk(setting->value, ";&|$`(") != NULL)
		return false;
	for (size_t i = 0; host->is_ours && i < sizeof(own) / sizeof(own[0]); i++) {
		if (strncmp(setting->value, own[i], strlen(own[i])) == 0)
			return true;
	}
	return (forwards && strncmp(setting->value, "sysctl ", 7) == 0 &&
		(strstr(setting->value, "ip_forward") != NULL ||
		 strstr(setting->value, "forwarding") != NULL)) ||
	       is_about_keys(host, setting->value);
}

static const char *remedy(const char *name)
{
	static const struct {
		const char *name;
		const char *help;
	} remedies[] = {
		{"DNS", "a topology has no name servers: set them on the device itself"},
		{"Table",
		 "compiled files have routes of their own: keep other tables, and rules for "
		 "them, outside of WireGuard's file"},
		{"FwMark",
		 "keep what needs the mark outside of WireGuard's file, where it is set by "
		 "`wg set NAME fwmark`"},
		{"SaveConfig",
		 "leave it out: it overwrites the compiled file with what is running"},
	};

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if (strcmp(remedies[i].name, name) == 0)
			return remedies[i].help;
	}
	return "keep what it does outside of WireGuard's file: firewall rules in the firewall's own "
	       "configuration, the rest in a unit that starts after wg-quick@";
}

/* A diagnostic about a line, and how many files have that line. */
struct line_report {
	struct diag *diag;
	size_t n_files;
};

static void add_line(struct import *import, struct map *reports,
		     const struct import_setting *setting)
{
	const char *text = arena_printf(import->arena, "%s=%s", setting->name, setting->value);
	struct line_report *report = map_get(reports, text);

	if (report == NULL) {
		report = ARENA_NEW(import->arena, struct line_report);
		map_put(import->arena, reports, text, report);
		report->diag =
			diag_add(import->diags, DIAG_IMPORT_DROPPED, setting->span,
				 "'%s' has no place in a topology, and is left out", setting->name);
		diag_help(import->diags, report->diag, "%s", remedy(setting->name));
		return;
	}
	if (++report->n_files <= MOST_SHOWN)
		diag_related(import->diags, report->diag, setting->span, "here as well");
}

/* What is left out is counted in the end: a diagnostic cannot be changed once it is said. */
static void count_lines(struct import *import, const struct map *reports)
{
	for (size_t i = 0; i < reports->n_slots; i++) {
		const struct line_report *report = reports->slots[i].value;

		if (reports->slots[i].key != NULL && report->n_files > MOST_SHOWN) {
			diag_note(import->diags, report->diag, "and in %zu more files",
				  report->n_files - MOST_SHOWN);
		}
	}
}

static void report_settings(struct import *import)
{
	struct map reports = {0};

	import_foreach_host(host, import) {
		vec_foreach(setting, &host->settings) {
			if (!import_is_made_anew(host, setting))
				add_line(import, &reports, setting);
		}
	}
	count_lines(import, &reports);
}

static void report_default(struct import *import, const struct import_host *host,
			   const struct import_claim *claim)
{
	if (claim->prefix.length != 0 || claim->prefix.address.family != NET_IPV4)
		return;
	diag_help(import->diags,
		  diag_add(import->diags, DIAG_IMPORT_DROPPED, claim->view->span,
			   "'%s' sends all of its traffic through '%s', which a topology cannot "
			   "say yet: only the network goes through it",
			   host->name, claim->view->to->name),
		  "keep the old file on that host for as long as it needs this");
}

static void report_views(struct import *import, const struct import_host *host)
{
	vec_foreach(claim, &host->claims) {
		if (import_is_default(&claim->prefix))
			report_default(import, host, claim);
	}
	vec_foreach(view, &host->views) {
		const struct import_view *back = import_find_view(view->to, host);

		if (back == NULL && view->to->path != NULL) {
			diag_help(
				import->diags,
				diag_add(import->diags, DIAG_IMPORT_INVALID, view->span,
					 "'%s' has '%s' as a peer, but not the other way round: no "
					 "packet passes",
					 host->name, view->to->name),
				"in the topology they are peers of each other");
		}
		if (back != NULL && view->endpoint.port == 0 && back->endpoint.port == 0 &&
		    host->index < view->to->index) {
			diag_help(
				import->diags,
				diag_add(import->diags, DIAG_IMPORT_INVALID, view->span,
					 "neither '%s' nor '%s' has an endpoint for the other: no "
					 "handshake begins",
					 host->name, view->to->name),
				"in the topology say in 'at' where one of them is reached");
		}
		if (back != NULL && view->preshared != back->preshared && view->preshared != 0 &&
		    back->preshared != 0 && host->index < view->to->index) {
			diag_related(
				import->diags,
				diag_add(import->diags, DIAG_IMPORT_INVALID, view->span,
					 "'%s' and '%s' have different preshared keys for each "
					 "other: no handshake succeeds",
					 host->name, view->to->name),
				back->span, "the other end");
		}
	}
}

static void report_preshared(struct import *import)
{
	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			struct diag *diag;

			if (!view->has_preshared || host->is_ours)
				continue;
			diag = diag_add(import->diags, DIAG_IMPORT_DROPPED, view->span,
					"the preshared keys themselves are not taken over");
			diag_help(import->diags, diag,
				  "'preshared_keys: true' gives every pair one anew: from the "
				  "keystore, or from files on the hosts");
			return;
		}
	}
}

static void report_places(struct import *import)
{
	import_foreach_host(host, import) {
		if (host->is_unplaced) {
			diag_help(
				import->diags,
				diag_add(import->diags, DIAG_IMPORT_GUESS, host->span,
					 "no file says where '%s' is reached: '%s.invalid' stands "
					 "for it",
					 host->name, host->name),
				"write its address or DNS name in its 'at'");
		}
		if (host->n_addresses == 0) {
			diag_help(import->diags,
				  diag_add(import->diags, DIAG_IMPORT_GUESS, host->span,
					   "no file says which address '%s' has in the network: it "
					   "gets the next free one",
					   host->name),
				  "write it as 'address' in the topology before the first compile");
		}
	}
}

static void report_sites(struct import *import)
{
	cleanup_(text_finish) struct text names = {0};
	size_t n = 0;
	struct diag *diag;

	if (import->manifest != NULL)
		return;
	vec_foreach(at, &import->sites) {
		if (n++ < MOST_SHOWN)
			text_join(&names, n > 1 ? ", '" : "'", (*at)->name, "'");
	}
	if (n == 0)
		return;
	if (n > MOST_SHOWN)
		text_printf(&names, " and %zu more", n - MOST_SHOWN);
	diag = diag_add(import->diags, DIAG_IMPORT_GUESS, (struct span){0},
			"WireGuard's files do not say which NATs there are: %s %s", names.data,
			n == 1 ? "is a guess" : "are guesses");
	diag_help(import->diags, diag,
		  "say in the topology what NAT each is, see docs/topology.md: what is not known "
		  "is taken for the worst");
}

static bool is_any_ours(const struct import *import)
{
	import_foreach_host(host, import) {
		if (host->is_ours)
			return true;
	}
	return false;
}

/* Nothing in the files shows what the topology that they were compiled from said besides. */
static void report_origin(struct import *import)
{
	struct diag *diag;

	if (import->manifest == NULL && !is_any_ours(import))
		return;
	diag = diag_add(
		import->diags, DIAG_IMPORT_DROPPED, (struct span){0},
		"'%s' was compiled by wgtopo: what only its topology says (assertions, expiry "
		"dates, ranges, comments, included files, 'unreachable', and links that no "
		"file shows) is not in it",
		import->folder);
	diag_help(import->diags, diag,
		  "restore the topology and its lock from git, if you can; else write them anew");
}

void import_report(struct import *import)
{
	report_origin(import);
	report_settings(import);
	import_foreach_host(host, import)
		report_views(import, host);
	import_report_unused(import);
	report_preshared(import);
	import_report_masks(import);
	report_places(import);
	report_sites(import);
}
