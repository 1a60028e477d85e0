/* SPDX-License-Identifier: MIT */

/*
 * Each pair of classes is told of once, with the class that has more such pairs: a NAT that keeps
 * its hosts from everybody is one finding, not one for everybody. What is told together has the
 * same rule and the same fate. Where that still makes many findings, they are one.
 */

#include "compiler/reach/apart.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/reach/cause.h"
#include "compiler/reach/relay.h"
#include "compiler/reach/remedy.h"
#include "compiler/reach/unsaid.h"
#include "compiler/resolve/network.h"

enum {
	MOST_NAMED = 3, /* sites or gateways that a message names before it counts the rest */
	MOST_ALIKE = 8, /* findings with one rule and fate; more are told as one */
};

/* What becomes of a pair that is apart. */
enum fate {
	FATE_RELAYED,
	FATE_FORBIDDEN, /* it could be relayed, and the author wants that to be an error */
	FATE_CUT,       /* no gateway reaches both */
	N_FATES,
};

/* Another class that `owner` is apart from. */
struct partner {
	size_t class;
	enum reach_rule rule;
	enum fate fate;
	struct relays relays;
	struct unsaid_pairs pairs;
};

struct apart {
	const struct reach *reach;
	struct diag_bag *diags;
	const struct unsaid *unsaid;
	size_t *n_partners; /* by class: how many classes it is apart from */
	size_t *marks;      /* by site: the last list of names that it was put on */
	size_t n_lists;
	size_t owner; /* whose partners these are */
	vec_of(struct partner) partners;
};

/* Different names, in the order of their first mention. */
struct names {
	const char **items;
	size_t n_items;
	size_t capacity;
};

/* Names joined as people do: "campus", "campus and lab", "campus, lab, home and 4 more". */
static void join_names(const struct names *names, struct text *out)
{
	size_t n = names->n_items;
	size_t n_shown = n <= MOST_NAMED + 1 ? n : MOST_NAMED;

	for (size_t i = 0; i < n_shown; i++) {
		text_printf(out, "%s%s",
			    i == 0       ? ""
			    : i + 1 == n ? " and "
					 : ", ",
			    names->items[i]);
	}
	if (n_shown < n)
		text_printf(out, " and %zu more", n - n_shown);
}

static const char *site_of(const struct reach_class *class)
{
	const struct network_host *host = class->example;

	return host->attachments.n_items == 0 ? "the internet (roaming)"
					      : host->attachments.items[0].site->name;
}

/* "'home01' at home", "34 nodes at campus such as 'gpu01'": so many of the class. */
static void describe_hosts(const struct reach_class *class, size_t n_hosts,
			   const struct network_host *example, struct text *out)
{
	if (n_hosts == 1) {
		text_printf(out, "'%s' at %s", example->name, site_of(class));
	} else {
		text_printf(out, "%zu nodes at %s such as '%s'", n_hosts, site_of(class),
			    example->name);
	}
}

static bool is_mesh(const struct reach_class *class)
{
	return class->example->kind != HOST_DEVICE;
}

/* Whether the two classes have pairs that have to talk, cannot without help, and nobody said so. */
static bool are_apart(const struct apart *apart, size_t a, size_t b)
{
	const struct reach *reach = apart->reach;

	return is_mesh(&reach->classes[a]) && is_mesh(&reach->classes[b]) &&
	       (a != b || reach->classes[a].n_hosts > 1) &&
	       reach_decide(reach, a, b).kind == REACH_APART &&
	       unsaid_count(apart->unsaid, a, b) > 0;
}

static void count_partners(struct apart *apart)
{
	const struct reach *reach = apart->reach;

	for (size_t a = 0; a < reach->n_classes; a++) {
		for (size_t b = a; b < reach->n_classes; b++) {
			if (!are_apart(apart, a, b))
				continue;
			apart->n_partners[a]++;
			apart->n_partners[b]++;
		}
	}
}

/* Whether the pair is told of with `owner`. */
static bool belongs_to(const struct apart *apart, size_t owner, size_t other)
{
	size_t mine = apart->n_partners[owner];
	size_t others = apart->n_partners[other];

	return mine > others || (mine == others && owner <= other);
}

static enum fate fate_of(const struct reach *reach, const struct relays *relays)
{
	if (relays->n_gateways == 0)
		return FATE_CUT;
	return reach->network->unreachable.value == UNREACHABLE_ERROR ? FATE_FORBIDDEN
								      : FATE_RELAYED;
}

