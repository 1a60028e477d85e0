/* SPDX-License-Identifier: MIT */

/* Publishing into folders of /tmp: what changes, what is kept, and what is refused. */

#include "compiler/publish/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"

struct file {
	const char *path;
	const char *text;
	unsigned int mode;
};

/* One folder, and what the last run on it gave. */
struct fixture {
	char base[32]; /* holds the target `out` and whatever lies beside it */
	char target[64];
	struct arena *arena;
	struct diag_bag diags;
	struct publish_result result;
	size_t n_current;
	bool is_partial;
	bool force;
};

#define CONF  "hosts/gpu01/etc/wireguard/lab.conf"
#define CONF2 "hosts/gpu02/etc/wireguard/lab.conf"
#define ZONE  "network/zone"

static const struct file two_hosts[] = {
	{CONF, "one\n", 0600},
	{CONF2, "two\n", 0600},
	{ZONE, "zone\n", 0644},
	{NULL, NULL, 0},
};

static const struct file two_hosts_changed[] = {
	{CONF, "ONE\n", 0600},
	{CONF2, "two\n", 0600},
	{ZONE, "zone\n", 0644},
	{NULL, NULL, 0},
};

static const struct file one_host[] = {
	{CONF, "one\n", 0600},
	{ZONE, "zone\n", 0644},
	{NULL, NULL, 0},
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	(void)snprintf(fixture->base, sizeof(fixture->base), "/tmp/publish-XXXXXX");
	assert_non_null(mkdtemp(fixture->base));
	(void)snprintf(fixture->target, sizeof(fixture->target), "%s/out", fixture->base);
	fixture->arena = arena_create();
	*state = fixture;
	return 0;
}

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): our own fixed commands
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	shell("rm -rf '%s'", fixture->base);
	(void)arena_destroy(fixture->arena);
	free(fixture);
	return 0;
}

static struct fingerprint fingerprint_of(const struct file *file)
{
	uint64_t word = 5381;

	for (const char *c = file->text; *c != '\0'; c++)
		word = word * 33 + (uint64_t)(unsigned char)*c;
	return (struct fingerprint){{word, 1}};
}

static int open_target(struct fixture *fixture, struct publish **ret_publish)
{
	struct publish_options options = {.directory = fixture->target,
					  .is_partial = fixture->is_partial,
					  .force = fixture->force};

	fixture->diags = (struct diag_bag){.arena = fixture->arena};
	return publish_open(&options, &fixture->diags, ret_publish);
}

static int stage_all(struct fixture *fixture, struct publish *publish, const struct file *files)
{
	for (const struct file *file = files; file->path != NULL; file++) {
		struct artifact artifact = {.path = file->path,
					    .mode = file->mode,
					    .fingerprint = fingerprint_of(file)};
		int r;

		if (strncmp(file->path, "hosts/", 6) == 0)
			artifact.host = "gpu";

		if (publish_is_current(publish, &artifact)) {
			fixture->n_current++;
			continue;
		}
		artifact.bytes = file->text;
		artifact.size = strlen(file->text);
		r = publish_stage(publish, &artifact);
		if (r < 0)
			return r;
	}
	return 0;
}

static int run_with_intent(struct fixture *fixture, const struct file *files, const char *intent)
{
	cleanup_(text_finish) struct text text = {0};
	struct publish *publish = NULL;
	int r = open_target(fixture, &publish);

	fixture->n_current = 0;
	fixture->result = (struct publish_result){0};
	text_puts(&text, intent);
	if (r == 0)
		r = stage_all(fixture, publish, files);
	if (r == 0)
		r = publish_commit(publish, &text, &fixture->result);
	(void)publish_close(publish);
	return r;
}

static int run(struct fixture *fixture, const struct file *files)
{
	return run_with_intent(fixture, files, "\"format\": 1");
}

static void assert_result(const struct fixture *fixture, size_t n_written, size_t n_unchanged,
			  size_t n_removed)
{
	assert_int_equal(fixture->diags.items.n_items, 0);
	assert_int_equal(fixture->result.n_written, n_written);
	assert_int_equal(fixture->result.n_unchanged, n_unchanged);
	assert_int_equal(fixture->result.n_removed, n_removed);
}

