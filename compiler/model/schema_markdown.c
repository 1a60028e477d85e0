/* SPDX-License-Identifier: MIT */

/* The schema table as a page for people: docs/topology.md. */

#include "compiler/model/schema_export.h"

#include "base/text.h"
#include "compiler/model/schema.h"

static const char intro[] =
	"<!-- Made by `wgtopo schema --format markdown` from compiler/model/schema.c: do not edit. -->\n"
	"\n"
	"# The topology file\n"
	"\n"
	"A network is described by one YAML file, kept in git: who is in it, where, and with which public\n"
	"key. `wgtopo check FILE` reports everything that is wrong with it, and `wgtopo compile FILE -o DIR`\n"
	"makes the configuration of every host from it. The smallest useful one:\n"
	"\n"
	"```yaml\n"
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"
	"\n"
	"gateways:\n"
	"  gw: { at: { internet: 203.0.113.1 }, public_key: \"...\" }\n"
	"\n"
	"servers:\n"
	"  gpu01: { at: { internet: 203.0.113.11 }, public_key: \"...\" }\n"
	"  gpu02: { at: { internet: 203.0.113.12 }, public_key: \"...\" }\n"
	"\n"
	"users:\n"
	"  alice: { public_key: \"...\" }\n"
	"```\n"
	"\n"
	"`wgtopo init` writes a starter with a comment on everything in it. For completion and checks while\n"
	"you type, run `wgtopo schema > topology.schema.json` and begin the topology with\n"
	"`# yaml-language-server: $schema=topology.schema.json`.\n"
	"\n"
	"## Rules that hold everywhere\n"
	"\n"
	"- The file is plain YAML: mappings, lists and scalars. Anchors, aliases, tags, merge keys, several\n"
	"  documents and duplicate keys are errors.\n"
	"- Servers, gateways, users, groups and sites share one set of names, so that a name alone says what is\n"
	"  meant. A name is lower-case letters, digits and inner hyphens, at most 63 of them. A device is\n"
	"  written `user/device` where it is named elsewhere.\n"
	"- An unknown key is an error. A key that this version cannot act on yet is an error too, never\n"
	"  ignored; it is marked **not supported yet** below.\n"
	"- An IPv6 address stands in quotes, because of its colons.\n"
	"- Addresses and ports that were given out are kept in the lock beside the topology\n"
	"  (`topology.lock`).\n"
	"  Commit both together. Nothing is ever renumbered.\n";

/* Text in a cell of a table: a bare '|' would end it. */
static void write_cell(struct text *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			text_puts(out, "\\");
		text_append(out, text, 1);
	}
}

static void write_what(struct text *out, const struct schema_row *row)
{
	switch (row->shape) {
	case SCHEMA_ONE:
		write_cell(out, schema_type_text(row));
		break;
	case SCHEMA_LIST:
		text_puts(out, "a list of ");
		write_cell(out, schema_types_text(row));
		break;
	case SCHEMA_ONE_OR_LIST:
		text_printf(out, "%s, or a list", schema_type_text(row));
		break;
	case SCHEMA_MAP:
		text_printf(out, "a mapping %s%s", row->pairs == NULL ? "by name" : "from ",
			    row->pairs == NULL ? "" : row->pairs);
		break;
	case SCHEMA_PLACES:
		text_puts(out, "a mapping from site to address(es)");
		break;
	}
	schema_write_limits(row, out);
}

static void write_row(struct text *out, const struct schema_row *row)
{
	text_printf(out, "| `%s` | ", row->name);
	write_what(out, row);
	text_puts(out, " | ");
	if (row->is_required) {
		text_puts(out, "**required**");
	} else if (row->default_text != NULL) {
		write_cell(out, row->default_text);
	}
	text_puts(out, " | ");
	write_cell(out, row->help);
	if (row->later != NULL)
		text_puts(out, " **Not supported yet.**");
	if (row->example != NULL) {
		text_printf(out, " `%s: ", row->name);
		write_cell(out, row->example);
		text_puts(out, "`");
	}
	text_puts(out, " |\n");
}

static void write_words(struct text *out, const struct schema_row *row)
{
	if (row->words == NULL)
		return;
	text_printf(out, "\nThe words of `%s`:\n\n", row->name);
	for (const struct schema_word *word = row->words; word->text != NULL; word++)
		text_printf(out, "- `%s`: %s\n", word->text, word->help);
}

/* `path` is where the section stands: "users.NAME.devices.NAME". */
static void write_section(struct text *out, const struct schema_section *section, const char *path)
{
	text_printf(out, "\n## %s\n\n%s\n", path, section->help);
	if (section->example != NULL)
		text_printf(out, "\n```yaml\n%s```\n", section->example);
	text_puts(out, "\n| key | takes | default | meaning |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < section->n_rows; i++)
		write_row(out, &section->rows[i]);
	for (size_t i = 0; i < section->n_rows; i++)
		write_words(out, &section->rows[i]);
	for (size_t i = 0; i < section->n_rows; i++) {
		const struct schema_row *row = &section->rows[i];
		cleanup_(text_finish) struct text inner = {0};

		if (row->section == NULL)
			continue;
		if (section != &schema_topology)
			text_printf(&inner, "%s.", path);
		text_printf(&inner, "%s%s", row->name,
			    row->shape == SCHEMA_MAP    ? ".NAME"
			    : row->shape == SCHEMA_LIST ? "[]"
							: "");
		write_section(out, row->section, inner.data);
	}
}

void schema_write_markdown(struct text *out)
{
	text_puts(out, intro);
	text_printf(out, "\n## Ranges of names\n\n%s\n", schema_ranges);
	write_section(out, &schema_topology, "The keys at the top");
}
