/* SPDX-License-Identifier: MIT */

/* Each peer, and the section that is its other end. */

#include <string.h>

#include "base/arena.h"
#include "compiler/prove/found_parts.h"

/* A tunnel from one end. */
struct end {
	const struct found_host *host;
	const struct conf_peer *peer;
	const struct found_host *other;
	const struct conf_peer *back; /* the other end's section; or NULL */
};

static struct span span_or(struct span span, struct span other)
{
	return span_is_given(span) ? span : other;
}

static void check_twice(struct examination *x, const struct found_host *host)
{
	struct map seen = {0};

	vec_foreach(peer, &host->conf->peers) {
		char text[NET_KEY_TEXT];
		const struct conf_peer *first;
		struct diag *diag;

		if (net_key_is_zero(&peer->public_key))
			continue;
		net_key_format(&peer->public_key, text);
		first = map_put(x->found->arena, &seen,
				arena_copy(x->found->arena, text, strlen(text)), peer);
		if (first == NULL)
			continue;
		diag = diag_add(
			x->diags, DIAG_PEER_TWICE, peer->span,
			"a second section with the same key: wg takes both for one peer, and only "
			"the last one's allowed IPs hold");
		diag_related(x->diags, diag, first->span, "the first");
	}
}

static void check_port(struct examination *x, const struct end *end)
{
	uint16_t port = end->other->conf->listen_port;
	struct diag *diag;

	if (end->peer->endpoint.port == 0 || end->peer->endpoint.port == port)
		return;
	if (port == 0) {
		diag = diag_add(
			x->diags, DIAG_ENDPOINT_PORT_DIFFERS, end->peer->endpoint_span,
			"port %u, and '%s' listens on any that is free: it has no ListenPort",
			end->peer->endpoint.port, end->other->name);
	} else {
		diag = diag_add(x->diags, DIAG_ENDPOINT_PORT_DIFFERS, end->peer->endpoint_span,
				"port %u, and '%s' listens on %u", end->peer->endpoint.port,
				end->other->name, port);
	}
	if (span_is_given(end->other->conf->listen_port_span)) {
		diag_related(x->diags, diag, end->other->conf->listen_port_span, "'%s'",
			     end->other->name);
	}
	diag_help(x->diags, diag, "right only if a router forwards the one port to the other");
}

/* Said once for both ends: by the one whose file comes first. */
static void check_both(struct examination *x, const struct end *end)
{
	struct diag *diag;

	if (end->host > end->other)
		return;
	if (end->peer->endpoint.port == 0 && end->back->endpoint.port == 0) {
		diag = diag_add(
			x->diags, DIAG_ENDPOINT_WRONG, end->peer->span,
			"neither '%s' nor '%s' has an endpoint of the other: no packet leaves",
			end->host->name, end->other->name);
		diag_related(x->diags, diag, end->back->span, "the other end");
	}
	if (end->peer->preshared != CONF_SECRET_FILE && end->back->preshared != CONF_SECRET_FILE &&
	    (end->peer->preshared != end->back->preshared ||
	     memcmp(end->peer->preshared_digest, end->back->preshared_digest, CONF_DIGEST_SIZE) !=
		     0)) {
		diag = diag_add(x->diags, DIAG_PRESHARED_MISMATCH,
				span_or(end->peer->public_key_span, end->peer->span),
				"the preshared key with '%s' is not the one that '%s' has",
				end->other->name, end->other->name);
		diag_related(x->diags, diag, span_or(end->back->public_key_span, end->back->span),
			     "the other end");
	}
}

/* A host to which nobody can send first has to keep alive what lets packets in. */
static void check_keepalive(struct examination *x, const struct end *end)
{
	struct diag *diag;

	if (end->peer->endpoint.port == 0 || end->back->endpoint.port != 0 ||
	    end->peer->persistent_keepalive_s > 0)
		return;
	diag = diag_add(
		x->diags, DIAG_KEEPALIVE_OFF, span_or(end->peer->keepalive_span, end->peer->span),
		"'%s' has no endpoint of '%s', which keeps nothing alive: once idle behind a NAT "
		"or firewall, '%s' cannot be reached",
		end->other->name, end->host->name, end->host->name);
	diag_help(x->diags, diag, "write `PersistentKeepalive = 25`, if there is one on its way");
}

/* A key that is nobody's here: a host whose file is elsewhere; or one that is, under another key.
 */
static void report_stranger(struct examination *x, const struct found_host *host,
			    const struct conf_peer *peer)
{
	const struct found_host *namesake = found_namesake(x, peer);
	struct diag *diag;

	x->summary->n_strangers++;
	if (namesake == NULL || namesake == host)
		return;
	diag = diag_add(x->diags, DIAG_KEY_MISMATCH, span_or(peer->public_key_span, peer->span),
			"'%s' has the address of '%s' under a key that is not the one of '%s'",
			host->name, namesake->name, namesake->name);
	diag_related(x->diags, diag, namesake->conf->span, "'%s'", namesake->name);
}

static void check_peer(struct examination *x, const struct found_host *host,
		       const struct conf_peer *peer)
{
	struct end end = {
		.host = host, .peer = peer, .other = found_whose(x, &peer->public_key, host)};

	if (net_key_is_zero(&peer->public_key))
		return; /* a fault of the file */
	if (end.other == NULL) {
		report_stranger(x, host, peer);
		return;
	}
	if (end.other == host) {
		diag_add(x->diags, DIAG_KEY_MISMATCH, span_or(peer->public_key_span, peer->span),
			 "'%s' has its own key as a peer, which wg drops without a word",
			 host->name);
		return;
	}
	check_port(x, &end);
	end.back = found_peer(end.other, host);
	if (end.back != NULL) {
		check_both(x, &end);
		check_keepalive(x, &end);
	} else if (!net_key_is_zero(&host->key)) {
		struct diag *diag = diag_add(x->diags, DIAG_PEER_ONE_SIDED, peer->span,
					     "'%s' has '%s' as a peer, which does not have it",
					     host->name, end.other->name);

		diag_related(x->diags, diag, end.other->conf->span, "'%s'", end.other->name);
	}
}

void found_check_tunnels(struct examination *x)
{
	vec_foreach(host, &x->found->hosts) {
		check_twice(x, host);
		vec_foreach(peer, &host->conf->peers)
			check_peer(x, host, peer);
	}
}
