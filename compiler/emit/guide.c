/* SPDX-License-Identifier: MIT */

/*
 * README.txt beside a device's file, for somebody who has never seen WireGuard. Plain ASCII, at
 * most 72 columns for any name of a tunnel.
 */

#include <string.h>

#include "base/text.h"
#include "compiler/emit/emitter.h"
#include "compiler/plan/plan.h"

/* In these texts '%' stands for the tunnel's name. */
static const char rule[] =
	"\nOne file, one device. If two use the same file, they throw each other\n"
	"out. For a second device, ask for a second file.\n";

static const char another[] =
	"\nThis is another way into the same network, for when the first one\n"
	"does not answer: %.conf makes a tunnel of its own.\n"
	"Turn one of them off before you turn the other on: never both.\n";

static const char keep[] =
	"\nThe file is a key: whoever has it gets in as you. Do not mail it on,\n"
	"and delete what is left in chats and downloads once it is imported.\n";

static const char with_picture[] =
	"\nA phone reads %.png with its camera, if that picture is here: it\n"
	"says the same as %.conf.\n";

static const char fill_in[] =
	"\nFirst, fill in what only you have\n"
	"---------------------------------\n"
	"\n"
	"Open %.conf in a text editor. In the line\n"
	"\n"
	"    PrivateKey = PUT-THE-PRIVATE-KEY-OF-THIS-DEVICE-HERE\n"
	"\n"
	"put the private key of this device, 44 characters, in place of the\n"
	"capital letters. It belongs to the public key that you gave away, and\n"
	"it is yours alone: nobody who runs the network needs it. Until it is\n"
	"there, the file cannot be imported.\n";

static const char fill_in_pair[] =
	"\nDo the same in the line that begins with 'PresharedKey =': those who\n"
	"run the network give you that key, and not by mail.\n";

static const char install[] =
	"\nInstall WireGuard, and import the file\n"
	"--------------------------------------\n"
	"\n"
	"Windows   The installer is at https://www.wireguard.com/install/ .\n"
	"          Start WireGuard, choose 'Import tunnel(s) from file', take\n"
	"          %.conf, and press 'Activate'.\n"
	"\n"
	"macOS     Get 'WireGuard' in the App Store. Choose 'Import tunnel(s)\n"
	"          from file', take %.conf, and press 'Activate'.\n"
	"\n"
	"Linux     With a desktop, which mostly means NetworkManager:\n"
	"\n"
	"              nmcli connection import type wireguard file %.conf\n"
	"\n"
	"          Without, install 'wireguard-tools', and then as root:\n"
	"\n"
	"              install -m 600 %.conf /etc/wireguard/%.conf\n"
	"              systemctl enable --now wg-quick@%\n"
	"\n"
	"Android   Get 'WireGuard' in the Play Store or in F-Droid, press '+',\n"
	"          and choose 'Import from file or archive'%a.\n"
	"\n"
	"iPhone,   Get 'WireGuard' in the App Store, press '+', and choose\n"
	"iPad      'Create from file or archive'%i.\n";

static const char trouble[] =
	"\nIf there is no answer:\n"
	"\n"
	"  1. Is the tunnel on? The app shows a 'latest handshake' once it\n"
	"     works. A device whose clock was set back has to wait, or to be\n"
	"     given a new file.\n"
	"  2. Try another network, such as a phone's: some let no UDP through.\n"
	"  3. Tell those who gave you the file what you see, and which device\n"
	"     you are. Do not send them the file.\n";

/* The text, with what '%' stands for; "%a" and "%i": how a phone reads the picture, if there is. */
static void put(struct text *out, const char *text, const struct plan *plan)
{
	const char *mark;

	for (; (mark = strchr(text, '%')) != NULL; text = mark + 1) {
		const char *scan = mark[1] == 'a'   ? " or\n          'Scan from QR code'"
				   : mark[1] == 'i' ? " or 'Create from QR code'"
						    : NULL;

		text_append(out, text, (size_t)(mark - text));
		if (scan == NULL) {
			text_puts(out, plan->interface);
			continue;
		}
		if (plan->has_private_key)
			text_puts(out, scan);
		mark++;
	}
	text_puts(out, text);
}

static void put_title(struct text *out, const struct plan *plan)
{
	size_t begin = out->length;
	size_t length;

	text_join(out, plan->host, ": your way into the network ", plan->network, "\n");
	length = out->length - begin - 1;
	memset(text_reserve(out, length), '=', length);
	out->length += length;
	text_puts(out, "\n");
}

/* The gateway answers pings wherever the device may be, so it is what to try first. */
static void put_check(struct text *out, const struct plan *plan)
{
	text_join(out,
		  "\nSee that it works\n"
		  "-----------------\n\n"
		  "In a terminal (Windows: 'Command Prompt'), ask ",
		  plan->gateway, " for an answer:\n\n");
	for (size_t i = 0; i < plan->n_gateway_addresses; i++) {
		const struct net_address *address = &plan->gateway_addresses[i];
		bool is_ipv6 = address->family == NET_IPV6;
		char buffer[NET_ADDRESS_TEXT];

		(void)net_address_format(address, buffer);
		text_join(out, "    Windows   ping ", buffer, "\n    macOS     ",
			  is_ipv6 ? "ping6 -c 4 " : "ping -c 4 ", buffer,
			  "\n    Linux     ping -c 4 ", buffer, "\n");
	}
	text_puts(out, "\nIt works when lines with times in milliseconds come back. A phone has\n"
		       "no ping; there, the app shows a 'latest handshake'.\n");
}

static bool emit_host(const struct plan *plan, struct text *out)
{
	if (!plan->is_portable)
		return false;
	put_title(out, plan);
	if (plan->shares_folder)
		put(out, another, plan);
	put(out, rule, plan);
	put(out, keep, plan);
	if (plan->has_private_key) {
		put(out, with_picture, plan);
	} else {
		put(out, fill_in, plan);
		if (plan->preshared == PLAN_PRESHARED_FILE)
			put(out, fill_in_pair, plan);
	}
	put(out, install, plan);
	put_check(out, plan);
	put(out, trouble, plan);
	return true;
}

const struct emitter emitter_guide = {
	.name = "guide",
	.summary =
		"README.txt for whoever uses a device: how to import its file, and to see it work",
	.file = "README.txt",
	.mode = 0600,
	.emit_host = emit_host,
};
