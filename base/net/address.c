/* SPDX-License-Identifier: MIT */

/*
 * Text is parsed and made by inet_pton(3) and inet_ntop(3), which are strict: four decimal numbers
 * without leading zeros, or RFC 4291 section 2.2 text.
 */

#include "base/net/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stddef.h>
#include <string.h>

static bool is_mapped(const uint8_t bytes[static 16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(bytes, mapped, sizeof(mapped)) == 0;
}

/* Why `text`, which is no address, is none: "fe80::1%eth0" has a zone, the rest is wrong. */
static int explain_failure(const char *text)
{
	const char *zone = strchr(text, '%');
	char head[NET_ADDRESS_TEXT];
	uint8_t bytes[16];

	if (zone == NULL || (size_t)(zone - text) >= sizeof(head))
		return NET_E_SYNTAX;
	memcpy(head, text, (size_t)(zone - text));
	head[zone - text] = '\0';
	return inet_pton(AF_INET6, head, bytes) == 1 ? NET_E_SCOPE : NET_E_SYNTAX;
}

int net_address_parse(const char *text, struct net_address *ret_address)
{
	struct net_address address = {.family = NET_IPV4};

	if (inet_pton(AF_INET, text, address.bytes) == 1) {
		*ret_address = address;
		return 0;
	}
	address = (struct net_address){.family = NET_IPV6};
	if (inet_pton(AF_INET6, text, address.bytes) != 1)
		return explain_failure(text);
	if (is_mapped(address.bytes))
		return NET_E_MAPPED;
	*ret_address = address;
	return 0;
}

/* inet_ntop(3) goes through sprintf(3), and every emitted peer has IPv4 addresses. */
static void format_ipv4(const uint8_t bytes[static 4], char *end)
{
	for (unsigned int i = 0; i < 4; i++) {
		if (i > 0)
			*end++ = '.';
		if (bytes[i] >= 100)
			*end++ = (char)('0' + bytes[i] / 100);
		if (bytes[i] >= 10)
			*end++ = (char)('0' + bytes[i] / 10 % 10);
		*end++ = (char)('0' + bytes[i] % 10);
	}
	*end = '\0';
}

const char *net_address_format(const struct net_address *address,
			       char buffer[static NET_ADDRESS_TEXT])
{
	const char *text = buffer;

	if (address->family == NET_IPV4) {
		format_ipv4(address->bytes, buffer);
	} else {
		text = inet_ntop(AF_INET6, address->bytes, buffer, NET_ADDRESS_TEXT);
	}
	assert(text != NULL); /* the buffer is large enough */
	return text;
}

int net_address_compare(const struct net_address *a, const struct net_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
