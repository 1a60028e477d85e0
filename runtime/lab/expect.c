/* SPDX-License-Identifier: MIT */

/* Verdicts as paths. */

#include "runtime/lab/expect.h"

#include "base/text.h"

enum {
	MANY = 100, /* obstacles of a host that may be anywhere */
};

bool expect_tunnel(const struct manifest *manifest, const struct manifest_host *from,
		   const struct manifest_host *to)
{
	const struct manifest_host *via;

	switch (manifest_verdict(manifest, from, to, &via)) {
	case MANIFEST_LAN:
	case MANIFEST_DIRECT:
	case MANIFEST_PUNCH:
		return true;
	case MANIFEST_NONE:
	case MANIFEST_RELAY:
		return false;
	}
	unreachable();
}

static void pass(struct expect_path *path, const struct manifest_host *host)
{
	if (path->n_hops < EXPECT_MOST_HOPS)
		path->hops[path->n_hops++] = host;
}

/* Devices talk to their gateway only, the others over a tunnel or a relay. */
struct expect_path expect_path(const struct manifest *manifest, const struct manifest_host *from,
			       const struct manifest_host *to)
{
	const struct manifest_host *first = from->gateway == NULL ? from : from->gateway;
	const struct manifest_host *last = to->gateway == NULL ? to : to->gateway;
	const struct manifest_host *via = NULL;
	struct expect_path path = {0};

	if (first != from && first != to)
		pass(&path, first);
	if (first != last) {
		(void)manifest_verdict(manifest, first, last, &via);
		if (via != NULL)
			pass(&path, via);
	}
	if (last != to && last != from && last != first)
		pass(&path, last);
	return path;
}

static bool lets_all_in(const struct manifest_site *site, const struct manifest_host *host,
			enum net_family family)
{
	const struct manifest_box *box = &site->box[family];

	if (box->blocks_udp)
		return false;
	if (box->mapping == MANIFEST_MAPPING_NONE && box->filtering == MANIFEST_FILTERING_NONE)
		return true;
	vec_foreach(forward, &site->forwards) {
		if (forward->host == host && forward->in[family])
			return true;
	}
	vec_foreach(entry, &site->one_to_one) {
		if (entry->host == host && family == NET_IPV4)
			return true;
	}
	return false;
}

/* Whether the other host is at the site, or somewhere inside it. */
static bool is_within(const struct manifest_host *host, const struct manifest_site *site)
{
	if (host->attachments.n_items == 0)
		return site->inside == NULL;
	vec_foreach(attachment, &host->attachments) {
		const struct manifest_site *each = attachment->site;

		while (each != NULL && each != site)
			each = each->inside;
		if (each == site)
			return true;
	}
	return false;
}

static unsigned int count_obstacles(const struct manifest_attachment *attachment,
				    const struct manifest_host *host,
				    const struct manifest_host *from, enum net_family family)
{
	unsigned int n_obstacles = 0;

	for (const struct manifest_site *site = attachment->site;
	     site->inside != NULL && !is_within(from, site); site = site->inside)
		n_obstacles += !lets_all_in(site, host, family);
	return n_obstacles;
}

unsigned int expect_obstacles(const struct manifest_host *host, const struct manifest_host *from)
{
	unsigned int least = MANY;

	vec_foreach(attachment, &host->attachments) {
		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
			unsigned int n = count_obstacles(attachment, host, from, family);

			if (n < least)
				least = n;
		}
	}
	return least;
}

void expect_describe(const struct manifest *manifest, const struct manifest_host *from,
		     const struct manifest_host *to, struct text *out)
{
	const struct manifest_host *via;
	enum manifest_verdict verdict = manifest_verdict(manifest, from, to, &via);
	struct expect_path path = expect_path(manifest, from, to);

	if (verdict != MANIFEST_NONE)
		text_puts(out, manifest_verdict_text(verdict));
	for (size_t i = 0; i < path.n_hops; i++) {
		text_puts(out, i > 0 ? ", " : verdict == MANIFEST_NONE ? "through " : " through ");
		text_puts(out, path.hops[i]->name);
	}
}

uint16_t expect_port(const struct manifest_host *host, const struct manifest_host *seen_by,
		     enum net_family family)
{
	uint16_t port = host->listen_port;

	vec_foreach(attachment, &host->attachments) {
		for (const struct manifest_site *site = attachment->site;
		     site->inside != NULL && !is_within(seen_by, site); site = site->inside) {
			vec_foreach(forward, &site->forwards) {
				if (forward->host == host && forward->in[family])
					port = forward->port;
			}
		}
	}
	return port;
}
