/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * State: how `wgtopo lab shell` finds a lab that is kept up. The first process of the enclosure has
 * a name of its own, and a file on the enclosure's /run, which others see as /proc/PID/root/run and
 * which is gone when the lab is: nothing can be left over, however it ends.
 */

#include <sys/types.h>

#include "base/map.h"

struct arena;
struct lab_hosts;

struct state_host {
	int net; /* descriptors of its first process */
	int mounts;
};

/* A lab that runs. */
struct state {
	pid_t process;
	const char *directory; /* absolute */
	struct map hosts;      /* name -> struct state_host */
};

/* To be called by the enclosure's first process: from now on the lab can be found. 0 or negative
 * errno.
 */
int state_publish(const char *directory, const struct lab_hosts *hosts);

/*
 * The newest lab of this user for the directory, or for any where it is NULL. 0, -ESRCH where there
 * is none, or a negative errno.
 */
int state_find(struct arena *arena, const char *directory, struct state *ret_state);
