/* SPDX-License-Identifier: MIT */

/* What publishing refuses: links, other runs, wrong paths. */

#include "compiler/publish/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/compiler/publish/target.h"

/* Whatever a link points to stays as it is, with force, too. */
static void check_link(struct fixture *fixture, const char *path, const char *name)
{
	target_shell("mkdir -p '%s/elsewhere/deep' && cp -r '%s/%s' '%s/elsewhere/copy'",
		     fixture->base, fixture->target, path, fixture->base);
	target_shell("cd '%s' && rm -r '%s' && ln -s '%s/elsewhere/copy' '%s'", fixture->target,
		     path, fixture->base, path);
	for (int force = 0; force < 2; force++) {
		fixture->options.force = force != 0;
		assert_int_equal(target_run(fixture, target_two_hosts_changed), 0);
		target_expect_finding(fixture, DIAG_ARTIFACT_LINK, name);
		target_shell("test -L '%s/%s' && ! grep -rq ONE '%s/elsewhere'", fixture->target,
			     path, fixture->base);
	}
}

static void test_commit_link_to_file(void **state)
{
	check_link(target_published(state), CONF, CONF);
}

static void test_commit_link_to_folder(void **state)
{
	check_link(target_published(state), "hosts/gpu01", "hosts/gpu01");
}

static void test_commit_link_to_first_folder(void **state)
{
	check_link(target_published(state), "hosts", "hosts"); /* one finding for both files */
}

static void test_commit_link_in_place_of_removed(void **state)
{
	struct fixture *fixture = target_published(state);

	target_shell("cd '%s' && mv hosts/gpu02 ../away && ln -s ../../away hosts/gpu02",
		     fixture->target);
	assert_int_equal(target_run(fixture, target_one_host), 0);
	target_expect_finding(fixture, DIAG_ARTIFACT_LINK, "hosts/gpu02");
	target_shell("grep -q two '%s/away/etc/wireguard/lab.conf'", fixture->base);
}

/* The same inodes with the same times, but by way of a link. */
static void test_current_link_to_moved_folder(void **state)
{
	struct fixture *fixture = target_published(state);

	target_shell("cd '%s' && mv hosts/gpu02 ../away && ln -s ../../away hosts/gpu02",
		     fixture->target);
	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	assert_int_equal(fixture->n_current, 2);
	target_expect_finding(fixture, DIAG_ARTIFACT_LINK, "hosts/gpu02");
}

static void test_open_link(void **state)
{
	struct fixture *fixture = *state;
	struct publish *publish = NULL;

	target_shell("mkdir '%s/real' && ln -s real '%s'", fixture->base, fixture->target);
	assert_int_equal(target_open(fixture, &publish), -ELOOP);
	assert_null(publish);
	(void)snprintf(fixture->target, sizeof(fixture->target), "%s/out/", fixture->base);
	assert_int_equal(target_open(fixture, &publish), -ELOOP);
}

static void test_open_link_of_ours(void **state)
{
	struct fixture *fixture = *state;

	target_shell("mkdir -p '%s' '%s/real' && ln -s ../real '%s/.wgtopo-stage'", fixture->target,
		     fixture->base, fixture->target);
	assert_int_equal(target_run(fixture, target_one_host), -ELOOP);
	assert_int_equal(fixture->diags.items.items[0]->rule, DIAG_ARTIFACT_LINK);
	target_shell("rm '%s/.wgtopo-stage' && ln -s ../real/m '%s/manifest.json'", fixture->target,
		     fixture->target);
	assert_int_equal(target_run(fixture, target_one_host), -ELOOP);
	assert_int_equal(fixture->diags.items.items[0]->rule, DIAG_ARTIFACT_LINK);
}

static void test_open_locked(void **state)
{
	struct fixture *fixture = target_published(state);
	struct publish *publish = NULL;
	int fd = open(fixture->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(target_open(fixture, &publish), -EWOULDBLOCK);
	assert_int_equal(close(fd), 0);
	assert_int_equal(target_open(fixture, &publish), 0);
	(void)publish_close(publish);
}

static void test_open_missing_parent(void **state)
{
	struct fixture *fixture = *state;

	(void)snprintf(fixture->target, sizeof(fixture->target), "%s/out/deeper", fixture->base);
	assert_int_equal(target_run(fixture, target_one_host), -ENOENT);
}

static void test_close_without_commit(void **state)
{
	struct fixture *fixture = *state;
	struct publish *publish = NULL;

	assert_int_equal(target_open(fixture, &publish), 0);
	assert_int_equal(target_stage(fixture, publish, target_two_hosts), 0);
	assert_true(target_has(fixture, ".wgtopo-stage/2"));
	(void)publish_close(publish);
	assert_false(target_has(fixture, "."));
}

static void test_stage_bad_path(void **state)
{
	static const char *const paths[] = {
		"",    "/etc/passwd",   "../x", "a/../x", "a//x",          "a/",
		"./a", "manifest.json", "a\nb", "a/.",    ".wgtopo-state", ".wgtopo-stage/1"};
	struct fixture *fixture = *state;
	struct publish *publish = NULL;

	assert_int_equal(target_open(fixture, &publish), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct artifact artifact = {.path = paths[i], .mode = 0600, .bytes = ""};

		assert_int_equal(publish_stage(publish, &artifact), -EINVAL);
		assert_string_equal(publish_failed_path(publish), paths[i]);
	}
	(void)publish_close(publish);
}

static void test_stage_twice(void **state)
{
	struct fixture *fixture = *state;
	static const struct file twice[] = {
		{CONF, "one\n", 0600}, {CONF, "two\n", 0600}, {NULL, NULL, 0}};

	assert_int_equal(target_run(fixture, twice), -EEXIST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TARGET_TEST(test_commit_link_to_file),
		TARGET_TEST(test_commit_link_to_folder),
		TARGET_TEST(test_commit_link_to_first_folder),
		TARGET_TEST(test_commit_link_in_place_of_removed),
		TARGET_TEST(test_current_link_to_moved_folder),
		TARGET_TEST(test_open_link),
		TARGET_TEST(test_open_link_of_ours),
		TARGET_TEST(test_open_locked),
		TARGET_TEST(test_open_missing_parent),
		TARGET_TEST(test_close_without_commit),
		TARGET_TEST(test_stage_bad_path),
		TARGET_TEST(test_stage_twice),
	};

	return cmocka_run_group_tests_name("compiler/publish/refusal", tests, NULL, NULL);
}
