/* SPDX-License-Identifier: MIT */

/* Keys in finished files: the right ones, in the right places, and only where the plan has them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/secret.h"
#include "base/text.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"
#include "compiler/emit/qr_code.h"
#include "compiler/keys/keystore.h"
#include "tests/unit/compiler/fixture.h"

/* Made for tests: SHA-256 of "wgtopo test key: NAME", as in test_keystore.c. */
#define LAPTOP_PRIVATE "CMabNCmRL5WICZPziq7/mrsujnFElBeJxGT2Yy3yh2U="
#define LAPTOP_PUBLIC  "OvSeRiUzrbWc0665GR2rbBM3zZxHtqJEQWd/xgmRtGA="
#define GPU01_PRIVATE  "SL07jBc3ihtvU+1HnoegnlVaiHJv0YflN74r0Ic6HWI="
#define GPU01_PUBLIC   "HK19/r8ib7CxUq3xOoB39u8b7hDUoVEHM8AjEB2jvVI="

#define HOST_FILE(name, file) "hosts/" name "/etc/wireguard/lab." file
#define LAPTOP                "users/alice/laptop/lab.conf"
#define PHONE                 "users/alice/phone/lab.conf"

#define NODES                                                                                      \
	"sites: { campus: { nat: symmetric } }\n"                                                  \
	"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"                 \
	"servers:\n"                                                                               \
	"  gpu01: { at: { internet: 192.0.2.2 }, public_key: \"" GPU01_PUBLIC "\" }\n"             \
	"  c1: { at: { campus: dynamic }, public_key: KEY(c1) }\n"                                 \
	"users:\n"                                                                                 \
	"  alice: { devices: { laptop: { public_key: \"" LAPTOP_PUBLIC "\" },\n"                   \
	"                      phone: { public_key: KEY(phone) } } }\n"

static const char plain[] = "network: { name: lab, addresses: [10.20.0.0/24] }\n" NODES;
static const char preshared[] =
	"network: { name: lab, addresses: [10.20.0.0/24], preshared_keys: true }\n" NODES;

struct outcome {
	struct arena *arena;
	struct map by_path; /* of struct artifact; the bytes end in NUL */
	size_t n_secret;
};

static int take(void *context, const struct artifact *artifact)
{
	struct outcome *outcome = context;
	struct artifact *copy = ARENA_NEW(outcome->arena, struct artifact);

	*copy = *artifact;
	copy->path = arena_printf(outcome->arena, "%s", artifact->path);
	copy->host =
		artifact->host == NULL ? NULL : arena_printf(outcome->arena, "%s", artifact->host);
	copy->bytes = arena_copy(outcome->arena, artifact->bytes, artifact->size);
	/* no slot is left, neither in text nor in a picture's place of text */
	if (strstr(copy->path, ".png") == NULL)
		assert_int_equal(strcspn(copy->bytes, "\1\2"), copy->size);
	assert_null(map_put(outcome->arena, &outcome->by_path, copy->path, copy));
	outcome->n_secret += artifact->is_secret;
	return 0;
}

static struct outcome emit(const char *topology, const struct keystore *keystore)
{
	const struct compile_selection everything = {0};
	struct outcome outcome = {.arena = arena_create()};
	struct compilation c;

	fixture_check_with_keys(&c, topology, keystore);
	assert_int_equal(c.diags.n_errors, 0);
	assert_int_equal(compile_emit(&c, &everything, take, &outcome), 0);
	compile_finish(&c);
	return outcome;
}

static const struct artifact *find(const struct outcome *outcome, const char *path)
{
	return map_get(&outcome->by_path, path);
}

static bool has(const struct outcome *outcome, const char *path, const char *text)
{
	const struct artifact *artifact = find(outcome, path);

	assert_non_null(artifact);
	return strstr(artifact->bytes, text) != NULL;
}

static struct keystore *open_keystore(void)
{
	struct keystore *keystore = keystore_create();
	struct net_key key;

	assert_int_equal(keystore_import(keystore, "alice/laptop", LAPTOP_PRIVATE, &key), 0);
	assert_int_equal(keystore_import(keystore, "gpu01", GPU01_PRIVATE, &key), 0);
	return keystore;
}

