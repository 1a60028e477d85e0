/* SPDX-License-Identifier: MIT */

/*
 * One tunnel, as one end is configured for it. The two may meet in several sites, over either
 * family; the manifest says only that they do. So what is demanded here is what every meeting that
 * can have been meant demands: an endpoint of the other end wherever it is open, a keepalive
 * wherever this end is not.
 */

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/prove/steps.h"

/* A site and family in which the two may meet: this end, and the other. */
struct meeting {
	const struct outlook *own;
	const struct outlook *other;
};

struct meetings {
	struct arena *arena;
	vec_of(struct meeting) items;
};

static bool is_known(const struct outlooks *outlooks, enum net_family family)
{
	vec_foreach(outlook, outlooks) {
		if (outlook->family == family && outlook->kind != OUTLOOK_BLOCKED)
			return true;
	}
	return false;
}

/* A name leads to an IPv4 address where both ends have one. */
static bool is_passed_over(const struct party *own, const struct party *other,
			   const struct meeting *meeting)
{
	bool has_name = meeting->own->out.name != NULL || meeting->other->out.name != NULL;

	return has_name && meeting->own->family == NET_IPV6 && is_known(&own->outlooks, NET_IPV4) &&
	       is_known(&other->outlooks, NET_IPV4);
}

static void find_meetings(const struct party *own, const struct party *other, bool is_lan,
			  struct meetings *meetings)
{
	vec_foreach(a, &own->outlooks) {
		vec_foreach(b, &other->outlooks) {
			struct meeting meeting = {a, b};

			if (a->site != b->site || a->family != b->family ||
			    a->kind == OUTLOOK_BLOCKED || b->kind == OUTLOOK_BLOCKED ||
			    is_passed_over(own, other, &meeting))
				continue;
			if (is_lan && (a->site->inside == NULL || !a->is_local || !b->is_local))
				continue;
			*vec_push(meetings->arena, &meetings->items) = meeting;
		}
	}
}

static bool is_same_place(const struct net_endpoint *a, const struct net_endpoint *b)
{
	if (a->name != NULL || b->name != NULL)
		return a->name != NULL && b->name != NULL && strcasecmp(a->name, b->name) == 0;
	return net_address_compare(&a->address, &b->address) == 0;
}

/* Whether packets to the endpoint are for the other end, and may open its way or get through. */
static bool leads_to(const struct net_endpoint *endpoint, const struct outlook *other)
{
	vec_foreach(door, &other->in) {
		if (door->port == endpoint->port && is_same_place(door, endpoint))
			return true;
	}
	return other->kind != OUTLOOK_OPEN && other->out.port != 0 &&
	       is_same_place(&other->out, endpoint) &&
	       (other->kind == OUTLOOK_UNPREDICTABLE || other->out.port == endpoint->port);
}

static void keep_those_of_endpoint(const struct net_endpoint *endpoint, struct meetings *meetings)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < meetings->items.n_items; i++) {
		if (leads_to(endpoint, meetings->items.items[i].other))
			meetings->items.items[n_kept++] = meetings->items.items[i];
	}
	meetings->items.n_items = n_kept;
}

static void keep_those_that_open(struct meetings *meetings)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < meetings->items.n_items; i++) {
		const struct meeting *meeting = &meetings->items.items[i];

		if (meeting->own->kind == OUTLOOK_OPEN || meeting->other->kind == OUTLOOK_OPEN)
			meetings->items.items[n_kept++] = *meeting;
	}
	meetings->items.n_items = n_kept;
}

/* Where the other end can be sent to, in words. */
static const char *name_doors(struct arena *arena, const struct meetings *meetings)
{
	cleanup_(text_finish) struct text words = {0};
	char buffer[NET_ENDPOINT_TEXT];

	vec_foreach(meeting, &meetings->items) {
		const struct outlook *other = meeting->other;

		vec_foreach(door, &other->in) {
			text_join(&words, words.length == 0 ? "" : " or ",
				  net_endpoint_format(door, buffer));
		}
		if (other->in.n_items == 0 && other->out.port != 0) {
			text_join(&words, words.length == 0 ? "" : " or ",
				  net_endpoint_format(&other->out, buffer));
		}
		if (words.length > NET_ENDPOINT_TEXT)
			break;
	}
	return words.length == 0 ? "nowhere" : arena_copy(arena, words.data, words.length);
}

static void add_fault(struct section *section, enum diag_rule rule, enum finding_part part,
		      const char *message)
{
	if (section->n_faults < SECTION_MOST_FAULTS)
		section->faults[section->n_faults++] = (struct section_fault){rule, part, message};
}

/* Whether this end has to know where the other one is. */
static bool needs_endpoint(const struct meetings *meetings, bool is_punch)
{
	bool is_needed = meetings->items.n_items > 0;

	vec_foreach(meeting, &meetings->items) {
		const struct outlook *other = meeting->other;

		is_needed = is_needed &&
			    (other->kind == OUTLOOK_OPEN || (is_punch && other->out.port != 0));
	}
	return is_needed;
}

