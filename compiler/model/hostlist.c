/* SPDX-License-Identifier: MIT */

/*
 * A list is a sum of terms, a term the product of its brackets, a bracket the sum of its ranges.
 * Every range and term knows how many names come before it, so that the nth name is a search, not a
 * walk.
 */

#include "compiler/model/hostlist.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/text.h"
#include "base/vec.h"

enum {
	MAX_DIGITS = 18, /* of a number: it fits 64 bits */
};

/* "01-03", or "7". */
struct range {
	uint64_t low;
	size_t width; /* digits, zeros in front included */
	size_t first; /* how many numbers the bracket has before it */
	struct hostlist_place place;
};

/* Text, and the bracket behind it: none at the end of a term, where it has one number. */
struct part {
	struct hostlist_place text;
	vec_of(struct range) ranges;
	size_t n_numbers;
	size_t stride; /* names until its number changes */
};

struct term {
	vec_of(struct part) parts;
	size_t first; /* how many names the list has before it */
	size_t n_names;
	struct hostlist_place place;
};

struct hostlist {
	const char *text;
	vec_of(struct term) terms;
	size_t n_names;
};

struct parser {
	struct arena *arena;
	const char *text;
	size_t at;
	struct hostlist_place *fault;
};

bool hostlist_is_meant(const char *text)
{
	return strpbrk(text, "[]") != NULL;
}

static int fail(struct parser *parser, enum hostlist_error error, size_t begin, size_t end)
{
	*parser->fault = (struct hostlist_place){begin, end};
	return (int)error;
}

static uint64_t number_of(const char *digits, size_t n)
{
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = number * 10 + (uint64_t)(digits[i] - '0');
	return number;
}

/* The numbers from `place`, which holds digits and hyphens, or whatever somebody wrote. */
static int parse_numbers(struct parser *parser, struct hostlist_place place, struct part *part)
{
	const char *low = parser->text + place.begin;
	size_t length = place.end - place.begin;
	size_t n_low = strspn(low, "0123456789");
	bool is_pair = n_low < length && low[n_low] == '-';
	const char *high = is_pair ? low + n_low + 1 : low;
	size_t n_high = strspn(high, "0123456789");
	bool is_padded = (low[0] == '0' && n_low > 1) || (high[0] == '0' && n_high > 1);
	struct range range = {.width = n_low, .first = part->n_numbers, .place = place};
	uint64_t last;

	if (n_low == 0 || n_high == 0 || high + n_high != low + length || n_low > MAX_DIGITS ||
	    n_high > MAX_DIGITS)
		return fail(parser, HOSTLIST_E_NUMBER, place.begin, place.end);
	range.low = number_of(low, n_low);
	last = number_of(high, n_high);
	if (is_padded && n_low != n_high)
		return fail(parser, HOSTLIST_E_WIDTH, place.begin, place.end);
	if (last < range.low)
		return fail(parser, HOSTLIST_E_REVERSED, place.begin, place.end);
	if (last - range.low >= HOSTLIST_MAX_NAMES - part->n_numbers)
		return fail(parser, HOSTLIST_E_TOO_MANY, place.begin, place.end);
	part->n_numbers += last - range.low + 1;
	*vec_push(parser->arena, &part->ranges) = range;
	return 0;
}

/* From behind the '[' to behind the ']'. */
static int parse_bracket(struct parser *parser, struct part *part)
{
	const char *text = parser->text;
	size_t open = parser->at - 1;

	for (;; parser->at++) {
		size_t begin = parser->at;
		size_t end = begin + strcspn(text + begin, ",[]");
		int r;

		if (text[end] == '\0')
			return fail(parser, HOSTLIST_E_UNCLOSED, open, end);
		if (text[end] == '[')
			return fail(parser, HOSTLIST_E_NESTED, end, end + 1);
		if (begin == end)
			return fail(parser, HOSTLIST_E_EMPTY, begin - 1, end + 1);
		r = parse_numbers(parser, (struct hostlist_place){begin, end}, part);
		if (r != 0)
			return r;
		parser->at = end;
		if (text[end] == ']')
			break;
	}
	parser->at++;
	return 0;
}

