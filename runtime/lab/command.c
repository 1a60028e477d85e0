/* SPDX-License-Identifier: MIT */

/*
 * Running commands. Input and output are files in memory, not pipes: nothing blocks because nobody
 * reads, and a daemon that keeps its output open keeps nobody waiting.
 */

#include "runtime/lab/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

enum {
	MOST_OUTPUT = 4 << 20, /* bytes that are kept */
	MOST_QUOTED = 1000,    /* bytes of it in a message */
	CANNOT_ENTER = 126,
	CANNOT_RUN = 127,
};

uint64_t command_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock is always there */
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void command_sleep_ms(uint64_t milliseconds)
{
	struct timespec left = {
		.tv_sec = (time_t)(milliseconds / 1000),
		.tv_nsec = (long)(milliseconds % 1000) * 1000000,
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR) {
		/* the rest of it */
	}
}

static bool enter(const struct command_place *place)
{
	if (place->mounts > 0 && setns(place->mounts, CLONE_NEWNS) < 0)
		return false;
	if (place->net > 0 && setns(place->net, CLONE_NEWNET) < 0)
		return false;
	return chdir("/") == 0;
}

/* The child. Its own process group, so that a time limit ends its children too. */
static _Noreturn void become(const struct command *command, int input)
{
	(void)setpgid(0, 0);
	if (dup2(input, STDIN_FILENO) < 0 || dup2(command->output_fd, STDOUT_FILENO) < 0 ||
	    dup2(command->error_fd, STDERR_FILENO) < 0)
		_exit(CANNOT_ENTER);
	if (!enter(&command->place)) {
		(void)dprintf(STDERR_FILENO, "cannot enter its namespaces: %s", strerror(errno));
		_exit(CANNOT_ENTER);
	}
	if (command->argv == NULL)
		_exit(command->body(command->context));
	/* execvp(3) does not write to the words; its type is older than const. */
	(void)execvp(command->argv[0], (char *const *)command->argv);
	(void)dprintf(STDERR_FILENO, "cannot run '%s': %s", command->argv[0], strerror(errno));
	_exit(CANNOT_RUN);
}

/* A descriptor to read the input from, or negative errno. */
static int open_input(const struct text *input)
{
	int fd;
	int r;

	if (input == NULL || input->length == 0) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = file_write_all(fd, input->data, input->length);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		return fd;
	(void)file_close(fd);
	return r;
}

static int start(struct command *command)
{
	unsigned int limit_s =
		command->timeout_s == 0 ? COMMAND_DEFAULT_TIMEOUT_S : command->timeout_s;
	cleanup_(file_close) int input = open_input(command->input);

	if (input < 0)
		return input;
	command->output_fd = memfd_create("output", MFD_CLOEXEC);
	if (command->output_fd < 0)
		return -errno;
	command->error_fd = memfd_create("error", MFD_CLOEXEC);
	if (command->error_fd < 0)
		return -errno;
	command->process = fork();
	if (command->process < 0)
		return -errno;
	if (command->process == 0)
		become(command, input);
	(void)setpgid(command->process, command->process); /* whoever of the two is first */
	command->end_ms = command_now_ms() + (uint64_t)limit_s * 1000;
	command->process_fd = (int)syscall(SYS_pidfd_open, command->process, 0);
	return command->process_fd < 0 ? -errno : 0;
}

static void read_back(int fd, struct text *text)
{
	ssize_t n;
	off_t at = 0;

	do {
		n = pread(fd, text_reserve(text, 4096), 4096, at);
		if (n > 0) {
			text->length += (size_t)n;
			at += n;
		}
	} while (n > 0 && at < MOST_OUTPUT);
	text_append(text, "", 0); /* ends with a NUL byte, also where it is empty */
}

/* Takes in a command that has ended, or has to end now. */
static void collect(struct command *command, bool is_late)
{
	int status = 0;

	if (is_late)
		(void)kill(-command->process, SIGKILL); /* not waited for yet: it is still ours */
	while (waitpid(command->process, &status, 0) < 0 && errno == EINTR) {
		/* again */
	}
	command->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (is_late)
		command->status = COMMAND_TIMED_OUT;
	read_back(command->output_fd, &command->output);
	read_back(command->error_fd, &command->error);
	command->process_fd = file_close(command->process_fd);
	command->output_fd = file_close(command->output_fd);
	command->error_fd = file_close(command->error_fd);
	command->process = 0;
}

