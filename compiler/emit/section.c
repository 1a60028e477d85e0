/* SPDX-License-Identifier: MIT */

/*
 * What every reader of wg(8) configurations takes alike: IPv6 endpoints in brackets, prefixes
 * without host bits, and 0 rather than `off`, because the importers for phones take numbers only.
 */

#include "compiler/emit/section.h"

#include "base/text.h"
#include "compiler/emit/slot.h"
#include "compiler/plan/peer.h"

static const char *preshared_line(const struct plan_peer *peer, const char *elsewhere)
{
	switch (peer->preshared) {
	case PLAN_PRESHARED_NONE:
		return "";
	case PLAN_PRESHARED_FILE:
		return elsewhere;
	case PLAN_PRESHARED_INLINE:
		return "PresharedKey = " SLOT_PRESHARED_KEY "\n";
	}
	unreachable();
}

void section_put_peer(const struct plan_peer *peer, const char *elsewhere, struct text *out)
{
	char key[NET_KEY_TEXT];
	char endpoint[NET_ENDPOINT_TEXT];

	text_join(out, "PublicKey = ", net_key_format(&peer->public_key, key), "\n",
		  preshared_line(peer, elsewhere), "AllowedIPs = ");
	for (size_t i = 0; i < peer->n_allowed_ips; i++) {
		char prefix[NET_PREFIX_TEXT];

		text_join(out, i == 0 ? "" : ", ",
			  net_prefix_format(&peer->allowed_ips[i], prefix));
	}
	if (peer->endpoint.port != 0)
		text_join(out, "\nEndpoint = ", net_endpoint_format(&peer->endpoint, endpoint));
	text_puts(out, "\nPersistentKeepalive = ");
	text_number(out, peer->persistent_keepalive_s);
	text_puts(out, "\n");
}