static void collect_partners(struct apart *apart)
{
	const struct reach *reach = apart->reach;

	apart->partners.n_items = 0;
	for (size_t other = 0; other < reach->n_classes; other++) {
		struct partner partner = {.class = other};

		if (apart->n_partners[other] == 0 || !belongs_to(apart, apart->owner, other) ||
		    !are_apart(apart, apart->owner, other))
			continue;
		partner.pairs = unsaid_look(apart->unsaid, apart->owner, other);
		partner.rule = reach_decide(reach, apart->owner, other).rule;
		partner.relays = relays_between(reach, apart->owner, other);
		partner.fate = fate_of(reach, &partner.relays);
		*vec_push(reach->arena, &apart->partners) = partner;
	}
}

/* A finding in the making: the partners with one rule and one fate. */
struct group {
	vec_of(const struct partner *) partners;
	vec_of(size_t) classes; /* of theirs */
	struct names sites;
	struct names gateways;
	size_t n_owners; /* hosts of the owner's class that have such a pair */
	size_t n_hosts;  /* and of the partners' */
	size_t n_pairs;
};

static void add_name(struct arena *arena, struct names *names, const char *name)
{
	vec_foreach(known, names) {
		if (*known == name)
			return;
	}
	*vec_push(arena, names) = name;
}

/* A site's name, once a list: there may be many sites. */
static void add_site(struct apart *apart, size_t *marks, size_t list,
		     const struct reach_class *class, struct names *names)
{
	size_t site = class->example->attachments.items[0].site->index;

	if (marks[site] == list)
		return;
	marks[site] = list;
	*vec_push(apart->reach->arena, names) = site_of(class);
}

static struct group make_group(struct apart *apart, enum reach_rule rule, enum fate fate)
{
	struct arena *arena = apart->reach->arena;
	size_t list = ++apart->n_lists;
	const struct network_host *const *last = NULL;
	struct group group = {0};

	vec_foreach(partner, &apart->partners) {
		const struct reach_class *class = &apart->reach->classes[partner->class];

		if (partner->rule != rule || partner->fate != fate)
			continue;
		*vec_push(arena, &group.partners) = partner;
		*vec_push(arena, &group.classes) = partner->class;
		group.n_hosts += partner->pairs.n_seconds;
		group.n_pairs += partner->pairs.n_pairs;
		add_site(apart, apart->marks, list, class, &group.sites);
		/* Most have one and the same list. */
		for (size_t i = 0;
		     partner->relays.gateways != last && i < partner->relays.n_gateways; i++)
			add_name(arena, &group.gateways, partner->relays.gateways[i]->name);
		last = partner->relays.gateways;
	}
	group.n_owners = unsaid_count_hosts(apart->unsaid, apart->owner, group.classes.items,
					    group.classes.n_items);
	return group;
}

static void describe_partners(const struct apart *apart, const struct group *group,
			      struct text *out)
{
	const struct partner *first = group->partners.items[0];

	if (first->class == apart->owner && group->partners.n_items == 1) {
		text_puts(out, "each other");
	} else if (group->partners.n_items == 1) {
		describe_hosts(&apart->reach->classes[first->class], group->n_hosts,
			       first->pairs.first[1], out);
	} else {
		text_printf(out, "%zu nodes at ", group->n_hosts);
		join_names(&group->sites, out);
	}
}

static void describe_fate(const struct group *group, enum fate fate, struct text *out)
{
	cleanup_(text_finish) struct text names = {0};

	join_names(&group->gateways, &names);
	switch (fate) {
	case FATE_RELAYED:
		text_printf(out, "; relayed by %s", names.data);
		break;
	case FATE_FORBIDDEN:
		text_printf(out, "; %s could relay, but `unreachable: error` forbids it",
			    names.data);
		break;
	case FATE_CUT:
	case N_FATES:
		text_puts(out, "; and no gateway has a tunnel to both");
		break;
	}
}

static enum diag_rule rule_of(enum reach_rule rule, enum fate fate)
{
	if (fate == FATE_RELAYED)
		return DIAG_NAT_RELAYED;
	return rule == RULE_NO_FAMILY ? DIAG_FAMILY_MISMATCH : DIAG_NAT_UNREACHABLE;
}

