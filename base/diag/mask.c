/* SPDX-License-Identifier: MIT */

/*
 * A key is 43 characters of base64 and a '='. Runs of nearly that length count as well, because a
 * mistyped key is still a secret; all-lower-case words and long paths do not, because random base64
 * of that length practically always mixes capitals, small letters and digits.
 */

#include "base/diag/mask.h"

#include <string.h>

enum {
	SHORTEST = 38,
	LONGEST = 50,
};

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_base64(char c)
{
	return is_lower(c) || is_upper(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

bool mask_hides(const char *text, size_t length, size_t at)
{
	bool has_lower = false;
	bool has_upper = false;
	bool has_digit = false;
	size_t begin = at;
	size_t end = at;

	while (end < length && end - at <= LONGEST && is_base64(text[end]))
		end++;
	while (end > at && begin > 0 && at - begin <= LONGEST && is_base64(text[begin - 1]))
		begin--;
	if (end - begin < SHORTEST || end - begin > LONGEST)
		return false;
	for (size_t i = begin; i < end; i++) {
		has_lower = has_lower || is_lower(text[i]);
		has_upper = has_upper || is_upper(text[i]);
		has_digit = has_digit || is_digit(text[i]);
	}
	return has_lower && has_upper && has_digit;
}

void mask_string(char *string)
{
	size_t length = strlen(string);
	size_t masked_until = 0;

	/* From the left, whole runs at a time: a masked byte would hide the rest of its run. */
	for (size_t i = 0; i < length; i++) {
		if (i >= masked_until && mask_hides(string, length, i)) {
			masked_until = i;
			while (masked_until < length && is_base64(string[masked_until]))
				masked_until++;
		}
		if (i < masked_until)
			string[i] = '*';
	}
}
