/* SPDX-License-Identifier: MIT */

/*
 * A key is 43 characters of base64 and a '=', or 64 of hexadecimal. Longer and somewhat shorter
 * runs count as well, because a mistyped key is still a secret, and so is one behind "PrivateKey=";
 * all-lower-case words and paths do not: random base64 of that length practically always mixes
 * capitals, small letters and digits, and has few slashes.
 */

#include "base/diag/mask.h"

#include <string.h>

enum {
	SHORTEST = 38,
	LONGEST = 100, /* looked at; a run may be longer */
	HEX_LENGTH = 60,
	MOST_SLASHES = 3,
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

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool looks_like_key(const char *run, size_t length)
{
	size_t n_hex = 0;
	size_t n_slashes = 0;
	bool has_lower = false;
	bool has_upper = false;
	bool has_digit = false;

	if (length < SHORTEST)
		return false;
	for (size_t i = 0; i < length; i++) {
		has_lower = has_lower || is_lower(run[i]);
		has_upper = has_upper || is_upper(run[i]);
		has_digit = has_digit || is_digit(run[i]);
		n_hex += is_hex(run[i]);
		n_slashes += run[i] == '/';
	}
	if (n_hex == length)
		return length >= HEX_LENGTH;
	return has_lower && has_upper && has_digit && n_slashes <= MOST_SLASHES;
}

bool mask_hides(const char *text, size_t length, size_t at)
{
	size_t begin = at;
	size_t end = at;

	while (end < length && end - at < LONGEST && is_base64(text[end]))
		end++;
	while (end > at && begin > 0 && at - begin < LONGEST && is_base64(text[begin - 1]))
		begin--;
	return looks_like_key(text + begin, end - begin);
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