static const char *path_of(const struct fixture *fixture, const char *path)
{
	return arena_printf(fixture->arena, "%s/%s", fixture->target, path);
}

static void put(const struct fixture *fixture, const char *path, const char *text)
{
	FILE *stream = fopen(path_of(fixture, path), "we");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

/* NULL: there must be no such file. */
static void assert_file(const struct fixture *fixture, const char *path, const char *text)
{
	char content[4096];
	FILE *stream = fopen(path_of(fixture, path), "re");
	size_t n;

	if (text == NULL) {
		assert_null(stream);
		return;
	}
	assert_non_null(stream);
	n = fread(content, 1, sizeof(content) - 1, stream);
	(void)fclose(stream);
	content[n] = '\0';
	assert_string_equal(content, text);
}

static void assert_mode(const struct fixture *fixture, const char *path, unsigned int mode)
{
	struct stat status;

	assert_int_equal(lstat(path_of(fixture, path), &status), 0);
	assert_int_equal(status.st_mode & 07777, mode);
}

static bool exists(const struct fixture *fixture, const char *path)
{
	struct stat status;

	return lstat(path_of(fixture, path), &status) == 0;
}

/* The only diagnostic is of this rule and names this path. */
static void assert_finding(const struct fixture *fixture, enum diag_rule rule, const char *path)
{
	const struct diag *diag;

	assert_int_equal(fixture->diags.items.n_items, 1);
	diag = fixture->diags.items.items[0];
	assert_int_equal(diag->rule, rule);
	assert_non_null(strstr(diag->message, arena_printf(fixture->arena, "'%s'", path)));
	assert_non_null(diag->help);
	assert_int_equal(fixture->result.n_written + fixture->result.n_removed, 0);
	assert_false(exists(fixture, ".wgtopo-stage"));
}

/* The fixture after a first run. */
static struct fixture *published(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 3, 0, 0);
	return fixture;
}

static void test_commit_fresh(void **state)
{
	struct fixture *fixture = published(state);

	assert_file(fixture, CONF, "one\n");
	assert_file(fixture, CONF2, "two\n");
	assert_file(fixture, ZONE, "zone\n");
	assert_mode(fixture, CONF, 0600);
	assert_mode(fixture, ZONE, 0644);
	assert_mode(fixture, ".", 0700);
	assert_mode(fixture, "hosts/gpu01/etc", 0700);
	assert_mode(fixture, "manifest.json", 0644);
	assert_mode(fixture, ".wgtopo-state", 0600);
	assert_false(exists(fixture, ".wgtopo-stage"));
}

static void test_commit_manifest_text(void **state)
{
	struct fixture *fixture = *state;
	static const struct file files[] = {
		{ZONE, "zone\n", 0644}, {CONF, "one\n", 0600}, {NULL, NULL, 0}};

	assert_int_equal(run(fixture, files), 0);
	/* The digests are what `xxhsum -H2` prints for the two files. */
	assert_file(fixture, "manifest.json",
		    "{\n\"format\": 1,\n\"files\": [\n"
		    "{\"path\":\"" CONF "\",\"host\":\"gpu\",\"mode\":\"0600\",\"size\":4,"
		    "\"digest\":\"xxh3-128:06567c16a1de182538d12e73f626d650\"},\n"
		    "{\"path\":\"" ZONE "\",\"host\":null,\"mode\":\"0644\",\"size\":5,"
		    "\"digest\":\"xxh3-128:bf1279c40ed35a049c3b2bd147682784\"}\n]\n}\n");
}

/*
 * Every file from `depth` on with its inode and times: equal where nothing was written. Depth 0 is
 * the target itself, whose time changes when a stage comes and goes.
 */
static char *snapshot(const struct fixture *fixture, unsigned int depth)
{
	char command[160];
	char *text = arena_alloc(fixture->arena, 8192);
	FILE *pipe;
	size_t n;

	(void)snprintf(command, sizeof(command),
		       "find '%s' -mindepth %u -printf '%%P %%i %%m %%T@ %%C@\\n' | sort",
		       fixture->target, depth);
	pipe = popen(command, "re"); // NOLINT(cert-env33-c): our own fixed command
	assert_non_null(pipe);
	n = fread(text, 1, 8191, pipe);
	assert_int_equal(pclose(pipe), 0);
	text[n] = '\0';
	return text;
}

