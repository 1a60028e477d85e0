/* SPDX-License-Identifier: MIT */

/* Hosts of the lab: their files, and bringing them up the way their owners would. */

#include "runtime/lab/host.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "runtime/lab/install.h"

enum {
	UP_AT_ONCE = 8,
	SHOW_AT_ONCE = 8,
};

/* Its own view of the files: where wireguard-go and wg-quick keep theirs, and who is who. */
static int mount_own(const struct world_host *host)
{
	static const char names[] = "/run/wireguard/hosts";
	const unsigned long plain = MS_NOSUID | MS_NODEV;
	int r;

	/* ip-netns(8) shares its mounts with every copy. A host needs none of them. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	if (umount2("/run/netns", MNT_DETACH) < 0)
		return -errno;
	if (mount("lab", "/run/wireguard", "tmpfs", plain, "mode=0700") < 0 ||
	    mount("lab", "/etc/wireguard", "tmpfs", plain, "mode=0700") < 0)
		return -errno;
	if (access("/etc/hosts", F_OK) < 0)
		return 0;
	r = install_write(names, host->hosts_file, strlen(host->hosts_file), 0644);
	if (r < 0)
		return r;
	return mount(names, "/etc/hosts", NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/*
 * Makes the mount namespace of a host from within. The enclosure's own is left for that, and come
 * back to by the caller; what holds the new one is a descriptor.
 */
static int furnish(const struct build *build, int directory, const struct keyring *keyring,
		   struct lab_host *host)
{
	const struct world_host *place = &build->world->hosts[host->host->index];
	int r;

	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	host->place.mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (host->place.mounts < 0)
		return -errno;
	r = mount_own(place);
	if (r == 0)
		r = install_host(directory, build->world->manifest, host->host, keyring);
	return r;
}

/*
 * A new mount namespace starts as a copy, so each is made from the same bare one: in a chain of
 * copies every host would carry the mounts of all before it.
 */
static int furnish_all(const struct build *build, int directory, const struct keyring *keyring,
		       struct lab_hosts *hosts, struct text *fault)
{
	cleanup_(file_close) int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return -errno;
	for (size_t i = 0; i < hosts->manifest->n_hosts; i++) {
		struct lab_host *host = &hosts->items[i];
		int r = furnish(build, directory, keyring, host);

		if (r < 0) {
			text_printf(fault, "%s: cannot install its files in '/etc/wireguard': %s",
				    host->host->name, strerror(-r));
			return r;
		}
		if (setns(home, CLONE_NEWNS) < 0)
			return -errno;
	}
	return 0;
}

/* Devices at several gateways have one key: behind the first that has it come the others. */
static void add_key(struct arena *arena, struct map *by_key, struct lab_host *host)
{
	struct lab_host *first = map_put(arena, by_key, host->public_key, host);

	if (first == NULL)
		return;
	host->twin = first->twin;
	first->twin = host;
}

int hosts_prepare(struct arena *arena, const struct build *build, int directory,
		  struct lab_hosts *ret_hosts, struct text *fault)
{
	const struct manifest *manifest = build->world->manifest;
	struct lab_hosts hosts = {
		.manifest = manifest,
		.items = ARENA_ARRAY(arena, struct lab_host, manifest->n_hosts),
	};
	struct keyring keyring;
	int r;

	keyring_make(arena, manifest, &keyring);
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		struct lab_host *host = &hosts.items[i];

		host->host = &manifest->hosts[i];
		host->public_key = keyring.keys[i].public;
		host->place.net = build_net(build, build->world->hosts[i].namespace);
		add_key(arena, &hosts.by_key, host);
	}
	if (mkdir("/run/wireguard", 0700) < 0 && errno != EEXIST) {
		text_printf(fault, "cannot make '/run/wireguard': %s", strerror(errno));
		return -errno;
	}
	r = furnish_all(build, directory, &keyring, &hosts, fault);
	if (r < 0)
		return r;
	*ret_hosts = hosts;
	return 0;
}

/* `program verb INTERFACE last` on each host, in the order of the hosts; `last` may be NULL. */
static struct command *everywhere(struct arena *arena, const struct lab_hosts *hosts,
				  const char *program, const char *verb, const char *last)
{
	size_t n_hosts = hosts->manifest->n_hosts;
	struct command *commands = ARENA_ARRAY(arena, struct command, n_hosts);

	for (size_t i = 0; i < n_hosts; i++) {
		const struct manifest_host *host = hosts->items[i].host;
		const char *const argv[] = {program, verb, host->interface, last, NULL};

		commands[i].subject = host->name;
		commands[i].argv = arena_copy(arena, argv, sizeof(argv));
		commands[i].place = hosts->items[i].place;
	}
	return commands;
}

int hosts_up(struct arena *arena, const struct lab_hosts *hosts, struct text *fault)
{
	size_t n_hosts = hosts->manifest->n_hosts;
	struct command *commands = everywhere(arena, hosts, "wg-quick", "up", NULL);
	int r;

	r = commands_run(arena, commands, n_hosts, UP_AT_ONCE);
	commands_describe_fault(commands, n_hosts, fault);
	commands_finish(commands, n_hosts);
	return r;
}

/* Who has the key; of a device at several gateways the one at this gateway. */
static const struct lab_host *find_peer(const struct lab_hosts *hosts, const struct lab_host *on,
					const char *key)
{
	const struct lab_host *first = map_get(&hosts->by_key, key);

	for (const struct lab_host *peer = first; peer != NULL; peer = peer->twin) {
		if (peer->host->gateway == on->host)
			return peer;
	}
	return first;
}

/* One line, "KEY<tab>VALUE": what one host says of one peer. Peers that are nobody's are left. */
static void see_line(const struct lab_hosts *hosts, const struct lab_host *on, char *line,
		     void (*see)(void *context, const struct lab_host *on,
				 const struct lab_host *peer, const char *value),
		     void *context)
{
	char *tab = strchr(line, '\t');
	const struct lab_host *peer;

	if (tab == NULL)
		return;
	*tab = '\0';
	peer = find_peer(hosts, on, line);
	if (peer != NULL)
		see(context, on, peer, tab + 1);
}

int hosts_show(struct arena *arena, const struct lab_hosts *hosts, const char *field,
	       void (*see)(void *context, const struct lab_host *on, const struct lab_host *peer,
			   const char *value),
	       void *context, struct text *fault)
{
	size_t n_hosts = hosts->manifest->n_hosts;
	struct command *commands = everywhere(arena, hosts, "wg", "show", field);
	int r;

	r = commands_run(arena, commands, n_hosts, SHOW_AT_ONCE);
	commands_describe_fault(commands, n_hosts, fault);
	for (size_t i = 0; i < n_hosts && r == 0; i++) {
		char *rest = commands[i].output.data;
		char *line;

		while ((line = strsep(&rest, "\n")) != NULL)
			see_line(hosts, &hosts->items[i], line, see, context);
	}
	commands_finish(commands, n_hosts);
	return r;
}
