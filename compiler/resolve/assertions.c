/* SPDX-License-Identifier: MIT */

/*
 * Assertions: one form each, and the nodes that their names stand for. Whether they hold is for a
 * later pass to say.
 */

#include "compiler/resolve/resolver.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/diag/diag.h"
#include "compiler/resolve/selectors.h"

static const char *const words[ASSERTION_N_FORMS] = {
	[ASSERTION_REACH] = "reach",       [ASSERTION_DENY] = "deny",
	[ASSERTION_DIRECT] = "direct",     [ASSERTION_RELAYED] = "relayed",
	[ASSERTION_SURVIVES] = "survives",
};

/* The names that the entry gives to a form; none where it is another one. */
struct names {
	const struct given_text *items;
	size_t n_items;
};

static struct names names_of(const struct topology_assertion *given, enum assertion_form form)
{
	switch (form) {
	case ASSERTION_REACH:
		return (struct names){given->reach.items, given->reach.n_items};
	case ASSERTION_DENY:
		return (struct names){given->deny.items, given->deny.n_items};
	case ASSERTION_DIRECT:
		return (struct names){given->direct.items, given->direct.n_items};
	case ASSERTION_RELAYED:
		return (struct names){given->relayed.items, given->relayed.n_items};
	case ASSERTION_SURVIVES:
		return (struct names){&given->survives,
				      span_is_given(given->survives.span) ? 1 : 0};
	case ASSERTION_N_FORMS:
		break;
	}
	unreachable();
}

static void refuse(struct resolver *resolver, struct span span, const char *fault, const char *fix)
{
	struct diag *diag = diag_add(resolver->diags, DIAG_BAD_VALUE, span, "%s", fault);

	diag_help(resolver->diags, diag, "%s", fix);
}

/* Whether something in the entry was wrong already, so that it says less than its author wrote. */
static bool is_reported(const struct resolver *resolver, struct span span)
{
	vec_foreach(diag, &resolver->diags->items) {
		struct span place = (*diag)->span;

		if (place.source == span.source && place.begin >= span.begin &&
		    place.end <= span.end)
			return true;
	}
	return false;
}

/* The only form of the entry; ASSERTION_N_FORMS, with a diagnostic, where there is none such. */
static enum assertion_form form_of(struct resolver *resolver,
				   const struct topology_assertion *given)
{
	enum assertion_form found = ASSERTION_N_FORMS;

	for (enum assertion_form form = ASSERTION_REACH; form < ASSERTION_N_FORMS; form++) {
		struct names names = names_of(given, form);
		struct diag *diag;

		if (names.n_items == 0)
			continue;
		if (found == ASSERTION_N_FORMS) {
			found = form;
			continue;
		}
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, names.items[0].span,
				"an assertion says one thing, and this one says '%s' and '%s'",
				words[found], words[form]);
		diag_help(resolver->diags, diag, "make two entries of it");
		return ASSERTION_N_FORMS;
	}
	if (found == ASSERTION_N_FORMS && !is_reported(resolver, given->span)) {
		refuse(resolver, given->span, "this assertion says nothing",
		       "say one of `reach: [a, b]`, `deny: [a, b]`, `direct: [a, b]`, "
		       "`relayed: [a, b]` and `survives: a`");
	}
	return found;
}

/* False, with a diagnostic, where a key stands beside a form that it says nothing about. */
static bool check_company(struct resolver *resolver, const struct topology_assertion *given,
			  enum assertion_form form)
{
	if (given->ports.n_items > 0 && form != ASSERTION_REACH && form != ASSERTION_DENY) {
		refuse(resolver, given->ports.items[0].span, "only 'reach' and 'deny' take 'ports'",
		       "leave them out: tunnels carry every port");
		return false;
	}
	if (span_is_given(given->via.span) && form != ASSERTION_RELAYED) {
		refuse(resolver, given->via.span, "only 'relayed' takes 'via'",
		       "leave it out, or say `relayed`");
		return false;
	}
	return true;
}

/* Of a site that nobody is at; whom a group names is there, or has expired. */
static bool is_nobody(struct resolver *resolver, const struct network_selection *selection)
{
	const struct given_text *given = &selection->given;
	struct diag *diag;

	if (selection->site != NULL && selection->site->index == 0) {
		refuse(resolver, given->span, "'internet' is around every site, and names nobody",
		       "name nodes, users, groups, or one of `sites`");
		return true;
	}
	if (selection->n_hosts > 0 || selection->expired != NULL)
		return false;
	diag = diag_add(resolver->diags, DIAG_BAD_VALUE, given->span, "there is nobody at %s '%s'",
			selection->kind, given->value);
	diag_help(resolver->diags, diag, "name somebody, or leave the assertion out");
	return true;
}