/* The causes of the first partners; the owner's own is the place of the finding. */
static void add_evidence(const struct apart *apart, const struct group *group, struct diag *diag)
{
	const struct reach *reach = apart->reach;

	vec_foreach(partner, &group->partners) {
		struct reach_verdict verdict = reach_decide(reach, apart->owner, (*partner)->class);
		struct cause cause = cause_of(reach, (*partner)->pairs.first[1], &verdict, 1);

		if (diag_shows(diag, cause.span))
			continue;
		if (diag->related.n_items == MOST_NAMED) {
			diag_note(apart->diags, diag, "and alike for the others");
			break;
		}
		diag_related(apart->diags, diag, cause.span, "%s", cause.text);
	}
}

/* What a gateway needs so that such a pair can use it. */
static const char *needed_of(enum reach_rule rule)
{
	switch (rule) {
	case RULE_NO_FAMILY:
		return "with open addresses of both families";
	case RULE_BLOCKED:
	case RULE_PRIVATE:
		return "that is at that site and on the internet, too";
	default:
		return "with an open address";
	}
}

static void add_remedies(const struct apart *apart, const struct group *group, enum fate fate,
			 struct diag *diag)
{
	const struct partner *first = group->partners.items[0];
	const struct network_host *const *ends = first->pairs.first;
	struct remedies remedies =
		remedies_find(apart->reach, ends[0], group->n_owners, ends[1], group->n_hosts);

	for (size_t i = 0; i < remedies.n_texts; i++)
		diag_help(apart->diags, diag, "%s", remedies.texts[i]);
	if (fate == FATE_CUT) {
		diag_help(apart->diags, diag, "add a gateway that both have a tunnel to: one %s",
			  needed_of(first->rule));
	} else if (fate == FATE_RELAYED && group->n_pairs == 1) {
		diag_help(apart->diags, diag,
			  "or leave it relayed, and say so: `links: [{ between: [%s, %s], via: %s "
			  "}]`",
			  ends[0]->name, ends[1]->name, first->relays.gateways[0]->name);
	} else if (fate == FATE_RELAYED) {
		diag_help(apart->diags, diag,
			  "or leave them relayed; `via` in `links` acknowledges a pair");
	}
}

static void report(struct apart *apart, enum reach_rule rule, enum fate fate)
{
	cleanup_(text_finish) struct text message = {0};
	const struct reach *reach = apart->reach;
	struct group group = make_group(apart, rule, fate);
	const struct partner *first;
	struct reach_verdict verdict;
	struct cause cause;
	struct cause place; /* of the finding: the end that is to blame */
	struct diag *diag;

	if (group.partners.n_items == 0)
		return;
	first = group.partners.items[0];
	verdict = reach_decide(reach, apart->owner, first->class);
	cause = cause_of(reach, first->pairs.first[0], &verdict, 0);
	place = cause;
	if (!cause_is_at(&verdict, 0))
		place = cause_of(reach, first->pairs.first[1], &verdict, 1);
	describe_hosts(&reach->classes[apart->owner], group.n_owners, first->pairs.first[0],
		       &message);
	text_puts(&message, " cannot open a tunnel to ");
	describe_partners(apart, &group, &message);
	text_printf(&message, ": %s", rule_text(rule));
	describe_fate(&group, fate, &message);
	text_printf(&message, " (%zu pair%s)", group.n_pairs, group.n_pairs == 1 ? "" : "s");
	diag = diag_add(apart->diags, rule_of(rule, fate), place.span, "%s", message.data);
	diag_note(apart->diags, diag, "%s", place.text);
	if (cause.span.begin != place.span.begin)
		diag_related(apart->diags, diag, cause.span, "%s", cause.text);
	add_evidence(apart, &group, diag);
	add_remedies(apart, &group, fate, diag);
}

/* Findings of one rule and fate that are too many to read: they are told as one. */
struct fold {
	size_t n_findings;
	size_t n_pairs;
	size_t owners[MOST_NAMED + 1]; /* the first ones */
	struct names sites;
	size_t *marks; /* by site: 1 where it is among them */
	struct names gateways;
};

