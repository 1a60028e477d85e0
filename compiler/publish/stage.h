/* SPDX-License-Identifier: MIT */
#pragma once

/* Stage: the folder in the target where files are written before they are moved into place. */

#include <stddef.h>

#include "base/cleanup.h"

struct stat;

#define STAGE_NAME_SIZE 16

struct stage {
	int root; /* of the target; not owned */
	int fd;   /* -1: there is no stage, as far as we know */
};

/* Opens the stage that an earlier run left. 0 also where there is none; -ELOOP: it is a link. */
int stage_open(struct stage *stage, int root);

/* Makes the stage where it is not there yet. 0 or negative errno. */
int stage_make(struct stage *stage);

/* Removes the stage with all that it holds. Without one does nothing. 0 or negative errno. */
int stage_clear(struct stage *stage);

void stage_finish(struct stage *stage);

/* The name of the staged file with this number. */
void stage_name(unsigned int number, char ret_name[static STAGE_NAME_SIZE]);

/* Writes a file into the stage with exactly this mode. `ret_stat` stays true when it is moved. */
int stage_write(struct stage *stage, const char *name, const char *bytes, size_t size,
		unsigned int mode, struct stat *ret_stat);

/*
 * The same in two steps, for a file that is written piece by piece: the first returns the
 * descriptor, the second closes it, also where it fails.
 */
int stage_create(struct stage *stage, const char *name);
int stage_seal(int fd, unsigned int mode, struct stat *ret_stat);
