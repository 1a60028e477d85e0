/* SPDX-License-Identifier: MIT */

/* The life of a lab, from top to bottom. */

#include "runtime/lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/lab/build.h"
#include "runtime/lab/enclosure.h"
#include "runtime/lab/host.h"
#include "runtime/lab/peers.h"
#include "runtime/lab/report.h"
#include "runtime/lab/state.h"
#include "runtime/lab/sweep.h"
#include "runtime/lab/tools.h"
#include "runtime/lab/trial.h"

enum {
	LEAST_SILENCE_S = 35, /* where there is no NAT */
	LEAST_MEMORY_S = 30,  /* of Linux, and what keepalives are made for */
	MEMORY_MARGIN_S = 5,
	/*
	 * Ten seconds after it has received data, a peer that has sent none answers with an empty
	 * packet (WireGuard's paper, section 6.5), which a NAT counts from.
	 */
	SILENCE_MARGIN_S = 13,
};

CLEANUP_DEFINE(struct arena *, arena_destroy)

/* Everything that one run of the lab has. */
struct lab {
	const struct lab_options *options;
	struct arena *arena;
	struct manifest *manifest;
	struct world *world;
	int directory;    /* descriptor */
	char *path;       /* of the directory, absolute */
	const char *late; /* "after 35 s of silence" */

	struct build build;
	struct lab_hosts hosts;
	struct report report;
	struct text fault;
};

/* For who watches; a log needs none of it. */
static void __attribute__((format(printf, 1, 2))) progress(const char *format, ...)
{
	va_list arguments;

	if (isatty(STDERR_FILENO) != 1)
		return;
	(void)dprintf(STDERR_FILENO, "lab: ");
	va_start(arguments, format);
	(void)vdprintf(STDERR_FILENO, format, arguments);
	va_end(arguments);
	(void)dprintf(STDERR_FILENO, "\n");
}

/* The words of a fault, where it has some; else those of the error, where there is one. */
static enum lab_result complain(const char *what, int error, const struct text *fault)
{
	const char *words = fault->length > 0 ? fault->data : error < 0 ? strerror(-error) : "";

	(void)dprintf(STDERR_FILENO, "wgtopo lab: %s%s%s\n", what,
		      what[0] == '\0' || words[0] == '\0' ? "" : ": ", words);
	return LAB_FAILED;
}

/* Loud, because a run that proves nothing must not pass for one that does. */
static enum lab_result skip(const char *why, const char *remedy)
{
	(void)dprintf(STDERR_FILENO, "wgtopo lab: nothing was rehearsed: %s%s\n", why, remedy);
	return LAB_SKIPPED;
}

/* Step 3: the networks, and the hosts on them. */
static int set_up(struct lab *lab)
{
	int r;

	progress("%zu hosts in %zu network namespaces", lab->manifest->n_hosts,
		 lab->world->namespaces.n_items);
	r = build_world(lab->arena, lab->world, &lab->build, &lab->fault);
	if (r == 0) {
		r = hosts_prepare(lab->arena, &lab->build, lab->directory, &lab->hosts,
				  &lab->fault);
	}
	if (r != 0)
		return r;
	progress("wg-quick up on all of them");
	r = hosts_up(lab->arena, &lab->hosts, &lab->fault);
	return r != 0 || !lab->options->keep ? r : state_publish(lab->path, &lab->hosts);
}

static int sweep(struct lab *lab, enum sweep_pairs pairs, bool is_reverse, const char *when)
{
	struct sweep sweep = {.pairs = pairs, .is_reverse = is_reverse, .when = when};

	return sweep_run(lab->arena, &lab->build, &lab->hosts, &sweep, &lab->report, &lab->fault);
}

/* All pairs, one direction of each. */
static int sweep_pairs(struct lab *lab, bool is_reverse, const char *when)
{
	int r;

	progress("a packet for every pair, %s", when);
	r = sweep(lab, SWEEP_TUNNELS, is_reverse, when);
	return r != 0 ? r : sweep(lab, SWEEP_THROUGH, is_reverse, when);
}

static unsigned int silence_s(const struct lab *lab)
{
	unsigned int longest_s = lab->world->longest_timeout_s + SILENCE_MARGIN_S;

	return longest_s < LEAST_SILENCE_S ? LEAST_SILENCE_S : longest_s;
}

static void be_silent(const struct lab *lab)
{
	progress("%u s of silence", silence_s(lab));
	command_sleep_ms((uint64_t)silence_s(lab) * 1000);
}

/* Step 4: what the verdicts say, seen or not. */
static int observe(struct lab *lab)
{
	int r = sweep_pairs(lab, false, "at first");

	if (r == 0)
		r = sweep(lab, SWEEP_MACHINES, false, "at first");
	if (r == 0)
		r = peers_check(lab->arena, &lab->build, &lab->hosts, &lab->report, &lab->fault);
	for (int i = 0; i < (lab->options->is_thorough ? 2 : 1) && r == 0; i++) {
		be_silent(lab);
		r = sweep_pairs(lab, i == 0, lab->late);
	}
	if (r != 0)
		return r;
	progress("relayed pairs, if any, without their relays");
	return trial_run(lab->arena, &lab->build, &lab->hosts, &lab->report, &lab->fault);
}

