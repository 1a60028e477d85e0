/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Section: a peer as one file has it, without its preshared key. Most sections are the same in the
 * files of many hosts, so that each text is read once and then found again by its bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/endpoint.h"
#include "base/net/key.h"
#include "compiler/conf/conf.h"
#include "compiler/prove/finding.h"
#include "compiler/prove/space.h"

struct arena;

enum {
	SECTION_MOST_FAULTS = 2,
};

/* A prefix of its allowed IPs, as atoms. */
struct section_prefix {
	struct net_prefix prefix;
	struct space_range range;
	bool is_cut; /* it ends inside an atom, and `range` does not hold */
};

/* What is wrong with its tunnel, seen from hosts in one place. */
struct section_fault {
	enum diag_rule rule;
	enum finding_part part;
	const char *message;
};

struct section {
	struct net_key key;
	uint32_t owner; /* the first host with the key, or PROVE_NOBODY */
	struct net_endpoint endpoint;
	size_t endpoint_atom; /* where it has an address */
	uint16_t keepalive_s;
	enum conf_secret preshared;
	const char *preshared_file;
	bool has_cut; /* some prefix is cut */
	struct section_prefix *prefixes;
	size_t n_prefixes;

	/* Made once for all hosts of a vantage; see tunnel.h. 0: not made yet. */
	size_t seen_from;
	struct section_fault faults[SECTION_MOST_FAULTS];
	size_t n_faults;
};

/* Fills in a section from a peer that was read. Everything in the arena. */
void section_fill(struct arena *arena, const struct space *space, const struct conf_peer *peer,
		  struct section *ret_section);

/* Looks its prefixes up in another space. */
void section_place(struct section *section, const struct space *space);

/* Sections by their text. */
struct section_slot {
	uint64_t hash;
	const char *text;
	size_t size;
	struct section *section;
};

struct section_memo {
	struct arena *arena;
	struct section_slot *slots;
	size_t n_slots;
	size_t n_sections;
};

/* The slot for the text: with its section, or empty. */
struct section_slot *section_memo_find(struct section_memo *memo, const char *text, size_t size);

/* Keeps a section in the slot that was found for its text last. */
void section_memo_keep(struct section_memo *memo, struct section_slot *slot, const char *text,
		       size_t size, struct section *section);