static void test_private_keys_where_they_are_to_be_had(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = open_keystore();
	struct outcome open = emit(plain, keystore);

	(void)state;
	assert_true(has(&open, LAPTOP, "\nPrivateKey = " LAPTOP_PRIVATE "\nAddress = "));
	assert_true(find(&open, LAPTOP)->is_secret);
	assert_string_equal(find(&open, HOST_FILE("gpu01", "key"))->bytes, GPU01_PRIVATE "\n");
	assert_int_equal(find(&open, HOST_FILE("gpu01", "key"))->mode, 0600);
	assert_true(find(&open, HOST_FILE("gpu01", "key"))->is_secret);
	/* those of a server stay in that file; the others have keys of their own */
	assert_false(find(&open, HOST_FILE("gpu01", "conf"))->is_secret);
	assert_true(has(&open, PHONE, "\nPrivateKey = PUT-"));
	assert_false(find(&open, PHONE)->is_secret);
	assert_null(find(&open, HOST_FILE("gw", "key")));
	assert_null(find(&open, HOST_FILE("c1", "key")));
	(void)arena_destroy(open.arena);
}

static void test_private_keys_closed(void **state)
{
	struct outcome closed = emit(plain, NULL);

	(void)state;
	assert_int_equal(closed.n_secret, 0);
	assert_true(has(&closed, LAPTOP, "\nPrivateKey = PUT-"));
	assert_null(find(&closed, HOST_FILE("gpu01", "key")));
	(void)arena_destroy(closed.arena);
}

/* The picture is of the very bytes of the file; who has to fill a key in gets none. */
static void test_pictures(void **state)
{
	cleanup_(keystore_destroy) struct keystore *keystore = open_keystore();
	cleanup_(secret_finish) struct secret expected = {0};
	struct outcome open = emit(plain, keystore);
	const struct artifact *file = find(&open, LAPTOP);
	const struct artifact *picture = find(&open, "users/alice/laptop/lab.png");

	(void)state;
	assert_non_null(picture);
	assert_true(picture->is_secret);
	assert_int_equal(picture->mode, 0600);
	assert_string_equal(picture->host, "alice/laptop");
	assert_int_equal(qr_write_png(file->bytes, file->size, &expected), 0);
	assert_int_equal(picture->size, expected.length);
	assert_memory_equal(picture->bytes, expected.data, expected.length);
	assert_null(find(&open, "users/alice/phone/lab.png"));
	(void)arena_destroy(open.arena);
}

static struct net_key key_of(const char *text)
{
	struct net_key key;
	char word[NET_KEY_TEXT] = {0};

	memcpy(word, text, sizeof(word) - 1);
	assert_int_equal(net_key_parse(word, &key), 0);
	return key;
}

/* Each peer's preshared key is the pair's. Returns how many there are. */
static size_t check_peers(const struct keystore *keystore, const struct artifact *artifact,
			  const struct net_key *own)
{
	static const char before[] = "\nPublicKey = ";
	static const char between[] = "\nPresharedKey = ";
	const char *at = artifact->bytes;
	size_t n_peers = 0;

	while ((at = strstr(at, before)) != NULL) {
		struct net_key peer = key_of(at + strlen(before));
		char expected[NET_KEY_TEXT];

		at += strlen(before) + NET_KEY_TEXT - 1;
		assert_memory_equal(at, between, strlen(between));
		keystore_preshared_text(keystore, own, &peer, expected);
		assert_memory_equal(at + strlen(between), expected, NET_KEY_TEXT - 1);
		n_peers++;
	}
	return n_peers;
}

/* Both ends have the same, the relayed and the unshared peers included. */
static void test_preshared_keys_inline(void **state)
{
	static const struct {
		const char *path;
		const char *word; /* of KEY(), or a whole key */
		size_t n_peers;
	} rows[] = {
		{HOST_FILE("gw", "conf"), "gw", 4},
		{HOST_FILE("gpu01", "conf"), GPU01_PUBLIC, 2},
		{HOST_FILE("c1", "conf"), "c1", 2},
		{LAPTOP, LAPTOP_PUBLIC, 1},
		{PHONE, "phone", 1},
	};
	cleanup_(keystore_destroy) struct keystore *keystore = open_keystore();
	struct outcome open = emit(preshared, keystore);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct artifact *artifact = find(&open, rows[i].path);
		struct net_key own;

		memset(&own, '-', sizeof(own)); /* as KEY() does */
		if (strlen(rows[i].word) == NET_KEY_TEXT - 1) {
			own = key_of(rows[i].word);
		} else {
			memcpy(own.bytes, rows[i].word, strlen(rows[i].word));
		}
		assert_true(artifact->is_secret);
		assert_int_equal(check_peers(keystore, artifact, &own), rows[i].n_peers);
	}
	assert_false(has(&open, HOST_FILE("gw", "conf"), "psk"));
	assert_false(has(&open, HOST_FILE("gw", "reload"), "resharedKey"));
	(void)arena_destroy(open.arena);
}

