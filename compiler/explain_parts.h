/* SPDX-License-Identifier: MIT */
#pragma once

/* What an explanation is made of, before it is text or JSON. */

#include "base/vec.h"
#include "compiler/plan/path.h"
#include "compiler/plan/plan.h"
#include "compiler/reach/outward.h"
#include "compiler/reach/reach.h"
#include "compiler/reach/remedy.h"

struct arena;
struct compilation;
struct text;

/* One end of a tunnel, or of one that cannot be. */
struct explain_end {
	const struct network_host *host;
	struct outward out;           /* where it is, and the boxes in front of it */
	const struct plan_peer *sees; /* how it sees the other end; NULL: it has no such peer */
	const char *endpoint;         /* of the other end, as it is told, or NULL */
	const char *reason;           /* of the keepalive */
};

/* Two neighbours on a path, or the two that have no tunnel of their own. */
struct explain_pair {
	struct reach_verdict verdict;
	const char *way; /* "direct over the internet" */
	struct explain_end ends[2];
};

struct explanation {
	struct compilation *compilation;
	const struct network_host *nodes[PATH_MAX_NODES];
	size_t n_nodes;
	struct explain_pair tunnels[PATH_MAX_NODES - 1];
	bool has_apart;
	const struct network_link *chosen; /* that says who relays; NULL: nobody says so */
	bool is_cut;                       /* nobody relays: they cannot talk */
	struct explain_pair apart;
	struct remedies remedies; /* against that */
	unsigned int mtu;
	const char *mtu_reason;
};

/* The node of that name, or NULL, with a diagnostic. */
const struct network_host *explain_find_node(struct compilation *c, const char *name);

/* Whether the two are there, and two machines; else a diagnostic. */
bool explain_is_pair(struct compilation *c, const struct network_host *from,
		     const struct network_host *to);

/* The two ends of a pair and the boxes between them. */
struct explain_pair explain_look(struct compilation *c, const struct network_host *a,
				 const struct network_host *b);

/* "lan", "direct", "punch", "relay" or "unreachable", and through which gateway, or NULL. */
const char *explain_verdict(struct compilation *c, const struct network_host *a,
			    const struct network_host *b, const struct network_host **ret_via);

void explain_write_text(const struct explanation *explanation, struct text *out);
void explain_write_json(const struct explanation *explanation, struct text *out);

/* All pairs of a host, by verdict. */
void explain_write_list(struct compilation *c, const struct network_host *host, bool as_json,
			struct text *out);
