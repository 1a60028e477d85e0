/* SPDX-License-Identifier: MIT */

/*
 * Graphs for programs that lay them out themselves. A small network is drawn host by host, with
 * every tunnel; a larger one as its tree of sites and its gateways: a full mesh of 33 hosts has
 * more edges than Mermaid takes (500), and than anybody can follow.
 */

#include "base/arena.h"
#include "base/text.h"
#include "compiler/model/schema.h"
#include "compiler/report/parts.h"
#include "compiler/report/quote.h"

enum {
	MAX_HOSTS = 32,  /* drawn one by one: at most 496 pairs */
	MAX_SITES = 200, /* and as many gateways: what Mermaid's 50,000 characters hold for sure */
};

/* How a language writes what all graphs have. A site's node or cluster is "s" and its index, a
 * host's node "h" and its index. */
struct language {
	void (*begin)(struct text *out);
	void (*open)(struct text *out, const struct network_site *site, const char *label);
	const char *close; /* ends what open() began */
	void (*node)(struct text *out, char letter, size_t index, enum host_kind kind,
		     const char *label);
	void (*edge)(struct text *out, const char *from, const char *to,
		     enum report_verdict verdict);
	const char *comment;
	const char *end;
	size_t max_sites;
};

static void dot_begin(struct text *out)
{
	text_join(out, report_find_format("dot")->mark,
		  "\ngraph \"wgtopo\" {\n\tnode [fontname=\"sans-serif\", fontsize=11];\n"
		  "\tedge [fontname=\"sans-serif\", fontsize=9];\n");
}

static void dot_open(struct text *out, const struct network_site *site, const char *label)
{
	text_printf(out,
		    "\tsubgraph \"cluster_s%zu\" {\n\tstyle=\"rounded\";\n\tlabel=", site->index);
	quote_dot(out, label);
	text_puts(out, ";\n");
}

static void dot_node(struct text *out, char letter, size_t index, enum host_kind kind,
		     const char *label)
{
	static const char *const shapes[] = {
		[HOST_GATEWAY] = "diamond",
		[HOST_SERVER] = "box",
		[HOST_DEVICE] = "ellipse",
		[HOST_N_KINDS] = "folder",
	};

	text_printf(out, "\t\"%c%zu\" [shape=\"%s\", label=", letter, index, shapes[kind]);
	quote_dot(out, label);
	text_puts(out, "];\n");
}

static void dot_edge(struct text *out, const char *from, const char *to,
		     enum report_verdict verdict)
{
	const char *style = verdict == REPORT_PUNCH   ? " [style=\"dashed\", label=\"punch\"]"
			    : verdict == REPORT_LAN   ? " [style=\"bold\", label=\"lan\"]"
			    : verdict == REPORT_RELAY ? " [style=\"dotted\", label=\"relay\", "
							"color=\"#b35900\", constraint=\"false\"]"
			    : verdict == REPORT_UNREACHABLE
				    ? " [style=\"dotted\", label=\"unreachable\", "
				      "color=\"#b00020\", constraint=\"false\"]"
				    : "";

	text_join(out, "\t\"", from, "\" -- \"", to, "\"", style, ";\n");
}

static const struct language dot = {
	.begin = dot_begin,
	.open = dot_open,
	.close = "\t}\n",
	.node = dot_node,
	.edge = dot_edge,
	.comment = "//",
	.end = "}\n",
	.max_sites = SIZE_MAX,
};

static void mermaid_begin(struct text *out)
{
	text_join(out, report_find_format("mermaid")->mark, "\nflowchart LR\n");
}

static void mermaid_open(struct text *out, const struct network_site *site, const char *label)
{
	text_printf(out, "subgraph s%zu [", site->index);
	quote_mermaid(out, label);
	text_puts(out, "]\n");
}

static void mermaid_node(struct text *out, char letter, size_t index, enum host_kind kind,
			 const char *label)
{
	static const char *const begins[] = {
		[HOST_GATEWAY] = "{",
		[HOST_SERVER] = "[",
		[HOST_DEVICE] = "([",
		[HOST_N_KINDS] = "[[",
	};
	static const char *const ends[] = {
		[HOST_GATEWAY] = "}",
		[HOST_SERVER] = "]",
		[HOST_DEVICE] = "])",
		[HOST_N_KINDS] = "]]",
	};

	text_printf(out, "%c%zu%s", letter, index, begins[kind]);
	quote_mermaid(out, label);
	text_join(out, ends[kind], "\n");
}

static void mermaid_edge(struct text *out, const char *from, const char *to,
			 enum report_verdict verdict)
{
	const char *line = verdict == REPORT_PUNCH         ? " -. punch .- "
			   : verdict == REPORT_LAN         ? " == lan === "
			   : verdict == REPORT_RELAY       ? " -. relay .- "
			   : verdict == REPORT_UNREACHABLE ? " -. unreachable .- "
							   : " --- ";

	text_join(out, from, line, to, "\n");
}

static const struct language mermaid = {
	.begin = mermaid_begin,
	.open = mermaid_open,
	.close = "end\n",
	.node = mermaid_node,
	.edge = mermaid_edge,
	.comment = "%%",
	.end = "",
	.max_sites = MAX_SITES,
};

static const struct network_site *home_of(const struct report *report,
					  const struct network_host *host)
{
	return host->attachments.n_items == 0 ? &report->network->sites.items[0]
					      : host->attachments.items[0].site;
}

