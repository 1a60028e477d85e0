/* SPDX-License-Identifier: MIT */

/*
 * What is left in memory of the keys that were in files: nothing. All memory of the process that
 * can be written is searched for them, heap and stacks included, after every file was made and the
 * keystore is closed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/net/key.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"
#include "compiler/keys/keystore.h"
#include "tests/unit/compiler/fixture.h"

/* Made for tests, SHA-256 of "wgtopo test key: NAME"; the private ones read backwards. */
#define LAPTOP_PUBLIC "OvSeRiUzrbWc0665GR2rbBM3zZxHtqJEQWd/xgmRtGA="
#define GPU01_PUBLIC  "HK19/r8ib7CxUq3xOoB39u8b7hDUoVEHM8AjEB2jvVI="
static const char laptop_private[] = "=U2hy3yY2TGxJeBlEFnjusrm/7qizPZCIW5LRmCNbaMC";
static const char gpu01_private[] = "=IWH6cI0r47NlfY0vJHiaVlngeonH1+Uvthi3cBj70LS";

static const char topology[] =
	"network: { name: lab, addresses: [10.20.0.0/24], preshared_keys: true }\n"
	"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
	"servers: { gpu01: { at: { internet: 192.0.2.2 }, public_key: \"" GPU01_PUBLIC "\" } }\n"
	"users: { alice: { devices: { laptop: { public_key: \"" LAPTOP_PUBLIC "\" } } } }\n";

/* The sanitizer's own memory is too large to be searched, and parts of it cannot be read. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif !defined(IS_SANITIZED)
#define IS_SANITIZED false
#endif

enum {
	LENGTH = NET_KEY_TEXT - 1,
};

/* The key as it is written, in memory that is not searched. */
static void turn(const char *backwards, char key[static NET_KEY_TEXT])
{
	for (size_t i = 0; i < LENGTH; i++)
		key[i] = backwards[LENGTH - 1 - i];
	key[LENGTH] = '\0';
}

static bool is_at(const char *place, const char *backwards)
{
	for (size_t i = 0; i < LENGTH; i++) {
		if (place[i] != backwards[LENGTH - 1 - i])
			return false;
	}
	return true;
}

static size_t count_between(const char *begin, const char *end, const char *backwards)
{
	size_t n = 0;

	for (const char *place = begin; place + LENGTH <= end; place++)
		n += *place == backwards[LENGTH - 1] && is_at(place, backwards);
	return n;
}

/* In everything that proc(5) says can be read and written, and is no file's. */
static size_t count_traces(const char *backwards)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	size_t n = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		uintptr_t begin;
		uintptr_t end;
		char rights[5];
		unsigned long inode;

		if (sscanf(line, "%lx-%lx %4s %*s %*s %lu", &begin, &end, rights, &inode) == 4 &&
		    strncmp(rights, "rw", 2) == 0 && inode == 0)
			n += count_between((const char *)begin, (const char *)end, backwards);
	}
	(void)fclose(maps);
	return n;
}

static int pass_over(void *context, const struct artifact *artifact)
{
	size_t *n_secret = context;

	*n_secret += artifact->is_secret;
	return 0;
}

static void import(struct keystore *keystore, const char *name, const char *backwards)
{
	struct net_key key;
	char text[NET_KEY_TEXT];

	turn(backwards, text);
	assert_int_equal(keystore_import(keystore, name, text, &key), 0);
	explicit_bzero(text, sizeof(text));
}

/* That the search finds what is there. */
static void test_traces_of_a_copy(void **state)
{
	char *copy = NULL;

	(void)state;
	if (IS_SANITIZED)
		skip();
	copy = malloc(NET_KEY_TEXT);
	assert_non_null(copy);
	assert_int_equal(count_traces(laptop_private), 0);
	turn(laptop_private, copy);
	assert_int_equal(count_traces(laptop_private), 1);
	explicit_bzero(copy, NET_KEY_TEXT);
	assert_int_equal(count_traces(laptop_private), 0);
	free(copy);
}

static void test_traces_of_files(void **state)
{
	const struct compile_selection everything = {0};
	struct keystore *keystore = NULL;
	struct compilation c;
	size_t n_secret = 0;

	(void)state;
	if (IS_SANITIZED)
		skip();
	keystore = keystore_create();
	import(keystore, "alice/laptop", laptop_private);
	import(keystore, "gpu01", gpu01_private);
	fixture_check_with_keys(&c, topology, keystore);
	assert_int_equal(compile_emit(&c, &everything, pass_over, &n_secret), 0);
	assert_int_equal(n_secret, 5); /* three configurations, a key, a picture */
	assert_int_equal(count_traces(laptop_private), 0);
	assert_int_equal(count_traces(gpu01_private), 0);
	keystore = keystore_destroy(keystore);
	compile_finish(&c);
	assert_int_equal(count_traces(laptop_private), 0);
	assert_int_equal(count_traces(gpu01_private), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traces_of_a_copy),
		cmocka_unit_test(test_traces_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