static int parse_part(struct parser *parser, struct term *term)
{
	struct part *part = vec_push(parser->arena, &term->parts);
	size_t open;
	int r;

	part->text.begin = parser->at;
	parser->at += strcspn(parser->text + parser->at, ",[]");
	part->text.end = parser->at;
	if (parser->text[parser->at] == ']')
		return fail(parser, HOSTLIST_E_STRAY, parser->at, parser->at + 1);
	if (parser->text[parser->at] != '[') {
		part->n_numbers = 1;
		return 0;
	}
	open = parser->at++;
	r = parse_bracket(parser, part);
	if (r != 0)
		return r;
	if (part->n_numbers > HOSTLIST_MAX_NAMES / term->n_names)
		return fail(parser, HOSTLIST_E_TOO_MANY, open, parser->at);
	term->n_names *= part->n_numbers;
	return 0;
}

static void set_strides(struct term *term)
{
	size_t stride = 1;

	for (size_t i = term->parts.n_items; i-- > 0;) {
		term->parts.items[i].stride = stride;
		stride *= term->parts.items[i].n_numbers;
	}
}

/* To the comma behind the term, or to the end. */
static int parse_term(struct parser *parser, struct hostlist *list)
{
	struct term *term = vec_push(parser->arena, &list->terms);
	const char *text = parser->text;
	size_t begin = parser->at;

	term->first = list->n_names;
	term->n_names = 1;
	do {
		int r = parse_part(parser, term);

		if (r != 0)
			return r;
	} while (text[parser->at] != ',' && text[parser->at] != '\0');
	term->place = (struct hostlist_place){begin, parser->at};
	if (begin == parser->at) {
		return fail(parser, HOSTLIST_E_EMPTY, begin == 0 ? 0 : begin - 1,
			    begin + (text[begin] != '\0'));
	}
	if (term->n_names > HOSTLIST_MAX_NAMES - list->n_names)
		return fail(parser, HOSTLIST_E_TOO_MANY, begin, parser->at);
	list->n_names += term->n_names;
	set_strides(term);
	return 0;
}

int hostlist_parse(struct arena *arena, const char *text, const struct hostlist **ret_list,
		   struct hostlist_place *ret_fault)
{
	struct parser parser = {.arena = arena, .text = text, .fault = ret_fault};
	struct hostlist *list = ARENA_NEW(arena, struct hostlist);

	list->text = text;
	for (;; parser.at++) {
		int r = parse_term(&parser, list);

		if (r != 0)
			return r;
		if (text[parser.at] == '\0')
			break;
	}
	*ret_list = list;
	return 0;
}

size_t hostlist_n_names(const struct hostlist *list)
{
	return list->n_names;
}

/* The term with the name at `index`: the last one that begins at or before it. */
static const struct term *find_term(const struct hostlist *list, size_t index)
{
	size_t low = 0;
	size_t high = list->terms.n_items;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (list->terms.items[middle].first <= index) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return &list->terms.items[low];
}

static size_t number_index(const struct part *part, size_t index_in_term)
{
	return index_in_term / part->stride % part->n_numbers;
}

/* The range with the bracket's number at `index`. */
static const struct range *find_range(const struct part *part, size_t index)
{
	size_t low = 0;
	size_t high = part->ranges.n_items;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (part->ranges.items[middle].first <= index) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return &part->ranges.items[low];
}

static void write_number(uint64_t number, size_t width, struct text *out)
{
	static const char zeros[MAX_DIGITS + 1] = "000000000000000000";
	char digits[DECIMAL_TEXT];
	size_t length = (size_t)(decimal_write(number, digits) - digits);

	if (length < width)
		text_append(out, zeros, width - length);
	text_append(out, digits, length);
}

void hostlist_write(const struct hostlist *list, size_t index, struct text *out)
{
	const struct term *term = find_term(list, index);

	vec_foreach(part, &term->parts) {
		size_t number = number_index(part, index - term->first);
		const struct range *range;

		text_append(out, list->text + part->text.begin, part->text.end - part->text.begin);
		if (part->ranges.n_items == 0)
			continue;
		range = find_range(part, number);
		write_number(range->low + (number - range->first), range->width, out);
	}
}

struct hostlist_place hostlist_locate(const struct hostlist *list, size_t index, size_t other)
{
	const struct term *term = find_term(list, index);

	if (term != find_term(list, other))
		return term->place;
	vec_foreach(part, &term->parts) {
		size_t number = number_index(part, index - term->first);

		if (number != number_index(part, other - term->first))
			return find_range(part, number)->place;
	}
	return term->place;
}
