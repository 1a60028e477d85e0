/* SPDX-License-Identifier: MIT */

/* Publishing into a folder of /tmp: what changes, what stays, and what was edited by hand. */

#include "compiler/publish/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/compiler/publish/target.h"

static void test_commit_fresh(void **state)
{
	struct fixture *fixture = target_published(state);

	target_expect_file(fixture, CONF, "one\n");
	target_expect_file(fixture, CONF2, "two\n");
	target_expect_file(fixture, ZONE, "zone\n");
	target_expect_mode(fixture, CONF, 0600);
	target_expect_mode(fixture, ZONE, 0644);
	target_expect_mode(fixture, ".", 0700);
	target_expect_mode(fixture, "hosts/gpu01/etc", 0755);
	target_expect_mode(fixture, "hosts/gpu01/etc/wireguard", 0700);
	target_expect_mode(fixture, "manifest.json", 0644);
	target_expect_mode(fixture, ".wgtopo-state", 0600);
	assert_false(target_has(fixture, ".wgtopo-stage"));
}

static void test_commit_manifest_text(void **state)
{
	struct fixture *fixture = *state;
	static const struct file files[] = {
		{ZONE, "zone\n", 0644}, {CONF, "one\n", 0600}, {NULL, NULL, 0}};

	assert_int_equal(target_run(fixture, files), 0);
	/* The digests are what `xxhsum -H2` prints for the two files. */
	target_expect_file(fixture, "manifest.json",
			   "{\n\"format\": 1,\n\"files\": [\n"
			   "{\"path\":\"" CONF "\",\"host\":\"gpu\",\"mode\":\"0600\",\"size\":4,"
			   "\"digest\":\"xxh3-128:06567c16a1de182538d12e73f626d650\"},\n"
			   "{\"path\":\"" ZONE "\",\"host\":null,\"mode\":\"0644\",\"size\":5,"
			   "\"digest\":\"xxh3-128:bf1279c40ed35a049c3b2bd147682784\"}\n]\n}\n");
}

static void test_commit_unchanged_writes_nothing(void **state)
{
	struct fixture *fixture = target_published(state);
	const char *before = target_snapshot(fixture, 0);

	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->n_current, 3);
	target_expect_result(fixture, 0, 3, 0);
	assert_string_equal(target_snapshot(fixture, 0), before);
}

