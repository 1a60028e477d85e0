/* SPDX-License-Identifier: MIT */

/* The last days of users, and what is asked of them later. */

#include "compiler/resolve/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/diag/diag.h"

bool resolver_is_expired(const struct resolver *resolver, const struct topology_user *user)
{
	int32_t day;

	return resolver->has_as_of && span_is_given(user->expires.span) &&
	       date_parse(user->expires.value, &day) && day < resolver->as_of;
}

static int compare_expiries(const void *a, const void *b)
{
	const struct network_expiry *left = a;
	const struct network_expiry *right = b;

	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	return strcmp(left->user, right->user);
}

void resolve_expiries(struct resolver *resolver)
{
	struct network *network = resolver->network;

	vec_foreach(user, &resolver->topology->users) {
		struct network_expiry expiry = {
			.user = user->own.name.value,
			.date = user->expires.value,
			.is_past = resolver_is_expired(resolver, user),
			.span = user->expires.span,
		};

		if (span_is_given(expiry.span) && date_parse(expiry.date, &expiry.day))
			*vec_push(resolver->arena, &network->expiries) = expiry;
	}
	if (network->expiries.n_items > 0) {
		qsort(network->expiries.items, network->expiries.n_items,
		      sizeof(*network->expiries.items), compare_expiries);
	}
}

const struct network_expiry *network_find_expired(const struct network *network, const char *name)
{
	size_t length = strcspn(name, "/@"); /* of the user's part of a device */

	vec_foreach(expiry, &network->expiries) {
		if (expiry->is_past && strlen(expiry->user) == length &&
		    strncmp(expiry->user, name, length) == 0)
			return expiry;
	}
	return NULL;
}

void network_report_expired(const struct network_expiry *expiry, const char *name,
			    struct diag_bag *diags)
{
	struct diag *diag;

	if (strcmp(name, expiry->user) == 0) {
		diag = diag_add(diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
				"user '%s' expired on %s", name, expiry->date);
	} else {
		diag = diag_add(diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
				"'%s' is left out: user '%s' expired on %s", name, expiry->user,
				expiry->date);
	}
	diag_related(diags, diag, expiry->span, "the last day of '%s'", expiry->user);
	diag_help(diags, diag, "write a later date as 'expires', or ask for an earlier day");
}

const struct network_expiry *network_find_lapsing(const struct network *network, int32_t until,
						  size_t *ret_n)
{
	const struct network_expiry *first = NULL;

	*ret_n = 0;
	vec_foreach(expiry, &network->expiries) {
		if (expiry->is_past || expiry->day >= until)
			continue;
		first = first == NULL ? expiry : first;
		(*ret_n)++;
	}
	return first;
}