static bool needs_keepalive(const struct meetings *meetings, bool is_lan)
{
	bool is_needed = meetings->items.n_items > 0;

	vec_foreach(meeting, &meetings->items) {
		const struct outlook *own = meeting->own;

		is_needed = is_needed &&
			    (own->kind != OUTLOOK_OPEN || (own->sends_elsewhere && !is_lan));
	}
	return is_needed;
}

/* After how many seconds of silence somebody on the way forgets; of several ways the longest. */
static unsigned int memory_of(const struct meetings *meetings)
{
	unsigned int longest_s = 0;

	vec_foreach(meeting, &meetings->items) {
		if (meeting->own->timeout_s == 0)
			return 0;
		if (meeting->own->timeout_s > longest_s)
			longest_s = meeting->own->timeout_s;
	}
	return longest_s;
}

static void check_keepalive(struct prove *prove, const struct manifest_host *peer,
			    const struct meetings *meetings, bool is_lan, struct section *section)
{
	const struct manifest_tuned *tuned =
		manifest_find_tuned(prove->manifest, prove->view.host, peer);
	unsigned int longest_s = prove->manifest->longest_keepalive_s;
	unsigned int timeout_s = is_lan ? 0 : memory_of(meetings);
	struct arena *arena = prove->arena;

	if (tuned != NULL && tuned->is_kept) {
		if (section->keepalive_s != tuned->keepalive_s) {
			add_fault(section, DIAG_KEEPALIVE_MISSING, PART_KEEPALIVE,
				  arena_printf(
					  arena,
					  "a keepalive to '%s' every %u s, for which the topology "
					  "sets %u",
					  peer->name, section->keepalive_s, tuned->keepalive_s));
		}
		return;
	}
	if (section->keepalive_s > longest_s) {
		add_fault(section, DIAG_KEEPALIVE_MISSING, PART_KEEPALIVE,
			  arena_printf(
				  arena,
				  "a keepalive to '%s' every %u s, where no pair has more than %u",
				  peer->name, section->keepalive_s, longest_s));
	}
	if (prove->manifest->has_no_keepalives || !needs_keepalive(meetings, is_lan))
		return;
	if (section->keepalive_s == 0) {
		add_fault(section, DIAG_KEEPALIVE_MISSING, PART_KEEPALIVE,
			  arena_printf(
				  arena,
				  "no keepalive to '%s', which cannot send here first: once idle, "
				  "it is cut off",
				  peer->name));
	} else if (timeout_s > 0 && section->keepalive_s >= timeout_s) {
		add_fault(section, DIAG_KEEPALIVE_TOO_LONG, PART_KEEPALIVE,
			  arena_printf(
				  arena,
				  "a keepalive to '%s' every %u s comes too late: a box on the way "
				  "forgets after %u s",
				  peer->name, section->keepalive_s, timeout_s));
	}
}

static void check(struct prove *prove, const struct manifest_host *peer, struct section *section)
{
	const struct manifest_host *host = prove->view.host;
	enum manifest_verdict verdict = prove->row.verdict[peer->index];
	struct meetings meetings = {.arena = prove->view.arena};
	bool is_lan = verdict == MANIFEST_LAN;
	char text[NET_ENDPOINT_TEXT];

	find_meetings(&prove->parties[host->index], &prove->parties[peer->index], is_lan,
		      &meetings);
	if (section->endpoint.port != 0) {
		const char *doors = name_doors(prove->view.arena, &meetings);

		keep_those_of_endpoint(&section->endpoint, &meetings);
		if (meetings.items.n_items == 0) {
			add_fault(section, DIAG_ENDPOINT_WRONG, PART_ENDPOINT,
				  arena_printf(
					  prove->arena, "'%s' is not at %s, but at %s", peer->name,
					  net_endpoint_format(&section->endpoint, text), doors));
		}
	} else {
		const char *doors = name_doors(prove->view.arena, &meetings);

		if (verdict != MANIFEST_PUNCH)
			keep_those_that_open(&meetings);
		if (needs_endpoint(&meetings, verdict == MANIFEST_PUNCH)) {
			add_fault(
				section, DIAG_ENDPOINT_WRONG, PART_PEER,
				arena_printf(
					prove->arena,
					"'%s' has no endpoint here, and nothing can be sent to it "
					"first: it is at %s",
					peer->name, doors));
		}
	}
	check_keepalive(prove, peer, &meetings, is_lan, section);
}

void tunnel_check(struct prove *prove, const struct manifest_host *peer, struct section *section,
		  size_t place)
{
	size_t vantage = prove->parties[prove->view.host->index].vantage;

	if (section->seen_from != vantage ||
	    manifest_find_tuned(prove->manifest, prove->view.host, peer) != NULL) {
		section->seen_from = vantage;
		section->n_faults = 0;
		check(prove, peer, section);
		if (manifest_find_tuned(prove->manifest, prove->view.host, peer) != NULL)
			section->seen_from = 0; /* for no other host */
	}
	for (size_t i = 0; i < section->n_faults; i++) {
		const struct section_fault *fault = &section->faults[i];
		struct finding *finding = prove_note(prove, fault->rule, fault->part, place);

		if (finding != NULL)
			finding->message = fault->message;
	}
}