static void test_commit_changed(void **state)
{
	struct fixture *fixture = target_published(state);
	struct stat before;
	struct stat after;

	assert_int_equal(lstat(target_path(fixture, CONF2), &before), 0);
	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	target_expect_result(fixture, 1, 2, 0);
	target_expect_file(fixture, CONF, "ONE\n");
	assert_int_equal(lstat(target_path(fixture, CONF2), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	target_expect_result(fixture, 0, 3, 0);
}

static void test_commit_removed(void **state)
{
	struct fixture *fixture = target_published(state);

	target_put(fixture, "hosts/notes.txt", "mine\n");
	assert_int_equal(target_run(fixture, target_one_host), 0);
	target_expect_result(fixture, 0, 2, 1);
	assert_false(target_has(fixture, "hosts/gpu02"));
	target_expect_file(fixture, "hosts/notes.txt", "mine\n");
}

static void test_commit_removed_keeps_folder_in_use(void **state)
{
	struct fixture *fixture = target_published(state);

	target_put(fixture, "hosts/gpu02/etc/notes.txt", "mine\n");
	assert_int_equal(target_run(fixture, target_one_host), 0);
	target_expect_result(fixture, 0, 2, 1);
	assert_false(target_has(fixture, "hosts/gpu02/etc/wireguard"));
	target_expect_file(fixture, "hosts/gpu02/etc/notes.txt", "mine\n");
}

static void test_commit_intent_changed(void **state)
{
	struct fixture *fixture = target_published(state);
	const char *before;

	assert_int_equal(target_run_with_intent(fixture, target_two_hosts, "\"format\": 2"), 0);
	target_expect_result(fixture, 0, 3, 0);
	before = target_snapshot(fixture, 0);
	assert_int_equal(target_run_with_intent(fixture, target_two_hosts, "\"format\": 2"), 0);
	assert_string_equal(target_snapshot(fixture, 0), before);
	target_shell("grep -q 'format\": 2' '%s/manifest.json'", fixture->target);
}

static void test_commit_intent_that_opens_files(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		target_run_with_intent(fixture, target_one_host, "\"a\": {\n\"files\": [\n]}"),
		-EINVAL);
	assert_int_equal(target_run_with_intent(fixture, target_one_host, "\"files\": [\n]"),
			 -EINVAL);
}

static void test_commit_edited(void **state)
{
	struct fixture *fixture = target_published(state);
	const char *before;

	target_put(fixture, CONF, "mine\n");
	before = target_snapshot(fixture, 1);
	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
	assert_string_equal(target_snapshot(fixture, 1), before);
}

/* Size and time tell nothing: the digest has to. */
static void test_commit_edited_same_size_and_time(void **state)
{
	struct fixture *fixture = target_published(state);

	target_shell("cd '%s' && touch -r %s t && printf 'eno\\n' > %s && touch -r t %s && rm t "
		     ".wgtopo-state",
		     fixture->target, CONF, CONF, CONF);
	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
	target_expect_file(fixture, CONF, "eno\n");
}

static void test_commit_edited_all_reported(void **state)
{
	struct fixture *fixture = target_published(state);

	target_put(fixture, CONF, "mine\n");
	target_put(fixture, CONF2, "mine, too\n");
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->diags.items.n_items, 2);
	target_expect_file(fixture, CONF, "mine\n");
	target_expect_file(fixture, CONF2, "mine, too\n");
}

static void test_commit_edited_no_longer_belongs(void **state)
{
	struct fixture *fixture = target_published(state);

	target_put(fixture, CONF2, "mine\n");
	assert_int_equal(target_run(fixture, target_one_host), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, CONF2);
	target_expect_file(fixture, CONF2, "mine\n");
}

/* Somebody made the very change that the topology makes now. */
static void test_commit_edited_to_the_new_bytes(void **state)
{
	struct fixture *fixture = target_published(state);

	target_put(fixture, CONF, "ONE\n");
	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	target_expect_result(fixture, 0, 3, 0);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 1, 2, 0);
}

static void test_commit_edited_in_the_same_tick(void **state)
{
	struct fixture *fixture = target_published(state);

	/* In place, same size, at once: only the dating back makes this visible to stat. */
	int fd = open(target_path(fixture, CONF), O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "eno\n", 4), 4);
	assert_int_equal(close(fd), 0);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
}

static void test_commit_force(void **state)
{
	struct fixture *fixture = target_published(state);

	target_put(fixture, CONF, "mine\n");
	target_put(fixture, CONF2, "mine\n");
	fixture->options.force = true;
	assert_int_equal(target_run(fixture, target_one_host), 0);
	target_expect_result(fixture, 1, 1, 1);
	target_expect_file(fixture, CONF, "one\n");
	target_expect_file(fixture, CONF2, NULL);
}

static void test_commit_foreign(void **state)
{
	struct fixture *fixture = *state;

	target_shell("mkdir -p '%s/network'", fixture->target);
	target_put(fixture, ZONE, "somebody's\n");
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, ZONE);
	assert_false(target_has(fixture, "hosts"));
	fixture->options.force = true;
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 3, 0, 0);
	target_expect_file(fixture, ZONE, "zone\n");
}

static void test_commit_folder_in_the_way(void **state)
{
	struct fixture *fixture = *state;

	target_shell("mkdir -p '%s/%s'", fixture->target, ZONE);
	fixture->options.force = true;
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, ZONE);
}

static void test_commit_file_in_the_way(void **state)
{
	struct fixture *fixture = *state;

	target_shell("mkdir -p '%s'", fixture->target);
	target_put(fixture, "hosts", "a file\n");
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_EDITED, "hosts");
	target_expect_file(fixture, "hosts", "a file\n");
}

