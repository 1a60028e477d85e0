/* SPDX-License-Identifier: MIT */

/*
 * wg-quick(8) configuration of servers and gateways: the private key is in a file of its own, and
 * a hook sets it.
 *
 * - Only PostUp can set it on every version of wg-quick: PreUp runs before the interface exists,
 * or, in later versions, before `wg setconf` wipes the key.
 * - Preshared keys that are in files are set before the private key: until that is there, no
 *   handshake is tried without them.
 * - No `#` in a hook: older versions cut the line there. No `DNS`: it needs resolvconf. No
 *   `SaveConfig`: it would rewrite the file. Every hook is made of words that bash leaves alone.
 * - A gateway passes packets on through the interface that they came in by, for which Linux would
 * tell the sender of a shorter way; there is none. Not by sysctl(8), which takes a dot in the
 * interface's name for a slash, and a '=' for the end of it.
 * - ListenPort, MTU and PersistentKeepalive are always written out: left out, the port changes at
 *   every `wg syncconf`, the MTU is guessed, and an old keepalive stays.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/emit/section.h"
#include "compiler/plan/plan.h"

static void emit_addresses(const struct plan *plan, struct text *out)
{
	for (size_t i = 0; i < plan->n_addresses; i++) {
		struct net_prefix prefix = net_prefix_of_host(&plan->addresses[i]);
		char buffer[NET_PREFIX_TEXT];

		text_join(out, "Address = ", net_prefix_format(&prefix, buffer), "\n");
	}
}

/* One hook for all peers: a process for each would take as long as they are many. */
static void emit_preshared_files(const struct plan *plan, struct text *out)
{
	if (plan->peers.n_items == 0)
		return;
	text_puts(out, "PostUp = wg set %i");
	vec_foreach(peer, &plan->peers) {
		char key[NET_KEY_TEXT];

		text_join(out, " peer ", net_key_format(&(*peer)->public_key, key),
			  " preshared-key /etc/wireguard/%i.psk/", (*peer)->name);
	}
	text_puts(out, "\n");
}

static bool emit_host(const struct plan *plan, struct text *out)
{
	if (plan->is_portable)
		return false;
	text_join(out, "# ", plan->host, ", ", plan->kind, " of ", plan->network,
		  ". Made by wgtopo: change the topology, not this file.\n[Interface]\n");
	emit_addresses(plan, out);
	text_puts(out, "ListenPort = ");
	text_number(out, plan->listen_port);
	text_puts(out, "\nMTU = ");
	text_number(out, plan->mtu);
	text_puts(out, "\nTable = off\n");
	if (plan->preshared == PLAN_PRESHARED_FILE)
		emit_preshared_files(plan, out);
	text_puts(out, "PostUp = wg set %i private-key /etc/wireguard/%i.key\n");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (plan->forwards[family]) {
			text_join(out, "PostUp = sysctl -q -w ", plan_forwarding_sysctl(family),
				  "=1\n");
		}
	}
	if (plan->forwards[NET_IPV4]) {
		text_puts(out, "PostUp = sysctl -q -w net/ipv4/conf/all/send_redirects=0\n"
			       "PostUp = echo 0 >/proc/sys/net/ipv4/conf/%i/send_redirects\n");
	}
	text_puts(out, "PostUp = ip -batch /etc/wireguard/%i.routes\n");
	return true;
}

static void emit_peer(const struct plan_peer *peer, struct text *out)
{
	char path[PLAN_TEXT];
	char reason[PLAN_TEXT];

	text_join(out, "\n[Peer]\n# ", peer->name, ", ", plan_path_text(peer, path), "; ");
	if (peer->relays != NULL)
		text_join(out, "relays for ", peer->relays, "; ");
	text_join(out, peer->persistent_keepalive_s > 0 ? "keepalive: " : "no keepalive: ",
		  plan_reason_text(peer, reason), "\n");
	section_put_peer(peer, "", out);
}

const struct emitter emitter_wg_quick = {
	.name = "wg-quick",
	.summary =
		"configuration of a server or gateway for wg-quick(8), with its private key in a file",
	.file = "%.conf",
	.mode = 0600,
	.emit_host = emit_host,
	.emit_peer = emit_peer,
};
