/* SPDX-License-Identifier: MIT */

/* Endpoints as wg(8) reads them: IPv6 in brackets, everything else bare. */

#include "base/net/endpoint.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/decimal.h"

enum {
	NAME_MAX_LENGTH = 253,
	LABEL_MAX_LENGTH = 63,
};

const char *net_endpoint_format(const struct net_endpoint *endpoint,
				char buffer[static NET_ENDPOINT_TEXT])
{
	bool is_ipv6 = endpoint->name == NULL && endpoint->address.family == NET_IPV6;
	const char *host = endpoint->name;
	char address[NET_ADDRESS_TEXT];
	char port[DECIMAL_TEXT];
	size_t n_port = (size_t)(decimal_write(endpoint->port, port) + 1 - port);
	size_t n_host;
	char *end = buffer;

	if (host == NULL)
		host = net_address_format(&endpoint->address, address);
	n_host = strlen(host);
	assert(n_host + n_port + (is_ipv6 ? 3 : 1) <= NET_ENDPOINT_TEXT); /* names are shorter */
	if (is_ipv6)
		*end++ = '[';
	memcpy(end, host, n_host);
	end += n_host;
	if (is_ipv6)
		*end++ = ']';
	*end++ = ':';
	memcpy(end, port, n_port);
	return buffer;
}

/* A UDP port, in digits without a leading zero; or 0. */
static uint16_t parse_port(const char *text)
{
	unsigned int port = 0;

	if (text[0] == '0' || strlen(text) > 5 || text[strspn(text, "0123456789")] != '\0')
		return 0;
	for (const char *digit = text; *digit != '\0'; digit++)
		port = port * 10 + (unsigned int)(*digit - '0');
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* The part before the port: an address, in brackets where it is IPv6, or a name. */
static int parse_host(struct arena *arena, const char *text, size_t length,
		      struct net_endpoint *endpoint)
{
	bool is_bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';
	char *host = is_bracketed ? arena_copy(arena, text + 1, length - 2)
				  : arena_copy(arena, text, length);
	int r = net_address_parse(host, &endpoint->address);

	if (r == 0 && is_bracketed != (endpoint->address.family == NET_IPV6))
		return NET_E_SYNTAX;
	if (r == 0 || is_bracketed)
		return r;
	endpoint->name = host;
	return net_name_is_valid(host) ? 0 : NET_E_SYNTAX;
}

int net_endpoint_parse(struct arena *arena, const char *text, struct net_endpoint *ret_endpoint)
{
	const char *colon = strrchr(text, ':');
	struct net_endpoint endpoint = {0};
	int r;

	if (colon == NULL)
		return NET_E_SYNTAX;
	endpoint.port = parse_port(colon + 1);
	r = parse_host(arena, text, (size_t)(colon - text), &endpoint);
	if (r == 0 && endpoint.port == 0)
		r = NET_E_SYNTAX;
	if (r == 0)
		*ret_endpoint = endpoint;
	return r;
}

/* Not isalnum(3): that depends on the locale. */
static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '-';
}

static bool is_label(const char *text, size_t length)
{
	if (length == 0 || length > LABEL_MAX_LENGTH)
		return false;
	if (text[0] == '-' || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_name_byte(text[i]))
			return false;
	}
	return true;
}

/* inet_aton(3), and with it every resolver, takes 0x7f000001 for an address too. */
static bool is_number(const char *text)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return text[2 + strspn(text + 2, "0123456789abcdefABCDEF")] == '\0';
	return text[strspn(text, "0123456789")] == '\0';
}

bool net_name_is_valid(const char *text)
{
	const char *label = text;

	if (strnlen(text, NAME_MAX_LENGTH + 1) > NAME_MAX_LENGTH)
		return false;
	for (;;) {
		size_t length = strcspn(label, ".");

		if (!is_label(label, length))
			return false;
		if (label[length] == '\0')
			return !is_number(label);
		label += length + 1;
	}
}
