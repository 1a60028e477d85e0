/* SPDX-License-Identifier: MIT */

/* Publishing a lab, and finding it. */

#include "runtime/lab/state.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/lab/host.h"

#define PROCESS_NAME "wgtopo-lab"

enum {
	MOST_STATE = 16 << 20, /* bytes */
	PATH_SIZE = 64,
};

/* A lab that was found, and when its file was made. */
struct candidate {
	struct state state;
	struct timespec made;
};

static void closedirp(DIR **folder)
{
	if (*folder != NULL)
		(void)closedir(*folder); /* it was only read */
}

int state_publish(const char *directory, const struct lab_hosts *hosts)
{
	cleanup_(text_finish) struct text lines = {0};

	for (size_t i = 0; i < hosts->manifest->n_hosts; i++) {
		const struct lab_host *host = &hosts->items[i];

		text_printf(&lines, "%d %d %s\n", host->place.net, host->place.mounts,
			    host->host->name);
	}
	/* Last, because only a line break may end a host's name, but a path may hold anything. */
	text_printf(&lines, "\n%s", directory);
	if (prctl(PR_SET_NAME, PROCESS_NAME) < 0)
		return -errno;
	return file_replace("/run/" PROCESS_NAME, lines.data, lines.length, 0600);
}

/* Whether it is the first process of an enclosure of this user's, by its name and its place. */
static bool is_ours(pid_t process)
{
	cleanup_(text_finish) struct text name = {0};
	cleanup_(text_finish) struct text status = {0};
	char path[PATH_SIZE];
	const char *ids;
	struct stat about;

	(void)snprintf(path, sizeof(path), "/proc/%d", (int)process);
	if (stat(path, &about) < 0 || about.st_uid != geteuid())
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)process);
	if (file_read(AT_FDCWD, path, PATH_SIZE, &name) < 0 ||
	    strcmp(name.data, PROCESS_NAME "\n") != 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
	if (file_read(AT_FDCWD, path, MOST_STATE, &status) < 0)
		return false;
	/* pid_namespaces(7): the ids from the outermost namespace to its own, where it is 1. */
	ids = strstr(status.data, "\nNSpid:");
	if (ids == NULL)
		return false;
	ids += strlen("\nNSpid:");
	ids += strcspn(ids, "\n") - 2;
	return strncmp(ids, "\t1\n", 3) == 0;
}

static bool parse(struct arena *arena, char *lines, struct state *state)
{
	char *end = strstr(lines, "\n\n");

	if (end == NULL)
		return false;
	state->directory = arena_printf(arena, "%s", end + 2);
	*end = '\0';
	for (char *line = lines; line != NULL && *line != '\0';) {
		struct state_host *host = ARENA_NEW(arena, struct state_host);
		char *next = strchr(line, '\n');
		int n_taken = 0;

		if (next != NULL)
			*next++ = '\0';
		/* Our own lines: no number is out of range. NOLINTNEXTLINE(cert-err34-c) */
		if (sscanf(line, "%d %d %n", &host->net, &host->mounts, &n_taken) < 2)
			return false;
		(void)map_put(arena, &state->hosts, arena_printf(arena, "%s", line + n_taken),
			      host);
		line = next;
	}
	return true;
}

static bool read_candidate(struct arena *arena, pid_t process, struct candidate *ret_candidate)
{
	struct candidate candidate = {.state.process = process};
	cleanup_(text_finish) struct text lines = {0};
	char path[PATH_SIZE];
	struct stat about;

	if (!is_ours(process))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/root/run/" PROCESS_NAME, (int)process);
	if (stat(path, &about) < 0 || file_read(AT_FDCWD, path, MOST_STATE, &lines) < 0)
		return false;
	candidate.made = about.st_mtim;
	if (!parse(arena, lines.data, &candidate.state))
		return false;
	*ret_candidate = candidate;
	return true;
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

int state_find(struct arena *arena, const char *directory, struct state *ret_state)
{
	cleanup_(closedir) DIR *processes = opendir("/proc");
	char wanted[PATH_MAX];
	struct candidate best = {0};
	const struct dirent *entry;

	if (processes == NULL)
		return -errno;
	if (directory != NULL && realpath(directory, wanted) == NULL)
		return -ESRCH;
	while ((entry = readdir(processes)) != NULL) {
		struct candidate each;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !read_candidate(arena, (pid_t)strtol(entry->d_name, NULL, 10), &each))
			continue;
		if (directory != NULL && strcmp(wanted, each.state.directory) != 0)
			continue;
		if (best.state.process == 0 || is_newer(&each.made, &best.made))
			best = each;
	}
	if (best.state.process == 0)
		return -ESRCH;
	*ret_state = best.state;
	return 0;
}
