/* SPDX-License-Identifier: MIT */

/*
 * Fuzz: whatever can be read can be laid out: faithfully, and the same again. That the result says
 * the same is checked by fmt_layout() itself.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/source.h"
#include "base/text.h"
#include "compiler/fmt/fmt.h"
#include "compiler/fmt/unified.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_again(struct arena *arena, const struct text *text)
{
	struct diag_bag diags = {.arena = arena};
	const struct source *source =
		source_create(arena, "topology.yaml", text->data, text->length);
	struct text again = {0};
	int r = fmt_layout(arena, source, &diags, &again);

	assert(r == 0 && diags.items.n_items == 0);
	assert(again.length == text->length);
	assert(memcmp(again.data, text->data, text->length) == 0);
	text_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_create();
	struct diag_bag diags = {.arena = arena};
	const struct source *source =
		source_create(arena, "topology.yaml", (const char *)bytes, size);
	struct text text = {0};
	struct text difference = {0};
	int r = fmt_layout(arena, source, &diags, &text);

	assert(r == 0 || (r == FMT_E_REFUSED && diags.n_errors > 0 && text.length == 0));
	if (r == 0 && text.length > 0) {
		struct fmt_side old = {source->text, source->length};
		struct fmt_side new = {text.data, text.length};

		check_again(arena, &text);
		fmt_unified(arena, source->path, old, new, &difference);
		assert(difference.length > 0 || size == text.length);
	}
	text_finish(&difference);
	text_finish(&text);
	(void)arena_destroy(arena);
	return 0;
}
