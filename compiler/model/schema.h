/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Schema: the topology language as one table. The loader, "did you mean", the JSON Schema, the
 * reference page and the man page all read these rows: a key is added by adding a row.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one value is, and as what `struct given_...` of topology.h it is loaded. */
enum schema_type {
	SCHEMA_NAME,    /* given_text: name of a node, user, device, group or site */
	SCHEMA_TEXT,    /* given_text */
	SCHEMA_BOOLEAN, /* given_number: 0 or 1 */
	SCHEMA_INTEGER, /* given_number: minimum to maximum, or the value of one of `words` */
	SCHEMA_WORD, /* given_number: the value of one of `words`; or the `section` in its place */
	SCHEMA_ADDRESS, /* given_address */
	SCHEMA_PREFIX,  /* given_prefix */
	SCHEMA_KEY,     /* given_key: WireGuard public key */
	SCHEMA_PLACE,   /* given_place: IP address, DNS name or `dynamic` */
	SCHEMA_DATE,    /* given_text: YYYY-MM-DD */
	SCHEMA_PORTS,   /* given_text: `tcp/22`, `udp/60000-61000` */
	SCHEMA_SECTION, /* the struct that `section` describes, in place */
	SCHEMA_N_TYPES,
};

/* How many of them. Lists and maps are loaded as vectors (`vec_of`). */
enum schema_shape {
	SCHEMA_ONE,
	SCHEMA_LIST,        /* a sequence */
	SCHEMA_ONE_OR_LIST, /* a sequence, or its only item without the brackets */
	SCHEMA_MAP,    /* a mapping from names to sections, whose struct starts with its given_text
			  name; without a section to single texts: given_pair */
	SCHEMA_PLACES, /* a mapping from sites to one or more places: struct topology_at */
};

struct schema_word {
	const char *text;
	int64_t value;
	const char *help;
};

/* Checks a loaded text beyond its type: NULL where it is right, else what is expected. */
typedef const char *schema_check(const char *text);

struct schema_section;
struct text;

struct schema_row {
	const char *name;
	enum schema_type type;
	enum schema_shape shape;
	size_t offset; /* in the section's struct */
	bool is_required;
	bool takes_ranges; /* names of a map may be host lists, and values in its sections */
	int64_t minimum;   /* integers: range of the value */
	int64_t maximum;   /* lists: counts items, 0 is no limit */
	const struct schema_word *words; /* ends with a NULL text */
	const struct schema_section *section;
	size_t section_offset;   /* of the section that stands in place of a word */
	int64_t section_value;   /* what the word's number is then */
	const char *pairs;       /* maps to single texts: "ports to hosts" */
	schema_check *key_check; /* their keys */
	schema_check *check;
	const char *default_text; /* what absence means, for people; NULL where it means nothing */
	const char *example;      /* a value in YAML */
	const char *later;        /* not NULL: refused as not supported yet; what it waits for */
	const char *help;         /* one sentence */
};

struct schema_section {
	const char *title;   /* "server": for messages and as a heading */
	const char *help;    /* a paragraph for the reference */
	const char *example; /* several lines of YAML, or NULL */
	size_t size;         /* of the struct it is loaded into */
	size_t n_rows;
	const struct schema_row *rows;
};

/* The whole file. */
extern const struct schema_section schema_topology;

/* The row of `section` named `name`, or NULL. */
const struct schema_row *schema_find_row(const struct schema_section *section, const char *name);

/* The row whose name looks most like `name`, or NULL where none is near. */
const struct schema_row *schema_suggest_row(const struct schema_section *section, const char *name);

/* What one value of the row's type is, in words: "a prefix such as 10.1.0.0/16"; and several. */
const char *schema_type_text(const struct schema_row *row);
const char *schema_types_text(const struct schema_row *row);

/* What else a value of the row may be: ", 1 to 65535, or a word". */
void schema_write_limits(const struct schema_row *row, struct text *out);

/* The preset's name in the topology language; for people where it is NAT_IN_TERMS. */
const char *schema_nat_text(int preset);
