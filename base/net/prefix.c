/* SPDX-License-Identifier: MIT */

/* Prefixes are compared in network order, bytes first and the bits of the last byte by mask. */

#include "base/net/prefix.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

enum {
	HEAD_SIZE = NET_ADDRESS_TEXT + 18, /* the longest address, '%', an interface name */
	LENGTH_DIGITS = 3,
};

/* The mask of the `n_bits` leading bits of a byte, 0 to 7 of them. */
static uint8_t leading_bits(unsigned int n_bits)
{
	return (uint8_t)(0xff00 >> n_bits);
}

/* Clears the bits behind the length. Returns whether any was set. */
static bool clear_host_bits(struct net_prefix *prefix)
{
	uint8_t *bytes = prefix->address.bytes;
	unsigned int n_bytes = net_family_bits(prefix->address.family) / 8;
	bool was_set = false;

	for (unsigned int i = prefix->length / 8; i < n_bytes; i++) {
		uint8_t mask = i == prefix->length / 8 ? leading_bits(prefix->length % 8) : 0;

		was_set = was_set || (bytes[i] & ~mask) != 0;
		bytes[i] &= mask;
	}
	return was_set;
}

/* A decimal number without sign and leading zeros; above 999 all are the same, too large. */
static int parse_length(const char *text, unsigned int *ret_length)
{
	size_t n_digits = strspn(text, "0123456789");
	unsigned int length = 0;

	if (n_digits == 0 || text[n_digits] != '\0' || (n_digits > 1 && text[0] == '0'))
		return NET_E_SYNTAX;
	for (size_t i = 0; i < n_digits && i <= LENGTH_DIGITS; i++)
		length = 10 * length + (unsigned int)(text[i] - '0');
	*ret_length = length;
	return 0;
}

/* "address/length": the address in `head`, the length in `ret_length`. */
static int split(const char *text, const char *slash, char head[static HEAD_SIZE],
		 unsigned int *ret_length)
{
	size_t n_head = (size_t)(slash - text);

	if (n_head >= HEAD_SIZE)
		return NET_E_SYNTAX;
	memcpy(head, text, n_head);
	head[n_head] = '\0';
	return parse_length(slash + 1, ret_length);
}

int net_prefix_parse(const char *text, struct net_prefix *ret_prefix)
{
	const char *slash = strchr(text, '/');
	struct net_prefix prefix = {0};
	char head[HEAD_SIZE];
	unsigned int length;
	int r;

	if (slash == NULL) {
		r = net_address_parse(text, &prefix.address);
		if (r == 0)
			*ret_prefix = net_prefix_of_host(&prefix.address);
		return r;
	}
	r = split(text, slash, head, &length);
	if (r != 0)
		return r;
	r = net_address_parse(head, &prefix.address);
	if (r != 0)
		return r;
	if (length > net_family_bits(prefix.address.family))
		return NET_E_LENGTH;
	prefix.length = (uint8_t)length;
	r = clear_host_bits(&prefix) ? NET_E_HOST_BITS : 0;
	*ret_prefix = prefix;
	return r;
}

const char *net_prefix_format(const struct net_prefix *prefix, char buffer[static NET_PREFIX_TEXT])
{
	char number[DECIMAL_TEXT];
	char *end;

	(void)net_address_format(&prefix->address, buffer); /* returns the buffer */
	end = buffer + strlen(buffer);
	*end++ = '/';
	/* The buffer has four bytes more than an address needs: "/128". */
	memcpy(end, number, (size_t)(decimal_write(prefix->length, number) + 1 - number));
	return buffer;
}

struct net_prefix net_prefix_of_host(const struct net_address *address)
{
	return (struct net_prefix){
		.address = *address,
		.length = (uint8_t)net_family_bits(address->family),
	};
}

bool net_prefix_contains(const struct net_prefix *prefix, const struct net_address *address)
{
	const uint8_t *a = prefix->address.bytes;
	const uint8_t *b = address->bytes;
	unsigned int n_bytes = prefix->length / 8;
	unsigned int n_bits = prefix->length % 8;

	if (prefix->address.family != address->family || memcmp(a, b, n_bytes) != 0)
		return false;
	return n_bits == 0 || ((a[n_bytes] ^ b[n_bytes]) & leading_bits(n_bits)) == 0;
}

