/* SPDX-License-Identifier: MIT */

/*
 * Checksums are updated from the words that change (RFC 1624), not made anew: what was damaged on
 * the way stays damaged, and the receiver sees it.
 */

#include "runtime/lab/nat_packet.h"

/* RFC 791 section 3.1, RFC 768. */
enum {
	IPV4_TOTAL_LENGTH = 2,
	IPV4_FRAGMENT = 6,
	IPV4_PROTOCOL = 9,
	IPV4_CHECKSUM = 10,
	IPV4_SOURCE = 12,
	IPV4_DESTINATION = 16,
	IPV4_SHORTEST = 20,
	UDP_SOURCE = 0,
	UDP_DESTINATION = 2,
	UDP_LENGTH = 4,
	UDP_CHECKSUM = 6,
	UDP_HEADER = 8,
	PROTOCOL_UDP = 17,
	MORE_FRAGMENTS_OR_OFFSET = 0x3fff, /* all but the reserved bit and "don't fragment" */
};

static uint16_t word_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put_word(uint8_t *bytes, uint16_t word)
{
	bytes[0] = (uint8_t)(word >> 8);
	bytes[1] = (uint8_t)word;
}

static uint32_t address_at(const uint8_t *bytes)
{
	return (uint32_t)word_at(bytes) << 16 | word_at(bytes + 2);
}

static size_t header_length(const uint8_t *packet)
{
	return (size_t)(packet[0] & 0xf) * 4;
}

bool nat_packet_read(const uint8_t *packet, size_t length, struct nat_flow *ret_flow)
{
	size_t header, total;
	const uint8_t *udp;

	if (length < IPV4_SHORTEST || packet[0] >> 4 != 4)
		return false;
	header = header_length(packet);
	total = word_at(packet + IPV4_TOTAL_LENGTH);
	if (header < IPV4_SHORTEST || total > length || total < header + UDP_HEADER)
		return false;
	if (packet[IPV4_PROTOCOL] != PROTOCOL_UDP)
		return false;
	if ((word_at(packet + IPV4_FRAGMENT) & MORE_FRAGMENTS_OR_OFFSET) != 0)
		return false;
	udp = packet + header;
	if (word_at(udp + UDP_LENGTH) < UDP_HEADER || word_at(udp + UDP_LENGTH) > total - header)
		return false;
	*ret_flow = (struct nat_flow){
		.source = {address_at(packet + IPV4_SOURCE), word_at(udp + UDP_SOURCE)},
		.destination = {address_at(packet + IPV4_DESTINATION),
				word_at(udp + UDP_DESTINATION)},
	};
	/* RFC 768: source port zero says that no reply is wanted. Nobody could send one anyway. */
	return ret_flow->source.port != 0 && ret_flow->destination.port != 0;
}

/* Puts a word in the place of another, and adds to the sum what RFC 1624 eqn. 3 does: ~m + m'. */
static void exchange(uint8_t *bytes, uint16_t word, uint32_t *sum)
{
	*sum += (uint16_t)~word_at(bytes);
	*sum += word;
	put_word(bytes, word);
}

static void exchange_address(uint8_t *bytes, uint32_t address, uint32_t *sum)
{
	exchange(bytes, (uint16_t)(address >> 16), sum);
	exchange(bytes + 2, (uint16_t)address, sum);
}

/* RFC 1624 eqn. 3: HC' = ~(~HC + ~m + m'). */
static uint16_t corrected(uint16_t checksum, uint32_t sum)
{
	sum += (uint16_t)~checksum;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void nat_packet_write(uint8_t *packet, const struct nat_flow *flow)
{
	uint8_t *udp = packet + header_length(packet);
	uint16_t checksum = word_at(udp + UDP_CHECKSUM);
	uint32_t sum = 0;

	exchange_address(packet + IPV4_SOURCE, flow->source.address, &sum);
	exchange_address(packet + IPV4_DESTINATION, flow->destination.address, &sum);
	put_word(packet + IPV4_CHECKSUM, corrected(word_at(packet + IPV4_CHECKSUM), sum));
	/* The addresses are in UDP's checksum too, by its pseudo header (RFC 768). */
	exchange(udp + UDP_SOURCE, flow->source.port, &sum);
	exchange(udp + UDP_DESTINATION, flow->destination.port, &sum);
	if (checksum == 0)
		return; /* RFC 768: the sender made none */
	checksum = corrected(checksum, sum);
	put_word(udp + UDP_CHECKSUM, checksum == 0 ? 0xffff : checksum);
}
