/* SPDX-License-Identifier: MIT */

/*
 * key check: the keystore against the topology and the lock. What is in it and belongs to nobody,
 * what should be in it and is not, and whether its halves fit.
 */

#include <string.h>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/session.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/network.h"

struct findings {
	const struct session *session;
	struct text lines;
	size_t n_findings;
};

static void find(struct findings *findings, const char *name, const char *what)
{
	text_join(&findings->lines, name, ": ", what, "\n");
	findings->n_findings++;
}

/* Whether some node has the key, or is about to. */
static bool is_used(const struct network *network, const struct net_key *key)
{
	for (size_t i = 0; i < network->n_hosts + network->n_expired; i++) {
		const struct network_host *host = &network->hosts[i];

		if (net_key_compare(&host->public_key, key) == 0 ||
		    net_key_compare(&host->next_public_key, key) == 0)
			return true;
	}
	return false;
}

/* Whether a node of that name has no key: then the lock is what was lost, not the node. */
static bool lacks_key(const struct network *network, const char *name)
{
	const struct network_host *host = network_find_host(network, name);

	return host != NULL && net_key_is_zero(&host->public_key);
}

static void check_entries(struct findings *findings, struct keystore *keystore)
{
	const struct network *network = findings->session->before.network;

	for (size_t i = 0; i < keystore_n_entries(keystore); i++) {
		const char *name = keystore_name(keystore, i);

		if (!keystore_is_sound(keystore, i)) {
			find(findings, name,
			     "the two halves of its key do not fit: make a new one "
			     "with `wgtopo key rotate`");
		}
		if (is_used(network, keystore_public_key(keystore, i)))
			continue;
		if (lacks_key(network, name)) {
			find(findings, name,
			     "its key is in the keystore, and the lock has none: restore the lock "
			     "from git");
		} else {
			find(findings, name,
			     "a key in the keystore that no node has: "
			     "`wgtopo key check --prune` removes it");
		}
	}
}

/* A server's key may be on the server; a device whose key is in the lock has it from us. */
static void check_hosts(struct findings *findings, const struct keystore *keystore)
{
	const struct network *network = findings->session->before.network;

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (net_key_is_zero(&host->public_key)) {
			if (keystore_has_name(keystore, host->name))
				continue; /* that is the lock's fault, and has been said */
			find(findings, host->name, "it has no key: `wgtopo key gen` makes one");
		} else if (host->kind == HOST_DEVICE &&
			   !span_is_given(host->node->public_key.span) &&
			   !keystore_has(keystore, &host->public_key)) {
			find(findings, host->name,
			     "the private half of its key is lost: "
			     "`wgtopo user rotate` makes a new one");
		}
	}
}

static size_t prune(const struct network *network, struct keystore *keystore)
{
	size_t n_pruned = 0;

	for (size_t i = keystore_n_entries(keystore); i > 0; i--) {
		struct net_key key = *keystore_public_key(keystore, i - 1);

		if (is_used(network, &key))
			continue;
		keystore_remove(keystore, &key);
		n_pruned++;
	}
	return n_pruned;
}

/*
 * Where more is wrong than that keys are missing, the network is incomplete, and its nodes' keys
 * would look like nobody's. What is to be removed for good has to be nobody's beyond doubt.
 */
static int check_network(struct session *session, bool wants_prune)
{
	const struct diag_bag *diags = &session->before.diags;
	bool is_whole = true;

	vec_foreach(diag, &diags->items) {
		if ((*diag)->severity == DIAG_ERROR &&
		    (wants_prune || (*diag)->rule != DIAG_KEY_MISSING))
			is_whole = false;
	}
	if (is_whole)
		return STATUS_CLEAN;
	output_diagnostics(session->request, diags);
	return STATUS_FINDINGS;
}

static int check(struct session *session)
{
	struct keystore *keystore = keystore_file_store(session->keys);
	cleanup_(text_finish) struct text out = {0};
	struct findings findings = {.session = session};
	bool wants_prune = request_has(session->request, "prune");
	size_t n_pruned;
	int status;
	int r;

	status = session_resolve(session);
	if (status == STATUS_CLEAN)
		status = check_network(session, wants_prune);
	if (status != STATUS_CLEAN)
		return status;
	n_pruned = wants_prune ? prune(session->before.network, keystore) : 0;
	r = n_pruned == 0 ? 0 : keystore_file_save(session->keys);
	if (r < 0) {
		return output_failure("cannot write the keystore '%s': %s", session->keystore,
				      strerror(-r));
	}
	check_entries(&findings, keystore);
	check_hosts(&findings, keystore);
	text_printf(&out, "%s: %zu keys, %zu finding%s", session->keystore,
		    keystore_n_entries(keystore), findings.n_findings,
		    findings.n_findings == 1 ? "" : "s");
	if (wants_prune)
		text_printf(&out, ", %zu removed", n_pruned);
	text_puts(&out, "\n");
	if (findings.lines.length > 0)
		text_append(&out, findings.lines.data, findings.lines.length);
	text_finish(&findings.lines);
	output_write(&out);
	return findings.n_findings > 0 ? STATUS_FINDINGS : STATUS_CLEAN;
}

int run_key_check(const struct request *request)
{
	struct session session;
	int status = session_begin(&session, request,
				   request_has(request, "prune") ? SESSION_CHANGES_KEYS
								 : SESSION_READS_KEYS);

	if (status == STATUS_CLEAN)
		status = check(&session);
	session_finish(&session);
	return status;
}
