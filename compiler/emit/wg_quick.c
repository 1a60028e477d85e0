/* SPDX-License-Identifier: MIT */

/*
 * wg-quick(8) configuration, server form: the private key stays on the host and is set by a hook.
 *
 * - Only PostUp can set it on every version of wg-quick: PreUp runs before the interface exists,
 * or, in later versions, before `wg setconf` wipes the key.
 * - No `#` in a hook: older versions cut the line there. No `DNS`: it needs resolvconf. No
 *   `SaveConfig`: it would rewrite the file. Every hook is made of words that bash leaves alone.
 * - ListenPort, MTU and PersistentKeepalive are always written out: left out, the port changes at
 *   every `wg syncconf`, the MTU is guessed, and an old keepalive stays. 0 rather than `off`,
 *   because the importers for phones take numbers only.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/plan/plan.h"

static void emit_addresses(const struct plan *plan, struct text *out)
{
	for (size_t i = 0; i < plan->n_addresses; i++) {
		struct net_prefix prefix = net_prefix_of_host(&plan->addresses[i]);
		char buffer[NET_PREFIX_TEXT];

		text_printf(out, "Address = %s\n", net_prefix_format(&prefix, buffer));
	}
}

static bool emit_host(const struct plan *plan, struct text *out)
{
	text_printf(out,
		    "# %s, %s of %s. Made by wgtopo: change the topology, not this file.\n"
		    "[Interface]\n",
		    plan->host, plan->kind, plan->interface);
	emit_addresses(plan, out);
	text_printf(out, "ListenPort = %u\nMTU = %u\n", plan->listen_port, plan->mtu);
	if (plan->has_route_batch)
		text_puts(out, "Table = off\n");
	text_puts(out, "PostUp = wg set %i private-key /etc/wireguard/%i.key\n");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (plan->forwards[family]) {
			text_printf(out, "PostUp = sysctl -q -w %s=1\n",
				    plan_forwarding_sysctl(family));
		}
	}
	if (plan->has_route_batch)
		text_puts(out, "PostUp = ip -batch /etc/wireguard/%i.routes\n");
	return true;
}

static void emit_peer(const struct plan_peer *peer, struct text *out)
{
	char key[NET_KEY_TEXT];
	char path[PLAN_TEXT];
	char reason[PLAN_TEXT];
	char endpoint[NET_ENDPOINT_TEXT];

	text_printf(out, "\n[Peer]\n# %s, %s; %s: %s\nPublicKey = %s\nAllowedIPs = ", peer->name,
		    plan_path_text(peer, path),
		    peer->persistent_keepalive_s > 0 ? "keepalive" : "no keepalive",
		    plan_reason_text(peer, reason), net_key_format(&peer->public_key, key));
	for (size_t i = 0; i < peer->n_allowed_ips; i++) {
		char prefix[NET_PREFIX_TEXT];

		text_printf(out, "%s%s", i == 0 ? "" : ", ",
			    net_prefix_format(&peer->allowed_ips[i], prefix));
	}
	if (peer->endpoint.port != 0)
		text_printf(out, "\nEndpoint = %s", net_endpoint_format(&peer->endpoint, endpoint));
	text_printf(out, "\nPersistentKeepalive = %u\n", peer->persistent_keepalive_s);
}

const struct emitter emitter_wg_quick = {
	.name = "wg-quick",
	.summary = "configuration for wg-quick(8), with the private key in a file of the host",
	.file = "%.conf",
	.mode = 0600,
	.emit_host = emit_host,
	.emit_peer = emit_peer,
};
