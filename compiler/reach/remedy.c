/* SPDX-License-Identifier: MIT */

/* The fixes, in the order of what they cost: a port, an address, a word in the topology. */

#include "compiler/reach/remedy.h"

#include "base/arena.h"
#include "base/text.h"
#include "compiler/reach/classes.h"
#include "compiler/resolve/network.h"

/* One end of the pair: what it is where the two would meet. */
struct end {
	const struct network_host *host;
	const struct reach_class *class;
	const struct reach_view *view;
	const struct exposure *exposure; /* over the family of the verdict */
	const struct network_attachment *attachment;
	size_t weight;
};

struct search {
	const struct reach *reach;
	struct reach_verdict verdict;
	struct end ends[2];
	struct remedies found;
};

static void offer(struct search *search, const char *text)
{
	if (search->found.n_texts < REMEDY_MAX)
		search->found.texts[search->found.n_texts++] = text;
}

/* Whether the verdict is about ports and filters: what boxes do to packets that do get out. */
static bool is_about_boxes(const struct search *search)
{
	return search->verdict.hairpin == NULL &&
	       (search->verdict.rule == RULE_BOTH_UNPREDICTABLE ||
		search->verdict.rule == RULE_STRICT_FILTER ||
		search->verdict.rule == RULE_ADDRESS_UNKNOWN);
}

static bool is_box(const struct nat_behaviour *box)
{
	return box->filtering != NAT_FILTERING_NONE || box->mapping != NAT_MAPPING_NONE;
}

/* How many boxes stand in the way of the end; 0 where somebody else owns one of them. */
static size_t count_own_boxes(const struct search *search, const struct end *end)
{
	const struct network_site *site = end->attachment->site;
	size_t n_boxes = 0;

	for (; site != search->verdict.site; site = site->inside) {
		const struct nat_behaviour *box = &site->box[search->verdict.family];

		if (box->blocks_udp || site->nat == NAT_CGNAT || exposure_is_outdone(site))
			return 0;
		n_boxes += is_box(box);
	}
	return n_boxes;
}

static bool is_taken(const struct network_site *site, const struct network_host *host,
		     uint16_t port)
{
	vec_foreach(forward, &site->forwards) {
		if (forward->port == port && forward->host != host)
			return true;
	}
	return false;
}

/* "the router of 'lab' and that of 'campus'" */
static void name_boxes(const struct search *search, const struct end *end, struct text *out)
{
	size_t n_named = 0;

	for (const struct network_site *site = end->attachment->site; site != search->verdict.site;
	     site = site->inside) {
		const struct nat_behaviour *box = &site->box[search->verdict.family];
		const char *what =
			box->mapping == NAT_MAPPING_NONE ? "the firewall of" : "the router of";

		if (!is_box(box))
			continue;
		text_printf(out, "%s%s '%s'", n_named++ == 0 ? "" : " and ", what, site->name);
	}
}

/* What has to be written besides the forward itself. */
static void add_conditions(const struct search *search, const struct end *end, unsigned int port,
			   struct text *out)
{
	const struct network_host *host = end->host;
	bool is_public_missing = false;

	for (const struct network_site *site = end->attachment->site; site != search->verdict.site;
	     site = site->inside) {
		is_public_missing = is_public_missing ||
				    (site->public == NULL &&
				     site->box[search->verdict.family].mapping != NAT_MAPPING_NONE);
	}
	if (is_public_missing)
		text_puts(out, ", and its `public: [ADDRESS]`");
	if (end->attachment->site->box[search->verdict.family].mapping == NAT_MAPPING_NONE &&
	    port != host->listen_port)
		text_printf(out, ", and `listen_port: %u` in '%s'", port, host->name);
	if (end->weight > end->class->n_hosts) {
		text_puts(out, "; likewise for the other");
		text_printf(out, end->weight == 2 ? " one, at its site" : " %zu, at their sites",
			    end->weight - 1);
	} else if (end->weight > 1) {
		text_puts(out, "; a port each for the other");
		text_printf(out, end->weight == 2 ? " one" : " %zu", end->weight - 1);
	}
}

