/* SPDX-License-Identifier: MIT */

/* Keystore file: made, opened, saved and shared, in a folder of its own. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/file.h"
#include "compiler/keys/keystore_file.h"
#include "fixed.h"

enum {
	N_PROCESSES = 6,
	N_ROUNDS = 10,
};

static const struct seal_cost cheap = {.n_passes = 1, .memory_kib = 8};

static const struct keystore_unlock *const passphrase = &fixed_files[FIXED_PASSPHRASE].unlock;
static const struct keystore_unlock *const key_file = &fixed_files[FIXED_KEY_FILE].unlock;

struct place {
	char folder[64];
	char path[80];
};

static int set_up(void **state)
{
	static struct place place;

	place = (struct place){.folder = "/tmp/wgtopo-test-keys-XXXXXX"};
	assert_non_null(mkdtemp(place.folder));
	(void)snprintf(place.path, sizeof(place.path), "%s/lab.keys", place.folder);
	*state = &place;
	return 0;
}

/* Fails where a temporary file was left. */
static int tear_down(void **state)
{
	struct place *place = *state;

	(void)unlink(place->path); /* not every test leaves it */
	return rmdir(place->folder);
}

static void make(const char *path, const struct keystore_unlock *unlock)
{
	struct keystore_file *file = NULL;

	assert_int_equal(keystore_file_make(path, unlock, &cheap, &file), 0);
	assert_null(keystore_file_close(file));
}

static void write_file(const char *path, const char *bytes, size_t size)
{
	assert_int_equal(file_replace(path, bytes, size, 0600), 0);
}

/* Opens the keystore, adds a key and saves. */
static struct net_key add(const char *path, const struct keystore_unlock *unlock, const char *name)
{
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;
	struct net_key key;

	assert_int_equal(keystore_file_open(path, unlock, true, &file), 0);
	key = keystore_generate(keystore_file_store(file), name);
	assert_int_equal(keystore_file_save(file), 0);
	return key;
}

static void test_keystore_file_make_and_open(void **state)
{
	const struct place *place = *state;

	for (size_t i = 0; i < N_FIXED; i++) {
		const struct keystore_unlock *unlock = &fixed_files[i].unlock;
		cleanup_(keystore_file_close) struct keystore_file *file = NULL;
		struct stat status;
		enum seal_kind kind;
		struct net_key key;

		make(place->path, unlock);
		assert_int_equal(keystore_file_kind(place->path, &kind), 0);
		assert_int_equal(kind, unlock->kind);
		assert_int_equal(keystore_file_make(place->path, unlock, &cheap, &file), -EEXIST);
		key = add(place->path, unlock, "gw");
		assert_int_equal(stat(place->path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
		assert_int_equal(keystore_file_open(place->path, unlock, false, &file), 0);
		assert_int_equal(keystore_n_entries(keystore_file_store(file)), 1);
		assert_true(keystore_has(keystore_file_store(file), &key));
		assert_int_equal(unlink(place->path), 0);
	}
}

static void test_keystore_file_open_a_fixed_file(void **state)
{
	const struct place *place = *state;
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;

	write_file(place->path, fixed_files[FIXED_PASSPHRASE].text,
		   strlen(fixed_files[FIXED_PASSPHRASE].text));
	assert_int_equal(keystore_file_open(place->path, passphrase, false, &file), 0);
	assert_int_equal(keystore_n_entries(keystore_file_store(file)), 2);
	assert_string_equal(keystore_name(keystore_file_store(file), 1), "gw");
}

static void test_keystore_file_open_refuses(void **state)
{
	static const struct {
		const char *text; /* NULL: the fixed one */
		struct keystore_unlock unlock;
		int r;
	} cases[] = {
		{NULL, {SEAL_PASSPHRASE, "wrong", 5}, SEAL_E_LOCKED},
		{NULL, {SEAL_KEY_FILE, fixed_mesh_secret, 32}, SEAL_E_KIND},
		{NULL, {SEAL_PASSPHRASE, "", 0}, SEAL_E_SECRET},
		{"", {SEAL_PASSPHRASE, "wrong", 5}, SEAL_E_EMPTY},
		{"network: {}\n", {SEAL_PASSPHRASE, "wrong", 5}, SEAL_E_FOREIGN},
		{"-----BEGIN WGTOPO KEYSTORE-----\n",
		 {SEAL_PASSPHRASE, "wrong", 5},
		 SEAL_E_DAMAGED},
	};
	const struct place *place = *state;
	struct keystore_file *file = NULL;
	enum seal_kind kind;

	assert_int_equal(keystore_file_open(place->path, passphrase, false, &file), -ENOENT);
	assert_int_equal(keystore_file_open(place->path, passphrase, true, &file), -ENOENT);
	assert_int_equal(keystore_file_kind(place->path, &kind), -ENOENT);
	assert_int_equal(keystore_file_kind(place->folder, &kind), -EISDIR);
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i / 2].text == NULL ? fixed_files[FIXED_PASSPHRASE].text
							     : cases[i / 2].text;

		write_file(place->path, text, strlen(text));
		assert_int_equal(
			keystore_file_open(place->path, &cases[i / 2].unlock, i % 2 == 1, &file),
			cases[i / 2].r);
	}
	assert_null(file);
}