bool net_prefix_covers(const struct net_prefix *outer, const struct net_prefix *inner)
{
	return outer->length <= inner->length && net_prefix_contains(outer, &inner->address);
}

bool net_prefix_overlaps(const struct net_prefix *a, const struct net_prefix *b)
{
	return net_prefix_covers(a, b) || net_prefix_covers(b, a);
}

int net_prefix_compare(const struct net_prefix *a, const struct net_prefix *b)
{
	int r = net_address_compare(&a->address, &b->address);

	return r != 0 ? r : (int)a->length - (int)b->length;
}

bool net_prefix_nth(const struct net_prefix *prefix, uint64_t index,
		    struct net_address *ret_address)
{
	unsigned int n_bits = net_family_bits(prefix->address.family);
	unsigned int n_host_bits = n_bits - prefix->length;
	struct net_address address = prefix->address;

	if (n_host_bits < 64 && index >> n_host_bits != 0)
		return false;
	/* the prefix is zero where the index goes, so nothing carries */
	for (unsigned int i = n_bits / 8; index != 0; index >>= 8)
		address.bytes[--i] |= (uint8_t)index;
	*ret_address = address;
	return true;
}

static int compare(const void *a, const void *b)
{
	return net_prefix_compare(a, b);
}

/* Whether the two, which do not overlap, are the halves of one wider prefix. */
static bool are_halves(const struct net_prefix *a, const struct net_prefix *b)
{
	struct net_prefix whole = *a;

	if (a->length != b->length || a->length == 0)
		return false;
	whole.length--;
	return net_prefix_contains(&whole, &b->address);
}

/*
 * In sorted order a prefix follows all that could cover it, and two halves meet once everything
 * between them is dropped or joined. The front of the array is the stack of finished prefixes.
 */
size_t net_prefix_aggregate(struct net_prefix *prefixes, size_t n_prefixes)
{
	size_t n_done = 0;

	if (n_prefixes == 0)
		return 0;
	qsort(prefixes, n_prefixes, sizeof(*prefixes), compare);
	for (size_t i = 0; i < n_prefixes; i++) {
		if (n_done > 0 && net_prefix_covers(&prefixes[n_done - 1], &prefixes[i]))
			continue;
		prefixes[n_done++] = prefixes[i];
		while (n_done > 1 && are_halves(&prefixes[n_done - 2], &prefixes[n_done - 1])) {
			n_done--;
			prefixes[n_done - 1].length--;
		}
	}
	return n_done;
}

static void set_bit(struct net_address *address, unsigned int bit, bool value)
{
	uint8_t mask = (uint8_t)(0x80 >> bit % 8);

	if (value) {
		address->bytes[bit / 8] |= mask;
	} else {
		address->bytes[bit / 8] &= (uint8_t)~mask;
	}
}

static bool get_bit(const struct net_address *address, unsigned int bit)
{
	return (address->bytes[bit / 8] & 0x80 >> bit % 8) != 0;
}

struct net_address net_prefix_last(const struct net_prefix *prefix)
{
	struct net_address last = prefix->address;

	for (unsigned int bit = prefix->length; bit < net_family_bits(last.family); bit++)
		set_bit(&last, bit, true);
	return last;
}

size_t net_prefix_subtract(const struct net_prefix *outer, const struct net_prefix *inner,
			   struct net_prefix ret_parts[static 128])
{
	size_t n_parts = 0;

	/* At each length the half of what is left that does not hold `inner`. */
	for (unsigned int bit = outer->length; bit < inner->length; bit++) {
		struct net_prefix *part = &ret_parts[n_parts++];

		*part = (struct net_prefix){.address = outer->address,
					    .length = (uint8_t)(bit + 1)};
		for (unsigned int i = outer->length; i < bit; i++)
			set_bit(&part->address, i, get_bit(&inner->address, i));
		set_bit(&part->address, bit, !get_bit(&inner->address, bit));
	}
	return n_parts;
}

bool net_prefix_is_usable(const struct net_prefix *prefix)
{
	struct net_address last = net_prefix_last(prefix);

	/* Both ends tell: the registries' unusable blocks stand at the ends of all shorter
	 * prefixes. */
	return prefix->length > 0 && net_address_scope(&prefix->address) != NET_SCOPE_UNUSABLE &&
	       net_address_scope(&last) != NET_SCOPE_UNUSABLE;
}
