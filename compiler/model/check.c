/* SPDX-License-Identifier: MIT */

/* Checks of single values, beyond their type. */

#include "compiler/model/check.h"

#include <stdbool.h>
#include <string.h>

#include "base/date.h"
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
	int32_t day;

	return date_parse(text, &day) ? NULL : "a date such as 2027-06-30";
}

/* Without leading zeros, so that no port can be written in two ways: keys of a mapping are unique.
 * 0: none stands there.
 */
static unsigned int read_port(const char *text, size_t *ret_n_digits)
{
	size_t n_digits = strspn(text, "0123456789");
	unsigned int port = 0;

	for (size_t i = 0; i < n_digits && i < 6; i++)
		port = port * 10 + (unsigned int)(text[i] - '0');
	*ret_n_digits = n_digits;
	return n_digits > 5 || text[0] == '0' || port > 65535 ? 0 : port;
}

const char *check_ports(const char *text)
{
	size_t length = strcspn(text, "/");
	bool has_ports = (length == 3 && strncmp(text, "tcp", 3) == 0) ||
			 (length == 3 && strncmp(text, "udp", 3) == 0);
	unsigned int first;
	unsigned int last;
	size_t n_digits;

	if (!has_ports) {
		return strcmp(text, "icmp") == 0
			       ? NULL
			       : "tcp, udp or icmp, and behind the first two a port: tcp/22";
	}
	if (text[length] == '\0')
		return NULL;
	text += length + 1;
	first = last = read_port(text, &n_digits);
	text += n_digits;
	if (text[0] == '-') {
		last = read_port(text + 1, &n_digits);
		text += 1 + n_digits;
	}
	if (first == 0 || last == 0 || text[0] != '\0')
		return "ports from 1 to 65535, such as tcp/22 or udp/60000-61000";
	return first <= last ? NULL : "the lower port first";
}

const char *check_forward_port(const char *text)
{
	size_t n_digits;

	if (read_port(text, &n_digits) == 0)
		return "a UDP port from 1 to 65535";
	if (text[n_digits] != '\0' && strcmp(text + n_digits, "/ipv6") != 0)
		return "the port alone, or with '/ipv6' behind it";
	return NULL;
}

const char *check_ipv4_address(const char *text)
{
	struct net_address address;

	if (net_address_parse(text, &address) != 0)
		return "an IPv4 address such as 203.0.113.40";
	if (address.family != NET_IPV4)
		return "an IPv4 address: IPv6 is not translated, hosts are seen at their own";
	return NULL;
}
