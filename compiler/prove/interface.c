/* SPDX-License-Identifier: MIT */

/*
 * The host's own settings, and its hooks: a hook is known by what it comes to, not by how it is
 * written.
 */

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/prove/steps.h"

const char *interface_folder(const struct manifest_host *host)
{
	const char *folder = host->folder;

	/* "hosts/NAME" stands for the host's root folder. */
	for (int i = 0; i < 2; i++) {
		folder = strchr(folder, '/');
		if (folder == NULL)
			return "/etc/wireguard";
		folder += i == 0;
	}
	return folder;
}

/* The path of the host's file with that ending, on the host. */
static const char *path_of(struct arena *arena, const struct manifest_host *host,
			   const char *ending)
{
	return arena_printf(arena, "%s/%s%s", interface_folder(host), host->interface, ending);
}

/* A command without its blanks, and with the interface in place of "%i". */
static void condense(const char *value, const char *interface, struct text *out)
{
	text_clear(out);
	for (const char *c = value; *c != '\0'; c++) {
		if (c[0] == '%' && c[1] == 'i') {
			text_puts(out, interface);
			c++;
		} else if (*c != ' ' && *c != '\t') {
			text_append(out, c, 1);
		}
	}
	text_puts(out, "");
}

/* Whether a command that runs when the interface is up is one of the two, without blanks. */
static bool has_hook(const struct conf *conf, const char *interface, const char *one,
		     const char *other)
{
	cleanup_(text_finish) struct text command = {0};

	vec_foreach(setting, &conf->settings) {
		if (strcmp(setting->name, "PostUp") != 0)
			continue;
		condense(setting->value, interface, &command);
		if (command.length > 0 &&
		    (strcmp(command.data, one) == 0 || strcmp(command.data, other) == 0))
			return true;
	}
	return false;
}

bool interface_applies_routes(struct arena *arena, const struct manifest_host *host,
			      const struct conf *conf)
{
	const char *path = path_of(arena, host, ".routes");

	return has_hook(conf, host->interface, arena_printf(arena, "ip-batch%s", path),
			arena_printf(arena, "ip-b%s", path));
}

static void check_private_key(struct prove *prove)
{
	const struct view *view = &prove->view;
	const struct conf *head = view->head;
	const char *path = path_of(view->arena, view->host, ".key");
	const struct net_key *own = &view->host->public_key;
	struct finding *finding = NULL;

	if (head->private_key == CONF_SECRET_INLINE && net_key_compare(&head->public_key, own) != 0)
		finding = prove_note(prove, DIAG_KEY_MISMATCH, PART_PRIVATE_KEY, 0);
	if (finding != NULL) {
		prove_say(prove, finding,
			  "the private key is not the one of '%s': others know it by "
			  "another public key",
			  view->host->name);
	}
	finding = NULL;
	if (head->private_key == CONF_SECRET_NONE ||
	    (head->private_key == CONF_SECRET_UNFILLED && view->host->kind != MANIFEST_DEVICE))
		finding = prove_note(prove, DIAG_HOOK_MISSING, PART_PRIVATE_KEY, 0);
	if (finding != NULL) {
		prove_say(prove, finding, "nothing gives '%s' its private key", view->host->name);
	}
	finding = NULL;
	if (head->private_key == CONF_SECRET_FILE && view->host->kind != MANIFEST_DEVICE &&
	    strcmp(head->private_key_file, path) != 0)
		finding = prove_note(prove, DIAG_HOOK_MISSING, PART_PRIVATE_KEY, 0);
	if (finding != NULL) {
		prove_say(prove, finding,
			  "'%s' reads its private key from '%s', and it lies in '%s'",
			  view->host->name, head->private_key_file, path);
	}
	finding = NULL;
	if (view->has_key && net_key_compare(&view->key, own) != 0)
		finding = prove_note(prove, DIAG_KEY_MISMATCH, PART_PRIVATE_KEY, 1);
	if (finding != NULL) {
		prove_say(prove, finding,
			  "'%s' does not hold the private key of '%s': others know it "
			  "by another public key",
			  path, view->host->name);
	}
}

static bool has_address(const struct manifest_host *host, const struct net_address *address)
{
	vec_foreach(each, &host->addresses) {
		if (net_address_compare(each, address) == 0)
			return true;
	}
	return false;
}

static bool conf_has_address(const struct conf *conf, const struct net_address *address)
{
	vec_foreach(each, &conf->addresses) {
		if (net_address_compare(&each->address, address) == 0)
			return true;
	}
	return false;
}

static void check_addresses(struct prove *prove)
{
	const struct view *view = &prove->view;
	char text[NET_ADDRESS_TEXT];

	vec_foreach(address, &view->host->addresses) {
		struct finding *finding;

		if (conf_has_address(view->head, address))
			continue;
		finding = prove_note(prove, DIAG_ADDRESS_DIFFERS, PART_ADDRESS, 0);
		if (finding != NULL) {
			prove_say(prove, finding,
				  "'%s' does not have the address %s that others send to",
				  view->host->name, net_address_format(address, text));
		}
	}
	vec_foreach(address, &view->head->addresses) {
		struct finding *finding;

		if (has_address(view->host, &address->address))
			continue;
		finding = prove_note(prove, DIAG_ADDRESS_DIFFERS, PART_ADDRESS, 1);
		if (finding != NULL) {
			prove_say(prove, finding,
				  "'%s' has the address %s, of which the manifest "
				  "knows nothing",
				  view->host->name, net_address_format(&address->address, text));
		}
	}
}

