/* SPDX-License-Identifier: MIT */

/* The schema table as the man page wgtopo-topology(5), in mdoc(7). */

#include "compiler/model/schema_export.h"

#include "base/text.h"
#include "compiler/model/schema.h"

static const char head[] =
	".\\\" Made by `wgtopo schema --format mdoc` from compiler/model/schema.c: do not edit.\n"
	".Dd November 21, 2026\n"
	".Dt WGTOPO-TOPOLOGY 5\n"
	".Os\n"
	".Sh NAME\n"
	".Nm wgtopo-topology\n"
	".Nd the file that describes a network to wgtopo\n"
	".Sh DESCRIPTION\n"
	"A topology is one YAML file that says who is in the network, where, and with which public key.\n"
	"It is made of plain mappings, lists and scalars: anchors, aliases, tags, merge keys, several\n"
	"documents and duplicate keys are errors, and so is every key that is not listed here.\n"
	"A key that is marked as not supported yet is refused, never ignored.\n"
	".Pp\n"
	"Servers, gateways, users, groups and sites share one set of names.\n"
	"A name is lower-case letters, digits and inner hyphens, at most 63 of them.\n"
	"A device is written\n"
	".Ar user Ns / Ns Ar device\n"
	"where it is named elsewhere.\n"
	"An IPv6 address stands in quotes, because of its colons.\n";

static const char tail[] = ".Sh FILES\n"
			   ".Bl -tag -width Ds\n"
			   ".It Pa topology.lock\n"
			   "The addresses and ports that were given out, one line per node.\n"
			   "It stands beside the topology and belongs into git together with it.\n"
			   "Nothing is ever renumbered.\n"
			   ".El\n"
			   ".Sh EXAMPLES\n"
			   "Two servers, a gateway and a user:\n"
			   ".Bd -literal -offset indent\n"
			   "network: { name: lab, addresses: [10.20.0.0/24] }\n"
			   "gateways:\n"
			   "  gw: { at: { internet: 203.0.113.1 }, public_key: \"...\" }\n"
			   "servers:\n"
			   "  gpu01: { at: { internet: 203.0.113.11 }, public_key: \"...\" }\n"
			   "  gpu02: { at: { internet: 203.0.113.12 }, public_key: \"...\" }\n"
			   "users:\n"
			   "  alice: { public_key: \"...\" }\n"
			   ".Ed\n"
			   ".Sh SEE ALSO\n"
			   ".Xr wgtopo 1 ,\n"
			   ".Xr wg 8\n";

static void write_character(struct text *out, char c, bool at_line_start)
{
	if (c == '\\') {
		text_puts(out, "\\e");
	} else if (c == '-') {
		text_puts(out, "\\-");
	} else if (at_line_start && (c == '.' || c == '\'')) {
		text_printf(out, "\\&%c", c);
	} else {
		text_append(out, &c, 1);
	}
}

void mdoc_write_prose(struct text *out, const char *prose)
{
	bool is_bold = false;
	bool at_line_start = true;

	for (const char *c = prose; *c != '\0'; c++) {
		if (*c == '`') {
			is_bold = !is_bold;
			text_puts(out, is_bold ? "\\fB" : "\\fP");
			at_line_start = false;
		} else if (*c == ' ' && c > prose && !is_bold && strchr(".:?", c[-1]) != NULL) {
			text_puts(out, "\n");
			at_line_start = true;
		} else {
			write_character(out, *c, at_line_start);
			at_line_start = false;
		}
	}
	text_puts(out, "\n");
}

static void write_literal(struct text *out, const char *yaml)
{
	text_puts(out, ".Bd -literal -offset indent\n");
	for (; *yaml != '\0'; yaml++)
		write_character(out, *yaml, false);
	text_puts(out, ".Ed\n");
}

static void write_what(struct text *out, const struct schema_row *row)
{
	static const char *const shapes[] = {
		[SCHEMA_ONE] = "",
		[SCHEMA_LIST] = "a list of ",
		[SCHEMA_ONE_OR_LIST] = "one or a list of ",
		[SCHEMA_MAP] = "a mapping from names to ",
		[SCHEMA_PLACES] = "a mapping from sites to ",
	};

	if (row->pairs != NULL) {
		text_printf(out, "Takes a mapping from %s", row->pairs);
	} else {
		text_printf(out, "Takes %s%s", shapes[row->shape],
			    row->shape == SCHEMA_ONE ? schema_type_text(row)
						     : schema_types_text(row));
	}
	schema_write_limits(row, out);
	text_puts(out, ".\n");
	if (row->is_required) {
		text_puts(out, "Required.\n");
	} else if (row->default_text != NULL) {
		text_printf(out, "Default: %s.\n", row->default_text);
	}
}

static void write_words(struct text *out, const struct schema_word *words)
{
	text_puts(out, ".Bl -tag -width Ds -compact\n");
	for (; words->text != NULL; words++) {
		text_printf(out, ".It Cm %s\n", words->text);
		mdoc_write_prose(out, words->help);
	}
	text_puts(out, ".El\n");
}

static void write_row(struct text *out, const struct schema_row *row)
{
	text_printf(out, ".It Cm %s\n", row->name);
	mdoc_write_prose(out, row->help);
	write_what(out, row);
	if (row->later != NULL)
		text_puts(out, "Not supported yet.\n");
	if (row->words != NULL)
		write_words(out, row->words);
}

static void write_section(struct text *out, const struct schema_section *section, const char *path)
{
	text_printf(out, ".Sh %s\n", path);
	mdoc_write_prose(out, section->help);
	if (section->example != NULL)
		write_literal(out, section->example);
	text_puts(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < section->n_rows; i++)
		write_row(out, &section->rows[i]);
	text_puts(out, ".El\n");
	for (size_t i = 0; i < section->n_rows; i++) {
		const struct schema_row *row = &section->rows[i];
		cleanup_(text_finish) struct text inner = {0};

		if (row->section == NULL)
			continue;
		if (section != &schema_topology)
			text_printf(&inner, "%s.", path);
		text_printf(&inner, "%s%s", row->name, row->shape == SCHEMA_MAP ? ".NAME" : "");
		write_section(out, row->section, inner.data);
	}
}

void schema_write_mdoc(struct text *out)
{
	text_puts(out, head);
	text_puts(out, ".Pp\n");
	mdoc_write_prose(out, schema_ranges);
	write_section(out, &schema_topology, "KEYS");
	text_puts(out, tail);
}
