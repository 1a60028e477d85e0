/* SPDX-License-Identifier: MIT */

/* Names are sorted by what stands around their number, then by it; neighbours are one range. */

#include "base/namelist.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum {
	MOST_DIGITS = 18,
};

/* A name, taken apart. Without a number all of it is the front. */
struct part {
	const char *name;
	size_t front;  /* bytes before the number */
	size_t digits; /* of it; 0: none */
	const char *back;
	uint64_t number;
	bool is_padded;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct part take_apart(const char *name)
{
	size_t end = strlen(name);
	struct part part = {.name = name, .front = end, .back = name + end};
	size_t begin;

	while (end > 0 && !is_digit(name[end - 1]))
		end--;
	for (begin = end; begin > 0 && is_digit(name[begin - 1]);)
		begin--;
	/* A bracket would be read as a range's. */
	if (begin == end || end - begin > MOST_DIGITS || strpbrk(name, "[],") != NULL)
		return part;
	part.front = begin;
	part.digits = end - begin;
	part.back = name + end;
	for (size_t i = begin; i < end; i++)
		part.number = part.number * 10 + (uint64_t)(name[i] - '0');
	part.is_padded = name[begin] == '0' && part.digits > 1;
	return part;
}

static int compare_fronts(const struct part *a, const struct part *b)
{
	size_t shorter = a->front < b->front ? a->front : b->front;
	int order = memcmp(a->name, b->name, shorter);

	return order != 0 ? order : (a->front > b->front) - (a->front < b->front);
}

static int compare_parts(const void *first, const void *second)
{
	const struct part *a = first;
	const struct part *b = second;
	int order = compare_fronts(a, b);

	if (order == 0)
		order = (a->digits > 0) - (b->digits > 0);
	if (order == 0)
		order = strcmp(a->back, b->back);
	if (order == 0)
		order = (a->number > b->number) - (a->number < b->number);
	return order != 0 ? order : (a->digits > b->digits) - (a->digits < b->digits);
}

/* Whether both can stand in one pair of brackets. */
static bool is_alike(const struct part *a, const struct part *b)
{
	return a->digits > 0 && b->digits > 0 && compare_fronts(a, b) == 0 &&
	       strcmp(a->back, b->back) == 0 &&
	       (a->digits == b->digits || (!a->is_padded && !b->is_padded));
}

/* The number as it is written. */
static void put_number(const struct part *part, struct text *out)
{
	text_append(out, part->name + part->front, part->digits);
}

/* "gpu[01-03,07]" of the `n` parts, which are alike. */
static const char *fold(struct arena *arena, const struct part *parts, size_t n)
{
	cleanup_(text_finish) struct text text = {0};

	text_append(&text, parts[0].name, parts[0].front);
	text_puts(&text, "[");
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && parts[end].number == parts[end - 1].number + 1;)
			end++;
		text_puts(&text, i == 0 ? "" : ",");
		put_number(&parts[i], &text);
		if (end - i > 1) {
			text_puts(&text, "-");
			put_number(&parts[end - 1], &text);
		}
	}
	text_join(&text, "]", parts[0].back);
	return arena_copy(arena, text.data, text.length);
}

struct namelist namelist_fold(struct arena *arena, const char *const *names, size_t n_names)
{
	struct part *parts = ARENA_ARRAY(arena, struct part, n_names);
	struct namelist list = {0};

	for (size_t i = 0; i < n_names; i++)
		parts[i] = take_apart(names[i]);
	if (n_names > 1)
		qsort(parts, n_names, sizeof(parts[0]), compare_parts);
	for (size_t i = 0, end; i < n_names; i = end) {
		for (end = i + 1; end < n_names && is_alike(&parts[i], &parts[end]);)
			end++;
		*vec_push(arena, &list.items) = (struct namelist_item){
			.text = end - i == 1 ? parts[i].name : fold(arena, &parts[i], end - i),
			.n_names = end - i,
		};
	}
	return list;
}

void namelist_say(const struct namelist *list, size_t most, struct text *out)
{
	size_t n = list->items.n_items;
	size_t n_told = n > most ? most - 1 : n;
	size_t n_left = 0;

	for (size_t i = 0; i < n; i++) {
		if (i >= n_told) {
			n_left += list->items.items[i].n_names;
			continue;
		}
		text_join(out, i == 0 ? "" : i + 1 < n ? ", " : " and ", list->items.items[i].text);
	}
	if (n_left > 0)
		text_printf(out, " and %zu more", n_left);
}