static void test_commit_unchanged_writes_nothing(void **state)
{
	struct fixture *fixture = published(state);
	const char *before = snapshot(fixture, 0);

	assert_int_equal(run(fixture, two_hosts), 0);
	assert_int_equal(fixture->n_current, 3);
	assert_result(fixture, 0, 3, 0);
	assert_string_equal(snapshot(fixture, 0), before);
}

static void test_commit_changed(void **state)
{
	struct fixture *fixture = published(state);
	struct stat before;
	struct stat after;

	assert_int_equal(lstat(path_of(fixture, CONF2), &before), 0);
	assert_int_equal(run(fixture, two_hosts_changed), 0);
	assert_result(fixture, 1, 2, 0);
	assert_file(fixture, CONF, "ONE\n");
	assert_int_equal(lstat(path_of(fixture, CONF2), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(run(fixture, two_hosts_changed), 0);
	assert_result(fixture, 0, 3, 0);
}

static void test_commit_removed(void **state)
{
	struct fixture *fixture = published(state);

	put(fixture, "hosts/notes.txt", "mine\n");
	assert_int_equal(run(fixture, one_host), 0);
	assert_result(fixture, 0, 2, 1);
	assert_false(exists(fixture, "hosts/gpu02"));
	assert_file(fixture, "hosts/notes.txt", "mine\n");
}

static void test_commit_removed_keeps_folder_in_use(void **state)
{
	struct fixture *fixture = published(state);

	put(fixture, "hosts/gpu02/etc/notes.txt", "mine\n");
	assert_int_equal(run(fixture, one_host), 0);
	assert_result(fixture, 0, 2, 1);
	assert_false(exists(fixture, "hosts/gpu02/etc/wireguard"));
	assert_file(fixture, "hosts/gpu02/etc/notes.txt", "mine\n");
}

static void test_commit_intent_changed(void **state)
{
	struct fixture *fixture = published(state);
	const char *before;

	assert_int_equal(run_with_intent(fixture, two_hosts, "\"format\": 2"), 0);
	assert_result(fixture, 0, 3, 0);
	before = snapshot(fixture, 0);
	assert_int_equal(run_with_intent(fixture, two_hosts, "\"format\": 2"), 0);
	assert_string_equal(snapshot(fixture, 0), before);
	shell("grep -q 'format\": 2' '%s/manifest.json'", fixture->target);
}

static void test_commit_intent_that_opens_files(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(run_with_intent(fixture, one_host, "\"a\": {\n\"files\": [\n]}"), -EINVAL);
	assert_int_equal(run_with_intent(fixture, one_host, "\"files\": [\n]"), -EINVAL);
}

static void test_commit_edited(void **state)
{
	struct fixture *fixture = published(state);
	const char *before;

	put(fixture, CONF, "mine\n");
	before = snapshot(fixture, 1);
	assert_int_equal(run(fixture, two_hosts_changed), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
	assert_string_equal(snapshot(fixture, 1), before);
}

/* Size and time tell nothing: the digest has to. */
static void test_commit_edited_same_size_and_time(void **state)
{
	struct fixture *fixture = published(state);

	shell("cd '%s' && touch -r %s t && printf 'eno\\n' > %s && touch -r t %s && rm t "
	      ".wgtopo-state",
	      fixture->target, CONF, CONF, CONF);
	assert_int_equal(run(fixture, two_hosts_changed), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
	assert_file(fixture, CONF, "eno\n");
}

static void test_commit_edited_all_reported(void **state)
{
	struct fixture *fixture = published(state);

	put(fixture, CONF, "mine\n");
	put(fixture, CONF2, "mine, too\n");
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_int_equal(fixture->diags.items.n_items, 2);
	assert_file(fixture, CONF, "mine\n");
	assert_file(fixture, CONF2, "mine, too\n");
}

static void test_commit_edited_no_longer_belongs(void **state)
{
	struct fixture *fixture = published(state);

	put(fixture, CONF2, "mine\n");
	assert_int_equal(run(fixture, one_host), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, CONF2);
	assert_file(fixture, CONF2, "mine\n");
}

/* Somebody made the very change that the topology makes now. */
static void test_commit_edited_to_the_new_bytes(void **state)
{
	struct fixture *fixture = published(state);

	put(fixture, CONF, "ONE\n");
	assert_int_equal(run(fixture, two_hosts_changed), 0);
	assert_result(fixture, 0, 3, 0);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 1, 2, 0);
}

static void test_commit_edited_in_the_same_tick(void **state)
{
	struct fixture *fixture = published(state);

	/* In place, same size, at once: only the dating back makes this visible to stat. */
	int fd = open(path_of(fixture, CONF), O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "eno\n", 4), 4);
	assert_int_equal(close(fd), 0);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
}

static void test_commit_force(void **state)
{
	struct fixture *fixture = published(state);

	put(fixture, CONF, "mine\n");
	put(fixture, CONF2, "mine\n");
	fixture->force = true;
	assert_int_equal(run(fixture, one_host), 0);
	assert_result(fixture, 1, 1, 1);
	assert_file(fixture, CONF, "one\n");
	assert_file(fixture, CONF2, NULL);
}

static void test_commit_foreign(void **state)
{
	struct fixture *fixture = *state;

	shell("mkdir -p '%s/network'", fixture->target);
	put(fixture, ZONE, "somebody's\n");
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, ZONE);
	assert_false(exists(fixture, "hosts"));
	fixture->force = true;
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 3, 0, 0);
	assert_file(fixture, ZONE, "zone\n");
}