/* "forward UDP port 51820 on the router of 'home' to 'home01': `forward: { 51820: home01 }`" */
static void offer_forward(struct search *search, const struct end *end)
{
	cleanup_(text_finish) struct text out = {0};
	const struct network_host *host = end->host;
	const struct network_site *site = end->attachment->site;
	bool is_pinhole = site->box[search->verdict.family].mapping == NAT_MAPPING_NONE;
	bool is_beside_nat = is_pinhole && site->box[NET_IPV4].mapping != NAT_MAPPING_NONE;
	unsigned int port = host->listen_port;

	while (port < 65535 && is_taken(site, host, (uint16_t)port))
		port++;
	text_printf(&out, "%s UDP port %u on ", is_pinhole ? "open" : "forward", port);
	name_boxes(search, end, &out);
	text_printf(&out, " to '%s': `forward: { %u%s: %s }` in %s", host->name, port,
		    is_beside_nat ? "/ipv6" : "", host->name,
		    count_own_boxes(search, end) > 1 ? "each site" : "the site");
	add_conditions(search, end, port, &out);
	offer(search, arena_copy(search->reach->arena, out.data, out.length));
}

/*
 * What a forward would cost at the end: more where nothing is known of the router yet, so that it
 * is probably somebody else's, or where the host's own address changes. 0: it cannot be done.
 */
static size_t cost_of_forward(const struct search *search, const struct end *end)
{
	const struct network_site *site;
	const struct given_place *place;
	size_t n_boxes;

	if (end->attachment == NULL)
		return 0;
	site = end->attachment->site;
	place = exposure_place(end->attachment, search->verdict.family);
	n_boxes = count_own_boxes(search, end);
	if (site->public == NULL && site->box[search->verdict.family].mapping != NAT_MAPPING_NONE)
		n_boxes *= 1000;
	if (place == NULL || place->kind == PLACE_DYNAMIC) {
		if (site->box[search->verdict.family].mapping == NAT_MAPPING_NONE)
			return 0; /* its own address is what others would send to */
		n_boxes *= 1000000;
	}
	return n_boxes * end->weight;
}

static void try_forward(struct search *search)
{
	size_t costs[2];
	size_t choice;

	if (!is_about_boxes(search))
		return;
	for (size_t i = 0; i < 2; i++)
		costs[i] = cost_of_forward(search, &search->ends[i]);
	if (costs[0] == 0 && costs[1] == 0)
		return;
	choice = costs[1] != 0 && (costs[0] == 0 || costs[1] < costs[0]);
	search->found.has_forward = true;
	search->found.forward_end = choice;
	offer_forward(search, &search->ends[choice]);
}

/* Behind the firewall that routers have in IPv6: the port is kept, so both ends can open theirs. */
static void try_ipv6(struct search *search)
{
	const struct exposure *a = &search->ends[0].view->exposure[NET_IPV6];
	const struct exposure *b = &search->ends[1].view->exposure[NET_IPV6];
	bool a_lacks = a->kind == EXPOSURE_ABSENT;
	bool b_lacks = b->kind == EXPOSURE_ABSENT;
	const struct exposure firewalled = {
		.kind = EXPOSURE_PREDICTABLE,
		.filtering = NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
		.knows_address = true,
	};
	enum reach_rule rule =
		rule_decide(a_lacks ? &firewalled : a, false, b_lacks ? &firewalled : b, false);
	struct arena *arena = search->reach->arena;

	if (!is_about_boxes(search) || (!a_lacks && !b_lacks) || !rule_connects(rule))
		return;
	if (a_lacks && b_lacks) {
		offer(search,
		      arena_printf(arena, "give both ends IPv6 addresses: ordinary firewalls keep "
					  "ports, so both ends can open their own"));
	} else {
		offer(search, arena_printf(arena,
					   "give '%s' an IPv6 address, as '%s' has one: ordinary "
					   "firewalls keep ports",
					   search->ends[b_lacks].host->name,
					   search->ends[a_lacks].host->name));
	}
}

/* What somebody would write into a site, and how it is said. */
struct change {
	bool is_possible;
	struct network_site site; /* as it would be */
	const char *text;
};

/* Stands for an address that the author has not written down (RFC 5737). */
static const struct given_place some_address = {
	.kind = PLACE_ADDRESS,
	.address = {NET_IPV4, {192, 0, 2, 1}},
};

static struct change declare_nat(const struct search *search, const struct end *end)
{
	const struct network_site *box = end->exposure->box;
	struct change change = {.is_possible = end->exposure->cause == CAUSE_NOT_DECLARED};

	if (!change.is_possible)
		return change;
	change.site = *box;
	change.site.nat = NAT_LINUX;
	change.site.nat_is_given = true;
	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++)
		change.site.box[family] = nat_behaviour_of(NAT_LINUX, family);
	if (box->public == NULL)
		change.site.public = &some_address;
	change.text =
		arena_printf(search->reach->arena,
			     "declare what the NAT of '%s' is: were it an ordinary home router "
			     "(`nat: linux`%s), both ends could open their own ports",
			     box->name, box->public == NULL ? ", `public: [ADDRESS]`" : "");
	return change;
}

