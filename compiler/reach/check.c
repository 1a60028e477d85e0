/* SPDX-License-Identifier: MIT */

/* What reach has to say to the user: pairs that have to talk and cannot, and doubtful endpoints. */

#include <stdio.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/reach/exposure.h"
#include "compiler/resolve/network.h"

enum {
	GROUP_TEXT = 160,
};

/* "the 34 nodes at campus such as 'gpu01'", or the node's own name where the class has just one. */
static const char *group_text(const struct reach_class *class, char buffer[static GROUP_TEXT])
{
	const struct network_host *host = class->example;
	const char *site = host->attachments.n_items == 0 ? "the internet (roaming)"
							  : host->attachments.items[0].site->name;

	if (class->n_hosts == 1) {
		(void)snprintf(buffer, GROUP_TEXT, "'%s' at %s", host->name, site);
	} else {
		(void)snprintf(buffer, GROUP_TEXT, "the %zu nodes at %s such as '%s'",
			       class->n_hosts, site, host->name);
	}
	return buffer;
}

/* Why others cannot send to the host first, at this place. */
static const char *cause_of(const struct network_site *site, const struct given_place *place)
{
	if (site->nat == NAT_UDP_BLOCKED)
		return "UDP does not leave the site of '%s'";
	if (exposure_is_hidden(site, place))
		return "'%s' has a private address here, and nothing translates it";
	if (place->kind == PLACE_DYNAMIC)
		return "'%s' has no fixed address here";
	return site->nat == NAT_NONE ? "'%s' is here" : "'%s' is behind this";
}

static void add_causes(struct diag_bag *diags, struct diag *diag, const struct network_host *host)
{
	vec_foreach(attachment, &host->attachments) {
		const struct network_site *site = attachment->site;
		const struct given_place *place = &attachment->places[0];
		bool is_site = site->nat != NAT_NONE && !exposure_is_hidden(site, place) &&
			       place->kind != PLACE_DYNAMIC;

		diag_related(diags, diag, is_site ? site->span : place->span, cause_of(site, place),
			     host->name);
	}
}

/* What is said of two ends that cannot talk, and what mends it. */
struct fault {
	enum diag_rule rule;
	const char *text;
	const char *help;
};

static const struct fault faults[REACH_N_VERDICTS] = {
	[REACH_UNDECIDED] =
		{DIAG_NAT_UNDECIDED,
		 "nobody can send to either first, and what NATs do is not analysed yet",
		 "give one of them a fixed address that is open (`internet: ...`, or a site "
		 "with `nat: none`), or both an address at a site that they share"},
	[REACH_NO_FAMILY] = {DIAG_FAMILY_MISMATCH, "they have no address family in common",
			     "give one of them an address of the other's family in 'at'"},
	[REACH_UDP_BLOCKED] = {DIAG_NAT_UNDECIDED, "UDP does not leave a site",
			       "let UDP out of the site, or attach both to a site that they share"},
	[REACH_HIDDEN] = {DIAG_NAT_UNDECIDED, "one has only private addresses outside its site",
			  "write its public address, or say with 'nat' what translates it"},
};

static void report_pair(const struct reach *reach, size_t a, size_t b, enum reach_verdict_kind kind,
			struct diag_bag *diags)
{
	const struct reach_class *first = &reach->classes[a];
	const struct reach_class *second = &reach->classes[b];
	size_t n_pairs = a == b ? first->n_hosts * (first->n_hosts - 1) / 2
				: first->n_hosts * second->n_hosts;
	char left[GROUP_TEXT];
	char right[GROUP_TEXT] = "each other";
	struct diag *diag;

	group_text(first, left);
	if (a != b)
		group_text(second, right);
	diag = diag_add(diags, faults[kind].rule, second->example->node->name.span,
			"%s cannot reach %s: %s (%zu pair%s)", left, right, faults[kind].text,
			n_pairs, n_pairs == 1 ? "" : "s");
	add_causes(diags, diag, second->example);
	if (a != b)
		add_causes(diags, diag, first->example);
	diag_help(diags, diag, "%s", faults[kind].help);
}

static bool is_reachable(enum reach_verdict_kind kind)
{
	return kind == REACH_LAN || kind == REACH_DIRECT;
}

