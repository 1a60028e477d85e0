/* SPDX-License-Identifier: MIT */

/*
 * The drawing: a box per site, inside the box of the site around it, with its NAT on top and the
 * groups of its hosts as chips. Boxes are placed first, so that each knows its height, then drawn.
 */

#include "base/arena.h"
#include "base/text.h"
#include "compiler/model/schema.h"
#include "compiler/plan/planner.h"
#include "compiler/reach/relay.h"
#include "compiler/report/page_parts.h"
#include "compiler/report/parts.h"
#include "compiler/report/quote.h"

/* In pixels. The font is monospaced, so that the width of a text is known without one. */
enum {
	MARGIN = 12,
	GAP = 8,
	HEAD = 46,
	CHIP = 42,
	TITLE_X10 = 75,  /* of a letter; of a 12 px font */
	REMARK_X10 = 69, /* of an 11 px font */
	NAME_X10 = 88,   /* of a 14 px font */
	COLUMN = 280,    /* a child's box is at least so wide, where there is room */
};

struct box {
	const struct network_site *site;
	unsigned int x, y, width, height;
};

struct chip {
	const struct report_group *group;
	const char *title;
	const char *remark;
	unsigned int x, y, width;
};

struct drawing {
	struct report *report;
	vec_of(struct box) boxes; /* outer before inner */
	vec_of(struct chip) chips;
	bool *is_relay; /* by group */
};

static size_t site_of(const struct report_group *group)
{
	const struct network_host *host = group->example;

	return host->attachments.n_items == 0 ? 0 : host->attachments.items[0].site->index;
}

static bool is_mesh(const struct report *report, size_t group)
{
	return report->groups[group].example->kind != HOST_DEVICE;
}

/* The gateways through which some pair talks that has no tunnel. */
static void find_relays(struct drawing *drawing)
{
	const struct report *report = drawing->report;
	size_t n = report->n_groups;

	drawing->is_relay = ARENA_ARRAY(report->arena, bool, n);
	for (size_t a = 0; a < n; a++) {
		for (size_t b = a; b < n; b++) {
			const struct network_host *one = report->groups[a].example;
			struct relays relays;

			if (report_verdict(report, a, b) != REPORT_RELAY || !is_mesh(report, a) ||
			    !is_mesh(report, b))
				continue;
			relays = relays_between(
				report->reach, report->reach->class_of[one->index],
				report->reach->class_of[report->groups[b].example->index]);
			for (size_t i = 0; i < relays.n_gateways; i++) {
				drawing->is_relay[report->group_of[relays.gateways[i]->index]] =
					true;
			}
		}
	}
	vec_foreach(link, &report->network->with_via)
		drawing->is_relay[report->group_of[(*link)->via->index]] = true;
}

static bool has_verdict(const struct report *report, size_t group, enum report_verdict verdict)
{
	for (size_t other = 0; other < report->n_groups; other++) {
		if (report_verdict(report, group, other) == verdict &&
		    (verdict == REPORT_UNREACHABLE ||
		     (is_mesh(report, group) && is_mesh(report, other))))
			return true;
	}
	return false;
}

/* Of a group that cannot reach some: whether there is anybody whom it does reach. */
static bool is_cut_off(const struct report *report, size_t group)
{
	for (size_t other = 0; other < report->n_groups; other++) {
		enum report_verdict verdict = report_verdict(report, group, other);

		if (verdict != REPORT_UNREACHABLE && verdict != REPORT_NO_PAIR)
			return false;
	}
	return true;
}

/* "34 servers, relayed to some": what is said of a group beneath its name. */
static const char *describe_group(const struct drawing *drawing, size_t number)
{
	cleanup_(text_finish) struct text out = {0};
	const struct report *report = drawing->report;
	const struct report_group *group = &report->groups[number];
	const char *kind = network_kind_text(group->example->kind);

	if (group->n_hosts == 1) {
		text_puts(&out, kind);
	} else {
		text_printf(&out, "%zu %ss", group->n_hosts, kind);
	}
	if (group->example->gateway != NULL)
		text_join(&out, " via ", group->example->gateway->name);
	if (drawing->is_relay[number])
		text_puts(&out, ", relays");
	if (has_verdict(report, number, REPORT_UNREACHABLE)) {
		text_puts(&out, is_cut_off(report, number) ? ", ✕ cut off" : ", ✕ not to all");
	} else if (has_verdict(report, number, REPORT_RELAY)) {
		text_puts(&out, ", ⇄ relayed");
	}
	for (size_t i = 1; i < group->example->attachments.n_items; i++) {
		text_join(&out, i == 1 ? ", also at " : " and ",
			  group->example->attachments.items[i].site->name);
	}
	return arena_copy(report->arena, out.data, out.length);
}

