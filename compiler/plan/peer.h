/* SPDX-License-Identifier: MIT */
#pragma once

/* Peer: one section of a host's configuration, and the words for why it is as it is. */

#include <stddef.h>
#include <stdint.h>

#include "base/net/endpoint.h"
#include "base/net/key.h"
#include "base/net/prefix.h"

/* How the packets of a tunnel find their way. */
enum plan_way {
	PLAN_LAN,    /* across a LAN that both are on */
	PLAN_DIRECT, /* one end can be sent to first */
	PLAN_PUNCH,  /* both ends have to send, through NATs or firewalls */
};

/* Why a peer has a keepalive of that many seconds, or none. */
enum plan_reason {
	PLAN_BOTH_OPEN,   /* none: either side can send first */
	PLAN_PEER_KEEPS,  /* none: the peer sends first, and keeps it alive */
	PLAN_CLOSED,      /* nobody outside the host's site can send to it first */
	PLAN_PUNCHES,     /* both sides have to send, each through its own box */
	PLAN_OTHER_PORT,  /* others send to a port that the host's own packets do not leave from */
	PLAN_NOT_FIXED,   /* the host's own address is not fixed, or it roams */
	PLAN_SET_BY_LINK, /* the topology says so for this pair */
	PLAN_SET_OFF,     /* none: the topology turns keepalives off */
	PLAN_N_REASONS,
};

/* Where the preshared key of a pair comes from. */
enum plan_preshared {
	PLAN_PRESHARED_NONE,
	PLAN_PRESHARED_FILE,   /* a file that both hosts have; or somebody fills it in */
	PLAN_PRESHARED_INLINE, /* the keystore */
};

#define PLAN_UNSHARED SIZE_MAX /* the id of a peer that only one host sees so */

struct plan_peer {
	size_t id; /* dense from 0: one id, one peer as seen by somebody; or PLAN_UNSHARED */
	const char *name;
	struct net_key public_key;
	enum plan_preshared preshared;
	struct net_endpoint endpoint; /* port 0: none, the peer sends first */
	uint16_t persistent_keepalive_s;
	enum plan_reason reason;
	const char *behind; /* PLAN_CLOSED, PLAN_PUNCHES: whose box the host itself is behind */
	enum plan_way way;
	const char *site;   /* where the two meet; NULL: on the internet */
	const char *relays; /* for whom it relays, in words, or NULL */
	const struct net_prefix *allowed_ips;
	size_t n_allowed_ips;
	uint64_t hash; /* of all of the above but the id */
};

enum {
	PLAN_TEXT = 160, /* longest text of a path or a reason, with its NUL byte */
};

/* "lan at campus", "direct over the internet", "punched within campus". Returns `buffer` or a
 * constant. */
const char *plan_path_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT]);

/* "nobody outside campus can send to this host first". Returns `buffer` or a constant. */
const char *plan_reason_text(const struct plan_peer *peer, char buffer[static PLAN_TEXT]);
