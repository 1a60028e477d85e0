/* SPDX-License-Identifier: MIT */

/* Findings become diagnostics: the files that they are about are read once more, for the lines. */

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "compiler/prove/steps.h"
#include "compiler/prove/walk.h"

static struct span span_of_interface(const struct conf *conf, enum finding_part part)
{
	const struct conf_setting *setting = NULL;

	switch (part) {
	case PART_ADDRESS:
		if (conf->addresses.n_items > 0)
			return conf->addresses.items[0].span;
		break;
	case PART_LISTEN_PORT:
		if (span_is_given(conf->listen_port_span))
			return conf->listen_port_span;
		break;
	case PART_HOOKS:
		setting = conf_find_setting(conf, "Table");
		break;
	default:
		break;
	}
	return setting != NULL ? setting->span : conf->span;
}

static struct span span_or(struct span span, struct span other)
{
	return span_is_given(span) ? span : other;
}

static struct span span_of_peer(const struct conf_peer *peer, enum finding_part part)
{
	switch (part) {
	case PART_PUBLIC_KEY:
	case PART_PRESHARED_KEY:
		return span_or(peer->public_key_span, peer->span);
	case PART_ALLOWED_IPS:
		return peer->allowed_ips.n_items == 0 ? peer->span
						      : peer->allowed_ips.items[0].span;
	case PART_ENDPOINT:
		return span_or(peer->endpoint_span, peer->span);
	case PART_KEEPALIVE:
		return span_or(peer->keepalive_span, peer->span);
	default:
		return peer->span;
	}
}

static struct span span_of(const struct finding *finding, const struct prove_files *files)
{
	const struct conf *conf = files->conf;

	if (conf == NULL)
		return (struct span){0};
	if (finding->part == PART_ROUTE) {
		if (finding->place > 0 && files->routes != NULL &&
		    finding->place <= files->routes->items.n_items)
			return files->routes->items.items[finding->place - 1].span;
		return conf->span;
	}
	if (finding->part >= PART_PEER && finding->place > 0 &&
	    finding->place <= conf->peers.n_items)
		return span_of_peer(&conf->peers.items[finding->place - 1], finding->part);
	return span_of_interface(conf, finding->part);
}

static void report_faults(struct diag_bag *diags, const struct prove_files *files)
{
	for (size_t i = 0; files->conf != NULL && i < files->conf->faults.n_items; i++) {
		const struct conf_fault *fault = &files->conf->faults.items[i];

		diag_add(diags, DIAG_CONF_INVALID, fault->span, "%s", fault->message);
	}
	for (size_t i = 0; files->routes != NULL && i < files->routes->faults.n_items; i++) {
		const struct conf_fault *fault = &files->routes->faults.items[i];

		diag_add(diags, DIAG_CONF_INVALID, fault->span, "%s", fault->message);
	}
}

/* Follows a packet of somebody who would have to go through the host, where there is anybody. */
static void tell_way(const struct walk *walk, const struct finding *finding, struct diag *diag)
{
	const struct manifest *manifest = walk->prove->manifest;
	const struct manifest_host *from = finding->host;
	size_t n_others = 0;

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *host = &manifest->hosts[i];

		if (host == finding->host || host == finding->target ||
		    row_next(manifest, host, finding->target) != finding->host)
			continue;
		from = n_others++ == 0 ? host : from;
	}
	walk_tell(walk, from, finding->target, &finding->address, diag);
	if (n_others > 1) {
		diag_note(walk->diags, diag, "%zu hosts reach '%s' through '%s'", n_others,
			  finding->target->name, finding->host->name);
	}
}

static void report_finding(const struct walk *walk, const struct finding *finding,
			   const struct prove_files *files)
{
	struct diag *diag;

	if (finding->part == PART_FAULTS) {
		report_faults(walk->diags, files);
		return;
	}
	diag = diag_add(walk->diags, finding->rule, span_of(finding, files), "%s",
			finding->message);
	if (finding->target != NULL)
		tell_way(walk, finding, diag);
	if (finding->n_times > 1) {
		diag_note(walk->diags, diag, "the same holds for %zu more", finding->n_times - 1);
	}
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *left = a;
	const struct finding *right = b;
	int order =
		(left->host->index > right->host->index) - (left->host->index < right->host->index);

	if (order == 0)
		order = (left->rule > right->rule) - (left->rule < right->rule);
	return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

int report_findings(struct prove *prove, prove_reread *reread, void *context,
		    struct diag_bag *diags)
{
	struct walk walk = {prove, reread, context, diags};
	const struct manifest_host *host = NULL;
	struct prove_files files = {0};
	size_t n_findings = prove->findings.items.n_items;

	if (n_findings > 1) {
		qsort(prove->findings.items.items, n_findings, sizeof(struct finding),
		      compare_findings);
	}
	for (size_t i = 0; i < n_findings; i++) {
		const struct finding *finding = &prove->findings.items.items[i];
		int r = 0;

		if (finding->host != host) {
			files = (struct prove_files){0};
			host = finding->host;
			r = reread(context, diags->arena, host, &files);
		}
		if (r < 0 && r != -ENOENT)
			return r;
		report_finding(&walk, finding, &files);
	}
	return 0;
}
