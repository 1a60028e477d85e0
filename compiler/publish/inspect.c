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
#include "base/secret.h"
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

static int has_bytes(int fd, const char *bytes, size_t size)
{
	char buffer[CHUNK_SIZE];
	size_t offset = 0;

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

/* Reads the file into secret memory, if it has this size. 1, 0 or negative errno. */
static int read_secret(int fd, uint64_t size, struct secret *ret_bytes)
{
	int r = secret_read(fd, (size_t)size, ret_bytes);

	if (r < 0)
		return r == -EFBIG ? 0 : r;
	return ret_bytes->length == size;
}

static int has_secret_bytes(int fd, const char *bytes, size_t size)
{
	cleanup_(secret_finish) struct secret there = {0};
	int r = read_secret(fd, size, &there);

	return r > 0 ? size == 0 || memcmp(there.data, bytes, size) == 0 : r;
}

int inspect_has_bytes(struct tree *tree, const char *path, const struct inspect_bytes *bytes,
		      struct stat *ret_stat)
{
	cleanup_(file_close) int fd = open_of_size(tree, path, bytes->size, ret_stat);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return bytes->is_secret ? has_secret_bytes(fd, bytes->data, bytes->size)
				: has_bytes(fd, bytes->data, bytes->size);
}

static int has_secret_content(int fd, const struct content *content)
{
	cleanup_(secret_finish) struct secret there = {0};
	int r = read_secret(fd, content->size, &there);

	if (r <= 0)
		return r;
	return digest_is_equal(digest_of_secret(there.data, there.length), content->digest);
}

static int has_content(int fd, const struct content *content)
{
	char buffer[CHUNK_SIZE];
	cleanup_(XXH3_freeState) XXH3_state_t *hash = XXH3_createState();
	ssize_t n;

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

int inspect_has_content(struct tree *tree, const char *path, const struct content *content)
{
	struct stat status;
	cleanup_(file_close) int fd = open_of_size(tree, path, content->size, &status);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return content->is_secret ? has_secret_content(fd, content) : has_content(fd, content);
}
