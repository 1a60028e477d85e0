/* SPDX-License-Identifier: MIT */

/*
 * Installing artifacts. They may hold real keys, so they are read into secret memory, and those
 * keys go no further.
 */

#include "runtime/lab/install.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"

enum {
	MOST_ARTIFACT = 64 << 20, /* bytes */
};

static void closedirp(DIR **folder)
{
	if (*folder != NULL)
		(void)closedir(*folder); /* it was only read */
}

void keyring_make(struct arena *arena, const struct manifest *manifest, struct keyring *ret_keyring)
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

int install_write(const char *path, const char *bytes, size_t size, unsigned int mode)
{
	cleanup_(file_close) int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

	return fd < 0 ? -errno : file_write_all(fd, bytes, size);
}

/* Reads a file of the folder into secret memory. -EISDIR: it is no file. */
static int read_artifact(int folder, const char *name, struct secret *ret_bytes,
			 struct stat *ret_stat)
{
	cleanup_(file_close) int fd =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno == ELOOP ? -EISDIR : -errno;
	if (fstat(fd, ret_stat) < 0)
		return -errno;
	return S_ISREG(ret_stat->st_mode) ? secret_read(fd, MOST_ARTIFACT, ret_bytes) : -EISDIR;
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name);

	return length >= strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

/* Copies one artifact to /etc/wireguard, the lab's keys in it. What is not a file is passed over.
 */
static int install(int folder, const char *name, const struct keyring *keyring,
		   const struct lab_key *own)
{
	cleanup_(secret_finish) struct secret artifact = {0};
	cleanup_(text_finish) struct text path = {0};
	struct stat about = {0};
	int r;

	if (ends_with(name, ".key") || ends_with(name, ".png"))
		return 0; /* of the real keys; the lab has its own */
	r = read_artifact(folder, name, &artifact, &about);
	if (r < 0)
		return r == -EISDIR ? 0 : r;
	keys_replace(artifact.data, artifact.length, &keyring->replacements);
	if (ends_with(name, ".conf"))
		keys_put(&artifact, own);
	text_join(&path, "/etc/wireguard/", name);
	return install_write(path.data, artifact.data, artifact.length, about.st_mode & 0700);
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

static int install_artifacts(int directory, const struct manifest_host *host,
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

/* Makes the folders on the way to the file. */
static int make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* The files of preshared keys that a hook may name: one for each of the others. */
static int install_preshared(const struct manifest *manifest, const struct manifest_host *host,
			     const struct keyring *keyring)
{
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		cleanup_(text_finish) struct text path = {0};
		char key[NET_KEY_TEXT];
		int r;

		text_join(&path, "/etc/wireguard/", manifest->network, ".psk/",
			  manifest->hosts[i].name);
		(void)keys_of_pair(keyring->keys[host->index].public, keyring->keys[i].public, key);
		r = make_folders(path.data);
		if (r == 0)
			r = install_write(path.data, key, strlen(key), 0600);
		if (r < 0)
			return r;
	}
	return 0;
}

static int install_key(const struct manifest *manifest, const struct lab_key *key)
{
	cleanup_(text_finish) struct text path = {0};
	cleanup_(text_finish) struct text line = {0};

	text_join(&path, "/etc/wireguard/", manifest->network, ".key");
	text_join(&line, key->private, "\n");
	return install_write(path.data, line.data, line.length, 0600);
}

int install_host(int directory, const struct manifest *manifest, const struct manifest_host *host,
		 const struct keyring *keyring)
{
	int r = install_artifacts(directory, host, keyring);

	if (r == 0)
		r = install_key(manifest, &keyring->keys[host->index]);
	if (r == 0 && host->kind != MANIFEST_DEVICE)
		r = install_preshared(manifest, host, keyring);
	return r;
}
