/* SPDX-License-Identifier: MIT */
#pragma once

/* Build: makes the networks of a planned world in the enclosure, and keeps hold of them. */

#include <sys/types.h>

#include "runtime/lab/world.h"

struct arena;
struct text;

/* The world as it stands. It falls with the enclosure; nothing takes it down. */
struct build {
	const struct world *world;
	int *nets;   /* a descriptor per namespace of the world */
	pid_t *nats; /* the process of its userspace NAT, or 0 */
};

/* 0; COMMAND_E_FAILED with words; or a negative errno, also with words. */
int build_world(struct arena *arena, const struct world *world, struct build *ret_build,
		struct text *fault);

/* The descriptor of a namespace of the world. */
int build_net(const struct build *build, const struct world_namespace *namespace);

/* The namespace whose userspace NAT has ended, which none should; or NULL. */
const struct world_namespace *build_find_dead_nat(const struct build *build);