static const char *label_of_site(const struct report *report, const struct network_site *site)
{
	char address[NET_ADDRESS_TEXT];

	if (site->index == 0)
		return site->name;
	if (site->public == NULL || site->public->kind != PLACE_ADDRESS) {
		return arena_printf(report->arena, "%s\nnat: %s", site->name,
				    schema_nat_text((int)site->nat));
	}
	return arena_printf(report->arena, "%s\nnat: %s\n%s", site->name,
			    schema_nat_text((int)site->nat),
			    net_address_format(&site->public->address, address));
}

static void draw_hosts(const struct report *report, const struct language *language,
		       const struct network_site *site, struct text *out)
{
	for (size_t i = 0; i < report->network->n_hosts; i++) {
		const struct network_host *host = &report->network->hosts[i];
		char address[NET_ADDRESS_TEXT];

		if (home_of(report, host) != site)
			continue;
		language->node(out, 'h', i, host->kind,
			       arena_printf(report->arena, "%s\n%s", host->name,
					    net_address_format(&host->addresses[0], address)));
	}
}

/* The site's hosts, and those of the sites inside it. */
static void draw_clusters(const struct report *report, const struct language *language,
			  const struct network_site *site, struct text *out)
{
	draw_hosts(report, language, site, out);
	vec_foreach(inner, &report->network->sites) {
		if (inner->inside != site)
			continue;
		language->open(out, inner, label_of_site(report, inner));
		draw_clusters(report, language, inner, out);
		text_puts(out, language->close);
	}
}

/* Whether a line is drawn: every tunnel; of the others, only those that a NAT is the reason for. */
static bool is_drawn(const struct network_host *a, const struct network_host *b,
		     enum report_verdict verdict)
{
	return verdict != REPORT_RELAY || (a->kind != HOST_DEVICE && b->kind != HOST_DEVICE);
}

static void draw_tunnels(const struct report *report, const struct language *language,
			 struct text *out)
{
	const struct network *network = report->network;

	for (size_t a = 0; a < network->n_hosts; a++) {
		for (size_t b = a + 1; b < network->n_hosts; b++) {
			const struct network_host *one = &network->hosts[a];
			const struct network_host *other = &network->hosts[b];
			enum report_verdict verdict =
				report_verdict(report, report->group_of[a], report->group_of[b]);

			if (network_host_is_same(one, other) || !is_drawn(one, other, verdict))
				continue;
			language->edge(out, arena_printf(report->arena, "h%zu", a),
				       arena_printf(report->arena, "h%zu", b), verdict);
		}
	}
}

/* "campus\nnat: symmetric\n34 servers, 3 devices" */
static const char *count_hosts(const struct report *report, const struct network_site *site)
{
	cleanup_(text_finish) struct text out = {0};
	size_t counts[HOST_N_KINDS] = {0};
	const char *separator = "\n";

	text_puts(&out, label_of_site(report, site));
	for (size_t i = 0; i < report->network->n_hosts; i++) {
		const struct network_host *host = &report->network->hosts[i];

		if (home_of(report, host) == site)
			counts[host->kind]++;
	}
	for (enum host_kind kind = HOST_SERVER; kind < HOST_N_KINDS; kind++) {
		if (counts[kind] == 0)
			continue;
		text_printf(&out, "%s%zu %s%s", separator, counts[kind], network_kind_text(kind),
			    counts[kind] == 1 ? "" : "s");
		separator = ", ";
	}
	return arena_copy(report->arena, out.data, out.length);
}

/* The tree of sites, and the gateways at each. */
static void draw_overview(const struct report *report, const struct language *language,
			  struct text *out)
{
	size_t n_sites = report->network->sites.n_items;
	size_t n_drawn = n_sites < language->max_sites ? n_sites : language->max_sites;
	size_t n_gateways = report->network->gateways.n_items;

	text_printf(out, "%s Above %d hosts only sites and gateways are drawn.\n",
		    language->comment, MAX_HOSTS);
	if (n_drawn < n_sites) {
		text_printf(out, "%s The first %zu of %zu sites.\n", language->comment, n_drawn,
			    n_sites);
	}
	for (size_t i = 0; i < n_drawn; i++) {
		const struct network_site *site = &report->network->sites.items[i];

		language->node(out, 's', i, HOST_N_KINDS, count_hosts(report, site));
		if (i > 0 && site->inside->index < n_drawn) {
			language->edge(out,
				       arena_printf(report->arena, "s%zu", site->inside->index),
				       arena_printf(report->arena, "s%zu", i), REPORT_DIRECT);
		}
	}
	for (size_t i = 0; i < n_gateways && i < language->max_sites; i++) {
		const struct network_host *gateway = report->network->gateways.items[i];
		size_t site = home_of(report, gateway)->index;

		language->node(out, 'h', gateway->index, HOST_GATEWAY, gateway->name);
		if (site < n_drawn) {
			language->edge(out, arena_printf(report->arena, "h%zu", gateway->index),
				       arena_printf(report->arena, "s%zu", site), REPORT_DIRECT);
		}
	}
}

static void write_graph(const struct report_input *input, const struct language *language,
			struct text *out)
{
	struct report *report = report_create(input);

	language->begin(out);
	if (report->network->n_hosts <= MAX_HOSTS) {
		draw_clusters(report, language, &report->network->sites.items[0], out);
		draw_tunnels(report, language, out);
	} else {
		draw_overview(report, language, out);
	}
	text_puts(out, language->end);
}

void report_write_dot(const struct report_input *input, struct text *out)
{
	write_graph(input, &dot, out);
}

void report_write_mermaid(const struct report_input *input, struct text *out)
{
	write_graph(input, &mermaid, out);
}