static void test_commit_folder_in_the_way(void **state)
{
	struct fixture *fixture = *state;

	shell("mkdir -p '%s/%s'", fixture->target, ZONE);
	fixture->force = true;
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, ZONE);
}

static void test_commit_file_in_the_way(void **state)
{
	struct fixture *fixture = *state;

	shell("mkdir -p '%s'", fixture->target);
	put(fixture, "hosts", "a file\n");
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, "hosts");
	assert_file(fixture, "hosts", "a file\n");
}

static void test_commit_deleted_by_hand(void **state)
{
	struct fixture *fixture = published(state);
	struct stat before;
	struct stat after;

	assert_int_equal(lstat(path_of(fixture, "manifest.json"), &before), 0);
	shell("rm -r '%s/hosts/gpu01'", fixture->target);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 1, 2, 0);
	assert_file(fixture, CONF, "one\n");
	assert_int_equal(lstat(path_of(fixture, "manifest.json"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino); /* its bytes did not change */
	shell("rm -r '%s/hosts/gpu02'", fixture->target);
	assert_int_equal(run(fixture, one_host), 0);
	assert_result(fixture, 0, 2, 0);
}

static void test_commit_wrong_mode(void **state)
{
	struct fixture *fixture = published(state);

	assert_int_equal(chmod(path_of(fixture, CONF), 0644), 0);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 0, 3, 0);
	assert_mode(fixture, CONF, 0600);
}

static void test_commit_partial(void **state)
{
	struct fixture *fixture = published(state);
	static const struct file gpu01[] = {{CONF, "ONE\n", 0600}, {NULL, NULL, 0}};

	fixture->is_partial = true;
	assert_int_equal(run(fixture, gpu01), 0);
	assert_result(fixture, 1, 0, 0);
	assert_file(fixture, CONF2, "two\n");
	fixture->is_partial = false;
	assert_int_equal(run(fixture, two_hosts_changed), 0);
	assert_int_equal(fixture->n_current, 3);
	assert_result(fixture, 0, 3, 0);
	assert_int_equal(run(fixture, one_host), 0);
	assert_result(fixture, 1, 1, 1);
}

/* Whatever a link points to stays as it is, with force, too. */
static void check_link(struct fixture *fixture, const char *path, const char *name)
{
	shell("mkdir -p '%s/elsewhere/deep' && cp -r '%s/%s' '%s/elsewhere/copy'", fixture->base,
	      fixture->target, path, fixture->base);
	shell("cd '%s' && rm -r '%s' && ln -s '%s/elsewhere/copy' '%s'", fixture->target, path,
	      fixture->base, path);
	for (int force = 0; force < 2; force++) {
		fixture->force = force != 0;
		assert_int_equal(run(fixture, two_hosts_changed), 0);
		assert_finding(fixture, DIAG_ARTIFACT_LINK, name);
		shell("test -L '%s/%s' && ! grep -rq ONE '%s/elsewhere'", fixture->target, path,
		      fixture->base);
	}
}

