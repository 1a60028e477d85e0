/* SPDX-License-Identifier: MIT */

/*
 * The manifest's word for every pair, as first hops. That each first hop is right on every host,
 * and that no host is more than the verdicts' few hops away, is what makes whole ways right: a way
 * that is cut anywhere is cut at the first hop of some host.
 */

#include "base/cleanup.h"
#include "compiler/prove/steps.h"

bool prove_is_tunnel(enum manifest_verdict verdict)
{
	return verdict == MANIFEST_LAN || verdict == MANIFEST_DIRECT || verdict == MANIFEST_PUNCH;
}

/* How the two reach each other, with the first hop from the one to the other. */
static enum manifest_verdict decide(const struct manifest *manifest,
				    const struct manifest_host *from,
				    const struct manifest_host *to,
				    const struct manifest_host **ret_next)
{
	const struct manifest_host *via;
	enum manifest_verdict verdict = manifest_verdict(manifest, from, to, &via);

	*ret_next = NULL;
	if (verdict == MANIFEST_RELAY) {
		*ret_next = via;
	} else if (prove_is_tunnel(verdict)) {
		*ret_next = to;
	} else if (from->kind == MANIFEST_DEVICE && from != to && from->gateway != NULL) {
		*ret_next = from->gateway;
		verdict = MANIFEST_RELAY;
	} else if (to->kind == MANIFEST_DEVICE && from != to && to->gateway != NULL &&
		   to->gateway != from) {
		(void)decide(manifest, from, to->gateway, ret_next); /* once: that is no device */
		verdict = *ret_next == NULL ? MANIFEST_NONE : MANIFEST_RELAY;
	}
	return verdict;
}

const struct manifest_host *row_next(const struct manifest *manifest,
				     const struct manifest_host *from,
				     const struct manifest_host *to)
{
	const struct manifest_host *next;

	(void)decide(manifest, from, to, &next);
	return next;
}

static void set(struct prove *prove, const struct manifest_host *viewer, size_t to)
{
	const struct manifest_host *next;
	enum manifest_verdict verdict =
		decide(prove->manifest, viewer, &prove->manifest->hosts[to], &next);

	prove->row.verdict[to] = (uint8_t)verdict;
	prove->row.next[to] = next == NULL ? PROVE_NOBODY : (uint32_t)next->index;
}

/*
 * Whether the row of the one, but for the pair itself, is that of the other. A link is about single
 * pairs, and a gateway or device has others than the rest of its class.
 */
static bool is_alike(const struct manifest *manifest, const struct manifest_host *a,
		     const struct manifest_host *b)
{
	return a->kind == MANIFEST_SERVER && b->kind == MANIFEST_SERVER && a->class == b->class &&
	       a->share == b->share && !manifest_has_link(manifest, a) &&
	       !manifest_has_link(manifest, b);
}

/* The verdict has to be the same in the other direction, or the way back is another one. */
static bool is_mutual(const struct prove *prove, const struct manifest_host *viewer,
		      const struct manifest_host *to)
{
	const struct manifest_host *next = NULL;
	const struct manifest_host *back = NULL;
	enum manifest_verdict forth = decide(prove->manifest, viewer, to, &next);
	const struct manifest_host *via = next;

	if (viewer->kind == MANIFEST_DEVICE || to->kind == MANIFEST_DEVICE)
		return true; /* follows from their gateways' */
	if (decide(prove->manifest, to, viewer, &back) != forth)
		return false;
	if (forth != MANIFEST_RELAY)
		return true;
	return back == via && prove_is_tunnel(decide(prove->manifest, viewer, via, &next)) &&
	       prove_is_tunnel(decide(prove->manifest, via, to, &next));
}

static void check_mutual(struct prove *prove, const struct manifest_host *viewer,
			 const struct manifest_host *to)
{
	struct finding *finding;

	if (to == viewer || is_mutual(prove, viewer, to))
		return;
	finding = prove_note(prove, DIAG_MANIFEST_CONTRADICTS, PART_INTERFACE, 0);
	if (finding != NULL) {
		prove_say(prove, finding,
			  "the manifest has one way from '%s' to '%s' and another one back",
			  viewer->name, to->name);
	}
}

void row_make(struct prove *prove, const struct manifest_host *viewer)
{
	const struct manifest *manifest = prove->manifest;
	const struct manifest_host *before = prove->row.viewer;

	prove->row.viewer = viewer;
	if (before != NULL && is_alike(manifest, before, viewer)) {
		set(prove, viewer, before->index);
		set(prove, viewer, viewer->index);
		check_mutual(prove, viewer, before);
		return;
	}
	for (size_t i = 0; i < manifest->n_hosts; i++) {
		set(prove, viewer, i);
		check_mutual(prove, viewer, &manifest->hosts[i]);
	}
}
