/* SPDX-License-Identifier: MIT */

/*
 * git(1), run without a shell. What it reads and writes goes through files in memory, so that
 * neither side ever waits for the other.
 *
 * A repository may be anybody's: git must only read what is in it. What would fetch the objects
 * that a partial clone lacks, by a program that its configuration names, is forbidden.
 */

#include "cli/revision.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/verb.h"

enum {
	MOST_WORDS = 24,
	MOST_BYTES = 64 << 20,
};

/*
 * What a hook is told of the repository that it runs for (`git rev-parse --local-env-vars`), which
 * need not be the one of the topology; without settings, of which "safe.directory" may be one. And
 * what is replaced below.
 */
static const char *const dropped[] = {
	"GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_CONFIG",
	"GIT_OBJECT_DIRECTORY",
	"GIT_DIR",
	"GIT_WORK_TREE",
	"GIT_IMPLICIT_WORK_TREE",
	"GIT_GRAFT_FILE",
	"GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS",
	"GIT_REPLACE_REF_BASE",
	"GIT_PREFIX",
	"GIT_SHALLOW_FILE",
	"GIT_COMMON_DIR",
	"GIT_NAMESPACE",
	"GIT_INTERNAL_SUPER_PREFIX",
	"GIT_NO_LAZY_FETCH",
	"GIT_ALLOW_PROTOCOL",
	"GIT_SSH",
	"GIT_SSH_COMMAND",
	"GIT_TERMINAL_PROMPT",
	"GIT_OPTIONAL_LOCKS",
	"GIT_LITERAL_PATHSPECS",
};

/*
 * Only newer versions of git know GIT_NO_LAZY_FETCH. GIT_ALLOW_PROTOCOL stands above all that a
 * configuration says of protocols, so that older ones begin to fetch, and stop before they connect.
 */
static const char *const settings[] = {
	"GIT_NO_LAZY_FETCH=1",   "GIT_ALLOW_PROTOCOL=none", "GIT_SSH_COMMAND=false",
	"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
};

static const char *const always[] = {
	"--no-pager",
	"-c",
	"core.fsmonitor=false",
	"-c",
	"core.hooksPath=/dev/null",
	"-c",
	"core.sshCommand=false",
	"-c",
	"protocol.allow=never",
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* One run: what it is given, and what it said. */
struct run {
	struct text input;
	struct text output;
	struct text complaint;
};

static void run_finishp(struct run *run)
{
	text_finish(&run->input);
	text_finish(&run->output);
	text_finish(&run->complaint);
}

static int read_back(int fd, struct text *out)
{
	struct stat status;
	off_t offset = 0;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size > MOST_BYTES)
		return -EFBIG;
	while (offset < status.st_size) {
		char *end = text_reserve(out, (size_t)(status.st_size - offset));
		ssize_t n = pread(fd, end, (size_t)(status.st_size - offset), offset);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		out->length += (size_t)n;
		offset += n;
	}
	text_append(out, "", 0);
	return 0;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static bool is_dropped(const char *variable)
{
	size_t length = strcspn(variable, "=");

	for (size_t i = 0; i < N_OF(dropped); i++) {
		if (strlen(dropped[i]) == length && memcmp(variable, dropped[i], length) == 0)
			return true;
	}
	return false;
}

/* The environment of git. */
static char **make_environment(struct arena *arena)
{
	size_t n_all = 0;
	size_t n = 0;
	char **made;

	while (environ[n_all] != NULL)
		n_all++;
	made = arena_alloc(arena, (n_all + N_OF(settings) + 1) * sizeof(*made));
	for (size_t i = 0; i < n_all; i++) {
		if (!is_dropped(environ[i]))
			made[n++] = environ[i];
	}
	for (size_t i = 0; i < N_OF(settings); i++)
		made[n++] = arena_printf(arena, "%s", settings[i]);
	made[n] = NULL;
	return made;
}

static int spawn(char *const *words, char *const *environment, const int fds[static 3])
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int r = -posix_spawn_file_actions_init(&actions);

	for (int i = 0; r == 0 && i < 3; i++)
		r = -posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	if (r == 0)
		r = -posix_spawnp(&pid, words[0], &actions, NULL, words, environment);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r == 0 ? wait_for(pid) : r;
}