static void test_commit_link_to_file(void **state)
{
	check_link(published(state), CONF, CONF);
}

static void test_commit_link_to_folder(void **state)
{
	check_link(published(state), "hosts/gpu01", "hosts/gpu01");
}

static void test_commit_link_to_first_folder(void **state)
{
	check_link(published(state), "hosts", "hosts"); /* one finding for both files */
}

static void test_commit_link_in_place_of_removed(void **state)
{
	struct fixture *fixture = published(state);

	shell("cd '%s' && mv hosts/gpu02 ../away && ln -s ../../away hosts/gpu02", fixture->target);
	assert_int_equal(run(fixture, one_host), 0);
	assert_finding(fixture, DIAG_ARTIFACT_LINK, "hosts/gpu02");
	shell("grep -q two '%s/away/etc/wireguard/lab.conf'", fixture->base);
}

static void test_open_link(void **state)
{
	struct fixture *fixture = *state;
	struct publish *publish = NULL;

	shell("mkdir '%s/real' && ln -s real '%s'", fixture->base, fixture->target);
	assert_int_equal(open_target(fixture, &publish), -ELOOP);
	assert_null(publish);
	(void)strcat(fixture->target, "/");
	assert_int_equal(open_target(fixture, &publish), -ELOOP);
}

static void test_open_link_of_ours(void **state)
{
	struct fixture *fixture = *state;

	shell("mkdir -p '%s' '%s/real' && ln -s ../real '%s/.wgtopo-stage'", fixture->target,
	      fixture->base, fixture->target);
	assert_int_equal(run(fixture, one_host), -ELOOP);
	assert_int_equal(fixture->diags.items.items[0]->rule, DIAG_ARTIFACT_LINK);
	shell("rm '%s/.wgtopo-stage' && ln -s ../real/m '%s/manifest.json'", fixture->target,
	      fixture->target);
	assert_int_equal(run(fixture, one_host), -ELOOP);
	assert_int_equal(fixture->diags.items.items[0]->rule, DIAG_ARTIFACT_LINK);
}

static void test_open_locked(void **state)
{
	struct fixture *fixture = published(state);
	struct publish *publish = NULL;
	int fd = open(fixture->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(open_target(fixture, &publish), -EWOULDBLOCK);
	assert_int_equal(close(fd), 0);
	assert_int_equal(open_target(fixture, &publish), 0);
	(void)publish_close(publish);
}

static void test_open_missing_parent(void **state)
{
	struct fixture *fixture = *state;

	(void)strcat(fixture->target, "/deeper");
	assert_int_equal(run(fixture, one_host), -ENOENT);
}

static void test_close_without_commit(void **state)
{
	struct fixture *fixture = *state;
	struct publish *publish = NULL;

	assert_int_equal(open_target(fixture, &publish), 0);
	assert_int_equal(stage_all(fixture, publish, two_hosts), 0);
	assert_true(exists(fixture, ".wgtopo-stage/2"));
	(void)publish_close(publish);
	assert_false(exists(fixture, "."));
}

static void test_stage_bad_path(void **state)
{
	static const char *const paths[] = {
		"",    "/etc/passwd",   "../x", "a/../x", "a//x",          "a/",
		"./a", "manifest.json", "a\nb", "a/.",    ".wgtopo-state", ".wgtopo-stage/1"};
	struct fixture *fixture = *state;
	struct publish *publish = NULL;

	assert_int_equal(open_target(fixture, &publish), 0);
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

	assert_int_equal(run(fixture, twice), -EEXIST);
}

static void test_state_lost(void **state)
{
	struct fixture *fixture = published(state);

	shell("rm '%s/.wgtopo-state'", fixture->target);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_int_equal(fixture->n_current, 0);
	assert_result(fixture, 0, 3, 0);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_int_equal(fixture->n_current, 3);
}

static void test_state_corrupt(void **state)
{
	static const char *const damages[] = {
		": > .wgtopo-state",
		"echo > .wgtopo-state",
		"head -c 100 .wgtopo-state > t; cat t > .wgtopo-state; rm t",
		"sed -i s/one/two/ .wgtopo-state; sed -i 's/gpu01/gpu09/' .wgtopo-state",
		"sed -i 's/^wgtopo-state 1/wgtopo-state 2/' .wgtopo-state",
		"sed -i '1s/1 3 /1 4294967296 /' .wgtopo-state",
		"echo more >> .wgtopo-state",
		"head -c 3000 /dev/zero > .wgtopo-state",
		"mv .wgtopo-state t; ln -s t .wgtopo-state",
	};
	struct fixture *fixture = published(state);

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		shell("cd '%s' && { %s; }", fixture->target, damages[i]);
		assert_int_equal(run(fixture, two_hosts), 0);
		assert_int_equal(fixture->n_current, 0);
		assert_result(fixture, 0, 3, 0);
	}
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_int_equal(fixture->n_current, 3);
}

