/* SPDX-License-Identifier: MIT */

/* Checksums are added up here from nothing (RFC 1071), which is not how the NAT gets at its own. */

#include "tests/unit/runtime/lab/translating.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void put(uint8_t *bytes, uint32_t value, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bytes[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

static uint32_t get(const uint8_t *bytes, unsigned int n)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

static uint32_t add_up(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Everything that UDP's checksum is over, itself included: 0xffff where it is right. */
static uint16_t udp_sum(const struct datagram *datagram)
{
	size_t header = (size_t)(datagram->bytes[0] & 0xf) * 4;
	size_t length = get(datagram->bytes + header + 4, 2);
	uint32_t pseudo = add_up(datagram->bytes + 12, 8) + 17 + (uint32_t)length;

	return fold(pseudo + add_up(datagram->bytes + header, length));
}

bool datagram_is_sound(const struct datagram *datagram)
{
	size_t header = (size_t)(datagram->bytes[0] & 0xf) * 4;

	if (fold(add_up(datagram->bytes, header)) != 0xffff)
		return false;
	return get(datagram->bytes + header + 6, 2) == 0 || udp_sum(datagram) == 0xffff;
}

void datagram_make(struct datagram *datagram, const struct flow *flow, const char *payload)
{
	uint8_t *ip = datagram->bytes, *udp = ip + UDP_AT;
	size_t size = strlen(payload);
	uint16_t checksum;

	*datagram = (struct datagram){.length = PAYLOAD_AT + size};
	assert_true(datagram->length <= sizeof(datagram->bytes));
	put(ip, 0x4500, 2);
	put(ip + 2, (uint32_t)datagram->length, 2);
	put(ip + 6, 0x4000, 2); /* "don't fragment" is no fragment */
	put(ip + 8, 64 << 8 | 17, 2);
	put(ip + 12, flow->source.address, 4);
	put(ip + 16, flow->destination.address, 4);
	put(ip + 10, (uint16_t)~fold(add_up(ip, UDP_AT)), 2);
	put(udp, flow->source.port, 2);
	put(udp + 2, flow->destination.port, 2);
	put(udp + 4, (uint32_t)(8 + size), 2);
	memcpy(datagram->bytes + PAYLOAD_AT, payload, size);
	checksum = (uint16_t)~udp_sum(datagram);
	put(udp + 6, checksum == 0 ? 0xffff : checksum,
	    2); /* RFC 768: zero says that there is none */
}

struct flow datagram_flow(const struct datagram *datagram)
{
	const uint8_t *ip = datagram->bytes, *udp = ip + (size_t)(ip[0] & 0xf) * 4;

	return FLOW(get(ip + 12, 4), get(udp, 2), get(ip + 16, 4), get(udp + 2, 2));
}

struct net_address address_of(uint32_t number)
{
	struct net_address address = {.family = NET_IPV4};

	put(address.bytes, number, 4);
	return address;
}

struct bench bench_create(const struct manifest_box *box, const struct nat_static *statics,
			  size_t n_statics)
{
	const struct net_prefix inside[] = {
		{.address = {.family = NET_IPV6, .bytes = {0xfd}}, .length = 8},
		{.address = address_of(0x0a000000), .length = 24},
	};
	const struct nat_config config = {
		.box = *box,
		.public = address_of(PUBLIC),
		.statics = statics,
		.n_statics = n_statics,
		.inside = inside,
		.n_inside = 2,
	};

	return (struct bench){.nat = nat_create(&config), .now_ms = 1000};
}

struct bench bench_plain(enum manifest_mapping mapping, enum manifest_filtering filtering,
			 bool port_preservation)
{
	const struct manifest_box box = {
		.mapping = mapping,
		.filtering = filtering,
		.port_preservation = port_preservation,
	};

	return bench_create(&box, NULL, 0);
}

void bench_destroy(struct bench *bench)
{
	bench->nat = nat_destroy(bench->nat);
}

struct flow bench_send(struct bench *bench, struct flow flow)
{
	struct datagram datagram, before;

	datagram_make(&datagram, &flow, "seventeen letters");
	before = datagram;
	if (!nat_translate(bench->nat, datagram.bytes, datagram.length, bench->now_ms)) {
		assert_memory_equal(&datagram, &before, sizeof(before));
		return (struct flow){.source = {0, 0}};
	}
	assert_true(datagram_is_sound(&datagram));
	assert_memory_equal(datagram.bytes + PAYLOAD_AT, before.bytes + PAYLOAD_AT,
			    before.length - PAYLOAD_AT);
	return datagram_flow(&datagram);
}

void assert_flow(struct flow flow, struct flow expected)
{
	assert_int_equal(flow.source.address, expected.source.address);
	assert_int_equal(flow.source.port, expected.source.port);
	assert_int_equal(flow.destination.address, expected.destination.address);
	assert_int_equal(flow.destination.port, expected.destination.port);
}

void assert_dropped(struct flow flow)
{
	assert_flow(flow, (struct flow){.source = {0, 0}});
}

uint16_t bench_seen(struct bench *bench, struct end inner, struct end remote)
{
	struct flow flow = bench_send(bench, (struct flow){inner, remote});
	struct end source = {PUBLIC, flow.source.port};

	assert_flow(flow, (struct flow){source, remote});
	return flow.source.port;
}

bool bench_enters(struct bench *bench, struct end remote, uint16_t port, struct end inner)
{
	struct flow flow = bench_send(bench, (struct flow){remote, {PUBLIC, port}});

	if (flow.source.address == 0)
		return false;
	assert_flow(flow, (struct flow){remote, inner});
	return true;
}