/* Runs `git -C FOLDER WORDS...`. Its exit status, or a negative errno of running it. */
static int run_git(struct arena *arena, const char *folder, const char *const *words,
		   struct run *run)
{
	char *all[MOST_WORDS] = {
		arena_printf(arena, "git"),
		arena_printf(arena, "-C"),
		arena_printf(arena, "%s", folder),
	};
	char **environment = make_environment(arena);
	cleanup_(file_close) int input = memfd_create("input", MFD_CLOEXEC);
	cleanup_(file_close) int output = memfd_create("output", MFD_CLOEXEC);
	cleanup_(file_close) int complaint = memfd_create("complaint", MFD_CLOEXEC);
	const int fds[3] = {input, output, complaint};
	size_t n = 3;
	int status;
	int r;

	if (input < 0 || output < 0 || complaint < 0)
		return -errno;
	for (size_t i = 0; i < N_OF(always); i++)
		all[n++] = arena_printf(arena, "%s", always[i]);
	for (; *words != NULL && n + 1 < MOST_WORDS; words++)
		all[n++] = arena_printf(arena, "%s", *words);
	r = run->input.length == 0 ? 0 : file_write_all(input, run->input.data, run->input.length);
	if (r == 0 && lseek(input, 0, SEEK_SET) < 0)
		r = -errno;
	if (r < 0)
		return r;
	status = spawn(all, environment, fds);
	if (status < 0)
		return status;
	r = read_back(output, &run->output);
	if (r == 0)
		r = read_back(complaint, &run->complaint);
	return r < 0 ? r : status;
}

/* The first line of what git complained about. */
static const char *first_line(struct arena *arena, const struct text *text)
{
	if (text->length == 0)
		return "it said nothing";
	return arena_copy(arena, text->data, strcspn(text->data, "\n"));
}

static int report_no_git(int error)
{
	if (error == -ENOENT) {
		return output_failure("cannot run git, which reads revisions: install it, or give "
				      "--against a published folder");
	}
	return output_failure("cannot run git: %s", strerror(-error));
}

static int check_repository(struct arena *arena, const char *folder)
{
	static const char *const words[] = {"rev-parse", "--git-dir", NULL};
	cleanup_(run_finish) struct run run = {0};
	int r = run_git(arena, folder, words, &run);

	if (r < 0)
		return report_no_git(r);
	if (r > 0) {
		return output_failure("--against takes a revision from the repository of '%s', and "
				      "git finds none: %s",
				      folder, first_line(arena, &run.complaint));
	}
	return STATUS_CLEAN;
}

/* Whether the text is a hash and a line break: "^HEAD" is answered too, by "^HASH". */
static bool is_commit(const struct text *text)
{
	size_t length;

	if (text->length == 0)
		return false;
	length = strspn(text->data, "0123456789abcdef");
	return (length == 40 || length == 64) && strcmp(text->data + length, "\n") == 0;
}

int revision_find(struct arena *arena, const char *name, const char *folder,
		  struct revision *ret_revision)
{
	const char *words[] = {"rev-parse",
			       "--verify",
			       "--quiet",
			       "--end-of-options",
			       arena_printf(arena, "%s^{commit}", name),
			       NULL};
	cleanup_(run_finish) struct run run = {0};
	int status = check_repository(arena, folder);
	int r;

	if (status != STATUS_CLEAN)
		return status;
	r = run_git(arena, folder, words, &run);
	if (r < 0)
		return report_no_git(r);
	if (r > 0 || !is_commit(&run.output)) {
		return output_failure("'%s' is neither a revision here nor a folder with a "
				      "manifest.json; in CI, fetch it first: `git fetch origin`; a "
				      "path that begins with ./ is always a folder",
				      name);
	}
	*ret_revision = (struct revision){
		.name = name,
		.commit = first_line(arena, &run.output),
		.folder = folder,
		.arena = arena,
	};
	return STATUS_CLEAN;
}

/* What stands behind "OBJECT blob SIZE\n". */
static int take_blob(const struct text *output, const char *size_text, size_t limit,
		     struct text *ret_text)
{
	char *end;
	unsigned long size;
	size_t n_left;

	errno = 0;
	size = strtoul(size_text, &end, 10);
	if (errno != 0 || *end != '\n')
		return -EIO;
	n_left = output->length - (size_t)(end + 1 - output->data);
	if (size > limit)
		return -EFBIG;
	if (size > n_left)
		return -EIO;
	text_append(ret_text, end + 1, size);
	return 0;
}

/* The answer of `git cat-file --batch --follow-symlinks`, of which the first line says what it is.
 */
