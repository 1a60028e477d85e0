/* SPDX-License-Identifier: MIT */

/*
 * Building: all namespaces, then all cables, then what is inside each; every step for many
 * namespaces at once, with one process for each.
 */

#include "runtime/lab/build.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "runtime/lab/command.h"
#include "runtime/lab/nat.h"

enum {
	AT_ONCE = 4,
	NAT_START_MS = 5000,
};

/*
 * Routers that tell of every packet they drop for its TTL: the way of a packet is found by such
 * messages, and Linux sends few of them (icmp(7), icmp_ratelimit).
 */
static const char all_errors[] = "net/ipv4/icmp_ratelimit=0\nnet/ipv6/icmp/ratelimit=0\n";

static const char *const ip_batch[] = {"ip", "-batch", "-", NULL};
static const char *const nft_file[] = {"nft", "-f", "-", NULL};

static int run_one(struct arena *arena, struct command *command, struct text *fault)
{
	int r = commands_run(arena, command, 1, 1);

	commands_describe_fault(command, 1, fault);
	commands_finish(command, 1);
	return r;
}

static int add_namespaces(struct arena *arena, const struct build *build, struct text *fault)
{
	cleanup_(text_finish) struct text lines = {0};
	struct command command = {.subject = "namespaces", .argv = ip_batch, .input = &lines};

	vec_foreach(namespace, &build->world->namespaces)
		text_printf(&lines, "netns add %s\n", (*namespace)->name);
	return run_one(arena, &command, fault);
}

