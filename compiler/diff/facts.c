/* SPDX-License-Identifier: MIT */

/* Facts, each kept once, and sets of their numbers. */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/diff/parts.h"

const char *diff_field_text(enum diff_field field)
{
	static const char *const texts[DIFF_N_FIELDS] = {
		[DIFF_INTERFACE] = "interface",
		[DIFF_OWN_KEY] = "public_key",
		[DIFF_PRIVATE_KEY] = "private_key",
		[DIFF_ADDRESS] = "address",
		[DIFF_LISTEN_PORT] = "listen_port",
		[DIFF_MTU] = "mtu",
		[DIFF_TABLE] = "table",
		[DIFF_SETTING] = "setting",
		[DIFF_ROUTE] = "route",
		[DIFF_PEER] = "public_key",
		[DIFF_ENDPOINT] = "endpoint",
		[DIFF_ALLOWED_IPS] = "allowed_ips",
		[DIFF_KEEPALIVE] = "persistent_keepalive",
		[DIFF_PRESHARED_KEY] = "preshared_key",
	};

	return texts[field];
}

const char *facts_keep(struct arena *arena, const char *string)
{
	char *copy;

	if (string == NULL)
		return NULL;
	copy = arena_copy(arena, string, strlen(string));
	for (char *c = copy; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return copy;
}

uint32_t facts_put(struct diff *diff, const struct diff_fact *fact)
{
	static const char none[] = "\1"; /* nothing that is printable */
	cleanup_(text_finish) struct text key = {0};
	struct arena *arena = diff->arena;
	const size_t *known;
	size_t *number;

	text_number(&key, fact->field);
	text_join(&key, "\n", fact->peer == NULL ? none : fact->peer, "\n",
		  fact->from == NULL ? none : fact->from, "\n", fact->to == NULL ? none : fact->to);
	known = map_get(&diff->facts.known, key.data);
	if (known != NULL)
		return (uint32_t)*known;
	number = ARENA_NEW(arena, size_t);
	*number = diff->facts.items.n_items;
	(void)map_put(arena, &diff->facts.known, arena_copy(arena, key.data, key.length), number);
	*vec_push(arena, &diff->facts.items) = (struct diff_fact){
		.field = fact->field,
		.peer = facts_keep(arena, fact->peer),
		.from = facts_keep(arena, fact->from),
		.to = facts_keep(arena, fact->to),
	};
	return (uint32_t)*number;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t first = *(const uint32_t *)a;
	uint32_t second = *(const uint32_t *)b;

	return (first > second) - (first < second);
}

struct diff_ranges facts_gather(struct arena *arena, uint32_t *numbers, size_t n_numbers)
{
	struct diff_ranges ranges = {0};
	size_t n_ranges = 0;

	if (n_numbers > 1)
		qsort(numbers, n_numbers, sizeof(numbers[0]), compare_numbers);
	for (size_t i = 0; i < n_numbers; i++)
		n_ranges += i == 0 || numbers[i] > numbers[i - 1] + 1;
	vec_reserve(arena, &ranges.items, n_ranges);
	for (size_t i = 0; i < n_numbers; i++) {
		struct diff_range *last = ranges.items.items + ranges.items.n_items - 1;

		if (i > 0 && numbers[i] <= last->last + 1) {
			last->last = numbers[i];
		} else {
			*vec_push(arena, &ranges.items) =
				(struct diff_range){numbers[i], numbers[i]};
		}
	}
	return ranges;
}

bool diff_has_fact(const struct diff_ranges *ranges, size_t fact)
{
	size_t low = 0;
	size_t high = ranges->items.n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fact > ranges->items.items[middle].last) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < ranges->items.n_items && fact >= ranges->items.items[low].first;
}
