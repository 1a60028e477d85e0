/* SPDX-License-Identifier: MIT */

/* What each host is in each site around it, and the classes that follow from that. */

#include "compiler/reach/classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "compiler/resolve/network.h"

/* Where a host's packets go that are for none of its own LANs: its default route. */
struct way_out {
	const struct network_attachment *attachment; /* NULL: one of several, or no way at all */
	bool is_one_of_several;
	struct exposure dead_end; /* what stops it, where there is no way out */
};

/*
 * The internet itself, where the host is on it; else the only site from which packets get there.
 * Which of several it is stands in a routing table that is not known here.
 */
static struct way_out find_way_out(const struct reach *reach, const struct network_host *host,
				   enum net_family family)
{
	const struct network_site *internet = &reach->network->sites.items[0];
	struct way_out out = {0};
	size_t n_any = 0;
	size_t n_out = 0;

	if (host->attachments.n_items == 1) {
		if (exposure_place(host->attachments.items, family) != NULL)
			out.attachment = host->attachments.items;
		return out;
	}
	vec_foreach(attachment, &host->attachments) {
		struct exposure exposure;

		if (exposure_place(attachment, family) == NULL)
			continue;
		exposure = exposure_of(host, attachment, internet, family);
		if (attachment->site == internet)
			return (struct way_out){.attachment = attachment};
		if (exposure.kind > EXPOSURE_BLOCKED) {
			out.attachment = attachment;
			n_out++;
		} else if (n_out == 0) {
			out.attachment = attachment;
			out.dead_end = exposure;
		}
		n_any++;
	}
	out.is_one_of_several = n_out > 1;
	if (n_out > 1 || (n_out == 0 && n_any > 1))
		out.attachment = NULL;
	return out;
}

/* Whether its address there is one of the site's own LAN, and not of a site inside it. */
static bool is_local(const struct network_host *host, const struct reach_view *view,
		     enum net_family family)
{
	const struct network_site *below = view->below[family];

	return below == NULL || below->box[family].mapping != NAT_MAPPING_NONE ||
	       (family == NET_IPV4 && network_find_one_to_one(below, host) != NULL);
}

static void set_way(const struct network_host *host, const struct network_attachment *attachment,
		    enum net_family family, struct reach_view *view)
{
	bool is_at = attachment->site == view->site;

	view->attachment[family] = attachment;
	view->below[family] = is_at ? NULL : network_site_below(view->site, attachment->site);
	view->exposure[family] = exposure_of(host, attachment, view->site, family);
	view->is_local[family] = is_local(host, view, family);
}

static bool is_all_within(const struct network_host *host, const struct network_site *site)
{
	vec_foreach(attachment, &host->attachments) {
		if (!network_site_is_within(attachment->site, site))
			return false;
	}
	return true;
}

/* The way by which the host is in the site: at it, or by its way out. Else it is not in it. */
static void find_way(const struct network_host *host, const struct way_out *out,
		     enum net_family family, struct reach_view *view)
{
	bool leads_here = out->attachment != NULL &&
			  network_site_is_within(out->attachment->site, view->site);

	view->is_way_out[family] = leads_here;
	vec_foreach(attachment, &host->attachments) {
		if (attachment->site == view->site && exposure_place(attachment, family) != NULL) {
			set_way(host, attachment, family, view);
			return;
		}
	}
	if (leads_here) {
		set_way(host, out->attachment, family, view);
	} else if (out->is_one_of_several && is_all_within(host, view->site)) {
		view->is_way_out[family] = true;
		view->exposure[family] = (struct exposure){
			.kind = EXPOSURE_UNPREDICTABLE,
			.filtering = NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
			.cause = CAUSE_SEVERAL_WAYS,
		};
	} else if (view->site->index == 0) {
		view->exposure[family] = out->dead_end;
	}
}

static struct reach_view look(const struct reach *reach, const struct network_host *host,
			      const struct network_site *site)
{
	struct reach_view view = {.site = site};

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		if (host->attachments.n_items == 0) {
			view.exposure[family] = exposure_of(host, NULL, site, family);
			view.is_way_out[family] = true;
		} else {
			struct way_out out = find_way_out(reach, host, family);

			find_way(host, &out, family, &view);
		}
	}
	return view;
}

const struct network_attachment *reach_attachment(const struct reach *reach,
						  const struct network_host *host,
						  const struct network_site *site,
						  enum net_family family)
{
	if (host->attachments.n_items == 1)
		return &host->attachments.items[0];
	return look(reach, host, site).attachment[family];
}

static int compare_views(const void *a, const void *b)
{
	const struct reach_view *left = a;
	const struct reach_view *right = b;

	return (left->site->index > right->site->index) - (left->site->index < right->site->index);
}

static bool has_view(const struct reach_class *class, const struct network_site *site)
{
	vec_foreach(view, &class->views) {
		if (view->site == site)
			return true;
	}
	return false;
}

/* Into `class`, whose views are emptied first: they are the same memory for every host. */
static void look_around(struct reach *reach, const struct network_host *host,
			struct reach_class *class)
{
	const struct network_site *internet = &reach->network->sites.items[0];

	class->views.n_items = 0;
	if (host->attachments.n_items == 0)
		*vec_push(reach->arena, &class->views) = look(reach, host, internet);
	vec_foreach(attachment, &host->attachments) {
		for (const struct network_site *site = attachment->site; site != NULL;
		     site = site->inside) {
			if (!has_view(class, site))
				*vec_push(reach->arena, &class->views) = look(reach, host, site);
		}
	}
	if (class->views.n_items > 0) {
		qsort(class->views.items, class->views.n_items, sizeof(*class->views.items),
		      compare_views);
	}
}