/* A device has one tunnel, and the interface takes what that does. */
static unsigned int mtu_of(const struct manifest *manifest, const struct manifest_host *host)
{
	const struct manifest_tuned *tuned = NULL;

	if (host->kind == MANIFEST_DEVICE && host->gateway != NULL)
		tuned = manifest_find_tuned(manifest, host, host->gateway);
	if (tuned != NULL && tuned->mtu != 0 && tuned->mtu < manifest->mtu)
		return tuned->mtu;
	return manifest->mtu;
}

/* Packets that are larger than what the next hop takes are lost. */
static void check_mtu(struct prove *prove)
{
	const struct view *view = &prove->view;
	unsigned int wanted = mtu_of(prove->manifest, view->host);
	struct finding *finding;

	if (view->head->mtu == wanted)
		return;
	finding = prove_note(prove, DIAG_MTU_DIFFERS, PART_MTU, 0);
	if (finding == NULL)
		return;
	if (view->head->mtu == 0) {
		prove_say(prove, finding,
			  "'%s' has no MTU, and guesses another one than the %u of the "
			  "others",
			  view->host->name, wanted);
	} else {
		prove_say(prove, finding, "'%s' has an MTU of %u, and the others %u",
			  view->host->name, view->head->mtu, wanted);
	}
}

static void check_port(struct prove *prove)
{
	const struct view *view = &prove->view;
	struct finding *finding;

	/* Whether others send to a device's port is known only when its gateway was read. */
	if (view->head->listen_port == view->host->listen_port ||
	    (view->host->kind == MANIFEST_DEVICE && view->head->listen_port == 0))
		return;
	finding = prove_note(prove, DIAG_LISTEN_PORT_DIFFERS, PART_LISTEN_PORT, 0);
	if (finding == NULL)
		return;
	if (view->head->listen_port == 0) {
		prove_say(prove, finding, "'%s' listens on any port, and others send to %u",
			  view->host->name, view->host->listen_port);
	} else {
		prove_say(prove, finding, "'%s' listens on port %u, and others send to %u",
			  view->host->name, view->head->listen_port, view->host->listen_port);
	}
}

/* What a hook does for packets that pass through: the command's first word, and what it ends in. */
struct switch_hook {
	const char *program;
	const char *one;
	const char *other;
};

static const struct switch_hook forwarding_hooks[NET_N_FAMILIES] = {
	[NET_IPV4] = {"sysctl", "net.ipv4.ip_forward=1", "net/ipv4/ip_forward=1"},
	[NET_IPV6] = {"sysctl", "net.ipv6.conf.all.forwarding=1", "net/ipv6/conf/all/forwarding=1"},
};

static bool ends_in(const struct text *text, const char *end)
{
	size_t length = strlen(end);

	return text->length >= length && strcmp(text->data + text->length - length, end) == 0;
}

static bool switches(const struct conf *conf, const char *interface, const struct switch_hook *hook)
{
	cleanup_(text_finish) struct text command = {0};

	vec_foreach(setting, &conf->settings) {
		if (strcmp(setting->name, "PostUp") != 0 && strcmp(setting->name, "PreUp") != 0)
			continue;
		condense(setting->value, interface, &command);
		if (command.length > 0 &&
		    strncmp(command.data, hook->program, strlen(hook->program)) == 0 &&
		    (ends_in(&command, hook->one) || ends_in(&command, hook->other)))
			return true;
	}
	return false;
}

/* Linux tells senders of a shorter way unless both the interface's and the general switch are off.
 */
static bool redirects_are_off(struct arena *arena, const struct conf *conf, const char *interface)
{
	const struct switch_hook all = {"sysctl", "net/ipv4/conf/all/send_redirects=0",
					"net.ipv4.conf.all.send_redirects=0"};
	const struct switch_hook own = {
		"echo0>",
		arena_printf(arena, "/proc/sys/net/ipv4/conf/%s/send_redirects", interface),
		arena_printf(arena, "/proc/sys/net/ipv4/conf/%s/send_redirects", interface),
	};

	return switches(conf, interface, &all) && switches(conf, interface, &own);
}

static void note_forwarding(struct prove *prove)
{
	const struct view *view = &prove->view;
	struct party *party = &prove->parties[view->host->index];
	const char *interface = view->host->interface;

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		party->forwards[family] =
			switches(view->head, interface, &forwarding_hooks[family]);
	}
	party->redirects_are_off = redirects_are_off(view->arena, view->head, interface);
}

/* With `Table = off` and nothing in its place, nothing is routed into the tunnel. */
static void check_routes_hook(struct prove *prove)
{
	const struct view *view = &prove->view;
	struct finding *finding;

	if (!view->head->has_no_routes ||
	    interface_applies_routes(view->arena, view->host, view->head))
		return;
	finding = prove_note(prove, DIAG_HOOK_MISSING, PART_HOOKS, 0);
	if (finding != NULL) {
		prove_say(prove, finding,
			  "'%s' has `Table = off`, and no hook that sets the routes in "
			  "'%s'",
			  view->host->name, path_of(view->arena, view->host, ".routes"));
	}
}

static void check_faults(struct prove *prove)
{
	const struct view *view = &prove->view;
	struct finding *finding = NULL;

	if (view->head->faults.n_items > 0)
		finding = prove_note(prove, DIAG_CONF_INVALID, PART_FAULTS, 0);
	if (view->routes != NULL && view->routes->faults.n_items > 0)
		finding = prove_note(prove, DIAG_CONF_INVALID, PART_FAULTS, 0);
	(void)finding; /* the reader has the words */
}

void interface_check(struct prove *prove)
{
	check_faults(prove);
	check_private_key(prove);
	check_addresses(prove);
	check_port(prove);
	check_mtu(prove);
	check_routes_hook(prove);
	note_forwarding(prove);
}
