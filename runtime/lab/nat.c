/* SPDX-License-Identifier: MIT */

/*
 * The NAT as a function of what it remembers. RFC 4787 speaks of an internal endpoint X:x, of
 * external ones Y1:y1 and Y2:y2, and of the mappings X1':x1' that they see; so does this file.
 *
 * What the document leaves open is decided for the strictest box that still does as it says, so
 * that a verdict proved here holds behind any other: ports are never shared (REQ-3), nothing but
 * outbound packets keeps a mapping (REQ-6), and a permission lives by the packets to its own
 * remote, not by those to others.
 */

#include "runtime/lab/nat.h"

#include <assert.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "runtime/lab/nat_packet.h"
#include "runtime/lab/nat_table.h"

enum {
	DEFAULT_TIMEOUT_S = 120, /* RFC 4787 REQ-5: a mapping must not expire in less */
	FIRST_PORT = 1024,       /* of those that nobody asked for */
	N_PORTS = 65536,
};

/* A static entry in host order. */
struct nat_rule {
	struct nat_endpoint outer; /* port 0: 1:1 */
	struct nat_endpoint inner;
};

struct range {
	uint32_t address;
	uint32_t mask;
};

struct nat {
	struct arena *arena;
	struct manifest_box box;
	uint32_t public;
	struct nat_rule *rules;
	size_t n_rules;
	struct range *inside;
	size_t n_inside;
	struct nat_table *table;
	uint64_t random; /* state of next_random() */
};

static uint32_t number_of(const struct net_address *address)
{
	assert(address->family == NET_IPV4);
	return (uint32_t)address->bytes[0] << 24 | (uint32_t)address->bytes[1] << 16 |
	       (uint32_t)address->bytes[2] << 8 | address->bytes[3];
}

static bool is_same(const struct nat_endpoint *a, const struct nat_endpoint *b)
{
	return a->address == b->address && a->port == b->port;
}

/* A Weyl sequence whose terms are mixed: no clock, no entropy, the same ports in each rehearsal. */
static uint32_t next_random(struct nat *nat)
{
	uint64_t mixed = nat->random += 0x9e3779b97f4a7c15;

	mixed = (mixed ^ mixed >> 31) * 0xd6e8feb86659fd93;
	mixed = (mixed ^ mixed >> 29) * 0xd6e8feb86659fd93;
	return (uint32_t)(mixed >> 32);
}

/* Boxes of one kind must not hand out ports in lockstep, or one guesses the other's. */
static void seed(struct nat *nat)
{
	nat->random = (uint64_t)nat->public << 8 | (uint64_t)nat->box.mapping << 4 |
		      (uint64_t)nat->box.filtering;
	for (size_t i = 0; i < nat->n_rules; i++) {
		const struct nat_rule *rule = &nat->rules[i];

		nat->random ^= (uint64_t)rule->outer.address << 16 | rule->outer.port;
		nat->random ^= (uint64_t)next_random(nat) << 32;
	}
}

static void take_statics(struct nat *nat, const struct nat_config *config)
{
	nat->n_rules = config->n_statics;
	nat->rules = ARENA_ARRAY(nat->arena, struct nat_rule, config->n_statics);
	for (size_t i = 0; i < config->n_statics; i++) {
		const struct nat_static *entry = &config->statics[i];

		nat->rules[i] = (struct nat_rule){
			.outer = {number_of(&entry->outer), entry->outer_port},
			.inner = {number_of(&entry->inner), entry->inner_port},
		};
	}
}

static void take_inside(struct nat *nat, const struct nat_config *config)
{
	nat->inside = ARENA_ARRAY(nat->arena, struct range, config->n_inside);
	for (size_t i = 0; i < config->n_inside; i++) {
		const struct net_prefix *prefix = &config->inside[i];

		if (prefix->address.family != NET_IPV4)
			continue;
		nat->inside[nat->n_inside++] = (struct range){
			.address = number_of(&prefix->address),
			.mask = (uint32_t)(UINT64_MAX << (32 - prefix->length)),
		};
	}
}

struct nat *nat_create(const struct nat_config *config)
{
	struct arena *arena = arena_create();
	struct nat *nat = ARENA_NEW(arena, struct nat);
	unsigned int timeout_s = config->box.mapping_timeout_s;