/* The state of a copy is about other files. */
static void test_state_foreign(void **state)
{
	struct fixture *fixture = published(state);

	shell("cp -r '%s' '%s/copy'", fixture->target, fixture->base);
	(void)snprintf(fixture->target, sizeof(fixture->target), "%s/copy", fixture->base);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_int_equal(fixture->n_current, 0);
	assert_result(fixture, 0, 3, 0);
}

/* A file that is as new as the state itself may have changed since: it is read. */
static void test_state_racy(void **state)
{
	struct fixture *fixture = published(state);

	shell("cd '%s' && touch -d '+1 hour' %s", fixture->target, CONF);
	assert_int_equal(run(fixture, two_hosts), 0); /* remembers the new time */
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_int_equal(fixture->n_current, 2);
	assert_result(fixture, 0, 3, 0);
}

static void test_manifest_corrupt(void **state)
{
	static const char *const damages[] = {
		": > manifest.json",
		"echo '[]' > manifest.json",
		"head -c 200 m > manifest.json",
		"sed '$d' m > manifest.json",
		"sed 's/xxh3-128:/md5:/' m > manifest.json",
		"sed 's/\"0600\"/\"rw\"/' m > manifest.json",
		"sed 's/\"size\":4/\"size\":-4/' m > manifest.json",
		"sed 's#hosts/gpu01/etc#../../../etc#' m > manifest.json",
		"sed 's/gpu02/gpu01/' m > manifest.json",
		"cat m m > manifest.json",
		"rm manifest.json && mkdir manifest.json",
	};
	struct fixture *fixture = published(state);

	shell("cd '%s' && cp manifest.json m", fixture->target);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		shell("cd '%s' && %s", fixture->target, damages[i]);
		assert_int_equal(run(fixture, two_hosts_changed), -EBADMSG);
		assert_file(fixture, CONF, "one\n");
	}
	shell("cd '%s' && rmdir manifest.json && cp m manifest.json", fixture->target);
	assert_int_equal(run(fixture, two_hosts_changed), 0);
	assert_result(fixture, 1, 2, 0);
}

