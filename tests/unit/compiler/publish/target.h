/* SPDX-License-Identifier: MIT */
#pragma once

/* A target in /tmp to publish into, and what tests of it want to see. Failing ends the test. */

#include "base/diag/diag.h"
#include "compiler/publish/publish.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Those below hosts/ are of one host, those below users/ of another. */
struct file {
	const char *path;
	const char *text; /* with "KEY" in it, it is secret */
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
	struct publish_options options; /* of the next run, but for the directory */
};

#define CONF  "hosts/gpu01/etc/wireguard/lab.conf"
#define CONF2 "hosts/gpu02/etc/wireguard/lab.conf"
#define ZONE  "network/zone"

/* Lists end with an entry without a path. */
extern const struct file target_two_hosts[];         /* CONF, CONF2 and ZONE */
extern const struct file target_two_hosts_changed[]; /* CONF differs */
extern const struct file target_one_host[];          /* CONF and ZONE */

int target_setup(void **state);
int target_teardown(void **state);

/* The fixture after a first run with target_two_hosts. */
struct fixture *target_published(void **state);

/* The steps of a run, each with the result of publish/; and all of them. */
int target_open(struct fixture *fixture, struct publish **ret_publish);
int target_stage(struct fixture *fixture, struct publish *publish, const struct file *files);
int target_run(struct fixture *fixture, const struct file *files);
int target_run_with_intent(struct fixture *fixture, const struct file *files, const char *intent);

/* Runs a command, which has to succeed. */
void target_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

const char *target_path(const struct fixture *fixture, const char *path);
void target_put(const struct fixture *fixture, const char *path, const char *text);
bool target_has(const struct fixture *fixture, const char *path);

/*
 * Every file from `depth` on with its inode and times: equal where nothing was written. Depth 0 is
 * the target itself, whose time changes when a stage comes and goes.
 */
char *target_snapshot(const struct fixture *fixture, unsigned int depth);

/* The last run had no findings and these counts. */
void target_expect_result(const struct fixture *fixture, size_t n_written, size_t n_unchanged,
			  size_t n_removed);

/* The last run's only finding is of this rule and names this path, and it changed nothing. */
void target_expect_finding(const struct fixture *fixture, enum diag_rule rule, const char *path);

/* The file has this text; NULL: there is no such file. */
void target_expect_file(const struct fixture *fixture, const char *path, const char *text);
void target_expect_mode(const struct fixture *fixture, const char *path, unsigned int mode);

#define TARGET_TEST(name) cmocka_unit_test_setup_teardown(name, target_setup, target_teardown)