static void test_keystore_file_save_writes_changes_only(void **state)
{
	const struct place *place = *state;
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;
	cleanup_(text_finish) struct text before = {0};
	cleanup_(text_finish) struct text after = {0};
	struct net_key key;

	make(place->path, key_file);
	assert_int_equal(file_read(AT_FDCWD, place->path, 10000, &before), 0);
	assert_int_equal(keystore_file_open(place->path, key_file, true, &file), 0);
	assert_int_equal(keystore_file_save(file), 0);
	key = keystore_generate(keystore_file_store(file), "gw");
	keystore_remove(keystore_file_store(file), &key);
	assert_int_equal(keystore_file_save(file), 0);
	assert_int_equal(file_read(AT_FDCWD, place->path, 10000, &after), 0);
	assert_string_equal(after.data, before.data);
	for (size_t i = 1; i < 4; i++) { /* it stays open */
		(void)keystore_generate(keystore_file_store(file), "gw");
		assert_int_equal(keystore_file_save(file), 0);
		assert_int_equal(file_read(AT_FDCWD, place->path, 10000, &after), 0);
		assert_string_not_equal(after.data, before.data);
	}
	file = keystore_file_close(file);
	assert_int_equal(keystore_file_open(place->path, key_file, false, &file), 0);
	assert_int_equal(keystore_n_entries(keystore_file_store(file)), 3);
	(void)keystore_generate(keystore_file_store(file), "gw");
	assert_int_equal(keystore_file_save(file), -EBADF);
}

/* A disk that is full in the middle: the old keystore stays, and saving again works. */
static void test_keystore_file_save_failing_leaves_the_old_one(void **state)
{
	const struct place *place = *state;
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;
	cleanup_(text_finish) struct text before = {0};
	cleanup_(text_finish) struct text after = {0};
	struct rlimit limit;
	struct rlimit small;

	make(place->path, key_file);
	assert_int_equal(file_read(AT_FDCWD, place->path, 10000, &before), 0);
	assert_int_equal(keystore_file_open(place->path, key_file, true, &file), 0);
	(void)keystore_generate(keystore_file_store(file), "gw");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 100;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(keystore_file_save(file), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(file_read(AT_FDCWD, place->path, 10000, &after), 0);
	assert_string_equal(after.data, before.data);
	assert_int_equal(keystore_file_save(file), 0);
	file = keystore_file_close(file);
	assert_int_equal(keystore_file_open(place->path, key_file, false, &file), 0);
	assert_int_equal(keystore_n_entries(keystore_file_store(file)), 1);
}

static void test_keystore_file_reseal_with_another(void **state)
{
	static const struct keystore_unlock wrong = {SEAL_KEY_FILE, fixed_mesh_secret, 5};
	const struct place *place = *state;
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;
	struct net_key key;

	make(place->path, passphrase);
	key = add(place->path, passphrase, "gw");
	assert_int_equal(keystore_file_open(place->path, passphrase, true, &file), 0);
	assert_int_equal(keystore_file_reseal(file, &wrong, NULL), SEAL_E_SECRET);
	assert_int_equal(keystore_file_reseal(file, key_file, NULL), 0);
	assert_int_equal(keystore_file_save(file), 0);
	file = keystore_file_close(file);
	assert_int_equal(keystore_file_open(place->path, passphrase, false, &file), SEAL_E_KIND);
	assert_int_equal(keystore_file_open(place->path, key_file, false, &file), 0);
	assert_true(keystore_has(keystore_file_store(file), &key));
}

/* Several processes add keys; whoever is first makes the file. None is lost. */
static void test_keystore_file_updates_by_many(void **state)
{
	const struct place *place = *state;
	cleanup_(keystore_file_close) struct keystore_file *file = NULL;
	pid_t children[N_PROCESSES];

	for (size_t i = 0; i < N_PROCESSES; i++) {
		struct keystore_file *made = NULL;
		int r;

		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] > 0)
			continue;
		r = keystore_file_make(place->path, key_file, NULL, &made);
		if (r != 0 && r != -EEXIST)
			_exit(1);
		made = keystore_file_close(made);
		for (size_t round = 0; round < N_ROUNDS; round++)
			(void)add(place->path, key_file, "gw");
		_exit(0);
	}
	for (size_t i = 0; i < N_PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(keystore_file_open(place->path, key_file, false, &file), 0);
	assert_int_equal(keystore_n_entries(keystore_file_store(file)), N_PROCESSES * N_ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_keystore_file_make_and_open, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_keystore_file_open_a_fixed_file, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_keystore_file_open_refuses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keystore_file_save_writes_changes_only, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_keystore_file_save_failing_leaves_the_old_one,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keystore_file_reseal_with_another, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_keystore_file_updates_by_many, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
