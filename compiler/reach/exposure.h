/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Exposure: what a host is to others in a site that it lies in, in one address family. It is the
 * composition of all the boxes between the host and that site: open only if every box lets anyone
 * in, predictable only if every box keeps the port, with the strictest filter and the shortest
 * memory of them all.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/net/endpoint.h"
#include "compiler/model/nat.h"

struct network_attachment;
struct network_host;
struct network_site;
struct given_place;

/* By rising reachability. */
enum exposure_kind {
	EXPOSURE_ABSENT,        /* it has no address of the family here */
	EXPOSURE_BLOCKED,       /* UDP does not get out to here */
	EXPOSURE_UNPREDICTABLE, /* it sends, and nobody can write down from which address and port
				 */
	EXPOSURE_PREDICTABLE,   /* it sends from an address and port that are known beforehand */
	EXPOSURE_OPEN,          /* anyone may send first to an address and port of it */
};

/* Why a host is not open, or not even predictable. */
enum exposure_cause {
	CAUSE_NONE,
	CAUSE_FILTER,         /* a box lets in only whom the host has sent to */
	CAUSE_MAPPING,        /* a box gives it other ports, by destination or by chance */
	CAUSE_NOT_DECLARED,   /* nobody says what the box does, so it is taken for the worst */
	CAUSE_PUBLIC_UNKNOWN, /* nobody says which address the box translates to */
	CAUSE_PUBLIC_PRIVATE, /* the box translates to an address that another box must translate */
	CAUSE_DYNAMIC,        /* its own address is not fixed */
	CAUSE_ROAMING,        /* it may be anywhere */
	CAUSE_SEVERAL_WAYS,   /* it could leave by any of several boxes */
	CAUSE_PRIVATE,        /* its address is private, and nothing translates it */
	CAUSE_BLOCKED,        /* a box drops UDP */
};

struct exposure {
	enum exposure_kind kind;
	enum nat_filtering filtering; /* of its mapping, where it is predictable */
	bool knows_address;           /* where its packets come from can be written down */
	bool sends_elsewhere; /* open, but its own packets leave from another port than others
				 send to */
	uint32_t timeout_s;   /* after which the shortest memory on the way forgets; 0: never */
	enum exposure_cause cause;
	const struct network_site *box; /* the site whose box is the cause, or NULL */

	/* Where others send to it: where anyone gets in, if open; else where its packets come
	 * from, with a port that is a guess unless predictable. Port 0: not known. */
	struct net_endpoint endpoint;
};

/*
 * What the host is in `at`, a site that the attachment's site is or lies within. No attachment
 * (NULL): it roams, and `at` is the internet.
 */
struct exposure exposure_of(const struct network_host *host,
			    const struct network_attachment *attachment,
			    const struct network_site *at, enum net_family family);

/* The same, if one of the sites on the way were as `changed`, a copy of it. */
struct exposure exposure_if(const struct network_host *host,
			    const struct network_attachment *attachment,
			    const struct network_site *at, enum net_family family,
			    const struct network_site *changed);

/* Whether the box's own address is private, on the internet: another box must follow. */
bool exposure_is_outdone(const struct network_site *site);

/* The place of the attachment that speaks the family: a fixed one rather than a dynamic one. */
const struct given_place *exposure_place(const struct network_attachment *attachment,
					 enum net_family family);