static void check_mesh(const struct reach *reach, struct diag_bag *diags)
{
	for (size_t a = 0; a < reach->n_classes; a++) {
		const struct reach_class *first = &reach->classes[a];

		for (size_t b = a; first->example->kind != HOST_DEVICE && b < reach->n_classes;
		     b++) {
			enum reach_verdict_kind kind;

			if (reach->classes[b].example->kind == HOST_DEVICE ||
			    (a == b && first->n_hosts < 2))
				continue;
			kind = reach_decide(reach, a, b).kind;
			if (!is_reachable(kind))
				report_pair(reach, a, b, kind, diags);
		}
	}
}

static void report_device(const struct network_host *device, size_t n_devices,
			  enum reach_verdict_kind kind, struct diag_bag *diags)
{
	const struct network_host *gateway = device->gateway;
	struct diag *diag;

	diag = diag_add(diags, faults[kind].rule, device->node->name.span,
			"'%s' cannot reach its gateway '%s': %s", device->name, gateway->name,
			faults[kind].text);
	if (n_devices > 1) {
		diag_note(diags, diag, "the same holds for %zu more device%s", n_devices - 1,
			  n_devices == 2 ? "" : "s");
	}
	add_causes(diags, diag, device);
	add_causes(diags, diag, gateway);
	diag_help(diags, diag, "%s", faults[kind].help);
}

/* A gateway's devices, class by class. */
static void check_devices(const struct reach *reach, const struct network_host *gateway,
			  struct diag_bag *diags)
{
	struct arena *arena = diags->arena;
	const struct network_host **first =
		ARENA_ARRAY(arena, const struct network_host *, reach->n_classes);
	size_t *n_devices = ARENA_ARRAY(arena, size_t, reach->n_classes);

	vec_foreach(device, &gateway->devices) {
		size_t class = reach->class_of[(*device)->index];

		if (n_devices[class]++ == 0)
			first[class] = *device;
	}
	for (size_t class = 0; class < reach->n_classes; class ++) {
		enum reach_verdict_kind kind;

		if (first[class] == NULL)
			continue;
		kind = reach_decide(reach, class, reach->class_of[gateway->index]).kind;
		if (!is_reachable(kind))
			report_device(first[class], n_devices[class], kind, diags);
	}
}

/* Whether packets leave the site with another address than they have inside. */
static bool translates(enum nat_preset nat)
{
	return nat != NAT_NONE && nat != NAT_FIREWALL;
}

/* An endpoint that others are told to send to over the internet. */
static void check_endpoint(const struct network_host *host, const struct network_site *site,
			   const struct given_place *place, struct diag_bag *diags)
{
	char buffer[NET_ADDRESS_TEXT];
	struct diag *diag;

	if (place->kind == PLACE_NAME) {
		diag = diag_add(
			diags, DIAG_ENDPOINT_NAME, place->span,
			"the endpoint of '%s' is a name, which WireGuard resolves once, at start",
			host->name);
		diag_help(
			diags, diag,
			"write the address if it is fixed; if it is not, restart the tunnel when it moves");
	} else if (place->kind == PLACE_ADDRESS && !translates(site->nat) &&
		   net_address_scope(&place->address) == NET_SCOPE_PRIVATE) {
		diag = diag_add(diags, DIAG_ENDPOINT_PRIVATE, place->span,
				"%s is a private address, and nothing translates it on its way out "
				"of '%s'",
				net_address_format(&place->address, buffer), site->name);
		diag_help(diags, diag,
			  "write the public address, or say what NAT the site has with 'nat'");
	}
}

void reach_check(const struct reach *reach, struct diag_bag *diags)
{
	check_mesh(reach, diags);
	for (size_t i = 0; i < reach->network->n_hosts; i++) {
		const struct network_host *host = &reach->network->hosts[i];

		if (host->devices.n_items > 0)
			check_devices(reach, host, diags);
		vec_foreach(attachment, &host->attachments) {
			for (size_t k = 0; k < attachment->n_places; k++) {
				check_endpoint(host, attachment->site, &attachment->places[k],
					       diags);
			}
		}
	}
}
