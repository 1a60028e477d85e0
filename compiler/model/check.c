/* SPDX-License-Identifier: MIT */

/* Checks of single values, beyond their type. */

#include "compiler/model/check.h"

#include <stdbool.h>
#include <string.h>

#include "base/net/endpoint.h"

static bool is_made_of(const char *text, const char *allowed)
{
	return text[strspn(text, allowed)] == '\0';
}

/*
 * wg-quick(8) takes the interface's name from the file's: at most 15 bytes (IFNAMSIZ - 1) of this
 * set. "." and ".." and a leading '-' would be taken for folders and options.
 */
const char *check_interface_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_=+.-";

	if (text[0] == '\0' || strlen(text) > 15)
		return "1 to 15 characters, because it names the interface on Linux";
	if (!is_made_of(text, allowed))
		return "only letters, digits and '_=+.-', which is what wg-quick takes";
	if (text[0] == '-' || text[0] == '.')
		return "a letter, a digit or one of '_=+' at the start";
	if (strcmp(text, "lo") == 0 || strcmp(text, "all") == 0 || strcmp(text, "default") == 0)
		return "another name: this one means something else to the kernel";
	return NULL;
}

const char *check_dns_name(const char *text)
{
	return net_name_is_valid(text) ? NULL : "a DNS name such as mesh.example.org";
}

const char *check_node_name(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > 63)
		return "1 to 63 characters";
	if (!is_made_of(text, "abcdefghijklmnopqrstuvwxyz0123456789-"))
		return "only lower-case letters, digits and hyphens";
	if (text[0] == '-' || text[length - 1] == '-')
		return "a letter or a digit at both ends";
	if (strcmp(text, "localhost") == 0)
		return "another name: this one is every host's own";
	return NULL;
}

const char *check_date(const char *text)
{
	static const char shape[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof(shape); i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (shape[i] == 'd' ? !is_digit : text[i] != shape[i])
			return "a date such as 2027-06-30";
	}
	return NULL;
}