/* The files are named once, in a hook before the private key; the script finds them there. */
static void test_preshared_keys_in_files(void **state)
{
	struct outcome closed = emit(preshared, NULL);

	(void)state;
	assert_int_equal(closed.n_secret, 0);
	assert_true(has(&closed, HOST_FILE("gpu01", "conf"), "\nPostUp = wg set %i peer "));
	assert_true(has(&closed, HOST_FILE("gpu01", "conf"),
			" preshared-key /etc/wireguard/%i.psk/gw\n"
			"PostUp = wg set %i private-key /etc/wireguard/%i.key\n"));
	assert_true(has(&closed, HOST_FILE("gw", "conf"),
			"peer " LAPTOP_PUBLIC " preshared-key /etc/wireguard/%i.psk/alice/laptop"));
	assert_false(has(&closed, HOST_FILE("gw", "conf"), "PresharedKey"));
	assert_true(has(&closed, HOST_FILE("gw", "reload"), " -v conf=/etc/wireguard/lab.conf"));
	assert_true(has(&closed, LAPTOP, "\nPresharedKey = PUT-"));
	(void)arena_destroy(closed.arena);
}

static void test_preshared_keys_off(void **state)
{
	struct outcome none = emit(plain, NULL);

	(void)state;
	assert_false(has(&none, HOST_FILE("gw", "conf"), "psk"));
	assert_false(has(&none, LAPTOP, "Preshared"));
	/* what an interface has of an earlier time is taken away */
	assert_true(has(&none, HOST_FILE("gw", "reload"), "PresharedKey = AAAA"));
	(void)arena_destroy(none.arena);
}

static bool is_same(const struct outcome *a, const struct outcome *b, const char *path)
{
	return memcmp(&find(a, path)->fingerprint, &find(b, path)->fingerprint,
		      sizeof(struct fingerprint)) == 0;
}

/* A file is as it was while its keys are: another mesh secret changes what has preshared keys. */
static void test_fingerprints_with_keys(void **state)
{
	cleanup_(keystore_destroy) struct keystore *one = open_keystore();
	cleanup_(keystore_destroy) struct keystore *other = open_keystore();
	struct outcome outcomes[] = {
		emit(plain, one),      emit(plain, other),   emit(plain, NULL),
		emit(preshared, one),  emit(preshared, one), emit(preshared, other),
		emit(preshared, NULL),
	};

	(void)state;
	assert_true(is_same(&outcomes[0], &outcomes[1], LAPTOP));
	assert_true(is_same(&outcomes[0], &outcomes[2], PHONE));
	assert_false(is_same(&outcomes[0], &outcomes[2], LAPTOP));
	assert_true(is_same(&outcomes[3], &outcomes[4], LAPTOP));
	assert_true(is_same(&outcomes[3], &outcomes[4], HOST_FILE("gw", "conf")));
	assert_false(is_same(&outcomes[3], &outcomes[5], LAPTOP));
	assert_false(is_same(&outcomes[3], &outcomes[5], HOST_FILE("gw", "conf")));
	assert_false(is_same(&outcomes[3], &outcomes[6], HOST_FILE("gw", "conf")));
	assert_false(is_same(&outcomes[0], &outcomes[3], HOST_FILE("gw", "conf")));
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		(void)arena_destroy(outcomes[i].arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_private_keys_where_they_are_to_be_had),
		cmocka_unit_test(test_private_keys_closed),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_preshared_keys_inline),
		cmocka_unit_test(test_preshared_keys_in_files),
		cmocka_unit_test(test_preshared_keys_off),
		cmocka_unit_test(test_fingerprints_with_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
