/* SPDX-License-Identifier: MIT */

/* Hosts of the lab: their files, and bringing them up the way their owners would. */

#include "runtime/lab/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "runtime/lab/keys.h"

enum {
	UP_AT_ONCE = 8,
	SHOW_AT_ONCE = 8,
	MOST_ARTIFACT = 64 << 20, /* bytes */
};

/* The keys of a network, and what stands in place of what. */
struct keyring {
	struct lab_key *keys;    /* by manifest index */
	struct map replacements; /* text of the real public key -> text of the lab's */
};

static void closedirp(DIR **folder)
{
	if (*folder != NULL)
		(void)closedir(*folder); /* it was only read */
}

static void make_keyring(struct arena *arena, const struct manifest *manifest,
			 struct keyring *ret_keyring)
{
	struct keyring keyring = {.keys = ARENA_ARRAY(arena, struct lab_key, manifest->n_hosts)};

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		const struct manifest_host *host = &manifest->hosts[i];
		char buffer[NET_KEY_TEXT];

		keyring.keys[i] =
			keys_of_host(arena, manifest->network,
				     host->device == NULL ? host->name : host->device->name);
		(void)map_put(arena, &keyring.replacements,
			      arena_printf(arena, "%s", net_key_format(&host->public_key, buffer)),
			      (void *)(uintptr_t)keyring.keys[i].public); /* never written to */
	}
	*ret_keyring = keyring;
}

static int write_file(const char *path, const char *bytes, size_t size, mode_t mode)
{
	cleanup_(file_close) int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

	return fd < 0 ? -errno : file_write_all(fd, bytes, size);
}

/* Copies one artifact to /etc/wireguard, other keys in it. What is not a file is passed over. */
static int install(int folder, const char *name, const struct keyring *keyring,
		   const struct lab_key *own)
{
	cleanup_(text_finish) struct text artifact = {0};
	cleanup_(text_finish) struct text path = {0};
	struct stat about;
	int r;

	if (fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISREG(about.st_mode))
		return 0;
	r = file_read_beneath(folder, name, MOST_ARTIFACT, &artifact);
	if (r < 0)
		return r;
	keys_replace(&artifact, &keyring->replacements);
	keys_put_private(&artifact, own->private);
	text_join(&path, "/etc/wireguard/", name);
	return write_file(path.data, artifact.data, artifact.length, about.st_mode & 0700);
}

/* The folder of a host, which lies below the one that the manifest is in (openat2(2)). */
static DIR *open_artifacts(int directory, const char *folder)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, directory, folder, &how, sizeof(how));
	DIR *opened = fd < 0 ? NULL : fdopendir(fd);

	if (opened == NULL)
		(void)file_close(fd);
	return opened;
}

static int install_all(int directory, const struct manifest_host *host,
		       const struct keyring *keyring)
{
	cleanup_(closedir) DIR *folder = open_artifacts(directory, host->folder);
	const struct dirent *entry;
	int r = 0;

	if (folder == NULL)
		return -errno;
	while (r == 0 && (entry = readdir(folder)) != NULL)
		r = install(dirfd(folder), entry->d_name, keyring, &keyring->keys[host->index]);
	return r;
}

static int install_key(const struct manifest_host *host, const struct lab_key *key)
{
	cleanup_(text_finish) struct text path = {0};
	cleanup_(text_finish) struct text line = {0};

	text_join(&path, "/etc/wireguard/", host->interface, ".key");
	text_join(&line, key->private, "\n");
	return write_file(path.data, line.data, line.length, 0600);
}

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
	r = write_file(names, host->hosts_file, strlen(host->hosts_file), 0644);
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
		r = install_all(directory, host->host, keyring);
	if (r == 0)
		r = install_key(host->host, &keyring->keys[host->host->index]);
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

	make_keyring(arena, manifest, &keyring);
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
