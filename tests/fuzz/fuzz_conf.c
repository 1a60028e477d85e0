/* SPDX-License-Identifier: MIT */

/* Fuzz: bytes as a wg-quick file and as a routing table. All spans must lie in the source. */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_faults(const struct conf_fault *faults, size_t n_faults)
{
	for (size_t i = 0; i < n_faults; i++) {
		assert(faults[i].span.begin <= faults[i].span.end);
		assert(faults[i].span.end <= faults[i].span.source->length);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_create();
	const char *text = (const char *)bytes;
	const struct conf *conf = conf_parse(arena, "wg0.conf", text, size);
	const struct conf_routes *routes = conf_routes_parse(arena, "wg0.routes", text, size);

	assert(conf->source->length == size);
	check_faults(conf->faults.items, conf->faults.n_items);
	check_faults(routes->faults.items, routes->faults.n_items);
	vec_foreach(peer, &conf->peers)
		assert(span_is_given(peer->span));
	arena_destroy(arena);
	return 0;
}
