/* SPDX-License-Identifier: MIT */

/*
 * Allowed IPs with the mask of an interface: "10.0.0.7/24" as a peer's, which wg takes for all of
 * 10.0.0.0/24. The address as it is written is the peer's own. The rest of the subnet is meant
 * where the peer is sent to first, as a client's server is; elsewhere the mask is a mistake.
 */

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/import/parts.h"

enum {
	MOST_SHOWN = 3,
};

/* What the files say of addresses and subnets; a value is whatever is not NULL. */
struct known {
	struct import *import;
	struct map subnets; /* text -> any: of interfaces */
	struct map holders; /* text -> struct import_host: whose file lists the address */
	struct map claims;  /* viewer and text -> struct import_masked: the first of that prefix */
};

static const char *prefix_text(const struct import *import, const struct net_prefix *prefix)
{
	char buffer[NET_PREFIX_TEXT];

	return arena_printf(import->arena, "%s", net_prefix_format(prefix, buffer));
}

static const char *address_text(const struct import *import, const struct net_address *address)
{
	char buffer[NET_ADDRESS_TEXT];

	return arena_printf(import->arena, "%s", net_address_format(address, buffer));
}

static struct net_prefix *prefix_of(const struct import_masked *masked)
{
	return &masked->viewer->views.items[masked->view].allowed_ips[masked->place];
}

static const char *claim_text(const struct known *known, const struct import_masked *masked)
{
	return arena_printf(known->import->arena, "%p %s", (void *)masked->viewer,
			    prefix_text(known->import, prefix_of(masked)));
}

static void learn(struct known *known)
{
	struct import *import = known->import;

	import_foreach_host(host, import) {
		vec_foreach(listed, &host->listed) {
			struct net_prefix subnet = import_subnet(&listed->address, listed->length);

			map_put(import->arena, &known->subnets, prefix_text(import, &subnet), host);
			map_put(import->arena, &known->holders,
				address_text(import, &listed->address), host);
		}
	}
	vec_foreach(masked, &import->masked) {
		const char *text = claim_text(known, masked);
		struct import_masked *first = map_get(&known->claims, text);

		if (first == NULL) {
			map_put(import->arena, &known->claims, text, masked);
		} else {
			first->is_repeated = masked->is_repeated = true;
		}
	}
}

/* Whether the address as it is written is that of the peer itself. */
static bool names_peer(const struct known *known, const struct import_masked *masked)
{
	const struct import_host *holder =
		map_get(&known->holders, address_text(known->import, &masked->address));

	if (map_get(&known->subnets, prefix_text(known->import, prefix_of(masked))) == NULL)
		return false;
	return holder == NULL ||
	       (holder != masked->viewer && (holder->key == NULL || holder->key == masked->key));
}

static void add_prefix(struct import *import, struct import_key *key,
		       const struct net_prefix *prefix)
{
	vec_foreach(known, &key->prefixes) {
		if (net_prefix_compare(known, prefix) == 0)
			return;
	}
	*vec_push(import->arena, &key->prefixes) = *prefix;
}

static void collect(struct import *import)
{
	import_foreach_host(host, import) {
		vec_foreach(view, &host->views) {
			for (size_t i = 0; i < view->n_allowed_ips; i++)
				add_prefix(import, view->key, &view->allowed_ips[i]);
		}
	}
	vec_foreach(masked, &import->masked) {
		struct net_prefix own = net_prefix_of_host(&masked->address);

		if (masked->names_peer)
			add_prefix(import, masked->key, &own);
	}
}

void import_settle_masks(struct import *import)
{
	struct known known = {.import = import};

	if (import->masked.n_items > 0)
		learn(&known);
	vec_foreach(masked, &import->masked) {
		const struct import_view *view = &masked->viewer->views.items[masked->view];

		masked->prefix = *prefix_of(masked);
		masked->key = view->key;
		masked->names_peer = names_peer(&known, masked);
		/* What several peers claim is settled with the claims. */
		masked->is_alone = masked->names_peer && view->endpoint.port == 0;
		if (masked->is_alone && !masked->is_repeated)
			*prefix_of(masked) = net_prefix_of_host(&masked->address);
	}
	collect(import);
}

static bool has_address(const struct import_host *host, const struct net_address *address)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (net_address_compare(&host->addresses[i], address) == 0)
			return true;
	}
	return false;
}

/* Where the files do not say the same in another place. */
static bool is_guess(const struct import_masked *masked)
{
	const struct import_host *host = masked->key->host;

	if (!masked->names_peer || host == NULL || host->is_left_out ||
	    !has_address(host, &masked->address))
		return false;
	return host->path == NULL || (masked->is_alone && !masked->is_repeated);
}

void import_report_masks(struct import *import)
{
	struct diag *diag = NULL;
	size_t n = 0;

	vec_foreach(masked, &import->masked) {
		const char *address = address_text(import, &masked->address);
		const char *name = is_guess(masked) ? masked->key->host->name : NULL;
		const char *alone = masked->is_alone ? ", and has nothing more of that subnet" : "";

		if (name == NULL)
			continue;
		if (++n > MOST_SHOWN)
			continue;
		if (n > 1) {
			diag_related(import->diags, diag, masked->span, "'%s' is %s%s", name,
				     address, alone);
			continue;
		}
		diag = diag_add(import->diags, DIAG_IMPORT_GUESS, masked->span,
				"'%s' is taken to be %s itself%s", name, address, alone);
		diag_help(import->diags, diag,
			  "correct its line in the lock, or make it a gateway, where that is "
			  "wrong");
	}
	if (n > MOST_SHOWN)
		diag_note(import->diags, diag, "and %zu more", n - MOST_SHOWN);
}