static size_t number_of(const struct network_site *site)
{
	return site == NULL ? 0 : site->index + 1;
}

/* Small numbers as letters. This is done for every host: it is not left to printf(3). */
static void write_exposure(const struct reach_view *view, enum net_family family,
			   struct text *signature)
{
	const struct exposure *exposure = &view->exposure[family];
	const char letters[] = {
		(char)('a' + view->is_way_out[family]),
		(char)('a' + view->is_local[family]),
		(char)('a' + exposure->kind),
		(char)('a' + exposure->filtering),
		(char)('a' + exposure->knows_address),
		(char)('a' + exposure->sends_elsewhere),
		(char)('a' + (exposure->endpoint.name != NULL)),
		(char)('a' + exposure->cause),
	};

	text_append(signature, letters, sizeof(letters));
	text_number(signature, exposure->timeout_s);
	text_append(signature, ".", 1);
	text_number(signature, number_of(exposure->box));
	text_append(signature, ".", 1);
	text_number(signature, number_of(view->below[family]));
}

/* All that reach_decide() looks at, as text: equal signatures, equal verdicts. */
static void write_signature(const struct reach_class *class, enum host_kind kind,
			    struct text *signature)
{
	text_puts(signature, kind == HOST_DEVICE ? "device" : "mesh");
	vec_foreach(view, &class->views) {
		text_append(signature, " ", 1);
		text_number(signature, view->site->index);
		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
			write_exposure(view, family, signature);
	}
}

static void keep_class(struct reach *reach, const struct reach_class *found,
		       const struct network_host *host)
{
	struct reach_class *class = &reach->classes[reach->n_classes++];

	class->example = host;
	vec_reserve(reach->arena, &class->views, found->views.n_items);
	vec_foreach(view, &found->views)
		*vec_push(reach->arena, &class->views) = *view;
}

const struct reach_view *classes_find_view(const struct reach_class *class,
					   const struct network_site *site)
{
	vec_foreach(view, &class->views) {
		if (view->site == site)
			return view;
	}
	return NULL;
}

/* Whether a tunnel to somebody else in the mesh keeps a mapping of the class alive anyway. */
static bool is_kept(const struct reach *reach, size_t class, enum net_family family)
{
	for (size_t other = 0; other < reach->n_classes; other++) {
		struct reach_verdict verdict;

		if (reach->classes[other].example->kind == HOST_DEVICE || other == class)
			continue;
		verdict = reach_decide(reach, class, other);
		if ((verdict.kind == REACH_DIRECT || verdict.kind == REACH_PUNCH) &&
		    verdict.family == family && verdict.site->index == 0 &&
		    verdict.ends[1].has_endpoint)
			return true;
	}
	return false;
}

/* Whether the author turned keepalives off for a host of the class. */
static bool is_silenced(const struct reach *reach, size_t class)
{
	if (reach->network->persistent_keepalive == KEEPALIVE_OFF)
		return true;
	for (size_t i = 0; i < reach->network->n_hosts; i++) {
		vec_foreach(link, &reach->network->hosts[i].links) {
			const struct given_number *given = &(*link)->persistent_keepalive;

			if (reach->class_of[i] == class && span_is_given(given->span) &&
			    given->value == KEEPALIVE_OFF)
				return true;
		}
	}
	return false;
}

static void find_kept(struct reach *reach)
{
	bool(*kept)[NET_N_FAMILIES] = arena_alloc(reach->arena, reach->n_classes * sizeof(*kept));

	for (size_t i = 0; i < reach->n_classes; i++) {
		const struct reach_class *class = &reach->classes[i];

		for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
			const struct exposure *exposure = &class->views.items[0].exposure[family];

			kept[i][family] =
				class->example->kind != HOST_DEVICE &&
				exposure->kind == EXPOSURE_PREDICTABLE &&
				exposure->filtering <= NAT_FILTERING_ENDPOINT_INDEPENDENT &&
				!is_silenced(reach, i) && is_kept(reach, i, family);
		}
	}
	/* Set only now: a verdict that rests on it must not be what it rests on. */
	for (size_t i = 0; i < reach->n_classes; i++)
		memcpy(reach->classes[i].views.items[0].is_kept, kept[i], sizeof(kept[i]));
}

void classes_make(struct reach *reach)
{
	cleanup_(text_finish) struct text signature = {0};
	const struct network *network = reach->network;
	size_t *class_of = ARENA_ARRAY(reach->arena, size_t, network->n_hosts);
	struct reach_class scratch = {0};
	struct map known = {0};

	reach->classes = ARENA_ARRAY(reach->arena, struct reach_class, network->n_hosts);
	for (size_t i = 0; i < network->n_hosts; i++) {
		const struct network_host *host = &network->hosts[i];
		struct reach_class *class;

		look_around(reach, host, &scratch);
		text_clear(&signature);
		write_signature(&scratch, host->kind, &signature);
		class = map_get(&known, signature.data);
		if (class == NULL) {
			keep_class(reach, &scratch, host);
			class = &reach->classes[reach->n_classes - 1];
			(void)map_put(reach->arena, &known,
				      arena_copy(reach->arena, signature.data, signature.length),
				      class);
		}
		if (class->n_hosts++ == 1)
			class->second = host;
		class_of[i] = (size_t)(class - reach->classes);
	}
	reach->class_of = class_of;
	find_kept(reach);
}
