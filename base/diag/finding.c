/* SPDX-License-Identifier: MIT */

/* What the formats for code hosting services have in common. */

#include "base/diag/finding.h"

#include <stdbool.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/diag/mask.h"
#include "base/diag/services.h"
#include "base/map.h"
#include "base/path.h"
#include "base/text.h"

enum {
	REACH = 400, /* bytes of a line that count, before and behind where the span begins */
};

struct finding_place finding_place(const struct diag_bag *bag, const struct diag_paths *paths,
				   struct span span)
{
	const char *path = span_is_given(span) ? span.source->path : paths->topology;
	struct finding_place place = {.begin = {1, 1}, .end = {1, 1}};
	const char *below;

	path = path_absolute(bag->arena, paths->folder, path);
	below = path_below(paths->root, path);
	place.path = below != NULL ? below : path;
	if (span_is_given(span)) {
		place.begin = source_position(span.source, span.begin);
		place.end = source_position(span.source, span.end);
	}
	return place;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_hidden(const struct diag_bag *bag, struct span line, uint32_t at)
{
	vec_foreach(secret, &bag->secrets) {
		if (secret->source == line.source && secret->begin <= at && at < secret->end)
			return true;
	}
	return mask_hides(line.source->text + line.begin, line.end - line.begin, at - line.begin);
}

/* The line in which the span begins, masked, or as much of a very long one as is near. */
static void put_line(const struct diag_bag *bag, struct span span, uint32_t number,
		     struct text *out)
{
	struct span line = source_line(span.source, number);
	const char *text = span.source->text;
	uint32_t at = span.begin < line.end ? span.begin : line.end;
	uint32_t begin = at - line.begin > REACH ? at - REACH : line.begin;
	uint32_t end = line.end - at > REACH ? at + REACH : line.end;

	while (begin < end && is_blank(text[begin]))
		begin++;
	while (begin < end && is_blank(text[end - 1]))
		end--;
	for (uint32_t i = begin; i < end; i++)
		text_append(out, is_hidden(bag, line, i) ? "*" : text + i, 1);
}

/* What a diagnostic is known by again. One without a place has only its words. */
static const char *describe(const struct diag_bag *bag, const struct diag *diag,
			    const struct finding_place *place)
{
	cleanup_(text_finish) struct text text = {0};
	XXH128_hash_t hash;

	text_join(&text, diag_rules[diag->rule].slug, "\n", place->path, "\n");
	if (span_is_given(diag->span)) {
		put_line(bag, diag->span, place->begin.line, &text);
	} else {
		text_puts(&text, diag->message);
	}
	hash = XXH3_128bits(text.data, text.length);
	return arena_printf(bag->arena, "%016llx%016llx", (unsigned long long)hash.high64,
			    (unsigned long long)hash.low64);
}

const struct finding *finding_list(const struct diag_bag *bag, const struct diag_paths *paths)
{
	struct finding *findings = ARENA_ARRAY(bag->arena, struct finding, bag->items.n_items);
	struct map alike = {0};

	for (size_t i = 0; i < bag->items.n_items; i++) {
		const struct diag *diag = bag->items.items[i];
		struct finding *finding = &findings[i];
		unsigned int *n_alike = ARENA_NEW(bag->arena, unsigned int);
		unsigned int *n_before;
		const char *description;

		finding->diag = diag;
		finding->place = finding_place(bag, paths, diag->span);
		description = describe(bag, diag, &finding->place);
		n_before = map_put(bag->arena, &alike, description, n_alike);
		if (n_before != NULL)
			n_alike = n_before;
		finding->fingerprint = arena_printf(bag->arena, "%s:%u", description, ++*n_alike);
	}
	return findings;
}

void finding_put_message(const struct diag *diag, struct text *out)
{
	text_puts(out, diag->message);
	vec_foreach(note, &diag->notes)
		text_join(out, "\nnote: ", *note);
	if (diag->help != NULL)
		text_join(out, "\nhelp: ", diag->help);
}
