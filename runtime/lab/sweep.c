/* SPDX-License-Identifier: MIT */

/* From pairs to probes, and from answers to agreement. */

#include "runtime/lab/sweep.h"

#include <errno.h>

#include "base/arena.h"
#include "runtime/lab/expect.h"
#include "runtime/lab/probe.h"

/* What probes and is probed: a host, or a machine on a network behind it. */
struct node {
	const struct manifest_host *host;
	const struct world_machine *machine; /* or NULL */
	const char *name;
	int net;
};

/* One probe, and whose it is. */
struct errand {
	const struct node *from;
	const struct node *to;
	struct net_address address;
};

struct errands {
	struct arena *arena;
	const struct manifest *manifest;
	const struct sweep *sweep;
	vec_of(struct node) nodes;
	vec_of(struct errand) items; /* of one node in a row */
};

static void add_nodes(struct errands *errands, const struct build *build,
		      const struct lab_hosts *hosts)
{
	for (size_t i = 0; i < hosts->manifest->n_hosts; i++) {
		*vec_push(errands->arena, &errands->nodes) = (struct node){
			.host = hosts->items[i].host,
			.name = hosts->items[i].host->name,
			.net = hosts->items[i].place.net,
		};
	}
	if (errands->sweep->pairs != SWEEP_MACHINES)
		return;
	vec_foreach(machine, &build->world->machines) {
		char prefix[NET_PREFIX_TEXT];

		*vec_push(errands->arena, &errands->nodes) = (struct node){
			.host = machine->host,
			.machine = machine,
			.name = arena_printf(errands->arena, "a machine in %s behind %s",
					     net_prefix_format(&machine->prefix, prefix),
					     machine->host->name),
			.net = build_net(build, machine->namespace),
		};
	}
}

/* Whether the host stands on a network that has the address. */
static bool is_near(const struct manifest_host *host, const struct net_address *address)
{
	vec_foreach(attachment, &host->attachments) {
		if (attachment->site->inside == NULL)
			continue;
		vec_foreach(prefix, &attachment->site->prefixes) {
			if (net_prefix_contains(prefix, address))
				return true;
		}
	}
	return false;
}

static bool holds_a_place_of(const struct world_machine *machine, const struct manifest_host *host)
{
	vec_foreach(attachment, &host->attachments) {
		if (attachment->site->inside == NULL)
			continue;
		vec_foreach(place, &attachment->places) {
			if (place->is_address &&
			    net_prefix_contains(&machine->prefix, &place->address))
				return true;
		}
	}
	return false;
}

/* Whether one end stands on the network that the other stands for: no affair of the tunnels. */
static bool is_local_affair(const struct node *from, const struct node *to)
{
	return (to->machine != NULL && (is_near(from->host, &to->machine->address) ||
					holds_a_place_of(to->machine, from->host))) ||
	       (from->machine != NULL && (is_near(to->host, &from->machine->address) ||
					  holds_a_place_of(from->machine, to->host)));
}

/* Which of the two sends before any silence. */
static bool is_first_to_send(const struct manifest_host *from, const struct manifest_host *to)
{
	unsigned int before_from = expect_obstacles(from, to);
	unsigned int before_to = expect_obstacles(to, from);

	if (before_from != before_to)
		return before_from > before_to;
	return from->index < to->index;
}

static bool is_wanted(const struct errands *errands, const struct node *from, const struct node *to)
{
	bool has_tunnel;

	if (from->host == to->host)
		return false;
	if (errands->sweep->pairs == SWEEP_MACHINES) {
		return (from->machine != NULL || to->machine != NULL) && !is_local_affair(from, to);
	}
	has_tunnel = expect_tunnel(errands->manifest, from->host, to->host);
	if (has_tunnel != (errands->sweep->pairs == SWEEP_TUNNELS))
		return false;
	return is_first_to_send(from->host, to->host) != errands->sweep->is_reverse;
}

static bool has_family(const struct node *node, enum net_family family)
{
	if (node->machine != NULL)
		return node->machine->address.family == family;
	vec_foreach(address, &node->host->addresses) {
		if (address->family == family)
			return true;
	}
	return false;
}

static void add_errand(struct errands *errands, const struct node *from, const struct node *to,
		       const struct net_address *address)
{
	if (has_family(from, address->family))
		*vec_push(errands->arena, &errands->items) = (struct errand){from, to, *address};
}

static void add_errands(struct errands *errands)
{
	vec_foreach(from, &errands->nodes) {
		vec_foreach(to, &errands->nodes) {
			if (!is_wanted(errands, from, to))
				continue;
			if (to->machine != NULL) {
				add_errand(errands, from, to, &to->machine->address);
				continue;
			}
			vec_foreach(address, &to->host->addresses)
				add_errand(errands, from, to, address);
		}
	}
}

