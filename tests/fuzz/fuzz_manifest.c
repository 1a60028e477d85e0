/* SPDX-License-Identifier: MIT */

/* Fuzz: a manifest's bytes to the plan of a lab's networks, none of which is run. */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "runtime/lab/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_create();
	struct manifest *manifest = NULL;
	struct world *world = NULL;
	const char *fault = NULL;
	int r = manifest_parse(arena, (const char *)bytes, size, &manifest, &fault);

	if (r == 0)
		r = world_plan(arena, manifest, &world, &fault);
	assert(r >= 0); /* nothing of this is the environment's */
	assert((r != 0) == (fault != NULL));
	if (world != NULL)
		world_finish(world);
	arena_destroy(arena);
	return 0;
}
