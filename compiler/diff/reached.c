/* SPDX-License-Identifier: MIT */

/* Who reaches whom: pairs that change their way, devices that change their gateway, new hosts. */

#include "base/text.h"
#include "compiler/diff/teller.h"

enum {
	MOST_NEW = 8, /* hosts of a comment that are told one by one */
};

/* The devices that reach the host, and how many there are at all. */
static size_t count_devices(const struct manifest *manifest, const struct manifest_host *host,
			    size_t *ret_n_all)
{
	size_t n = 0;

	*ret_n_all = 0;
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *gateway = manifest->hosts[i].gateway;
		const struct manifest_host *via;

		if (manifest->hosts[i].kind != MANIFEST_DEVICE || gateway == NULL)
			continue;
		(*ret_n_all)++;
		n += gateway == host ||
		     manifest_verdict(manifest, gateway, host, &via) != MANIFEST_NONE;
	}
	return n;
}

static void tell_devices(struct teller *teller, const struct manifest_host *host)
{
	size_t n_all;
	size_t n = count_devices(teller->story->diff->sides[DIFF_AFTER], host, &n_all);

	if (n_all == 0)
		return;
	if (n == n_all) {
		tell(teller, "; and all devices");
	} else {
		text_printf(teller->out, "; and %zu of %zu devices", n, n_all);
	}
}

void tell_reach(struct teller *teller, const char *name)
{
	static const char *const words[] = {"directly", "through a relay", "not at all"};
	const struct manifest *after = teller->story->diff->sides[DIFF_AFTER];
	const struct manifest_host *host = manifest_find_host(after, name);
	size_t counts[3] = {0};
	const char *separator = "";

	for (size_t i = 0; i < after->n_hosts; i++) {
		const struct manifest_host *via;
		enum manifest_verdict verdict;

		if (after->hosts[i].kind == MANIFEST_DEVICE || &after->hosts[i] == host)
			continue;
		verdict = manifest_verdict(after, host, &after->hosts[i], &via);
		counts[verdict == MANIFEST_NONE ? 2 : verdict == MANIFEST_RELAY]++;
	}
	for (size_t i = 0; i < 3; i++) {
		const char *strong = i == 2 && teller->is_markdown ? "**" : "";

		if (counts[i] == 0)
			continue;
		text_join(teller->out, separator, strong);
		text_printf(teller->out, "%zu %s", counts[i], words[i]);
		tell(teller, strong);
		separator = "; ";
	}
	if (separator[0] == '\0')
		tell(teller, "no other server or gateway");
	tell_devices(teller, host);
}

/* "alice/laptop: through gw2 instead of gw" */
static void tell_rehomed(struct teller *teller, const char *bullet)
{
	vec_foreach(rehomed, &teller->roles->rehomed) {
		tell(teller, bullet);
		tell_names(teller, &rehomed->devices);
		tell(teller, ": through ");
		tell_code(teller, rehomed->to);
		tell(teller, " instead of ");
		tell_code(teller, rehomed->from);
		tell(teller, "\n");
	}
}

static void tell_new(struct teller *teller, const char *bullet)
{
	const struct diff_names *come = &teller->roles->come;

	vec_foreach(name, &come->items) {
		if (teller->most_items > 0 && name - come->items.items == MOST_NEW) {
			tell(teller, bullet);
			text_printf(teller->out, "and %zu new hosts more\n",
				    come->items.n_items - MOST_NEW);
			return;
		}
		tell(teller, bullet);
		tell_code(teller, *name);
		tell(teller, ", which is new, and the other servers and gateways: ");
		tell_reach(teller, *name);
		tell(teller, "\n");
	}
}

static void tell_shifts(struct teller *teller, const char *bullet, size_t most)
{
	const struct diff *diff = teller->story->diff;
	size_t n_told = 0;
	size_t n_left = 0;

	vec_foreach(shift, &diff->shifts) {
		if (most > 0 && n_told++ >= most) {
			n_left += shift->n_pairs;
			continue;
		}
		tell(teller, bullet);
		tell_shift(teller, shift);
		tell(teller, "\n");
	}
	if (n_left > 0) {
		tell(teller, bullet);
		text_printf(teller->out, "and %zu pairs more\n", n_left);
	}
}

bool teller_has_reached(const struct teller *teller)
{
	return teller->story->diff->shifts.n_items + teller->roles->rehomed.n_items +
		       teller->roles->come.items.n_items >
	       0;
}

void tell_reached(struct teller *teller, const char *bullet, size_t most_shifts)
{
	tell_shifts(teller, bullet, most_shifts);
	tell_rehomed(teller, bullet);
	tell_new(teller, bullet);
	tell(teller, bullet);
	tell(teller, "everybody else: as before\n");
}