/* Whether all that it stands for is one machine. */
static bool is_one(const struct network_selection *selection)
{
	return selection->n_hosts == 1 ||
	       (selection->n_hosts > 1 &&
		network_host_is_same(selection->hosts[0],
				     selection->hosts[selection->n_hosts - 1]));
}

static bool resolve_pair(struct resolver *resolver, const struct selectors *selectors,
			 const struct names *names, struct network_assertion *assertion)
{
	struct network_selection *ends = assertion->ends;
	bool is_found = true;
	struct diag *diag;

	if (names->n_items < 2) {
		diag = diag_add(resolver->diags, DIAG_BAD_VALUE, names->items[0].span,
				"'%s' takes two names", words[assertion->form]);
		diag_help(resolver->diags, diag, "write `%s: [%s, other]`", words[assertion->form],
			  names->items[0].value);
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		is_found = selectors_find(selectors, &names->items[i], &ends[i], resolver->diags) &&
			   !is_nobody(resolver, &ends[i]) && is_found;
	}
	if (!is_found)
		return false;
	if (is_one(&ends[0]) && is_one(&ends[1]) &&
	    network_host_is_same(ends[0].hosts[0], ends[1].hosts[0])) {
		refuse(resolver, ends[1].given.span, "a node is no pair with itself",
		       "name two nodes, or a group of several twice for every pair in it");
		return false;
	}
	if (ends[0].given.span.source == ends[1].given.span.source)
		assertion->span.end = ends[1].given.span.end;
	return true;
}

/* False, with a diagnostic, where the gateway cannot be what `relayed` wants. */
static bool resolve_via(struct resolver *resolver, const struct given_text *given,
			struct network_assertion *assertion)
{
	if (!span_is_given(given->span))
		return true;
	assertion->via = resolver_find_gateway(resolver, given);
	assertion->via_span = given->span;
	if (assertion->via == NULL)
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (strcmp(assertion->ends[i].given.value, given->value) == 0) {
			refuse(resolver, given->span, "an end of the pair cannot relay it",
			       "name a third node, which is a gateway");
			return false;
		}
	}
	return true;
}

static bool resolve_survivor(struct resolver *resolver, const struct selectors *selectors,
			     const struct names *names, struct network_assertion *assertion)
{
	struct network_selection *lost = &assertion->ends[0];
	bool is_site;
	struct diag *diag;

	if (!selectors_find(selectors, names->items, lost, resolver->diags))
		return false;
	is_site = lost->site != NULL;
	if (is_site && lost->site->index != 0)
		return true;
	if (is_site) {
		refuse(resolver, names->items->span, "without the internet nobody is left",
		       "name a gateway, a server, or one of `sites`");
		return false;
	}
	if (lost->n_hosts == 1 && strcmp(lost->hosts[0]->name, lost->given.value) == 0 &&
	    lost->hosts[0]->kind != HOST_DEVICE)
		return true;
	diag = diag_add(resolver->diags, DIAG_BAD_VALUE, names->items->span,
			"'%s' is a %s, and 'survives' takes a gateway, a server or a site",
			lost->given.value, lost->kind);
	diag_help(resolver->diags, diag, "name what the network is to do without");
	return false;
}

static void resolve_assertion(struct resolver *resolver, const struct selectors *selectors,
			      const struct topology_assertion *given)
{
	enum assertion_form form = form_of(resolver, given);
	struct network_assertion assertion = {
		.form = form,
		.ports = given->ports.items,
		.n_ports = given->ports.n_items,
	};
	struct names names;
	bool is_right;

	if (form == ASSERTION_N_FORMS || !check_company(resolver, given, form))
		return;
	names = names_of(given, form);
	if (form != ASSERTION_SURVIVES && names.n_items < 2 && is_reported(resolver, given->span))
		return; /* one of the names is no name */
	assertion.span = names.items[0].span;
	if (form == ASSERTION_SURVIVES) {
		is_right = resolve_survivor(resolver, selectors, &names, &assertion);
	} else {
		is_right = resolve_pair(resolver, selectors, &names, &assertion) &&
			   resolve_via(resolver, &given->via, &assertion);
	}
	if (is_right)
		*vec_push(resolver->arena, &resolver->network->assertions) = assertion;
}

void resolve_assertions(struct resolver *resolver)
{
	struct selectors selectors;

	if (resolver->topology->assertions.n_items == 0)
		return;
	selectors_make(&selectors, resolver->arena, resolver->network);
	vec_foreach(given, &resolver->topology->assertions)
		resolve_assertion(resolver, &selectors, given);
}