	assert(config->box.mapping != MANIFEST_MAPPING_NONE);
	nat->arena = arena;
	nat->box = config->box;
	nat->public = number_of(&config->public);
	take_statics(nat, config);
	take_inside(nat, config);
	seed(nat);
	if (timeout_s == 0)
		timeout_s = DEFAULT_TIMEOUT_S;
	nat->table = nat_table_create(arena, (uint64_t)timeout_s * 1000);
	return nat;
}

struct nat *nat_destroy(struct nat *nat)
{
	/* The NAT lies in its own arena. */
	if (nat != NULL)
		(void)arena_destroy(nat->arena);
	return NULL;
}

static bool is_inside(const struct nat *nat, uint32_t address)
{
	for (size_t i = 0; i < nat->n_inside; i++) {
		if ((address & nat->inside[i].mask) == nat->inside[i].address)
			return true;
	}
	return false;
}

static bool is_outer(const struct nat *nat, uint32_t address)
{
	if (address == nat->public)
		return true;
	for (size_t i = 0; i < nat->n_rules; i++) {
		if (nat->rules[i].outer.address == address)
			return true;
	}
	return false;
}

/* The static entry that packets to the outer endpoint fall under: one for the port, else 1:1. */
static const struct nat_rule *rule_at(const struct nat *nat, const struct nat_endpoint *outer)
{
	const struct nat_rule *found = NULL;

	for (size_t i = 0; i < nat->n_rules; i++) {
		const struct nat_rule *rule = &nat->rules[i];

		if (is_same(&rule->outer, outer))
			return rule;
		if (rule->outer.port == 0 && rule->outer.address == outer->address)
			found = rule;
	}
	return found;
}

static const struct nat_rule *one_to_one_of(const struct nat *nat, uint32_t inner)
{
	for (size_t i = 0; i < nat->n_rules; i++) {
		const struct nat_rule *rule = &nat->rules[i];

		if (rule->outer.port == 0 && rule->inner.address == inner)
			return rule;
	}
	return NULL;
}

/* RFC 4787 section 4.1: for which remote endpoints X:x keeps its mapping. */
static struct nat_key mapping_key(const struct nat *nat, const struct nat_endpoint *inner,
				  const struct nat_endpoint *remote)
{
	struct nat_key key = {.kind = NAT_MAPPING, .inner = *inner};

	switch (nat->box.mapping) {
	case MANIFEST_MAPPING_NONE:
	case MANIFEST_MAPPING_ENDPOINT_INDEPENDENT:
		return key;
	case MANIFEST_MAPPING_ADDRESS_DEPENDENT:
		key.remote.address = remote->address;
		return key;
	case MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT:
		key.remote = *remote;
		return key;
	}
	unreachable();
}

/*
 * RFC 4787 section 5: whom the internal endpoint X:x lets in by sending to the remote one. It
 * speaks of the endpoint, not of the mapping that the packet used.
 */
static struct nat_key permission_key(const struct nat *nat, const struct nat_endpoint *inner,
				     const struct nat_endpoint *remote)
{
	struct nat_key key = {.kind = NAT_PERMISSION, .inner = *inner};

	switch (nat->box.filtering) {
	case MANIFEST_FILTERING_NONE:
	case MANIFEST_FILTERING_ENDPOINT_INDEPENDENT:
		return key;
	case MANIFEST_FILTERING_ADDRESS_DEPENDENT:
		key.remote.address = remote->address;
		return key;
	case MANIFEST_FILTERING_ADDRESS_AND_PORT_DEPENDENT:
		key.remote = *remote;
		return key;
	}
	unreachable();
}

/* A port that no mapping has, and that no forward leads anybody but `inner` to (NULL: anybody). */
static bool is_free(const struct nat *nat, uint16_t port, const struct nat_endpoint *inner)
{
	const struct nat_endpoint outer = {nat->public, port};
	const struct nat_rule *rule = rule_at(nat, &outer);

	if (nat_table_at_port(nat->table, port) != NULL)
		return false;
	return rule == NULL || (inner != NULL && is_same(&rule->inner, inner));
}

/*
 * RFC 4787 section 4.2.1. Where ports are preserved the inner one is taken while it is free: the
 * first mapping gets it, nobody shares it. 0: all are taken.
 */