static void test_commit_deleted_by_hand(void **state)
{
	struct fixture *fixture = target_published(state);
	struct stat before;
	struct stat after;

	assert_int_equal(lstat(target_path(fixture, "manifest.json"), &before), 0);
	target_shell("rm -r '%s/hosts/gpu01'", fixture->target);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 1, 2, 0);
	target_expect_file(fixture, CONF, "one\n");
	assert_int_equal(lstat(target_path(fixture, "manifest.json"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino); /* its bytes did not change */
	target_shell("rm -r '%s/hosts/gpu02'", fixture->target);
	assert_int_equal(target_run(fixture, target_one_host), 0);
	target_expect_result(fixture, 0, 2, 0);
}

static void test_commit_wrong_mode(void **state)
{
	struct fixture *fixture = target_published(state);

	assert_int_equal(chmod(target_path(fixture, CONF), 0644), 0);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 0, 3, 0);
	target_expect_mode(fixture, CONF, 0600);
}

static void test_commit_partial(void **state)
{
	struct fixture *fixture = target_published(state);
	static const struct file gpu01[] = {{CONF, "ONE\n", 0600}, {NULL, NULL, 0}};

	fixture->options.is_partial = true;
	assert_int_equal(target_run(fixture, gpu01), 0);
	target_expect_result(fixture, 1, 0, 0);
	target_expect_file(fixture, CONF2, "two\n");
	fixture->options.is_partial = false;
	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	assert_int_equal(fixture->n_current, 3);
	target_expect_result(fixture, 0, 3, 0);
	assert_int_equal(target_run(fixture, target_one_host), 0);
	target_expect_result(fixture, 1, 1, 1);
}

static void check_umask(void **state, mode_t mask)
{
	mode_t old = umask(mask);
	struct fixture *fixture = target_published(state);

	assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
	(void)umask(old);
	target_expect_mode(fixture, CONF, 0600);
	target_expect_mode(fixture, ZONE, 0644);
	target_expect_mode(fixture, "manifest.json", 0644);
	target_expect_mode(fixture, ".wgtopo-state", 0600);
	target_expect_mode(fixture, "hosts/gpu01", 0755);
	target_expect_mode(fixture, ".", 0700);
}

static void test_modes_umask_0(void **state)
{
	check_umask(state, 0);
}

static void test_modes_umask_077(void **state)
{
	check_umask(state, 077);
}

static void test_modes_umask_0777(void **state)
{
	check_umask(state, 0777);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TARGET_TEST(test_commit_fresh),
		TARGET_TEST(test_commit_manifest_text),
		TARGET_TEST(test_commit_unchanged_writes_nothing),
		TARGET_TEST(test_commit_changed),
		TARGET_TEST(test_commit_removed),
		TARGET_TEST(test_commit_removed_keeps_folder_in_use),
		TARGET_TEST(test_commit_intent_changed),
		TARGET_TEST(test_commit_intent_that_opens_files),
		TARGET_TEST(test_commit_edited),
		TARGET_TEST(test_commit_edited_same_size_and_time),
		TARGET_TEST(test_commit_edited_all_reported),
		TARGET_TEST(test_commit_edited_no_longer_belongs),
		TARGET_TEST(test_commit_edited_to_the_new_bytes),
		TARGET_TEST(test_commit_edited_in_the_same_tick),
		TARGET_TEST(test_commit_force),
		TARGET_TEST(test_commit_foreign),
		TARGET_TEST(test_commit_folder_in_the_way),
		TARGET_TEST(test_commit_file_in_the_way),
		TARGET_TEST(test_commit_deleted_by_hand),
		TARGET_TEST(test_commit_wrong_mode),
		TARGET_TEST(test_commit_partial),
		TARGET_TEST(test_modes_umask_0),
		TARGET_TEST(test_modes_umask_077),
		TARGET_TEST(test_modes_umask_0777),
	};

	return cmocka_run_group_tests_name("compiler/publish/publish", tests, NULL, NULL);
}
