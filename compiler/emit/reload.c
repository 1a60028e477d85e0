/* SPDX-License-Identifier: MIT */

/*
 * Script that brings a running interface to what its files say, without dropping sessions.
 *
 * `wg syncconf` of a file without a private key takes the key away, and with it every session; that
 * is what `systemctl reload wg-quick@` does to a host whose key is set by a hook. So the script
 * puts the key into what wg reads, by a pipe, never by an argument that others can see. syncconf
 * knows nothing of addresses, MTU and routes: they are set as well; what was removed goes at a
 * restart.
 *
 * A preshared key that a hook has set is left alone by the syncconf of wireguard-tools up to 2025,
 * and taken away by later ones; one whose line has gone stays, or goes. So every peer gets a line:
 * the key in its file, or the key of zeros, which means none. The second end of a pair has to be
 * reloaded within minutes of the first: handshakes fail while only one has the key.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/plan/plan.h"

static const char head[] =
	"# Routes and addresses that were removed go at the next restart of the interface.\n"
	"# Made by wgtopo: change the topology, not this file.\n"
	"set -euo pipefail\n\n"
	"# In a variable first: were it empty because of an error, wg would remove every peer.\n";

static const char put_key[] = "\t{ print }\n"
			      "\ttolower($1) == \"[interface]\" { getline private < key; "
			      "print \"PrivateKey = \" private }";

/* Where the hook says which file has the key of a peer. */
static const char find_preshared[] =
	"\tBEGIN {\n"
	"\t\twhile ((getline line < conf) > 0) {\n"
	"\t\t\tif (line !~ /^PostUp = wg set %i peer /) continue\n"
	"\t\t\tn = split(line, word, \" \")\n"
	"\t\t\tfor (i = 6; i + 3 <= n; i += 4) file[word[i + 1]] = word[i + 3]\n"
	"\t\t}\n"
	"\t}\n";

/* Empty first: from a file that cannot be read, the key before would stand there again. */
static const char put_preshared[] = "\n\ttolower($1) == \"publickey\" {\n"
				    "\t\tpath = file[$3]; gsub(/%i/, name, path)\n"
				    "\t\tpreshared = \"\"; getline preshared < path; close(path)\n"
				    "\t\tprint \"PresharedKey = \" preshared\n"
				    "\t}";

/* No key is the key of zeros (wg(8), preshared-key). */
static void put_none(struct text *out)
{
	static const struct net_key none;
	char zeros[NET_KEY_TEXT];

	text_join(out, "\n\ttolower($1) == \"publickey\" { print \"PresharedKey = ",
		  net_key_format(&none, zeros), "\" }");
}

/* The configuration as wg(8) reads it, with the keys that the hooks set. */
static void emit_config(const struct plan *plan, struct text *out)
{
	const char *name = plan->interface;
	bool is_in_files = plan->preshared == PLAN_PRESHARED_FILE;

	text_join(out, "config=$(wg-quick strip ", name, " | awk -v key=/etc/wireguard/", name,
		  ".key");
	if (is_in_files)
		text_join(out, " -v name=", name, " -v conf=/etc/wireguard/", name, ".conf");
	text_join(out, " '\n", is_in_files ? find_preshared : "", put_key);
	if (is_in_files)
		text_puts(out, put_preshared);
	if (plan->preshared == PLAN_PRESHARED_NONE)
		put_none(out);
	text_join(out, "')\nwg syncconf ", name, " <(printf '%s\\n' \"$config\")\n");
}

static bool emit_host(const struct plan *plan, struct text *out)
{
	const char *name = plan->interface;

	if (plan->is_portable)
		return false;
	text_join(out, "#!/bin/bash\n# ", plan->host, ": makes the running ", name,
		  " match the files beside this one; sessions stay up.\n", head);
	emit_config(plan, out);
	text_join(out, "ip link set dev ", name, " mtu ");
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