static uint16_t choose_port(struct nat *nat, const struct nat_endpoint *inner)
{
	const uint32_t n_ports = N_PORTS - FIRST_PORT;
	uint32_t start;

	if (nat->box.port_preservation && is_free(nat, inner->port, inner))
		return inner->port;
	start = next_random(nat) % n_ports;
	for (uint32_t i = 0; i < n_ports; i++) {
		uint16_t port = (uint16_t)(FIRST_PORT + (start + i) % n_ports);

		if (port != inner->port && is_free(nat, port, NULL))
			return port;
	}
	return 0;
}

/* Refreshes the entry of the key, or makes it. NULL where there is no room. */
static struct nat_entry *keep(struct nat *nat, const struct nat_key *key, uint64_t now_ms)
{
	struct nat_entry *entry = nat_table_find(nat->table, key);
	uint16_t port = 0;

	if (entry != NULL) {
		nat_table_refresh(nat->table, entry, now_ms);
		return entry;
	}
	if (key->kind == NAT_MAPPING) {
		port = choose_port(nat, &key->inner);
		if (port == 0)
			return NULL;
	}
	return nat_table_add(nat->table, key, port, now_ms);
}

/* A packet from inside: gives it the source that the outside sees. */
static bool go_out(struct nat *nat, struct nat_flow *flow, uint64_t now_ms)
{
	const struct nat_rule *one_to_one = one_to_one_of(nat, flow->source.address);
	const struct nat_key reply = {NAT_REPLY, flow->source, flow->destination};
	struct nat_entry *entry = nat_table_find(nat->table, &reply);
	struct nat_key mapping, permission;

	if (entry != NULL) {
		nat_table_refresh(nat->table, entry, now_ms);
		flow->source = entry->forward->outer;
		return true;
	}
	if (one_to_one != NULL) {
		flow->source.address = one_to_one->outer.address;
		return true;
	}
	mapping = mapping_key(nat, &flow->source, &flow->destination);
	permission = permission_key(nat, &flow->source, &flow->destination);
	entry = keep(nat, &mapping, now_ms);
	if (entry == NULL || keep(nat, &permission, now_ms) == NULL)
		return false;
	flow->source = (struct nat_endpoint){nat->public, entry->port};
	return true;
}

/* A packet to one of the outer addresses: gives it the destination that it is for, if any. */
static bool come_in(struct nat *nat, struct nat_flow *flow, uint64_t now_ms)
{
	const struct nat_rule *rule = rule_at(nat, &flow->destination);
	struct nat_entry *entry;
	struct nat_key key;

	if (rule != NULL && rule->outer.port == 0) {
		flow->destination.address = rule->inner.address;
		return true;
	}
	if (rule != NULL) {
		key = (struct nat_key){NAT_REPLY, rule->inner, flow->source};
		entry = keep(nat, &key, now_ms);
		if (entry == NULL)
			return false;
		entry->forward = rule;
		flow->destination = rule->inner;
		return true;
	}
	if (flow->destination.address != nat->public)
		return false;
	entry = nat_table_at_port(nat->table, flow->destination.port);
	if (entry == NULL)
		return false;
	/* RFC 4787 REQ-6: inbound packets need not refresh, so nobody may count on it. */
	key = permission_key(nat, &entry->key.inner, &flow->source);
	if (nat_table_find(nat->table, &key) == NULL)
		return false;
	flow->destination = entry->key.inner;
	return true;
}

static bool translate(struct nat *nat, struct nat_flow *flow, uint64_t now_ms)
{
	if (!is_outer(nat, flow->destination.address)) {
		return !is_inside(nat, flow->destination.address) && go_out(nat, flow, now_ms);
	}
	if (!is_inside(nat, flow->source.address))
		return come_in(nat, flow, now_ms);
	/* RFC 4787 REQ-9: hairpinned packets have the outer source, not the inner one. */
	return nat->box.hairpinning && go_out(nat, flow, now_ms) && come_in(nat, flow, now_ms);
}

bool nat_translate(struct nat *nat, uint8_t *packet, size_t length, uint64_t now_ms)
{
	struct nat_flow flow;

	if (nat->box.blocks_udp || !nat_packet_read(packet, length, &flow))
		return false;
	nat_table_expire(nat->table, now_ms);
	if (!translate(nat, &flow, now_ms))
		return false;
	nat_packet_write(packet, &flow);
	return true;
}
