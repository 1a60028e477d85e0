/* SPDX-License-Identifier: MIT */

/* A proof from its first file to its last word. */

#include "compiler/prove/prove.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compiler/prove/steps.h"

struct prove *prove_create(const struct manifest *manifest)
{
	struct arena *arena = arena_create();
	struct prove *prove = ARENA_NEW(arena, struct prove);

	prove->arena = arena;
	prove->manifest = manifest;
	prove->memo.arena = arena;
	prove->findings.arena = arena;
	prove_set_up(prove);
	prove->summary.n_hosts = manifest->n_hosts;
	return prove;
}

struct prove *prove_destroy(struct prove *prove)
{
	if (prove == NULL)
		return NULL;
	(void)arena_destroy(prove->view.arena);
	secret_finish(&prove->view.tokens);
	secret_finish(&prove->sums);
	text_finish(&prove->view.text);
	(void)arena_destroy(prove->arena);
	return NULL;
}

void prove_end_host(struct prove *prove)
{
	struct view *view = &prove->view;
	bool is_whole = view->host != NULL && view->head != NULL &&
			(view->has_routes || view->host->kind == MANIFEST_DEVICE);

	if (is_whole && !prove->parties[view->host->index].is_done)
		host_check(prove);
	view->arena = arena_destroy(view->arena);
	view->host = NULL;
	view->head = NULL;
	view->routes = NULL;
	view->has_routes = view->has_key = false;
	view->sections.n_items = 0;
	view->tokens.length = 0;
}

/* Whether the path is the one of the host's file with that ending. */
static bool is_path(const struct manifest_host *host, const char *path, const char *ending)
{
	size_t n_folder = strlen(host->folder);
	size_t n_interface = strlen(host->interface);

	return strncmp(path, host->folder, n_folder) == 0 && path[n_folder] == '/' &&
	       strncmp(path + n_folder + 1, host->interface, n_interface) == 0 &&
	       strcmp(path + n_folder + 1 + n_interface, ending) == 0;
}

void prove_take(struct prove *prove, const struct manifest_host *host, const char *path,
		const char *bytes, size_t size)
{
	struct view *view = &prove->view;

	if (!is_path(host, path, ".conf") && !is_path(host, path, ".routes") &&
	    !is_path(host, path, ".key"))
		return;
	if (view->host != host) {
		prove_end_host(prove);
		view->host = host;
		view->arena = arena_create();
	}
	view_read(prove, path, bytes, size);
}

bool prove_has(const struct prove *prove, const struct manifest_host *host)
{
	return prove->parties[host->index].is_done;
}

static struct finding *note_of(struct prove *prove, const struct manifest_host *host,
			       enum diag_rule rule, enum finding_part part, size_t place)
{
	const struct finding wanted = {.rule = rule, .host = host, .part = part, .place = place};

	findings_next_host(&prove->findings);
	return findings_note(&prove->findings, &wanted);
}

static void check_forwarding(struct prove *prove, const struct party *party)
{
	static const char *const families[] = {"IPv4", "IPv6"};
	struct finding *finding;

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (!party->must_forward[family] || party->forwards[family])
			continue;
		finding = note_of(prove, party->host, DIAG_HOOK_MISSING, PART_HOOKS, 1 + family);
		if (finding != NULL) {
			prove_say(prove, finding,
				  "'%s' passes on packets of others, and no hook turns on %s "
				  "forwarding",
				  party->host->name, families[family]);
		}
	}
	if (!party->must_forward[NET_IPV4] || !party->forwards[NET_IPV4] ||
	    party->redirects_are_off)
		return;
	finding = note_of(prove, party->host, DIAG_HOOK_MISSING, PART_HOOKS, 3);
	if (finding != NULL) {
		prove_say(prove, finding,
			  "'%s' passes packets on by the interface they came in by, and no "
			  "hook turns off the redirects that Linux sends for that",
			  party->host->name);
	}
}

static void check_presence(struct prove *prove, const struct party *party)
{
	struct finding *finding;

	if (party->is_done)
		return;
	finding = note_of(prove, party->host, DIAG_FILE_MISSING, PART_INTERFACE, 0);
	if (finding != NULL) {
		prove_say(prove, finding, "'%s' has no file '%s/%s.conf'%s%s%s", party->host->name,
			  party->host->folder, party->host->interface,
			  party->host->kind == MANIFEST_DEVICE ? "" : ", or no '",
			  party->host->kind == MANIFEST_DEVICE ? "" : party->host->interface,
			  party->host->kind == MANIFEST_DEVICE ? "" : ".routes' beside it");
	}
}

int prove_finish(struct prove *prove, prove_reread *reread, void *context, struct diag_bag *diags,
		 struct prove_summary *ret_summary)
{
	int r;

	prove_end_host(prove);
	for (size_t i = 0; i < prove->manifest->n_hosts; i++) {
		check_presence(prove, &prove->parties[i]);
		if (prove->parties[i].is_done)
			check_forwarding(prove, &prove->parties[i]);
	}
	r = preshared_compare(prove, reread, context);
	if (r == 0)
		r = report_findings(prove, reread, context, diags);
	prove->summary.n_omitted = prove->findings.n_omitted;
	*ret_summary = prove->summary;
	return r;
}

int prove_finish_part(struct prove *prove, prove_reread *reread, void *context,
		      struct diag_bag *diags)
{
	prove_end_host(prove);
	return report_findings(prove, reread, context, diags);
}
