/* SPDX-License-Identifier: MIT */

/* One `route replace` a line, as ip(8) reads it with -batch; a comment is a line of its own. */

#include "compiler/conf/routes.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/conf/parts.h"

enum {
	MOST_WORDS = 8,
};

struct line {
	const char *words[MOST_WORDS];
	size_t n_words;
};

/* Splits the span into words. False: there are too many. */
static bool split(struct arena *arena, struct span span, struct line *ret_line)
{
	const char *rest = arena_copy(arena, span.source->text + span.begin, span.end - span.begin);
	const char *word;

	ret_line->n_words = 0;
	while ((word = conf_next_word(arena, &rest)) != NULL) {
		if (ret_line->n_words == MOST_WORDS)
			return false;
		ret_line->words[ret_line->n_words++] = word;
	}
	return true;
}

/* The word behind `name`, or NULL. */
static const char *value_of(const struct line *line, const char *name)
{
	for (size_t i = 3; i + 1 < line->n_words; i += 2) {
		if (strcmp(line->words[i], name) == 0)
			return line->words[i + 1];
	}
	return NULL;
}

/* "route replace PREFIX dev NAME [mtu N]" */
static bool parse_line(const struct line *line, struct conf_route *ret_route)
{
	const char *mtu = value_of(line, "mtu");

	if ((line->n_words != 5 && line->n_words != 7) || strcmp(line->words[0], "route") != 0 ||
	    strcmp(line->words[1], "replace") != 0 ||
	    net_prefix_parse(line->words[2], &ret_route->prefix) != 0)
		return false;
	ret_route->device = value_of(line, "dev");
	if (mtu != NULL) {
		for (; *mtu >= '0' && *mtu <= '9' && ret_route->mtu < 6000; mtu++)
			ret_route->mtu = (uint16_t)(ret_route->mtu * 10 + (*mtu - '0'));
	}
	return ret_route->device != NULL && (mtu == NULL || *mtu == '\0') &&
	       (line->n_words == 5) == (mtu == NULL);
}

struct conf_routes *conf_routes_parse(struct arena *arena, const char *path, const char *bytes,
				      size_t size)
{
	struct conf_routes *routes = ARENA_NEW(arena, struct conf_routes);

	routes->source = source_create(arena, path, bytes, size);
	for (uint32_t i = 1; i <= routes->source->n_lines; i++) {
		struct conf_route route = {.span = source_line(routes->source, i)};
		struct line line;
		bool is_short = split(arena, route.span, &line);

		if (line.n_words == 0 || line.words[0][0] == '#')
			continue;
		if (is_short && parse_line(&line, &route)) {
			*vec_push(arena, &routes->items) = route;
		} else {
			*vec_push(arena, &routes->faults) = (struct conf_fault){
				.span = route.span,
				.message = "expected 'route replace PREFIX dev NAME [mtu BYTES]'",
			};
		}
	}
	return routes;
}
