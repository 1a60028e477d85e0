/* SPDX-License-Identifier: MIT */

/* Inspection: stat first, since a different size spares the reading. */

#include "compiler/publish/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/memory.h"
#include "compiler/publish/record.h"
#include "compiler/publish/tree.h"

#define CHUNK_SIZE ((size_t)64 << 10)

CLEANUP_DEFINE(XXH3_state_t *, XXH3_freeState)

/* Opens a regular file of this size. -ENOENT stands for everything that is not one. */
static int open_of_size(struct tree *tree, const char *path, uint64_t size, struct stat *ret_stat)
{
	int fd;
	int r = tree_stat(tree, path, ret_stat);

	if (r == -ELOOP || r == -ENOTDIR)
		return -ENOENT;
	if (r < 0)
		return r;
	if (!S_ISREG(ret_stat->st_mode) || (uint64_t)ret_stat->st_size != size)
		return -ENOENT;
	fd = tree_open_file(tree, path, ret_stat);
	if (fd == -EINVAL || fd == -ELOOP)
		return -ENOENT; /* replaced since the stat */
	return fd;
}

static ssize_t read_chunk(int fd, char buffer[static CHUNK_SIZE])
{
	ssize_t n;

	do {
		n = read(fd, buffer, CHUNK_SIZE);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int inspect_has_bytes(struct tree *tree, const char *path, const char *bytes, size_t size,
		      struct stat *ret_stat)
{
	char buffer[CHUNK_SIZE];
	cleanup_(file_close) int fd = open_of_size(tree, path, size, ret_stat);
	size_t offset = 0;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	for (;;) {
		ssize_t n = read_chunk(fd, buffer);

		if (n < 0)
			return (int)n;
		if (n == 0)
			return offset == size;
		if ((size_t)n > size - offset || memcmp(buffer, bytes + offset, (size_t)n) != 0)
			return 0;
		offset += (size_t)n;
	}
}

int inspect_has_content(struct tree *tree, const char *path, const struct content *content)
{
	char buffer[CHUNK_SIZE];
	struct stat status;
	cleanup_(file_close) int fd = open_of_size(tree, path, content->size, &status);
	cleanup_(XXH3_freeState) XXH3_state_t *hash = NULL;
	ssize_t n;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	hash = XXH3_createState();
	if (hash == NULL)
		memory_exhausted();
	(void)XXH3_128bits_reset(hash); /* fails for NULL only */
	while ((n = read_chunk(fd, buffer)) > 0)
		(void)XXH3_128bits_update(hash, buffer, (size_t)n);
	if (n < 0)
		return (int)n;

	XXH128_hash_t value = XXH3_128bits_digest(hash);

	return digest_is_equal((struct digest){{value.high64, value.low64}}, content->digest);
}