static bool has_address(const struct manifest_host *host, const struct net_address *address)
{
	vec_foreach(own, &host->addresses) {
		if (net_address_compare(own, address) == 0)
			return true;
	}
	return false;
}

/* Whose address inside the tunnels it is, else the address itself. */
static void write_hop(const struct manifest *manifest, const struct net_address *address,
		      struct text *out)
{
	char buffer[NET_ADDRESS_TEXT];

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		if (has_address(&manifest->hosts[i], address)) {
			text_puts(out, manifest->hosts[i].name);
			return;
		}
	}
	text_puts(out, net_address_format(address, buffer));
}

static bool is_as_expected(const struct probe *probe, const struct expect_path *path)
{
	if (!probe->is_traced || probe->n_hops != path->n_hops ||
	    probe->answer_ttl + path->n_hops != PROBE_TTL)
		return false;
	for (size_t i = 0; i < path->n_hops; i++) {
		if (!has_address(path->hops[i], &probe->hops[i]))
			return false;
	}
	return true;
}

static void write_seen(const struct manifest *manifest, const struct probe *probe, struct text *out)
{
	if (probe->n_answers == 0) {
		text_printf(out, "no answer in %d s", PROBE_WINDOW_S);
		return;
	}
	text_puts(out, probe->n_hops > 0  ? "a way through "
		       : probe->is_traced ? "a way with nobody in between"
					  : "an answer");
	for (size_t i = 0; i < probe->n_hops; i++) {
		text_puts(out, i == 0 ? "" : ", ");
		write_hop(manifest, &probe->hops[i], out);
	}
	if (!probe->is_traced)
		text_puts(out, ", whose way could not be followed to its end");
	if (probe->answer_ttl + probe->n_hops != PROBE_TTL) {
		text_printf(out, ", and %d hosts in between on the way back",
			    PROBE_TTL - (int)probe->answer_ttl);
	}
}

static void judge(const struct errands *errands, const struct errand *errand,
		  const struct probe *probe, struct report *report)
{
	struct expect_path path =
		expect_path(errands->manifest, errand->from->host, errand->to->host);
	bool has_machine = errand->from->machine != NULL || errand->to->machine != NULL;
	cleanup_(text_finish) struct text expected = {0};
	cleanup_(text_finish) struct text seen = {0};
	struct report_disagreement about = {
		.from = errand->from->name,
		.to = errand->to->name,
		.where = errand->address.family == NET_IPV4 ? "over IPv4" : "over IPv6",
		.when = errands->sweep->when,
	};

	if (has_machine) {
		report->n_machine_probes++;
	} else {
		report_observed(report, errand->from->host, errand->to->host);
	}
	if (has_machine ? probe->n_answers > 0 : is_as_expected(probe, &path))
		return;
	expect_describe(errands->manifest, errand->from->host, errand->to->host, &expected);
	write_seen(errands->manifest, probe, &seen);
	about.expected = has_machine ? "an answer" : expected.data;
	about.seen = seen.data;
	if (has_machine) {
		report_disagree_machine(report, &about);
	} else {
		report_disagree(report, errand->from->host, errand->to->host, &about);
	}
}

/* The errands of each node in a row are one source. */
static size_t make_sources(const struct errands *errands, struct probe *probes,
			   struct probe_source *sources)
{
	const struct node *last = NULL;
	size_t n_sources = 0;

	for (size_t i = 0; i < errands->items.n_items; i++) {
		const struct errand *errand = &errands->items.items[i];

		probes[i].to = errand->address;
		probes[i].wants_path = errands->sweep->pairs != SWEEP_MACHINES;
		if (errand->from != last) {
			sources[n_sources++] = (struct probe_source){
				.name = errand->from->name,
				.net = errand->from->net,
				.probes = &probes[i],
			};
			last = errand->from;
		}
		sources[n_sources - 1].n_probes++;
	}
	return n_sources;
}

int sweep_run(struct arena *arena, const struct build *build, const struct lab_hosts *hosts,
	      const struct sweep *sweep, struct report *report, struct text *fault)
{
	struct errands errands = {.arena = arena, .manifest = hosts->manifest, .sweep = sweep};
	struct probe_source *sources;
	struct probe *probes;
	int r;

	add_nodes(&errands, build, hosts);
	add_errands(&errands);
	sources = ARENA_ARRAY(arena, struct probe_source, errands.nodes.n_items);
	probes = probes_create(errands.items.n_items);
	if (probes == NULL) {
		text_puts(fault, "there is no memory for so many probes");
		return -ENOMEM;
	}
	r = probes_run(arena, sources, make_sources(&errands, probes, sources), fault);
	for (size_t i = 0; i < errands.items.n_items && r == 0; i++)
		judge(&errands, &errands.items.items[i], &probes[i], report);
	probes_destroy(probes, errands.items.n_items);
	return r;
}
