/* SPDX-License-Identifier: MIT */

/*
 * Script that brings a running interface to what its files say, touching only what differs.
 *
 * `wg syncconf` of a file without a private key takes the key away, and with it every session; that
 * is what `systemctl reload wg-quick@` does to a host whose key is set by a hook. Given the key, it
 * still replaces the allowed IPs of every peer, and packets are lost while those are gone. So
 * the script puts the keys into what wg reads, by a pipe, never by an argument that others can see;
 * leaves out the peers and settings that the interface has already (`wg show ... dump`, wg(8)); and
 * gives the rest to `wg addconf`, which needs no private key and takes nothing from other peers.
 *
 * Peers are removed before others are added, so that what they were allowed is free. One that only
 * changes has its allowed IPs replaced as a whole: a prefix that moves from one to another ends at
 * the right one in either order. What a file does not say is left as it is, such as the endpoint of
 * one who roams. wg knows nothing of addresses, MTU and routes: they are set as well; what was
 * removed goes at a restart.
 *
 * addconf leaves a preshared key alone whose line has gone. So every peer gets a line: the key
 * within the configuration or in its file, or the key of zeros, which means none. The second end of
 * a pair has to be reloaded within minutes of the first: handshakes fail while only one has the
 * key.
 *
 * awk is mawk on Debian: POSIX only, no intervals in patterns. Quotes would end bash's.
 */

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/plan/plan.h"

static const char head[] = "# Routes and addresses that were removed go at the next restart of the "
			   "interface.\n"
			   "# Made by wgtopo: change the topology, not this file.\n"
			   "set -euo pipefail\n\n";

static const char put_key[] = "\tfunction read_key(path,  text) {\n"
			      "\t\tif ((getline text < path) <= 0) {\n"
			      "\t\t\tprint \"cannot read a key from \" path > \"/dev/stderr\"\n"
			      "\t\t\texit 1\n"
			      "\t\t}\n"
			      "\t\tclose(path)\n"
			      "\t\treturn text\n"
			      "\t}\n"
			      "\t{ print }\n"
			      "\ttolower($1) == \"[interface]\" { "
			      "print \"PrivateKey = \" read_key(key) }";

/* Where the hook says which file has the key of a peer. */
static const char find_preshared[] =
	"\tBEGIN {\n"
	"\t\twhile ((getline line < conf) > 0) {\n"
	"\t\t\tif (line !~ /^PostUp = wg set %i peer /) continue\n"
	"\t\t\tn = split(line, word, \" \")\n"
	"\t\t\tfor (i = 6; i + 3 <= n; i += 4) file[word[i + 1]] = word[i + 3]\n"
	"\t\t}\n"
	"\t}\n";

static const char put_preshared[] = "\n\ttolower($1) == \"publickey\" {\n"
				    "\t\tpath = file[$3]; gsub(/%i/, name, path)\n"
				    "\t\tprint \"PresharedKey = \" read_key(path)\n"
				    "\t}";

/* The running peers that the files do not have. */
static const char find_gone[] = "\t!is_file { runs[$1]; next }\n"
				"\ttolower($1) == \"publickey\" { delete runs[$3] }\n"
				"\tEND { for (key in runs) print key }";

/*
 * Prints the sections of the files that say something else than the running interface. Allowed IPs
 * are compared as sets, whatever their order.
 */
static const char find_changed[] =
	"\tfunction differs(name, running) { return name in said && said[name] != running }\n"
	"\tfunction peer_differs(key) {\n"
	"\t\treturn !(key in endpoint) || n_other > 0 || n_same != n_allowed[key] ||\n"
	"\t\t\tdiffers(\"presharedkey\", preshared[key]) ||\n"
	"\t\t\tdiffers(\"persistentkeepalive\", keepalive[key]) ||\n"
	"\t\t\tdiffers(\"endpoint\", endpoint[key])\n"
	"\t}\n"
	"\tfunction allow(key, list,  n, i, ip) {\n"
	"\t\tn = split(list, ip, \",\")\n"
	"\t\tfor (i = 1; i <= n; i++) {\n"
	"\t\t\tif (!((key, ip[i]) in allowed)) n_other++\n"
	"\t\t\telse if (!((key, ip[i]) in seen)) n_same++\n"
	"\t\t\tseen[key, ip[i]]\n"
	"\t\t}\n"
	"\t}\n"
	"\tfunction end_section() {\n"
	"\t\tn_same = n_other = 0\n"
	"\t\tallow(said[\"publickey\"], substr(said[\"allowedips\"], 2))\n"
	"\t\tif (is_peer ? peer_differs(said[\"publickey\"]) : text ~ /=/) printf \"%s\", text\n"
	"\t\ttext = \"\"; split(\"\", said)\n"
	"\t}\n"
	"\n"
	"\t# The running interface: the first line is its own, the others are its peers.\n"
	"\t!is_file && NR == 1 { own[\"privatekey\"] = $1; own[\"listenport\"] = $3 }\n"
	"\t!is_file && NR > 1 {\n"
	"\t\tpreshared[$1] = $2 == \"(none)\" ? no_key : $2\n"
	"\t\tendpoint[$1] = $3\n"
	"\t\tn_allowed[$1] = $4 == \"(none)\" ? 0 : split($4, ip, \",\")\n"
	"\t\tfor (i = 1; i <= n_allowed[$1]; i++) allowed[$1, ip[i]]\n"
	"\t\tkeepalive[$1] = $8 == \"off\" ? \"0\" : $8\n"
	"\t}\n"
	"\t!is_file { next }\n"
	"\n"
	"\t# The files.\n"
	"\t/^[ \\t]*(#|$)/ { next }\n"
	"\t/^\\[/ { end_section(); is_peer = tolower($1) == \"[peer]\" }\n"
	"\t/=/ {\n"
	"\t\tname = tolower($1)\n"
	"\t\tvalue = $0; sub(/^[^=]*=/, \"\", value); gsub(/[ \\t]/, \"\", value)\n"
	"\t\tif (!is_peer && own[name] == value) next\n"
	"\t\tsaid[name] = name == \"allowedips\" ? said[name] \",\" value : value\n"
	"\t}\n"
	"\t{ text = text $0 \"\\n\" }\n"
	"\tEND { end_section() }";

