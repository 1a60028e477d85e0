/* SPDX-License-Identifier: MIT */

/*
 * sodium_malloc(3) puts the bytes at the end of a page with an inaccessible one behind it, and
 * sodium_free(3) wipes them, so that growing leaves nothing behind. Where locking fails
 * (RLIMIT_MEMLOCK) the memory is left out of core dumps all the same. Capacities are powers of two,
 * so that the bytes are aligned for any type.
 */

#include "base/secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

enum {
	FIRST_CAPACITY = 1024,
	READ_STEP = 1024,
	STACK_SIZE = 8192, /* Argon2id's last step has some kilobytes in its frames */
};

static void grow(struct secret *secret, size_t size)
{
	size_t capacity = secret->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : secret->capacity;
	char *data;

	if (size > PTRDIFF_MAX / 2 - secret->length || sodium_init() < 0)
		memory_exhausted();
	while (capacity <= secret->length + size)
		capacity *= 2;
	data = sodium_malloc(capacity);
	if (data == NULL)
		memory_exhausted();
	if (secret->length > 0)
		memcpy(data, secret->data, secret->length);
	data[secret->length] = '\0';
	sodium_free(secret->data);
	secret->data = data;
	secret->capacity = capacity;
}

char *secret_reserve(struct secret *secret, size_t size)
{
	if (secret->capacity - secret->length <= size)
		grow(secret, size);
	return secret->data + secret->length;
}

void secret_append(struct secret *secret, const char *bytes, size_t size)
{
	char *end = secret_reserve(secret, size);

	if (size > 0)
		memcpy(end, bytes, size);
	end[size] = '\0';
	secret->length += size;
}

static int read_all(int fd, size_t limit, struct secret *secret)
{
	for (;;) {
		char *end = secret_reserve(secret, READ_STEP);
		ssize_t n_read = read(fd, end, READ_STEP);

		if (n_read < 0 && errno == EINTR)
			continue;
		if (n_read < 0)
			return -errno;
		end[n_read] = '\0';
		secret->length += (size_t)n_read;
		if (secret->length > limit)
			return -EFBIG;
		if (n_read == 0)
			return 0;
	}
}

int secret_read(int fd, size_t limit, struct secret *ret_secret)
{
	int r;

	secret_clear(ret_secret);
	r = read_all(fd, limit, ret_secret);
	if (r < 0)
		secret_clear(ret_secret);
	return r;
}

void secret_clear(struct secret *secret)
{
	if (secret->data != NULL)
		sodium_memzero(secret->data, secret->capacity);
	secret->length = 0;
}

void secret_wipe_stack(void)
{
	sodium_stackzero(STACK_SIZE);
}

void secret_finish(struct secret *secret)
{
	sodium_free(secret->data);
	*secret = (struct secret){0};
}