/* A NAT that died takes packets with it, and proves nothing. */
static int check_nats(struct lab *lab)
{
	const struct world_namespace *dead = build_find_dead_nat(&lab->build);

	if (dead == NULL)
		return 0;
	text_printf(&lab->fault, "the NAT in '%s' ended too early", dead->name);
	return -ESRCH;
}

static int print_report(const struct lab *lab)
{
	cleanup_(text_finish) struct text out = {0};

	if (lab->options->is_json) {
		report_write_json(&lab->report, &out);
	} else {
		report_write_text(&lab->report, &out);
	}
	return file_write_all(STDOUT_FILENO, out.data, out.length);
}

/* Until a signal ends the parent, and thereby all. Reaps what becomes ours meanwhile. */
static _Noreturn void stay(const struct lab *lab)
{
	(void)dprintf(STDERR_FILENO,
		      "lab: the network stays up until ^C; meanwhile, in another terminal:\n"
		      "  wgtopo lab shell %s\n",
		      lab->manifest->n_hosts > 0 ? lab->manifest->hosts[0].name : "HOST");
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0) {
			/* the next */
		}
		command_sleep_ms(1000);
	}
}

/* The first process of the enclosure. */
static void live(struct enclosure *enclosure, void *context)
{
	struct lab *lab = context;
	const char *missing = tools_check_inside(lab->arena, lab->manifest->n_hosts);
	int r;

	if (missing != NULL) {
		enclosure_conclude(enclosure, (int)skip(missing, ""));
		return;
	}
	r = set_up(lab);
	if (r == 0)
		r = observe(lab);
	if (r == 0)
		r = check_nats(lab);
	if (r == 0)
		r = print_report(lab);
	if (r != 0) {
		enclosure_conclude(enclosure, (int)complain("", r, &lab->fault));
		return;
	}
	enclosure_conclude(enclosure,
			   (int)(report_agrees(&lab->report) ? LAB_AGREES : LAB_DISAGREES));
	if (lab->options->keep)
		stay(lab);
}

/*
 * No packet tells a memory that is longer than the longest keepalive from one that is longer yet:
 * the shorter one is quicker to wait for.
 */
static void forget_sooner(struct manifest *manifest)
{
	unsigned int enough_s = manifest->longest_keepalive_s + MEMORY_MARGIN_S;

	if (enough_s < LEAST_MEMORY_S)
		enough_s = LEAST_MEMORY_S;
	for (size_t i = 0; i < manifest->n_sites; i++) {
		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
			struct manifest_box *box = &manifest->sites[i].box[family];

			if (box->mapping_timeout_s > enough_s)
				box->mapping_timeout_s = enough_s;
		}
	}
}

/* Step 1: what is to be built, from the manifest alone. */
static int plan(struct lab *lab)
{
	const char *words = NULL;
	int r = manifest_read(lab->arena, lab->options->directory, &lab->manifest, &words);

	if (r == 0)
		forget_sooner(lab->manifest);
	if (r == 0)
		r = world_plan(lab->arena, lab->manifest, &lab->world, &words);
	if (words != NULL)
		text_puts(&lab->fault, words);
	if (r != 0)
		return r;
	lab->late = arena_printf(lab->arena, "after %u s of silence", silence_s(lab));
	lab->directory = open(lab->options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lab->path = realpath(lab->options->directory, NULL);
	if (lab->directory < 0 || lab->path == NULL)
		return -errno;
	report_init(&lab->report, lab->arena, lab->manifest);
	return 0;
}

/* Step 2: a place of its own for it. */
static enum lab_result enclose(struct lab *lab)
{
	int conclusion = LAB_FAILED;
	int r = enclosure_run(live, lab, &conclusion, &lab->fault);

	switch (r) {
	case 0:
		return (enum lab_result)conclusion;
	case ENCLOSURE_E_NOT_ALLOWED:
		return skip(lab->fault.data, "; run it as root, or allow user namespaces");
	case ENCLOSURE_E_INTERRUPTED:
		return complain("interrupted, and all is taken down", 0, &lab->fault);
	case ENCLOSURE_E_DIED:
		return complain("its first process died", 0, &lab->fault);
	default:
		return complain("cannot start", r, &lab->fault);
	}
}

static enum lab_result refuse(const struct lab *lab, int error)
{
	const char *words = lab->fault.length > 0 ? lab->fault.data : strerror(-error);

	if (lab->manifest != NULL)
		return complain("this network cannot be rehearsed", error, &lab->fault);
	(void)dprintf(STDERR_FILENO,
		      "wgtopo lab: cannot use '%s/manifest.json': %s; name a folder that `wgtopo "
		      "compile` made\n",
		      lab->options->directory, words);
	return LAB_FAILED;
}

enum lab_result lab_run(const struct lab_options *options)
{
	cleanup_(arena_destroy) struct arena *arena = arena_create();
	struct lab lab = {.options = options, .arena = arena, .directory = -1};
	const char *missing = tools_check();
	enum lab_result result;
	int r;

	if (missing != NULL)
		return skip(missing, "");
	r = plan(&lab);
	result = r == 0 ? enclose(&lab) : refuse(&lab, r);
	lab.directory = file_close(lab.directory);
	free(lab.path);
	text_finish(&lab.fault);
	if (lab.world != NULL)
		world_finish(lab.world);
	return result;
}
