/* SPDX-License-Identifier: MIT */

/*
 * Configuration for the WireGuard apps, NetworkManager and wg-quick(8) alike: the keys that all of
 * them take, and no others. Android, iOS and macOS refuse a whole file for one hook, `Table` or
 * `FwMark`. No `DNS`: wg-quick tears the interface down where there is no resolvconf.
 *
 * - It is short, because it becomes a QR code: comments are names.
 * - The file's name becomes the tunnel's.
 * - Without `ListenPort` the app takes a free one, so that two tunnels of a device never clash.
 * - A key that has to be filled in has words in its place, so that every reader refuses the file
 * and shows them. Without the line, wg-quick and NetworkManager would take it, and nothing would
 * work.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/emit/section.h"
#include "compiler/emit/slot.h"
#include "compiler/plan/plan.h"

static bool emit_host(const struct plan *plan, struct text *out)
{
	if (!plan->is_portable)
		return false;
	text_join(out, "# ", plan->host, ". Made by wgtopo.\n[Interface]\n",
		  plan->has_private_key ? "PrivateKey = " SLOT_PRIVATE_KEY "\n"
					: "PrivateKey = PUT-THE-PRIVATE-KEY-OF-THIS-DEVICE-HERE\n",
		  "Address = ");
	for (size_t i = 0; i < plan->n_addresses; i++) {
		struct net_prefix prefix = net_prefix_of_host(&plan->addresses[i]);
		char buffer[NET_PREFIX_TEXT];

		text_join(out, i == 0 ? "" : ", ", net_prefix_format(&prefix, buffer));
	}
	if (plan->listen_port != 0) {
		text_puts(out, "\nListenPort = ");
		text_number(out, plan->listen_port);
	}
	text_puts(out, "\nMTU = ");
	text_number(out, plan->mtu);
	text_puts(out, "\n");
	return true;
}

static void emit_peer(const struct plan_peer *peer, struct text *out)
{
	text_join(out, "\n[Peer]\n# ", peer->name, "\n");
	section_put_peer(peer, "PresharedKey = PUT-THE-PRESHARED-KEY-OF-THIS-PAIR-HERE\n", out);
}

const struct emitter emitter_app = {
	.name = "app",
	.summary =
		"configuration of a device, for the WireGuard apps, NetworkManager or wg-quick(8)",
	.file = "%.conf",
	.mode = 0600,
	.emit_host = emit_host,
	.emit_peer = emit_peer,
};
