/* SPDX-License-Identifier: MIT */

/* Making namespaces, and making sure that nothing outlives them. */

#include "runtime/lab/enclosure.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum {
	NO_CONCLUSION = -1,
};

/* In memory that both processes see. The texts are constants, at one address in both. */
struct enclosure {
	int conclusion;
	int error;           /* of the step that was refused */
	const char *refused; /* or NULL: all was allowed */
};

/* What the first process gets to know from the outside. */
struct birth {
	void (*work)(struct enclosure *enclosure, void *context);
	void *context;
	struct enclosure *enclosure;
	sigset_t signals; /* the mask from before */
	int gate[2];      /* a pipe: a byte says go on, its end that the parent is gone */
};

void enclosure_conclude(struct enclosure *enclosure, int conclusion)
{
	enclosure->conclusion = conclusion;
}

/* clone(2): as fork(2) does it, but into new namespaces. On s390 the stack comes first. */
static pid_t fork_into(unsigned long flags)
{
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, NULL, flags | SIGCHLD, NULL, NULL, NULL);
#else
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

static bool refuse(struct enclosure *enclosure, const char *step)
{
	enclosure->error = errno;
	enclosure->refused = step;
	return false;
}

static bool mount_own(struct enclosure *enclosure)
{
	const unsigned long plain = MS_NOSUID | MS_NODEV;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return refuse(enclosure, "keep mounts to itself");
	if (mount("proc", "/proc", "proc", plain | MS_NOEXEC, NULL) < 0)
		return refuse(enclosure, "mount /proc");
	if (mount("lab", "/run", "tmpfs", plain, "mode=0755") < 0)
		return refuse(enclosure, "mount a file system on /run");
	return true;
}

/* Descriptors 0 to 2 must be something, so that no other file takes their place. */
static void fill_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	(void)file_close(fd);
}

/* Two descriptors for each namespace, and some for each command that runs. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* small networks need no more than there is */
}

/* Whether the parent died before its death could be a signal: it holds the gate as long as it
 * lives. */
static bool is_orphan(const struct birth *birth)
{
	struct pollfd gate = {.fd = birth->gate[0]};

	return poll(&gate, 1, 0) != 0; /* POLLHUP, or an error */
}

static _Noreturn void live(struct birth *birth)
{
	char byte;

	/* A terminal's ^C goes to a whole process group: the parent gets it, and ends all. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)file_close(birth->gate[1]);
	if (read(birth->gate[0], &byte, 1) != 1 || is_orphan(birth))
		_exit(1);
	(void)file_close(birth->gate[0]);
	(void)sigprocmask(SIG_SETMASK, &birth->signals, NULL);
	if (mount_own(birth->enclosure)) {
		fill_standard_files();
		allow_many_files();
		(void)clearenv();
		(void)setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
		(void)setenv("LC_ALL", "C", 1);
		birth->work(birth->enclosure, birth->context);
	}
	_exit(0);
}

static bool write_map(pid_t child, const char *name, const char *words)
{
	char path[64];
	int length = snprintf(path, sizeof(path), "/proc/%d/%s", (int)child, name);
	cleanup_(file_close) int fd = -1;

	if (length < 0 || (size_t)length >= sizeof(path))
		return false;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && file_write_all(fd, words, strlen(words)) == 0;
}

/* user_namespaces(7): without CAP_SETGID outside, setgroups must be given up first. */
static bool become_its_root(pid_t child)
{
	char users[32];
	char groups[32];

	(void)snprintf(users, sizeof(users), "0 %u 1", (unsigned int)geteuid());
	(void)snprintf(groups, sizeof(groups), "0 %u 1", (unsigned int)getegid());
	return write_map(child, "setgroups", "deny") && write_map(child, "uid_map", users) &&
	       write_map(child, "gid_map", groups);
}

/* The first process, or a negative errno. Root of a container may need a user namespace, too. */
static pid_t give_birth(struct birth *birth)
{
	const unsigned long spaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET;
	bool has_users = geteuid() != 0;
	pid_t child = fork_into(spaces | (has_users ? CLONE_NEWUSER : 0));

	if (child < 0 && errno == EPERM && !has_users) {
		has_users = true;
		child = fork_into(spaces | CLONE_NEWUSER);
	}
	if (child == 0)
		live(birth);
	if (child < 0)
		return -errno;
	if (!has_users || become_its_root(child))
		return child;
	(void)refuse(birth->enclosure, "map its user");
	return child;
}

/* Waits for the child's end, or ends it. Returns whether a signal asked for that. */
static bool wait_for(pid_t child, const sigset_t *signals)
{
	bool is_interrupted = false;

	while (waitpid(child, NULL, WNOHANG) == 0) {
		int number = sigwaitinfo(signals, NULL);

		if (number < 0 || number == SIGCHLD)
			continue;
		is_interrupted = true;
		(void)kill(child, SIGKILL); /* it is ours and not waited for: it exists */
	}
	return is_interrupted;
}

static int conclude(const struct enclosure *enclosure, bool is_interrupted, int *ret_conclusion,
		    struct text *fault)
{
	if (enclosure->refused != NULL) {
		text_printf(fault, "this user may not %s in a namespace: %s", enclosure->refused,
			    strerror(enclosure->error));
		return ENCLOSURE_E_NOT_ALLOWED;
	}
	if (enclosure->conclusion != NO_CONCLUSION) {
		*ret_conclusion = enclosure->conclusion;
		return 0;
	}
	return is_interrupted ? ENCLOSURE_E_INTERRUPTED : ENCLOSURE_E_DIED;
}

/* The life of an enclosure, signals being blocked and the memory shared. */
static int run(struct birth *birth, const sigset_t *signals, int *ret_conclusion,
	       struct text *fault)
{
	bool is_interrupted;
	pid_t child;

	if (pipe2(birth->gate, O_CLOEXEC) < 0)
		return -errno;
	child = give_birth(birth);
	(void)file_close(birth->gate[0]);
	if (child < 0) {
		(void)file_close(birth->gate[1]);
		text_printf(fault, "this user may not make namespaces: %s", strerror(-child));
		return ENCLOSURE_E_NOT_ALLOWED;
	}
	if (birth->enclosure->refused == NULL) {
		(void)file_write_all(birth->gate[1], "!", 1);
	} else {
		birth->gate[1] = file_close(birth->gate[1]); /* it ends: wait_for() sees */
	}
	is_interrupted = wait_for(child, signals);
	(void)file_close(birth->gate[1]);
	return conclude(birth->enclosure, is_interrupted, ret_conclusion, fault);
}

int enclosure_run(void (*work)(struct enclosure *enclosure, void *context), void *context,
		  int *ret_conclusion, struct text *fault)
{
	struct birth birth = {.work = work, .context = context};
	struct enclosure *enclosure = mmap(NULL, sizeof(*enclosure), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigset_t signals;
	int r;

	if (enclosure == MAP_FAILED)
		return -errno;
	enclosure->conclusion = NO_CONCLUSION;
	birth.enclosure = enclosure;
	(void)fflush(NULL); /* or the child would write our buffers once more */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigaddset(&signals, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &signals, &birth.signals);
	r = run(&birth, &signals, ret_conclusion, fault);
	(void)sigprocmask(SIG_SETMASK, &birth.signals, NULL);
	(void)munmap(enclosure, sizeof(*enclosure));
	return r;
}
