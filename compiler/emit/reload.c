/* SPDX-License-Identifier: MIT */

/*
 * Script that brings a running interface to what its files say, without dropping sessions.
 *
 * `wg syncconf` of a file without a private key takes the key away, and with it every session; that
 * is what `systemctl reload wg-quick@` does to a host whose key is set by a hook. So the script
 * puts the key into what wg reads, by a pipe, never by an argument that others can see. syncconf
 * knows nothing of addresses, MTU and routes: they are set as well; what was removed goes at a
 * restart.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/plan/plan.h"

static const char head[] =
	"# Routes and addresses that were removed go at the next restart of the interface.\n"
	"# Made by wgtopo: change the topology, not this file.\n"
	"set -euo pipefail\n\n"
	"# In a variable first: were it empty because of an error, wg would remove every peer.\n"
	"config=$(wg-quick strip ";

static const char put_key[] = ".key '\n"
			      "\t{ print }\n"
			      "\ttolower($1) == \"[interface]\" { getline private < key; "
			      "print \"PrivateKey = \" private }')\n"
			      "wg syncconf ";

static bool emit_host(const struct plan *plan, struct text *out)
{
	const char *name = plan->interface;

	if (plan->is_portable)
		return false;
	text_join(out, "#!/bin/bash\n# ", plan->host, ": makes the running ", name,
		  " match the files beside this one; sessions stay up.\n", head, name,
		  " | awk -v key=/etc/wireguard/", name, put_key, name,
		  " <(printf '%s\\n' \"$config\")\nip link set dev ", name, " mtu ");
	text_number(out, plan->mtu);
	text_puts(out, "\n");
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (plan->forwards[family])
			text_join(out, "sysctl -q -w ", plan_forwarding_sysctl(family), "=1\n");
	}
	if (plan->forwards[NET_IPV4]) {
		text_join(out,
			  "sysctl -q -w net/ipv4/conf/all/send_redirects=0\n"
			  "sysctl -q -w net/ipv4/conf/",
			  name, "/send_redirects=0\n");
	}
	for (size_t i = 0; i < plan->n_addresses; i++) {
		struct net_prefix prefix = net_prefix_of_host(&plan->addresses[i]);
		char buffer[NET_PREFIX_TEXT];

		text_join(out, "ip address replace ", net_prefix_format(&prefix, buffer), " dev ",
			  name, "\n");
	}
	text_join(out, "ip -batch /etc/wireguard/", name, ".routes\n");
	return true;
}

const struct emitter emitter_reload = {
	.name = "reload",
	.summary = "script that applies changed files to a running interface without an outage",
	.file = "%.reload",
	.mode = 0700,
	.emit_host = emit_host,
};