static size_t count_letters(const char *string)
{
	size_t n = 0;

	for (; *string != '\0'; string++)
		n += ((unsigned char)*string & 0xc0) != 0x80;
	return n;
}

/* The string, or as much of its beginning as fits. */
static const char *cut(struct arena *arena, const char *string, unsigned int width,
		       unsigned int letter_x10)
{
	size_t most = width * 10 / letter_x10;
	size_t length = 0;

	if (count_letters(string) <= most)
		return string;
	for (size_t n = 0; string[length] != '\0'; length++) {
		n += ((unsigned char)string[length] & 0xc0) != 0x80;
		if (n >= most)
			break;
	}
	return arena_printf(arena, "%.*s…", (int)length, string);
}

static unsigned int width_of(const char *string, unsigned int letter_x10)
{
	return (unsigned int)count_letters(string) * letter_x10 / 10 + 1;
}

/* The site's own groups as rows of chips. Returns how far down they reach. */
static unsigned int place_chips(struct drawing *drawing, size_t site, unsigned int x,
				unsigned int y, unsigned int width)
{
	struct report *report = drawing->report;
	unsigned int right = x + width;
	unsigned int at = x;
	unsigned int bottom = y;

	for (size_t i = 0; i < report->n_groups; i++) {
		struct chip chip = {.group = &report->groups[i]};
		unsigned int longest;

		if (site_of(chip.group) != site)
			continue;
		chip.title = chip.group->label;
		chip.remark = describe_group(drawing, i);
		longest = width_of(chip.title, TITLE_X10);
		if (longest < width_of(chip.remark, REMARK_X10))
			longest = width_of(chip.remark, REMARK_X10);
		chip.width = longest + 40 < width ? longest + 40 : width;
		chip.title = cut(report->arena, chip.title, chip.width - 38, TITLE_X10);
		chip.remark = cut(report->arena, chip.remark, chip.width - 38, REMARK_X10);
		if (at > x && at + chip.width > right) {
			at = x;
			y += CHIP + GAP;
		}
		chip.x = at;
		chip.y = y;
		at += chip.width + GAP;
		bottom = y + CHIP + GAP;
		*vec_push(report->arena, &drawing->chips) = chip;
	}
	return bottom;
}

static unsigned int place_site(struct drawing *drawing, const struct network_site *site,
			       unsigned int x, unsigned int y, unsigned int width);

/* The sites inside, in columns, each below the shortest one so far. */
static unsigned int place_inner(struct drawing *drawing, const struct network_site *site,
				unsigned int x, unsigned int y, unsigned int width)
{
	const struct network *network = drawing->report->network;
	unsigned int bottoms[8];
	unsigned int n_inner = 0;
	unsigned int n_columns = width / COLUMN;
	unsigned int lowest = y;
	unsigned int each;

	vec_foreach(inner, &network->sites)
		n_inner += inner->inside == site;
	n_columns = n_columns > 8 ? 8 : n_columns;
	n_columns = n_columns > n_inner ? n_inner : n_columns;
	n_columns = n_columns == 0 ? 1 : n_columns;
	each = (width - (n_columns - 1) * GAP) / n_columns;
	for (unsigned int i = 0; i < n_columns; i++)
		bottoms[i] = y;
	vec_foreach(inner, &network->sites) {
		unsigned int column = 0;

		if (inner->inside != site)
			continue;
		for (unsigned int i = 1; i < n_columns; i++)
			column = bottoms[i] < bottoms[column] ? i : column;
		bottoms[column] = place_site(drawing, inner, x + column * (each + GAP),
					     bottoms[column], each) +
				  GAP;
		lowest = bottoms[column] > lowest ? bottoms[column] : lowest;
	}
	return lowest;
}

/* Returns where the box ends. */
static unsigned int place_site(struct drawing *drawing, const struct network_site *site,
			       unsigned int x, unsigned int y, unsigned int width)
{
	size_t number = drawing->boxes.n_items;
	unsigned int margin = site->depth > 3 ? 2 : MARGIN;
	unsigned int inside = width > 2 * margin + 100 ? width - 2 * margin : 100;
	unsigned int bottom = y + HEAD;

	*vec_push(drawing->report->arena, &drawing->boxes) =
		(struct box){.site = site, .x = x, .y = y, .width = width};
	bottom = place_chips(drawing, site->index, x + margin, bottom, inside);
	bottom = place_inner(drawing, site, x + margin, bottom, inside);
	drawing->boxes.items[number].height = bottom + margin - GAP - y;
	return bottom + margin - GAP;
}