static int take_object(const struct text *output, size_t limit, struct text *ret_text)
{
	static const struct {
		const char *word;
		int error;
	} links[] = {{"dangling ", -ENOLINK},
		     {"symlink ", -EXDEV},
		     {"loop ", -ELOOP},
		     {"notdir ", -ENOTDIR}};
	const char *end = memchr(output->data, '\n', output->length);
	const char *kind = memchr(output->data, ' ', output->length);

	if (end == NULL || kind == NULL || kind > end)
		return -EIO;
	if (end - output->data > 8 && memcmp(end - 8, " missing", 8) == 0)
		return -ENOENT;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (strncmp(output->data, links[i].word, strlen(links[i].word)) == 0)
			return links[i].error;
	}
	if (strncmp(kind, " blob ", 6) == 0)
		return take_blob(output, kind + 6, limit, ret_text);
	return strncmp(kind, " tree ", 6) == 0 ? -EISDIR : -EIO;
}

/* Asks for one object. Its answer goes to `run`; 0 or negative errno. */
static int ask_object(struct arena *arena, const struct revision *revision, const char *option,
		      const char *path, struct run *run)
{
	const char *words[] = {"cat-file", option, "--follow-symlinks", NULL};
	int r;

	text_join(&run->input, revision->commit, ":./", path, "\n");
	r = run_git(arena, revision->folder, words, run);
	if (r == 0 && run->output.length == 0)
		r = -EIO;
	return r > 0 ? -EIO : r;
}

/* The tree that a folder, or a link to one, is in the revision; or NULL. */
static const char *find_tree(struct arena *arena, const struct revision *revision, const char *path)
{
	cleanup_(run_finish) struct run run = {0};
	size_t length;

	if (ask_object(arena, revision, "--batch-check", path, &run) != 0)
		return NULL;
	length = strcspn(run.output.data, " ");
	return strncmp(run.output.data + length, " tree ", 6) == 0
		       ? arena_copy(arena, run.output.data, length)
		       : NULL;
}

/*
 * git says "missing" of what never was there, and of what it lost or was not given. For the one
 * that is so: a tree names what was there, and cannot be listed where it is lost itself. 1, 0 or
 * negative errno.
 */
static int is_lost(struct arena *arena, const struct revision *revision, const char *path)
{
	const char *by_path[] = {
		"--literal-pathspecs", "ls-tree", revision->commit, "--", path, NULL};
	cleanup_(run_finish) struct run run = {0};
	cleanup_(run_finish) struct run linked = {0};
	const char *slash = strrchr(path, '/');
	const char *tree;
	int r = run_git(arena, revision->folder, by_path, &run);

	if (r != 0 || run.output.length > 0)
		return r < 0 ? r : 1;
	if (slash == NULL)
		return 0;
	/* Beyond a link to a folder. */
	tree = find_tree(arena, revision, arena_printf(arena, "%.*s", (int)(slash - path), path));
	if (tree == NULL)
		return 0;
	r = run_git(arena, revision->folder,
		    (const char *[]){"--literal-pathspecs", "ls-tree", "--full-tree", tree, "--",
				     slash + 1, NULL},
		    &linked);
	return r < 0 ? r : r > 0 || linked.output.length > 0;
}

/* A link that git cannot read leads nowhere, as it says. 1, 0 or negative errno. */
static int is_link_lost(struct arena *arena, const struct revision *revision, const char *path)
{
	const char *name = arena_printf(arena, "%s:./%s", revision->commit, path);
	const char *find[] = {"rev-parse", "--verify", "--quiet", "--end-of-options", name, NULL};
	const char *look[] = {"cat-file", "-e", name, NULL};
	cleanup_(run_finish) struct run found = {0};
	cleanup_(run_finish) struct run run = {0};
	int r = run_git(arena, revision->folder, find, &found);

	if (r != 0)
		return r < 0 ? r : 0;
	r = run_git(arena, revision->folder, look, &run);
	return r < 0 ? r : r > 0;
}

int revision_read(void *context, const char *path, size_t limit, struct text *ret_text)
{
	struct revision *revision = context;
	cleanup_(run_finish) struct run run = {0};
	struct arena *arena;
	int r;

	/* A line is a request. */
	if (strchr(path, '\n') != NULL)
		return -EINVAL;
	arena = arena_create();
	r = ask_object(arena, revision, "--batch", path, &run);
	if (r == 0)
		r = take_object(&run.output, limit, ret_text);
	if (r == -ENOENT || r == -ENOLINK) {
		int lost = r == -ENOENT ? is_lost(arena, revision, path)
					: is_link_lost(arena, revision, path);

		if (lost > 0 && revision->lost == NULL)
			revision->lost = arena_printf(revision->arena, "%s", path);
		r = lost > 0 ? -EIO : lost < 0 ? lost : -ENOENT;
	}
	(void)arena_destroy(arena);
	return r;
}
