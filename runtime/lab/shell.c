/* SPDX-License-Identifier: MIT */

/* A look around on a host of a lab that is kept up. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/lab/lab.h"
#include "runtime/lab/state.h"

enum {
	N_SPACES = 4,
	CANNOT_ENTER = 126,
	CANNOT_RUN = 127,
};

CLEANUP_DEFINE(struct arena *, arena_destroy)

/* Namespaces to enter, in this order: what may be entered depends on the first. */
struct spaces {
	int fds[N_SPACES];
};

static const int kinds[N_SPACES] = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWNS};

static void spaces_finishp(struct spaces *spaces)
{
	for (size_t i = 0; i < N_SPACES; i++)
		spaces->fds[i] = file_close(spaces->fds[i]);
}

/* Entering the user namespace that one is in already is refused (setns(2)). */
static bool is_own_user_space(int fd)
{
	struct stat there;
	struct stat here;

	return fstat(fd, &there) == 0 && stat("/proc/self/ns/user", &here) == 0 &&
	       there.st_ino == here.st_ino && there.st_dev == here.st_dev;
}

/* All are opened before any is entered: afterwards nothing of this is in sight. */
static int open_spaces(pid_t process, const struct state_host *host, struct spaces *spaces)
{
	char paths[N_SPACES][64];

	(void)snprintf(paths[0], sizeof(paths[0]), "/proc/%d/ns/user", (int)process);
	(void)snprintf(paths[1], sizeof(paths[1]), "/proc/%d/ns/pid", (int)process);
	(void)snprintf(paths[2], sizeof(paths[2]), "/proc/%d/fd/%d", (int)process, host->net);
	(void)snprintf(paths[3], sizeof(paths[3]), "/proc/%d/fd/%d", (int)process, host->mounts);
	for (size_t i = 0; i < N_SPACES; i++) {
		spaces->fds[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (spaces->fds[i] < 0)
			return -errno;
	}
	if (is_own_user_space(spaces->fds[0]))
		spaces->fds[0] = file_close(spaces->fds[0]);
	return 0;
}

/* 0, or -1 and errno. */
static int enter(const struct spaces *spaces)
{
	for (size_t i = 0; i < N_SPACES; i++) {
		if (spaces->fds[i] >= 0 && setns(spaces->fds[i], kinds[i]) < 0)
			return -1;
	}
	return chdir("/");
}

static _Noreturn void become(const char *host, char *const *command)
{
	cleanup_(text_finish) struct text prompt = {0};
	char *const shell[] = {(char[]){"bash"}, (char[]){"--norc"}, (char[]){"--noprofile"}, NULL};

	text_printf(&prompt, "%s\\$ ", host);
	(void)setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	(void)setenv("PS1", prompt.data, 1);
	if (command == NULL || command[0] == NULL)
		command = shell;
	(void)execvp(command[0], command);
	(void)dprintf(STDERR_FILENO, "wgtopo: cannot run '%s': %s\n", command[0], strerror(errno));
	_exit(CANNOT_RUN);
}

/* The exit status of a child, as a shell would have it. */
static int wait_for(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
		/* again */
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * In a process between the caller, who stays where it is, and the command: only the children of
 * who enters a process namespace are in it (pid_namespaces(7)).
 */
static _Noreturn void go_between(const struct spaces *spaces, const char *host,
				 char *const *command, void (*on_interrupt)(int))
{
	pid_t child;

	if (enter(spaces) < 0) {
		(void)dprintf(STDERR_FILENO, "wgtopo: cannot enter '%s': %s\n", host,
			      strerror(errno));
		_exit(CANNOT_ENTER);
	}
	child = fork();
	if (child == 0) {
		(void)signal(SIGINT, on_interrupt);
		become(host, command);
	}
	_exit(child < 0 ? CANNOT_ENTER : wait_for(child));
}

/* Runs it and waits. ^C is for the command alone. */
static int run(const struct spaces *spaces, const char *host, char *const *command)
{
	void (*before)(int) = signal(SIGINT, SIG_IGN);
	int r;
	pid_t child;

	(void)fflush(NULL);
	child = fork();
	if (child == 0)
		go_between(spaces, host, command, before);
	r = child < 0 ? -errno : wait_for(child);
	(void)signal(SIGINT, before);
	return r;
}

int lab_shell(const char *directory, const char *host, char *const *command)
{
	cleanup_(arena_destroy) struct arena *arena = arena_create();
	cleanup_(spaces_finish) struct spaces spaces = {.fds = {-1, -1, -1, -1}};
	const struct state_host *found;
	struct state state;
	int r = state_find(arena, directory, &state);

	if (r < 0)
		return r;
	found = map_get(&state.hosts, host);
	if (found == NULL)
		return -ENOENT;
	r = open_spaces(state.process, found, &spaces);
	return r < 0 ? r : run(&spaces, host, command);
}