static const char *describe_nat(struct report *report, const struct network_site *site)
{
	cleanup_(text_finish) struct text out = {0};
	char address[NET_ADDRESS_TEXT];
	char prefix[NET_PREFIX_TEXT];

	if (site->index == 0)
		return "public addresses, nothing in between";
	text_join(&out, "nat: ", schema_nat_text((int)site->nat),
		  site->nat_is_given ? "" : " (not declared)");
	if (site->public != NULL && site->public->kind == PLACE_ADDRESS)
		text_join(&out, ", ", net_address_format(&site->public->address, address));
	for (size_t i = 0; i < site->n_prefixes && i < 2; i++)
		text_join(&out, ", ", net_prefix_format(&site->prefixes[i], prefix));
	return arena_copy(report->arena, out.data, out.length);
}

static void draw_text(struct text *out, const char *class, unsigned int x, unsigned int y,
		      const char *string)
{
	text_printf(out, "<text class=\"%s\" x=\"%u\" y=\"%u\">", class, x, y);
	quote_xml(out, string);
	text_puts(out, "</text>\n");
}

static void draw_box(struct report *report, const struct box *box, struct text *out)
{
	const char *nat = describe_nat(report, box->site);
	unsigned int room = box->width > 2 * MARGIN ? box->width - 2 * MARGIN : 0;

	text_printf(out,
		    "<rect class=\"site%s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
		    "rx=\"10\"/>\n",
		    box->site->index == 0 ? " internet" : "", box->x, box->y, box->width,
		    box->height);
	draw_text(out, "name", box->x + MARGIN, box->y + 20,
		  cut(report->arena, box->site->name, room, NAME_X10));
	draw_text(out, "nat", box->x + MARGIN, box->y + 36,
		  cut(report->arena, nat, room, REMARK_X10));
}

/* A kind has a shape of its own, besides its colour. */
static void draw_shape(enum host_kind kind, unsigned int x, unsigned int y, struct text *out)
{
	switch (kind) {
	case HOST_GATEWAY:
		text_printf(out, "<path class=\"gateway\" d=\"M%u %ul9 9l-9 9l-9 -9z\"/>\n", x,
			    y - 9);
		return;
	case HOST_SERVER:
		text_printf(out,
			    "<rect class=\"server\" x=\"%u\" y=\"%u\" width=\"14\" "
			    "height=\"14\"/>\n",
			    x - 7, y - 7);
		return;
	case HOST_DEVICE:
	case HOST_N_KINDS:
		text_printf(out, "<circle class=\"device\" cx=\"%u\" cy=\"%u\" r=\"7\"/>\n", x, y);
		return;
	}
	unreachable();
}

static void draw_chip(const struct report *report, const struct chip *chip, struct text *out)
{
	size_t number = (size_t)(chip->group - report->groups);
	const char *state = has_verdict(report, number, REPORT_UNREACHABLE) ? " cut"
			    : has_verdict(report, number, REPORT_RELAY)     ? " relayed"
									    : "";

	text_printf(out,
		    "<rect class=\"chip%s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
		    "rx=\"6\"/>\n",
		    state, chip->x, chip->y, chip->width, (unsigned int)CHIP);
	draw_shape(chip->group->example->kind, chip->x + 17, chip->y + CHIP / 2, out);
	draw_text(out, "host", chip->x + 32, chip->y + 18, chip->title);
	draw_text(out, "remark", chip->x + 32, chip->y + 34, chip->remark);
}

void report_draw(struct report *report, unsigned int width, bool is_standalone, struct text *out)
{
	struct drawing drawing = {.report = report};
	unsigned int height;

	find_relays(&drawing);
	height = place_site(&drawing, &report->network->sites.items[0], 1, 1, width - 2) + 1;
	text_printf(out, "<svg class=\"drawing\" viewBox=\"0 0 %u %u\" ", width, height);
	if (is_standalone) {
		text_printf(out, "width=\"%u\" height=\"%u\" xmlns=\"http://www.w3.org/2000/svg\" ",
			    width, height);
	}
	text_puts(out, "role=\"img\" aria-label=\"");
	quote_xml(out, report->network->name);
	text_puts(out, ": the sites, and the hosts at them\">\n");
	if (is_standalone)
		text_join(out, "<style>\n", report_drawing_css, "</style>\n");
	vec_foreach(box, &drawing.boxes)
		draw_box(report, box, out);
	vec_foreach(chip, &drawing.chips)
		draw_chip(report, chip, out);
	text_puts(out, "</svg>\n");
}

void report_write_svg(const struct report_input *input, struct text *out)
{
	text_join(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
		  report_find_format("svg")->mark, "\n");
	report_draw(report_create(input), 1000, true, out);
}
