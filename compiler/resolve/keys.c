/* SPDX-License-Identifier: MIT */

/* Public keys. A peer is its key: it has to be there, and it has to be on one node only. */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/diag/diag.h"

static int compare_keys(const void *a, const void *b)
{
	const struct network_host *const *left = a;
	const struct network_host *const *right = b;

	return net_key_compare(&(*left)->public_key, &(*right)->public_key);
}

static void report_missing(struct resolver *resolver, const struct network_host *host)
{
	const char *network = resolver->network->name != NULL ? resolver->network->name : "NETWORK";
	struct diag *diag =
		diag_add(resolver->diags, DIAG_KEY_MISSING, host->node->name.span,
			 "%s '%s' has no 'public_key'", network_kind_text(host->kind), host->name);

	diag_help(
		resolver->diags, diag,
		"as root on the node: `cd /etc/wireguard; umask 077; [ -e %s.key ] || wg genkey > "
		"%s.key; wg pubkey < %s.key`, and write what it prints as 'public_key'",
		network, network, network);
}

static void report_shared(struct resolver *resolver, const struct network_host *a,
			  const struct network_host *b)
{
	struct diag *diag = diag_add(resolver->diags, DIAG_KEY_SHARED, b->node->public_key.span,
				     "'%s' has the same public key as '%s'", b->name, a->name);

	diag_related(resolver->diags, diag, a->node->public_key.span, "'%s'", a->name);
	diag_help(resolver->diags, diag,
		  "make a new key on one of them: peers are told apart by their keys alone");
}

void resolve_keys(struct resolver *resolver)
{
	struct network *network = resolver->network;
	const struct network_host **sorted =
		ARENA_ARRAY(resolver->arena, const struct network_host *, network->n_hosts);
	size_t n = 0;

	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];

		if (!span_is_given(host->node->public_key.span)) {
			report_missing(resolver, host);
		} else if (!net_key_is_zero(
				   &host->public_key)) { /* zero: malformed, and reported */
			sorted[n++] = host;
		}
	}
	if (n > 0)
		qsort(sorted, n, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < n; i++) {
		if (compare_keys(&sorted[i - 1], &sorted[i]) == 0)
			report_shared(resolver, sorted[i - 1], sorted[i]);
	}
}