static void note_fold(struct apart *apart, struct fold *fold, enum reach_rule rule, enum fate fate)
{
	const struct reach *reach = apart->reach;
	struct group group = make_group(apart, rule, fate);

	if (group.partners.n_items == 0)
		return;
	if (fold->n_findings <= MOST_NAMED)
		fold->owners[fold->n_findings] = apart->owner;
	fold->n_findings++;
	fold->n_pairs += group.n_pairs;
	if (fold->marks == NULL)
		fold->marks = ARENA_ARRAY(reach->arena, size_t, reach->network->sites.n_items);
	add_site(apart, fold->marks, 1, &reach->classes[apart->owner], &fold->sites);
	vec_foreach(partner, &group.partners)
		add_site(apart, fold->marks, 1, &reach->classes[(*partner)->class], &fold->sites);
	vec_foreach(gateway, &group.gateways)
		add_name(reach->arena, &fold->gateways, *gateway);
}

/* What keeps an owner of the fold from the first of its partners. */
static struct cause cause_of_owner(struct apart *apart, size_t owner, enum reach_rule rule)
{
	const struct reach *reach = apart->reach;

	apart->owner = owner;
	collect_partners(apart);
	vec_foreach(partner, &apart->partners) {
		struct reach_verdict verdict = reach_decide(reach, owner, partner->class);

		if (partner->rule == rule)
			return cause_of(reach, partner->pairs.first[0], &verdict, 0);
	}
	unreachable(); /* it has some: else it would be no owner */
}

static void report_fold(struct apart *apart, const struct fold *fold, enum reach_rule rule,
			enum fate fate)
{
	cleanup_(text_finish) struct text message = {0};
	const struct group group = {.gateways = fold->gateways};
	struct cause cause = cause_of_owner(apart, fold->owners[0], rule);
	struct diag *diag;

	text_printf(&message, "%zu pairs of nodes at ", fold->n_pairs);
	join_names(&fold->sites, &message);
	text_printf(&message, " cannot open a tunnel: %s", rule_text(rule));
	describe_fate(&group, fate, &message);
	diag = diag_add(apart->diags, rule_of(rule, fate), cause.span, "%s", message.data);
	diag_note(apart->diags, diag, "%s", cause.text);
	for (size_t i = 1; i <= MOST_NAMED; i++) {
		cause = cause_of_owner(apart, fold->owners[i], rule);
		if (!diag_shows(diag, cause.span))
			diag_related(apart->diags, diag, cause.span, "%s", cause.text);
	}
	diag_note(apart->diags, diag, "and alike for the others");
	diag_help(apart->diags, diag,
		  "`wgtopo explain` shows for a pair what keeps it apart, and "
		  "what would mend it");
}

/* Each owner's findings by themselves, but for those that are folded. */
static void report_owner(struct apart *apart, struct fold folds[N_FATES][RULE_SAME_LAN])
{
	collect_partners(apart);
	for (enum fate fate = FATE_RELAYED; fate < N_FATES; fate++) {
		for (enum reach_rule rule = 0; rule < RULE_SAME_LAN; rule++) {
			if (folds[fate][rule].n_findings <= MOST_ALIKE)
				report(apart, rule, fate);
		}
	}
}

static void note_owner(struct apart *apart, struct fold folds[N_FATES][RULE_SAME_LAN])
{
	collect_partners(apart);
	for (enum fate fate = FATE_RELAYED; fate < N_FATES; fate++) {
		for (enum reach_rule rule = 0; rule < RULE_SAME_LAN; rule++)
			note_fold(apart, &folds[fate][rule], rule, fate);
	}
}

void apart_check_mesh(const struct reach *reach, struct diag_bag *diags)
{
	struct fold folds[N_FATES][RULE_SAME_LAN] = {0};
	struct apart apart = {
		.reach = reach,
		.diags = diags,
		.unsaid = unsaid_create(reach),
		.n_partners = ARENA_ARRAY(reach->arena, size_t, reach->n_classes),
		.marks = ARENA_ARRAY(reach->arena, size_t, reach->network->sites.n_items),
	};

	count_partners(&apart);
	for (apart.owner = 0; apart.owner < reach->n_classes; apart.owner++) {
		if (apart.n_partners[apart.owner] > 0)
			note_owner(&apart, folds);
	}
	for (apart.owner = 0; apart.owner < reach->n_classes; apart.owner++) {
		if (apart.n_partners[apart.owner] > 0)
			report_owner(&apart, folds);
	}
	for (enum fate fate = FATE_RELAYED; fate < N_FATES; fate++) {
		for (enum reach_rule rule = 0; rule < RULE_SAME_LAN; rule++) {
			if (folds[fate][rule].n_findings > MOST_ALIKE)
				report_fold(&apart, &folds[fate][rule], rule, fate);
		}
	}
}
