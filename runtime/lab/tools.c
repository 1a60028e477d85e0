/* SPDX-License-Identifier: MIT */

/* Looking for tools where the lab's own PATH leads. */

#include "runtime/lab/tools.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/lab/command.h"

enum {
	SPARE_INSTANCES = 8, /* of inotify, for whatever else the user runs */
};

struct tool {
	const char *name;
	const char *fault;
};

static const struct tool tools[] = {
	{"ip", "'ip' is not installed (Debian: apt install iproute2)"},
	{"nft", "'nft' is not installed (Debian: apt install nftables)"},
	{"wg", "'wg' is not installed (Debian: apt install wireguard-tools)"},
	{"wg-quick", "'wg-quick' is not installed (Debian: apt install wireguard-tools)"},
	{"bash", "'bash' is not installed, which wg-quick needs (Debian: apt install bash)"},
	{"sysctl", "'sysctl' is not installed, which gateways need (Debian: apt install procps)"},
};

static bool is_installed(const char *name)
{
	static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

const char *tools_check(void)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (!is_installed(tools[i].name))
			return tools[i].fault;
	}
	if (access("/etc/wireguard", F_OK) < 0)
		return "there is no '/etc/wireguard' (Debian: apt install wireguard-tools)";
	return NULL;
}

/* Where the kernel has no WireGuard, wg-quick runs wireguard-go by itself. */
static bool has_kernel_wireguard(void)
{
	const char *const argv[] = {"ip", "link", "add", "wgtopo", "type", "wireguard", NULL};
	const char *const undo[] = {"ip", "link", "delete", "wgtopo", NULL};
	struct command commands[] = {
		{.subject = "lab", .argv = argv},
		{.subject = "lab", .argv = undo},
	};
	struct arena *arena = arena_create();
	bool has_it = commands_run(arena, &commands[0], 1, 1) == 0 &&
		      commands_run(arena, &commands[1], 1, 1) == 0;

	commands_finish(commands, 2);
	(void)arena_destroy(arena);
	return has_it;
}

/*
 * Every wireguard-go watches its socket with inotify(7), of which a user has so many instances.
 * Beyond that they die with words about something else.
 */
static const char *check_instances(struct arena *arena, size_t n_hosts)
{
	static const char path[] = "/proc/sys/fs/inotify/max_user_instances";
	cleanup_(text_finish) struct text text = {0};
	cleanup_(file_close) int folder = file_open_folder("/proc/sys/fs/inotify");
	unsigned long most;

	if (folder < 0 || file_read(folder, "max_user_instances", 64, &text) < 0)
		return NULL; /* another kernel: let it be tried */
	most = strtoul(text.data, NULL, 10);
	if (n_hosts + SPARE_INSTANCES <= most)
		return NULL;
	return arena_printf(arena,
			    "%zu hosts need as many instances of inotify, and a user has %lu here "
			    "(raise '%s')",
			    n_hosts, most, path);
}

const char *tools_check_inside(struct arena *arena, size_t n_hosts)
{
	cleanup_(file_close) int tunnels = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (tunnels < 0)
		return "there are no tunnel devices here: '/dev/net/tun' cannot be opened";
	if (has_kernel_wireguard())
		return NULL;
	if (!is_installed("wireguard-go")) {
		return "the kernel has no WireGuard, and 'wireguard-go' is not installed (Debian: "
		       "apt install wireguard-go)";
	}
	return check_instances(arena, n_hosts);
}