/* The outermost box that translates gives packets the address that counts. */
static struct change write_public(const struct search *search, const struct end *end)
{
	const struct network_site *box = NULL;
	struct change change = {0};

	if (end->attachment == NULL)
		return change;
	for (const struct network_site *site = end->attachment->site; site != search->verdict.site;
	     site = site->inside) {
		if (site->box[search->verdict.family].mapping != NAT_MAPPING_NONE)
			box = site;
	}
	change.is_possible = box != NULL && box->public == NULL;
	if (!change.is_possible)
		return change;
	change.site = *box;
	change.site.public = &some_address;
	change.text = arena_printf(search->reach->arena,
				   "write the one address that the outside sees of '%s': "
				   "`public: [ADDRESS]`",
				   box->name);
	return change;
}

static struct exposure expose(const struct search *search, const struct end *end,
			      const struct change *change)
{
	if (!change->is_possible)
		return *end->exposure;
	return exposure_if(end->host, end->attachment, search->verdict.site, search->verdict.family,
			   &change->site);
}

static bool connects(const struct exposure *a, const struct exposure *b)
{
	return rule_connects(rule_decide(a, false, b, false));
}

/* Offers the change of an end where it is enough; those of both, where it takes both. */
static void try_changes(struct search *search,
			struct change (*make)(const struct search *search, const struct end *end))
{
	const struct end *ends = search->ends;
	struct change changes[2];
	struct exposure exposures[2];
	bool is_enough = false;

	for (size_t i = 0; i < 2; i++) {
		changes[i] = make(search, &ends[i]);
		exposures[i] = expose(search, &ends[i], &changes[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		if (changes[i].is_possible && connects(&exposures[i], ends[1 - i].exposure)) {
			offer(search, changes[i].text);
			is_enough = true;
		}
	}
	if (is_enough || !connects(&exposures[0], &exposures[1]))
		return;
	if (changes[0].is_possible && changes[1].is_possible &&
	    changes[0].site.index != changes[1].site.index) {
		offer(search, arena_printf(search->reach->arena, "%s; and the same for '%s'",
					   changes[0].text, changes[1].site.name));
	} else {
		offer(search, changes[changes[0].is_possible ? 0 : 1].text);
	}
}

static void try_rest(struct search *search)
{
	struct arena *arena = search->reach->arena;

	switch (search->verdict.rule) {
	case RULE_NO_HAIRPIN:
		offer(search, arena_printf(arena,
					   "if the router of '%s' does hairpin, say so in its own "
					   "terms: `nat: { ..., hairpinning: true }`",
					   search->verdict.hairpin->name));
		break;
	case RULE_ISOLATED:
		offer(search, arena_printf(arena, "let clients of '%s' talk to each other",
					   search->verdict.site->name));
		break;
	case RULE_NO_FAMILY:
		offer(search, "give one of them an address of the other's family in 'at'");
		break;
	case RULE_BLOCKED:
		offer(search, "let UDP out of the site, or attach both to a site that they share");
		break;
	case RULE_PRIVATE:
		offer(search, "write its public address, or say with 'nat' what translates it");
		break;
	case RULE_BOTH_DYNAMIC:
		offer(search, "give one of them a fixed address there");
		break;
	default:
		break;
	}
}

static struct end end_of(const struct search *search, size_t number,
			 const struct network_host *host, size_t weight)
{
	const struct reach *reach = search->reach;
	const struct reach_class *class = &reach->classes[reach->class_of[host->index]];

	return (struct end){
		.host = host,
		.class = class,
		.view = classes_find_view(class, search->verdict.site),
		.exposure = &search->verdict.ends[number].exposure,
		.attachment =
			reach_attachment(reach, host, search->verdict.site, search->verdict.family),
		.weight = weight,
	};
}

struct remedies remedies_find(const struct reach *reach, const struct network_host *first,
			      size_t first_weight, const struct network_host *second,
			      size_t second_weight)
{
	struct search search = {
		.reach = reach,
		.verdict = reach_decide(reach, reach->class_of[first->index],
					reach->class_of[second->index]),
	};

	search.ends[0] = end_of(&search, 0, first, first_weight);
	search.ends[1] = end_of(&search, 1, second, second_weight);
	try_forward(&search);
	try_ipv6(&search);
	if (is_about_boxes(&search)) {
		try_changes(&search, declare_nat);
		try_changes(&search, write_public);
	}
	try_rest(&search);
	return search.found;
}