static void put_no_key(struct text *out)
{
	static const struct net_key none;
	char zeros[NET_KEY_TEXT];

	text_puts(out, net_key_format(&none, zeros));
}

static void emit_check(const char *name, struct text *out)
{
	text_join(out, "if ! ip link show dev ", name,
		  " >/dev/null 2>&1; then\n"
		  "\techo \"",
		  name, " is not up: wg-quick up ", name,
		  "\" >&2\n"
		  "\texit 1\n"
		  "fi\n\n");
}

/* The configuration as wg(8) reads it, with the keys that the hooks set. */
static void emit_config(const struct plan *plan, struct text *out)
{
	const char *name = plan->interface;
	bool is_in_files = plan->preshared == PLAN_PRESHARED_FILE;

	text_puts(out, "# As wg reads it, with the keys that the hooks set. An error ends it here, "
		       "with nothing changed.\n");
	text_join(out, "config=$(wg-quick strip ", name, " | awk -v key=/etc/wireguard/", name,
		  ".key");
	if (is_in_files)
		text_join(out, " -v name=", name, " -v conf=/etc/wireguard/", name, ".conf");
	text_join(out, " '\n", is_in_files ? find_preshared : "", put_key);
	if (is_in_files)
		text_puts(out, put_preshared);
	if (plan->preshared == PLAN_PRESHARED_NONE) {
		text_puts(out, "\n\ttolower($1) == \"publickey\" { print \"PresharedKey = ");
		put_no_key(out);
		text_puts(out, "\" }");
	}
	text_join(out,
		  "')\n"
		  "if [[ $config != *\"PrivateKey = \"* ]]; then\n"
		  "\techo \"/etc/wireguard/",
		  name,
		  ".conf has no [Interface]\" >&2\n"
		  "\texit 1\n"
		  "fi\n\n");
}

/* Brings the interface to `$config`. */
static void emit_changes(const char *name, struct text *out)
{
	text_join(
		out,
		"# The others keep all they have: packets are lost while a peer's allowed IPs are "
		"replaced.\n"
		"changed=$(wg show ",
		name, " dump | awk -v no_key=");
	put_no_key(out);
	text_join(out, " '\n", find_changed, "' - is_file=1 <(printf '%s\\n' \"$config\"))\n");
	text_join(out, "gone=$(wg show ", name, " peers | awk '\n", find_gone,
		  "' - is_file=1 <(printf '%s\\n' \"$config\"))\n\n"
		  "# First, so that the addresses of those who are gone are free for others.\n"
		  "for peer in $gone; do\n"
		  "\twg set ",
		  name,
		  " peer \"$peer\" remove\n"
		  "done\n"
		  "if [[ -n $changed ]]; then\n"
		  "\twg addconf ",
		  name,
		  " <(printf '%s\\n' \"$changed\")\n"
		  "fi\n\n");
}

static bool emit_host(const struct plan *plan, struct text *out)
{
	const char *name = plan->interface;

	if (plan->is_portable)
		return false;
	text_join(out, "#!/bin/bash\n# ", plan->host, ": makes the running ", name,
		  " match the files beside this one, and leaves alone what does.\n", head);
	emit_check(name, out);
	emit_config(plan, out);
	emit_changes(name, out);
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
			  "echo 0 >/proc/sys/net/ipv4/conf/",
			  name, "/send_redirects\n");
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
