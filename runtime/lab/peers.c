/* SPDX-License-Identifier: MIT */

/* Peer entries against verdicts. */

#include "runtime/lab/peers.h"

#include "base/arena.h"
#include "runtime/lab/expect.h"

enum sight {
	SEEN_ENTRY = 1,
	SEEN_HANDSHAKE = 2,
};

struct peers {
	const struct world *world;
	struct report *report;
	size_t n_hosts;
	uint8_t *sights; /* per ordered pair: enum sight */
};

static const char when[] = "once all had talked";

static void note_handshake(void *context, const struct lab_host *on, const struct lab_host *peer,
			   const char *value)
{
	struct peers *peers = context;
	uint8_t *sight = &peers->sights[on->host->index * peers->n_hosts + peer->host->index];

	*sight |= SEEN_ENTRY;
	if (strcmp(value, "0") != 0)
		*sight |= SEEN_HANDSHAKE;
}

/* An address without its port, as wg(8) prints it: IPv6 in brackets. False for "(none)". */
static bool parse_endpoint(const char *value, struct net_address *ret_address)
{
	char buffer[NET_ADDRESS_TEXT] = {0};
	const char *colon = strrchr(value, ':');
	size_t length;

	if (colon == NULL)
		return false;
	length = (size_t)(colon - value);
	if (value[0] == '[' && length > 2) {
		value++;
		length -= 2;
	}
	if (length >= sizeof(buffer))
		return false;
	memcpy(buffer, value, length);
	return net_address_parse(buffer, ret_address) == 0;
}

/* An address of the host at a site where the other is, too; or one that is not written down. */
static bool may_be_on_lan(const struct manifest_host *host, const struct manifest_host *other,
			  const struct net_address *address)
{
	vec_foreach(attachment, &host->attachments) {
		bool is_common = false;

		vec_foreach(there, &other->attachments)
			is_common = is_common || there->site == attachment->site;
		if (!is_common)
			continue;
		vec_foreach(place, &attachment->places) {
			if (!place->is_address ||
			    net_address_compare(&place->address, address) == 0)
				return true;
		}
	}
	return false;
}

static void check_endpoint(void *context, const struct lab_host *on, const struct lab_host *peer,
			   const char *value)
{
	struct peers *peers = context;
	const struct manifest_host *via;
	struct report_disagreement about = {.where = "", .when = when, .expected = "lan"};
	cleanup_(text_finish) struct text seen = {0};
	struct net_address address;

	if (manifest_verdict(peers->world->manifest, on->host, peer->host, &via) != MANIFEST_LAN ||
	    !parse_endpoint(value, &address) || may_be_on_lan(peer->host, on->host, &address))
		return;
	text_printf(&seen, "a tunnel to %s, which is not on a LAN of both", value);
	about.seen = seen.data;
	report_disagree(peers->report, on->host, peer->host, &about);
}

static void judge(const struct peers *peers, const struct manifest_host *on,
		  const struct manifest_host *peer)
{
	uint8_t sight = peers->sights[on->index * peers->n_hosts + peer->index];
	bool has_tunnel = expect_tunnel(peers->world->manifest, on, peer);
	struct report_disagreement about = {.where = "", .when = when};
	cleanup_(text_finish) struct text expected = {0};

	if (has_tunnel) {
		if (sight == (SEEN_ENTRY | SEEN_HANDSHAKE))
			return;
		about.seen = sight == 0 ? "no peer entry" : "no handshake";
	} else {
		if (sight == 0)
			return;
		about.seen = "a peer entry of its own";
	}
	expect_describe(peers->world->manifest, on, peer, &expected);
	about.expected = expected.data;
	report_disagree(peers->report, on, peer, &about);
}

int peers_check(struct arena *arena, const struct build *build, const struct lab_hosts *hosts,
		struct report *report, struct text *fault)
{
	size_t n_hosts = hosts->manifest->n_hosts;
	struct peers peers = {
		.world = build->world,
		.report = report,
		.n_hosts = n_hosts,
		.sights = ARENA_ARRAY(arena, uint8_t, n_hosts * n_hosts),
	};
	int r = hosts_show(arena, hosts, "latest-handshakes", note_handshake, &peers, fault);

	if (r == 0)
		r = hosts_show(arena, hosts, "endpoints", check_endpoint, &peers, fault);
	if (r != 0)
		return r;
	for (size_t i = 0; i < n_hosts * n_hosts; i++) {
		const struct manifest_host *on = &hosts->manifest->hosts[i / n_hosts];
		const struct manifest_host *peer = &hosts->manifest->hosts[i % n_hosts];

		if (on != peer)
			judge(&peers, on, peer);
	}
	return 0;
}