static void check_umask(void **state, mode_t mask)
{
	mode_t old = umask(mask);
	struct fixture *fixture = published(state);

	assert_int_equal(run(fixture, two_hosts_changed), 0);
	(void)umask(old);
	assert_mode(fixture, CONF, 0600);
	assert_mode(fixture, ZONE, 0644);
	assert_mode(fixture, "manifest.json", 0644);
	assert_mode(fixture, ".wgtopo-state", 0600);
	assert_mode(fixture, "hosts/gpu01", 0700);
	assert_mode(fixture, ".", 0700);
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

/*
 * What a run killed between its renames leaves: the journal in the stage, one file new, the other
 * one still old. Made by hand here; tests/property/publish_faults.py kills real runs.
 */
static struct fixture *torn(void **state)
{
	static const struct file changed[] = {{CONF, "ONE\n", 0600},
					      {CONF2, "TWO\n", 0600},
					      {ZONE, "zone\n", 0644},
					      {NULL, NULL, 0}};
	struct fixture *fixture = published(state);

	shell("cp -a '%s' '%s/old'", fixture->target, fixture->base);
	assert_int_equal(run(fixture, changed), 0);
	shell("cd '%s' && mkdir .wgtopo-stage && mv manifest.json .wgtopo-stage/ && "
	      "cp -a ../old/manifest.json ../old/.wgtopo-state . && "
	      "cp %s .wgtopo-stage/7 && cp -a ../old/%s %s",
	      fixture->target, CONF2, CONF2, CONF2);
	return fixture;
}

static void test_recover_to_new(void **state)
{
	static const struct file newer[] = {
		{CONF, "1\n", 0600}, {CONF2, "2\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = torn(state);

	assert_int_equal(run(fixture, newer), 0);
	assert_result(fixture, 2, 0, 1);
	assert_false(exists(fixture, ".wgtopo-stage"));
	assert_false(exists(fixture, "network"));
}

/* The run that recovers stops for another reason; what it learned from the journal is not lost. */
static void test_recover_survives_refusal(void **state)
{
	struct fixture *fixture = torn(state);

	put(fixture, ZONE, "mine\n");
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, ZONE);
	put(fixture, ZONE, "zone\n");
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 1, 2, 0);
	assert_file(fixture, CONF, "one\n");
}

static void test_recover_edited_is_still_edited(void **state)
{
	struct fixture *fixture = torn(state);

	put(fixture, CONF, "mine\n");
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_finding(fixture, DIAG_ARTIFACT_EDITED, CONF);
}

static void test_recover_partial(void **state)
{
	static const struct file gpu02[] = {{CONF2, "2\n", 0600}, {NULL, NULL, 0}};
	struct fixture *fixture = torn(state);

	fixture->is_partial = true;
	assert_int_equal(run(fixture, gpu02), 0);
	assert_result(fixture, 1, 0, 0);
	fixture->is_partial = false;
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 2, 1, 0);
}

static void test_recover_incomplete_journal(void **state)
{
	struct fixture *fixture = published(state);

	shell("cd '%s' && mkdir .wgtopo-stage && echo x > .wgtopo-stage/0 && "
	      "head -c 150 manifest.json > .wgtopo-stage/manifest.json",
	      fixture->target);
	assert_int_equal(run(fixture, two_hosts), 0);
	assert_result(fixture, 0, 3, 0);
	assert_int_equal(fixture->n_current, 3);
	assert_false(exists(fixture, ".wgtopo-stage"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_commit_fresh),
		TEST(test_commit_manifest_text),
		TEST(test_commit_unchanged_writes_nothing),
		TEST(test_commit_changed),
		TEST(test_commit_removed),
		TEST(test_commit_removed_keeps_folder_in_use),
		TEST(test_commit_intent_changed),
		TEST(test_commit_intent_that_opens_files),
		TEST(test_commit_edited),
		TEST(test_commit_edited_same_size_and_time),
		TEST(test_commit_edited_all_reported),
		TEST(test_commit_edited_no_longer_belongs),
		TEST(test_commit_edited_to_the_new_bytes),
		TEST(test_commit_edited_in_the_same_tick),
		TEST(test_commit_force),
		TEST(test_commit_foreign),
		TEST(test_commit_folder_in_the_way),
		TEST(test_commit_file_in_the_way),
		TEST(test_commit_deleted_by_hand),
		TEST(test_commit_wrong_mode),
		TEST(test_commit_partial),
		TEST(test_commit_link_to_file),
		TEST(test_commit_link_to_folder),
		TEST(test_commit_link_to_first_folder),
		TEST(test_commit_link_in_place_of_removed),
		TEST(test_open_link),
		TEST(test_open_link_of_ours),
		TEST(test_open_locked),
		TEST(test_open_missing_parent),
		TEST(test_close_without_commit),
		TEST(test_stage_bad_path),
		TEST(test_stage_twice),
		TEST(test_state_lost),
		TEST(test_state_corrupt),
		TEST(test_state_foreign),
		TEST(test_state_racy),
		TEST(test_manifest_corrupt),
		TEST(test_modes_umask_0),
		TEST(test_modes_umask_077),
		TEST(test_modes_umask_0777),
		TEST(test_recover_to_new),
		TEST(test_recover_survives_refusal),
		TEST(test_recover_edited_is_still_edited),
		TEST(test_recover_partial),
		TEST(test_recover_incomplete_journal),
	};

	return cmocka_run_group_tests_name("compiler/publish/publish", tests, NULL, NULL);
}
