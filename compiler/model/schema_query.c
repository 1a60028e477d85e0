/* SPDX-License-Identifier: MIT */

/* Questions to the schema table. */

#include "compiler/model/schema.h"

#include <string.h>

#include "base/suggest.h"
#include "base/text.h"

const struct schema_row *schema_find_row(const struct schema_section *section, const char *name)
{
	for (size_t i = 0; i < section->n_rows; i++) {
		if (strcmp(section->rows[i].name, name) == 0)
			return &section->rows[i];
	}
	return NULL;
}

const struct schema_row *schema_suggest_row(const struct schema_section *section, const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < section->n_rows; i++)
		suggestion_offer(&suggestion, section->rows[i].name);
	return suggestion.best == NULL ? NULL : schema_find_row(section, suggestion.best);
}

struct type_names {
	const char *one;
	const char *many;
};

static const struct type_names type_names[SCHEMA_N_TYPES] = {
	[SCHEMA_NAME] = {"a name", "names"},
	[SCHEMA_TEXT] = {"text", "texts"},
	[SCHEMA_BOOLEAN] = {"true or false", "booleans"},
	[SCHEMA_INTEGER] = {"a whole number", "whole numbers"},
	[SCHEMA_WORD] = {"a word", "words"},
	[SCHEMA_ADDRESS] = {"an IP address", "IP addresses"},
	[SCHEMA_PREFIX] = {"a prefix such as 10.1.0.0/16", "prefixes such as 10.1.0.0/16"},
	[SCHEMA_KEY] = {"a WireGuard public key", "WireGuard public keys"},
	[SCHEMA_PLACE] = {"an IP address, a DNS name or 'dynamic'",
			  "IP addresses, DNS names or 'dynamic'"},
	[SCHEMA_DATE] = {"a date such as 2027-06-30", "dates"},
	[SCHEMA_PORTS] = {"ports such as tcp/22", "ports such as tcp/22"},
	[SCHEMA_SECTION] = {"a mapping of keys", "mappings of keys"},
};

const char *schema_type_text(const struct schema_row *row)
{
	return type_names[row->type].one;
}

const char *schema_types_text(const struct schema_row *row)
{
	return type_names[row->type].many;
}

void schema_write_limits(const struct schema_row *row, struct text *out)
{
	if (row->type == SCHEMA_INTEGER) {
		text_printf(out, ", %lld to %lld", (long long)row->minimum,
			    (long long)row->maximum);
	}
	if (row->type == SCHEMA_INTEGER && row->words != NULL)
		text_puts(out, ", or a word");
	if (row->type == SCHEMA_WORD && row->section != NULL)
		text_puts(out, ", or a mapping of keys");
}
