/* SPDX-License-Identifier: MIT */

/* The target of the tests of publish/. */

#include "tests/unit/compiler/publish/target.h"

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
#include "base/text.h"

const struct file target_two_hosts[] = {
	{CONF, "one\n", 0600},
	{CONF2, "two\n", 0600},
	{ZONE, "zone\n", 0644},
	{NULL, NULL, 0},
};

const struct file target_two_hosts_changed[] = {
	{CONF, "ONE\n", 0600},
	{CONF2, "two\n", 0600},
	{ZONE, "zone\n", 0644},
	{NULL, NULL, 0},
};

const struct file target_one_host[] = {
	{CONF, "one\n", 0600},
	{ZONE, "zone\n", 0644},
	{NULL, NULL, 0},
};

int target_setup(void **state)
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

void target_shell(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): our own fixed commands
}

int target_teardown(void **state)
{
	struct fixture *fixture = *state;

	target_shell("rm -rf '%s'", fixture->base);
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

int target_open(struct fixture *fixture, struct publish **ret_publish)
{
	struct publish_options options = fixture->options;

	options.directory = fixture->target;
	fixture->diags = (struct diag_bag){.arena = fixture->arena};
	return publish_open(&options, &fixture->diags, ret_publish);
}

int target_stage(struct fixture *fixture, struct publish *publish, const struct file *files)
{
	for (const struct file *file = files; file->path != NULL; file++) {
		struct artifact artifact = {.path = file->path,
					    .mode = file->mode,
					    .fingerprint = fingerprint_of(file)};
		int r;

		if (strncmp(file->path, "hosts/", 6) == 0)
			artifact.host = "gpu";
		if (strncmp(file->path, "users/", 6) == 0)
			artifact.host = "al";
		artifact.is_secret = strstr(file->text, "KEY") != NULL;

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

int target_run_with_intent(struct fixture *fixture, const struct file *files, const char *intent)
{
	cleanup_(text_finish) struct text text = {0};
	struct publish *publish = NULL;
	int r = target_open(fixture, &publish);

	fixture->n_current = 0;
	fixture->result = (struct publish_result){0};
	text_puts(&text, intent);
	if (r == 0)
		r = target_stage(fixture, publish, files);
	if (r == 0)
		r = publish_commit(publish, &text, &fixture->result);
	(void)publish_close(publish);
	return r;
}

int target_run(struct fixture *fixture, const struct file *files)
{
	return target_run_with_intent(fixture, files, "\"format\": 1");
}

void target_expect_result(const struct fixture *fixture, size_t n_written, size_t n_unchanged,
			  size_t n_removed)
{
	assert_int_equal(fixture->diags.items.n_items, 0);
	assert_int_equal(fixture->result.n_written, n_written);
	assert_int_equal(fixture->result.n_unchanged, n_unchanged);
	assert_int_equal(fixture->result.n_removed, n_removed);
}

const char *target_path(const struct fixture *fixture, const char *path)
{
	return arena_printf(fixture->arena, "%s/%s", fixture->target, path);
}

void target_put(const struct fixture *fixture, const char *path, const char *text)
{
	FILE *stream = fopen(target_path(fixture, path), "we");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

void target_expect_file(const struct fixture *fixture, const char *path, const char *text)
{
	char content[4096];
	FILE *stream = fopen(target_path(fixture, path), "re");
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

void target_expect_mode(const struct fixture *fixture, const char *path, unsigned int mode)
{
	struct stat status;

	assert_int_equal(lstat(target_path(fixture, path), &status), 0);
	assert_int_equal(status.st_mode & 07777, mode);
}

bool target_has(const struct fixture *fixture, const char *path)
{
	struct stat status;

	return lstat(target_path(fixture, path), &status) == 0;
}

void target_expect_finding(const struct fixture *fixture, enum diag_rule rule, const char *path)
{
	const struct diag *diag;

	assert_int_equal(fixture->diags.items.n_items, 1);
	diag = fixture->diags.items.items[0];
	assert_int_equal(diag->rule, rule);
	assert_non_null(strstr(diag->message, arena_printf(fixture->arena, "'%s'", path)));
	assert_non_null(diag->help);
	assert_int_equal(fixture->result.n_written + fixture->result.n_removed, 0);
	assert_false(target_has(fixture, ".wgtopo-stage"));
}

struct fixture *target_published(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(target_run(fixture, target_two_hosts), 0);
	target_expect_result(fixture, 3, 0, 0);
	return fixture;
}

char *target_snapshot(const struct fixture *fixture, unsigned int depth)
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