/* How long poll(2) may wait until the next of them is late. */
static int patience(struct command *const *running, size_t n_running)
{
	uint64_t now_ms = command_now_ms();
	uint64_t least_ms = UINT64_MAX;

	for (size_t i = 0; i < n_running; i++) {
		uint64_t end_ms = running[i]->end_ms;
		uint64_t left_ms = end_ms > now_ms ? end_ms - now_ms : 0;

		if (left_ms < least_ms)
			least_ms = left_ms;
	}
	return least_ms > 60000 ? 60000 : (int)least_ms;
}

/* Waits until one at least has ended. Returns how many still run. */
static size_t wait_for_some(struct command **running, struct pollfd *polled, size_t n_running)
{
	size_t n_left = 0;

	for (size_t i = 0; i < n_running; i++)
		polled[i] = (struct pollfd){.fd = running[i]->process_fd, .events = POLLIN};
	if (poll(polled, n_running, patience(running, n_running)) < 0)
		return n_running;
	for (size_t i = 0; i < n_running; i++) {
		bool is_late = command_now_ms() >= running[i]->end_ms;

		if (polled[i].revents != 0 || is_late) {
			collect(running[i], polled[i].revents == 0);
		} else {
			running[n_left++] = running[i];
		}
	}
	return n_left;
}

/* A command that could not be started leaves neither process nor file. */
static void give_up(struct command *command)
{
	if (command->process > 0) {
		collect(command, true);
		return;
	}
	command->output_fd = file_close(command->output_fd);
	command->error_fd = file_close(command->error_fd);
}

int commands_run(struct arena *arena, struct command *commands, size_t n_commands, size_t at_once)
{
	struct command **running = ARENA_ARRAY(arena, struct command *, at_once + 1);
	struct pollfd *polled = ARENA_ARRAY(arena, struct pollfd, at_once + 1);
	size_t n_running = 0;
	bool has_failed = false;
	int r = 0;

	for (size_t next = 0; next < n_commands || n_running > 0;) {
		if (next < n_commands && n_running < at_once && r == 0) {
			struct command *command = &commands[next++];

			command->process_fd = command->output_fd = command->error_fd = -1;
			r = start(command);
			if (r < 0) {
				give_up(command);
				next = n_commands;
				continue;
			}
			running[n_running++] = command;
			continue;
		}
		n_running = wait_for_some(running, polled, n_running);
	}
	for (size_t i = 0; i < n_commands; i++)
		has_failed = has_failed || commands[i].status != 0;
	if (r < 0)
		return r;
	return has_failed ? COMMAND_E_FAILED : 0;
}

static void write_line_of(struct text *out, const char *const *argv)
{
	for (const char *const *word = argv; *word != NULL; word++)
		text_join(out, word == argv ? "" : " ", *word);
}

/* The end of what was printed, where the reason mostly stands. */
static void quote(struct text *out, const struct text *printed)
{
	size_t from = printed->length > MOST_QUOTED ? printed->length - MOST_QUOTED : 0;
	size_t to = printed->length;

	while (to > from && (printed->data[to - 1] == '\n' || printed->data[to - 1] == ' '))
		to--;
	text_append(out, printed->data + from, to - from);
}

void commands_describe_fault(const struct command *commands, size_t n_commands, struct text *fault)
{
	const struct command *command = commands;

	while (command < commands + n_commands && command->status == 0)
		command++;
	if (command == commands + n_commands)
		return;
	text_printf(fault, "%s: ", command->subject);
	if (command->argv != NULL) {
		text_puts(fault, "`");
		write_line_of(fault, command->argv);
		text_puts(fault, "` ");
	}
	if (command->status == COMMAND_TIMED_OUT) {
		text_puts(fault, "took too long");
	} else if (command->status > 128) {
		text_printf(fault, "was ended by signal %d", command->status - 128);
	} else {
		text_puts(fault, "failed");
	}
	if (command->error.length > 0) {
		text_puts(fault, ":\n");
		quote(fault, &command->error);
	}
}

void commands_finish(struct command *commands, size_t n_commands)
{
	for (size_t i = 0; i < n_commands; i++) {
		text_finish(&commands[i].output);
		text_finish(&commands[i].error);
	}
}
