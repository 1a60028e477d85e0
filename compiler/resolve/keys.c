/* SPDX-License-Identifier: MIT */

/*
 * Public keys. A peer is its key: it has to be there, and it has to be on one node only. The key of
 * the topology wins over that of the lock, which is then dropped: two would have to agree.
 */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/resolve.h"

/* A key, the host that has it now or is about to, and where that is said. */
struct holding {
	struct net_key key;
	const struct network_host *host;
	struct span span;
};

struct holdings {
	struct holding *items;
	size_t n_items;
};

static int compare_holdings(const void *a, const void *b)
{
	const struct holding *left = a;
	const struct holding *right = b;
	int order = net_key_compare(&left->key, &right->key);

	if (order != 0)
		return order;
	return (left->host->index > right->host->index) - (left->host->index < right->host->index);
}

/* One name of "gpu[01-64]", all of which stand in one place. */
static bool is_of_range(const struct network_host *host)
{
	struct span span = host->node->name.span;

	return memchr(span.source->text + span.begin, '[', span.end - span.begin) != NULL;
}

static void report_missing(struct resolver *resolver, const struct network_host *host)
{
	const char *network = resolver->network->name != NULL ? resolver->network->name : "NETWORK";
	const char *topology = resolver->topology->source->path;
	struct diag *diag =
		diag_add(resolver->diags, DIAG_KEY_MISSING, host->node->name.span,
			 "%s '%s' has no public key", network_kind_text(host->kind), host->name);

	if (host->kind == HOST_DEVICE || is_of_range(host)) {
		diag_help(resolver->diags, diag,
			  "`wgtopo key gen -t %s` makes a key and keeps its private half in the "
			  "keystore",
			  topology);
	}
	if (host->kind == HOST_DEVICE) {
		diag_help(resolver->diags, diag,
			  "or write the public half of a key that the device made itself as "
			  "'public_key'");
		return;
	}
	if (!is_of_range(host)) {
		diag_help(
			resolver->diags, diag,
			"as root on the node: `cd /etc/wireguard; umask 077; [ -e %s.key ] || wg genkey > "
			"%s.key; wg pubkey < %s.key`, and write what it prints as 'public_key'",
			network, network, network);
	}
	diag_help(resolver->diags, diag,
		  "or `wgtopo key host %s -t %s`, which takes what it prints into the lock",
		  host->name, topology);
}

static void report_shared(struct resolver *resolver, const struct holding *a,
			  const struct holding *b)
{
	struct diag *diag =
		diag_add(resolver->diags, DIAG_KEY_SHARED, b->span,
			 "'%s' has the same public key as '%s'", b->host->name, a->host->name);

	diag_related(resolver->diags, diag, a->span, "'%s'", a->host->name);
	diag_help(resolver->diags, diag,
		  "make a new key on one of them: peers are told apart by their keys alone");
}

static void hold(struct holdings *holdings, const struct network_host *host,
		 const struct net_key *key, struct span span)
{
	if (!net_key_is_zero(key)) /* zero: none, or malformed and reported */
		holdings->items[holdings->n_items++] = (struct holding){*key, host, span};
}

/* A key that was put into the lock by this very run has no line there yet. */
static struct span span_in_lock(const struct network_host *host, const struct lock_entry *entry)
{
	return span_is_given(entry->span) ? entry->span : host->node->name.span;
}

/* A device has one key at all of its gateways, and it stands in the line of the first. */
static void copy_keys(struct network_host *host, struct lock_entry *entry)
{
	host->public_key = host->home->public_key;
	host->next_public_key = host->home->next_public_key;
	if (host->is_expired)
		return;
	entry->public_key = (struct net_key){0};
	entry->next_public_key = (struct net_key){0};
}

/* Whether a host without a key is a mistake. */
static bool wants_key(const struct resolver *resolver, const struct network_host *host)
{
	bool is_partial = resolver->rekey != NULL && resolver->rekey->is_partial;

	return !is_partial && !host->is_expired && !resolver->lock->is_corrupt;
}

static void find_keys(struct resolver *resolver, struct network_host *host,
		      struct holdings *holdings)
{
	const struct given_key *given = &host->node->public_key;
	struct lock_entry *entry = resolver->entries[host->index];

	if (host->home != NULL) {
		copy_keys(host, entry);
		return;
	}
	if (span_is_given(given->span)) {
		host->public_key = given->value;
		hold(holdings, host, &given->value, given->span);
		if (host->is_expired)
			return;
		entry->public_key = (struct net_key){0};
		entry->next_public_key = (struct net_key){0};
		return;
	}
	if (entry == NULL)
		return; /* expired before it had a line */
	if (resolver->rekey != NULL && !host->is_expired)
		resolver->rekey->assign(resolver->rekey->context, host, entry);
	host->public_key = entry->public_key;
	host->next_public_key = entry->next_public_key;
	if (net_key_is_zero(&host->public_key) && wants_key(resolver, host))
		report_missing(resolver, host);
	hold(holdings, host, &host->public_key, span_in_lock(host, entry));
	hold(holdings, host, &host->next_public_key, span_in_lock(host, entry));
}

void resolve_keys(struct resolver *resolver)
{
	struct network *network = resolver->network;
	size_t n_all = network->n_hosts + network->n_expired;
	struct holdings all = {
		.items = ARENA_ARRAY(resolver->arena, struct holding, 2 * n_all),
	};

	for (size_t i = 0; i < n_all; i++)
		find_keys(resolver, &network->hosts[i], &all);
	if (all.n_items > 0)
		qsort(all.items, all.n_items, sizeof(*all.items), compare_holdings);
	for (size_t i = 1; i < all.n_items; i++) {
		const struct holding *one = &all.items[i - 1];
		const struct holding *other = &all.items[i];

		if (net_key_compare(&one->key, &other->key) == 0)
			report_shared(resolver, one, other);
	}
}