static int open_namespaces(struct build *build, struct text *fault)
{
	for (size_t i = 0; i < build->world->namespaces.n_items; i++) {
		const char *name = build->world->namespaces.items[i]->name;
		char path[64];

		(void)snprintf(path, sizeof(path), "/run/netns/%s", name);
		build->nets[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (build->nets[i] < 0) {
			text_printf(fault, "cannot open '%s': %s", path, strerror(errno));
			return -errno;
		}
	}
	return 0;
}

/* Writes one sysctl, "net/ipv4/ip_forward=1". 0 or negative errno. */
static int write_sysctl(const char *line, size_t length)
{
	const char *equals = memchr(line, '=', length);
	cleanup_(text_finish) struct text path = {0};
	cleanup_(file_close) int fd = -1;

	if (equals == NULL)
		return -EINVAL;
	text_printf(&path, "/proc/sys/%.*s", (int)(equals - line), line);
	fd = open(path.data, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return file_write_all(fd, equals + 1, length - (size_t)(equals + 1 - line));
}

/* Returns how many lines could not be written, each of which it names. */
static int write_sysctls(const char *lines)
{
	int n_failed = 0;

	for (const char *line = lines; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		int r = length == 0 ? 0 : write_sysctl(line, length);

		if (r < 0) {
			n_failed++;
			(void)dprintf(STDERR_FILENO, "cannot set '%.*s': %s\n", (int)length, line,
				      strerror(-r));
		}
		line += length + (line[length] == '\n');
	}
	return n_failed;
}

/*
 * Once before there are devices, which inherit "default", and once before those have addresses.
 * What is not there yet comes later.
 */
static int set_early_sysctls(void *context)
{
	const struct world_namespace *namespace = context;

	(void)write_sysctls(all_errors);
	if (namespace->sysctls.length > 0)
		(void)write_sysctls(namespace->sysctls.data);
	return 0;
}

static int set_sysctls(void *context)
{
	const struct world_namespace *namespace = context;

	return namespace->sysctls.length > 0 && write_sysctls(namespace->sysctls.data) > 0;
}

/* A TUN device has a carrier while a program holds it. */
static bool is_running(int fd, const char *device)
{
	struct ifreq request = {.ifr_flags = 0};

	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	return ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_RUNNING) != 0;
}

static int wait_for_nat(void *context)
{
	const struct world_namespace *namespace = context;
	uint64_t end_ms = command_now_ms() + NAT_START_MS;
	cleanup_(file_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	while (!is_running(fd, namespace->nat->device)) {
		if (command_now_ms() > end_ms) {
			(void)dprintf(STDERR_FILENO, "its NAT did not start");
			return 1;
		}
		command_sleep_ms(5);
	}
	return 0;
}

static bool has_nat(const struct world_namespace *namespace)
{
	return namespace->nat != NULL;
}

static bool has_ip(const struct world_namespace *namespace)
{
	return namespace->ip.length > 0;
}

static bool has_nft(const struct world_namespace *namespace)
{
	return namespace->nft.length > 0;
}

static const struct text *ip_of(const struct world_namespace *namespace)
{
	return &namespace->ip;
}

static const struct text *nft_of(const struct world_namespace *namespace)
{
	return &namespace->nft;
}

static bool is_any(const struct world_namespace *namespace)
{
	return namespace != NULL;
}

/* One thing that is done in every namespace that has it. */
struct step {
	bool (*has)(const struct world_namespace *namespace);
	int (*body)(void *context); /* or, where it is NULL, a program and its input */
	const char *const *argv;
	const struct text *(*input)(const struct world_namespace *namespace);
};

static int take_step(struct arena *arena, const struct build *build, const struct step *step,
		     struct text *fault)
{
	size_t n_namespaces = build->world->namespaces.n_items;
	struct command *commands = ARENA_ARRAY(arena, struct command, n_namespaces);
	size_t n_commands = 0;
	int r;

	for (size_t i = 0; i < n_namespaces; i++) {
		struct world_namespace *namespace = build->world->namespaces.items[i];
		struct command *command = &commands[n_commands];

		if (!step->has(namespace))
			continue;
		n_commands++;
		command->subject = namespace->name;
		command->argv = step->argv;
		command->body = step->body;
		command->context = namespace;
		command->place.net = build->nets[i];
		if (step->input != NULL)
			command->input = step->input(namespace);
	}
	r = commands_run(arena, commands, n_commands, AT_ONCE);
	commands_describe_fault(commands, n_commands, fault);
	commands_finish(commands, n_commands);
	return r;
}

static int add_links(struct arena *arena, const struct build *build, struct text *fault)
{
	struct command command = {
		.subject = "cables",
		.argv = ip_batch,
		.input = &build->world->links,
	};

	return run_one(arena, &command, fault);
}

static _Noreturn void be_nat(const struct nat_config *config, int net)
{
	int r = -EPERM;

	(void)prctl(PR_SET_NAME, "lab-nat");
	if (setns(net, CLONE_NEWNET) == 0)
		r = nat_run(config);
	(void)dprintf(STDERR_FILENO, "lab: a NAT ended: %s\n", strerror(-r));
	_exit(1);
}

static int start_nats(struct build *build, struct text *fault)
{
	for (size_t i = 0; i < build->world->namespaces.n_items; i++) {
		const struct world_namespace *namespace = build->world->namespaces.items[i];

		if (!has_nat(namespace))
			continue;
		build->nats[i] = fork();
		if (build->nats[i] == 0)
			be_nat(namespace->nat, build->nets[i]);
		if (build->nats[i] < 0) {
			text_printf(fault, "cannot start a NAT: %s", strerror(errno));
			return -errno;
		}
	}
	return 0;
}

static int take_steps(struct arena *arena, const struct build *build, const struct step *steps,
		      size_t n_steps, struct text *fault)
{
	int r = 0;

	for (size_t i = 0; i < n_steps && r == 0; i++)
		r = take_step(arena, build, &steps[i], fault);
	return r;
}

int build_world(struct arena *arena, const struct world *world, struct build *ret_build,
		struct text *fault)
{
	static const struct step early = {.has = is_any, .body = set_early_sysctls};
	static const struct step inside[] = {
		{.has = is_any, .body = set_early_sysctls},
		{.has = has_ip, .argv = ip_batch, .input = ip_of},
		{.has = has_nft, .argv = nft_file, .input = nft_of},
		{.has = is_any, .body = set_sysctls},
	};
	static const struct step late = {.has = has_nat, .body = wait_for_nat};
	struct build build = {
		.world = world,
		.nets = ARENA_ARRAY(arena, int, world->namespaces.n_items),
		.nats = ARENA_ARRAY(arena, pid_t, world->namespaces.n_items),
	};
	int r = add_namespaces(arena, &build, fault);

	if (r == 0)
		r = open_namespaces(&build, fault);
	if (r == 0)
		r = take_step(arena, &build, &early, fault);
	if (r == 0)
		r = add_links(arena, &build, fault);
	if (r == 0)
		r = take_steps(arena, &build, inside, sizeof(inside) / sizeof(inside[0]), fault);
	/* The devices that NATs attach to are there now. */
	if (r == 0)
		r = start_nats(&build, fault);
	if (r == 0)
		r = take_step(arena, &build, &late, fault);
	if (r != 0)
		return r;
	*ret_build = build;
	return 0;
}

int build_net(const struct build *build, const struct world_namespace *namespace)
{
	for (size_t i = 0; i < build->world->namespaces.n_items; i++) {
		if (build->world->namespaces.items[i] == namespace)
			return build->nets[i];
	}
	unreachable(); /* a world refers to namespaces of its own only */
}

const struct world_namespace *build_find_dead_nat(const struct build *build)
{
	for (size_t i = 0; i < build->world->namespaces.n_items; i++) {
		if (build->nats[i] > 0 && waitpid(build->nats[i], NULL, WNOHANG) != 0)
			return build->world->namespaces.items[i];
	}
	return NULL;
}
