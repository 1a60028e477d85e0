/* SPDX-License-Identifier: MIT */

/*
 * wg-meshconf's table: RFC 4180, one row per host, everybody everybody's peer. Of a row the columns
 * of the interface are read as the file would be that wg-meshconf makes of it; lists stand in one
 * field, separated by commas.
 */

#include "compiler/import/import.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/diag/mask.h"
#include "base/secret.h"
#include "base/text.h"
#include "compiler/conf/conf.h"
#include "compiler/import/parts.h"

enum column {
	NAME,
	ADDRESS,
	ENDPOINT,
	ALLOWED_IPS,
	LISTEN_PORT,
	KEEPALIVE,
	FW_MARK,
	PRIVATE_KEY,
	DNS,
	MTU,
	TABLE,
	PRE_UP,
	POST_UP,
	PRE_DOWN,
	POST_DOWN,
	SAVE_CONFIG,
	PRESHARED_KEYS,
	N_COLUMNS,
};

static const char *const columns[N_COLUMNS] = {
	"Name",   "Address",    "Endpoint", "AllowedIPs", "ListenPort",    "PersistentKeepalive",
	"FwMark", "PrivateKey", "DNS",      "MTU",        "Table",         "PreUp",
	"PostUp", "PreDown",    "PostDown", "SaveConfig", "PresharedKeys",
};

/* Those that its files have under [Interface]. */
static const enum column of_interface[] = {
	PRIVATE_KEY, ADDRESS, LISTEN_PORT, FW_MARK,  DNS,       MTU,
	TABLE,       PRE_UP,  POST_UP,     PRE_DOWN, POST_DOWN, SAVE_CONFIG,
};

/* The bytes of a field, with its quotes. */
struct field {
	size_t begin;
	size_t end;
};

struct row {
	size_t n_fields;
	struct field fields[N_COLUMNS]; /* by column of the table; what is behind is passed over */
	size_t begin;
	size_t end;
	struct import_host *host;
	struct net_endpoint endpoint;
	uint16_t keepalive_s;
	bool has_preshared;
	vec_of(struct net_prefix) prefixes;
};

struct table {
	struct import *import;
	const char *bytes;
	size_t size;
	const struct source *source;
	int position[N_COLUMNS]; /* of a column in the rows; -1: there is none */
	vec_of(struct row) rows; /* the first has the names */
};

static size_t end_of_field(const struct table *table, size_t at)
{
	bool is_quoted = at < table->size && table->bytes[at] == '"';

	for (size_t i = at + is_quoted; i < table->size; i++) {
		char byte = table->bytes[i];

		if (is_quoted && byte == '"' && i + 1 < table->size && table->bytes[i + 1] == '"') {
			i++;
		} else if (is_quoted && byte == '"') {
			is_quoted = false;
		} else if (!is_quoted && (byte == ',' || byte == '\n' || byte == '\r')) {
			return i;
		}
	}
	return table->size;
}

/* Splits into rows; empty lines are none. */
static void split(struct table *table)
{
	size_t at = 0;

	while (at < table->size) {
		struct row row = {.begin = at};

		for (;;) {
			size_t end = end_of_field(table, at);

			if (row.n_fields < N_COLUMNS)
				row.fields[row.n_fields++] = (struct field){at, end};
			at = end;
			if (at == table->size || table->bytes[at] != ',')
				break;
			at++;
		}
		row.end = at;
		while (at < table->size && (table->bytes[at] == '\r' || table->bytes[at] == '\n'))
			at++;
		if (row.end > row.begin)
			*vec_push(table->import->arena, &table->rows) = row;
	}
}

/* The value of a field: without quotes, and on one line. What is secret must not come here. */
static void append_value(const struct table *table, const struct field *field, struct secret *out)
{
	size_t begin = field->begin;
	size_t end = field->end;
	bool is_quoted =
		end > begin + 1 && table->bytes[begin] == '"' && table->bytes[end - 1] == '"';

	for (size_t i = begin + is_quoted; i < end - is_quoted; i++) {
		char byte = table->bytes[i];

		if (is_quoted && byte == '"')
			i++;
		if (byte == '\n' || byte == '\r')
			byte = ' ';
		secret_append(out, &byte, 1);
	}
}

static const struct field *field_of(const struct table *table, const struct row *row,
				    enum column column)
{
	int position = table->position[column];

	return position < 0 || (size_t)position >= row->n_fields ? NULL : &row->fields[position];
}

/* A column that is not secret, in the arena; "" where it is absent. A key has no business there. */
static const char *value_of(const struct table *table, const struct row *row, enum column column)
{
	const struct field *field = field_of(table, row, column);
	cleanup_(secret_finish) struct secret value = {0};

	if (field != NULL)
		append_value(table, field, &value);
	if (value.length > 0)
		mask_string(value.data);
	return value.length == 0 ? "" : arena_copy(table->import->arena, value.data, value.length);
}

static void find_columns(struct table *table)
{
	const struct row *head = table->rows.items;

	for (enum column column = NAME; column < N_COLUMNS; column++)
		table->position[column] = -1;
	for (size_t i = 0; table->rows.n_items > 0 && i < head->n_fields; i++) {
		cleanup_(secret_finish) struct secret name = {0};

		append_value(table, &head->fields[i], &name);
		for (enum column column = NAME; name.length > 0 && column < N_COLUMNS; column++) {
			if (strcasecmp(name.data, columns[column]) == 0)
				table->position[column] = (int)i;
		}
	}
}

static bool is_secret(enum column column)
{
	return column == PRIVATE_KEY || column == PRESHARED_KEYS;
}

/* The table with stars for its keys: what diagnostics show. */
static void make_source(struct table *table, const char *path)
{
	cleanup_(text_finish) struct text shown = {0};
	size_t at = 0;

	vec_foreach(row, &table->rows) {
		for (size_t i = 0; row > table->rows.items && i < row->n_fields; i++) {
			const struct field *field = &row->fields[i];
			bool hides = false;

			for (enum column column = NAME; column < N_COLUMNS; column++) {
				hides = hides ||
					(is_secret(column) && table->position[column] == (int)i);
			}
			if (!hides)
				continue;
			text_append(&shown, table->bytes + at, field->begin - at);
			for (at = field->begin; at < field->end; at++)
				text_puts(&shown, "*");
		}
	}
	text_append(&shown, table->bytes + at, table->size - at);
	table->source =
		source_create(table->import->arena, arena_printf(table->import->arena, "%s", path),
			      shown.data, shown.length);
}

/* Of a field of the row; of its name, where it has no such field. */
static struct span span_of(const struct table *table, const struct row *row, enum column column)
{
	const struct field *field = field_of(table, row, column);

	if (field == NULL)
		field = field_of(table, row, NAME);
	if (field == NULL)
		field = &row->fields[0];
	return (struct span){table->source, (uint32_t)field->begin, (uint32_t)field->end};
}

static enum column column_named(const char *name)
{
	for (enum column column = NAME; column < N_COLUMNS; column++) {
		if (strcmp(columns[column], name) == 0)
			return column;
	}
	return NAME;
}

static void take_endpoint(struct table *table, struct row *row)
{
	const char *host = value_of(table, row, ENDPOINT);
	const char *port = value_of(table, row, LISTEN_PORT);
	bool is_bare = strchr(host, ':') != NULL && host[0] != '[';
	const char *text = arena_printf(table->import->arena, is_bare ? "[%s]:%s" : "%s:%s", host,
					port[0] == '\0' ? "51820" : port);

	if (host[0] == '\0')
		return;
	if (net_endpoint_parse(table->import->arena, text, &row->endpoint) != 0) {
		diag_add(table->import->diags, DIAG_IMPORT_INVALID, span_of(table, row, ENDPOINT),
			 "'%s' is no endpoint: expected an address or a name", host);
	}
}

static void take_keepalive(struct table *table, struct row *row)
{
	const char *text = value_of(table, row, KEEPALIVE);
	size_t n_digits = strspn(text, "0123456789");
	unsigned long interval = n_digits > 9 ? ULONG_MAX : strtoul(text, NULL, 10);

	if (strcasecmp(text, "off") == 0)
		return;
	if (text[n_digits] != '\0' || interval > UINT16_MAX) {
		diag_add(table->import->diags, DIAG_IMPORT_INVALID, span_of(table, row, KEEPALIVE),
			 "'%s' is no interval: expected seconds, or off", text);
		return;
	}
	row->keepalive_s = (uint16_t)interval;
}

/* What others send to the host: its own addresses, and the networks behind it. */
static void take_prefixes(struct table *table, struct row *row)
{
	struct arena *arena = table->import->arena;
	const char *list = value_of(table, row, ALLOWED_IPS);

	vec_foreach(listed, &row->host->listed)
		*vec_push(arena, &row->prefixes) = net_prefix_of_host(&listed->address);
	while (*list != '\0') {
		size_t blank = strspn(list, ", \t");
		size_t length = strcspn(list + blank, ", \t");
		const char *word = arena_printf(arena, "%.*s", (int)length, list + blank);
		struct net_prefix prefix;
		int r = net_prefix_parse(word, &prefix);

		list += blank + length;
		if (length == 0)
			continue;
		if (r == 0 || r == NET_E_HOST_BITS) {
			*vec_push(arena, &row->prefixes) = prefix;
		} else {
			diag_add(table->import->diags, DIAG_IMPORT_INVALID,
				 span_of(table, row, ALLOWED_IPS),
				 "'%s' is no prefix: expected one as 10.0.0.0/24", word);
		}
	}
}

/* The row as the [Interface] that wg-meshconf writes for it. */
static struct conf *parse_interface(struct table *table, const struct row *row, struct arena *arena)
{
	cleanup_(secret_finish) struct secret text = {0};

	secret_append(&text, "[Interface]\n", 12);
	for (size_t i = 0; i < sizeof(of_interface) / sizeof(of_interface[0]); i++) {
		const struct field *field = field_of(table, row, of_interface[i]);
		const char *name = columns[of_interface[i]];
		size_t before = text.length;

		if (field == NULL)
			continue;
		secret_append(&text, name, strlen(name));
		secret_append(&text, " = ", 3);
		append_value(table, field, &text);
		if (text.length == before + strlen(name) + 3) {
			text.length = before; /* an empty field says nothing */
		} else {
			secret_append(&text, "\n", 1);
		}
	}
	return conf_parse(arena, table->source->path, text.data, text.length);
}

/* All that is said of a row points at the row. */
static void take_row(struct table *table, struct row *row)
{
	struct import *import = table->import;
	const char *name = value_of(table, row, NAME);
	struct arena *arena = arena_create();
	struct conf *conf = parse_interface(table, row, arena);
	struct import_host *host;

	vec_foreach(fault, &conf->faults) {
		diag_add(import->diags, DIAG_IMPORT_INVALID, span_of(table, row, NAME), "%s",
			 fault->message);
	}
	conf->faults.n_items = 0;
	import_add_conf(import, conf, NULL);
	arena_destroy(arena);
	host = import->hosts.items[import->hosts.n_items - 1];
	host->span = span_of(table, row, NAME);
	vec_foreach(listed, &host->listed)
		listed->span = span_of(table, row, ADDRESS);
	vec_foreach(setting, &host->settings)
		setting->span = span_of(table, row, column_named(setting->name));
	host->given = name[0] == '\0' ? NULL : name;
	host->interface = "wg0";
	row->host = host;
	row->has_preshared = value_of(table, row, PRESHARED_KEYS)[0] != '\0';
	take_keepalive(table, row);
	take_endpoint(table, row);
	take_prefixes(table, row);
}

static void add_peers(struct table *table, const struct row *row)
{
	for (size_t i = 1; i < table->rows.n_items; i++) {
		const struct row *other = &table->rows.items[i];
		struct import_view *view;

		if (other == row || other->host->key == NULL)
			continue;
		view = import_add_view(table->import, row->host, other->host->key,
				       other->prefixes.items, other->prefixes.n_items);
		view->endpoint = other->endpoint;
		view->keepalive_s = other->keepalive_s;
		view->has_preshared = row->has_preshared && other->has_preshared;
		view->span = row->host->span;
		if (!span_is_given(other->host->key->span))
			other->host->key->span = other->host->span;
	}
}

void import_add_csv(struct import *import, const char *path, const char *bytes, size_t size)
{
	struct table table = {.import = import, .bytes = bytes, .size = size};

	split(&table);
	find_columns(&table);
	make_source(&table, path);
	if (table.position[NAME] < 0 || table.position[ADDRESS] < 0) {
		diag_help(import->diags,
			  diag_add(import->diags, DIAG_IMPORT_INVALID, source_line(table.source, 1),
				   "the first row has no columns 'Name' and 'Address'"),
			  "expected wg-meshconf's database.csv");
		return;
	}
	for (size_t i = 1; i < table.rows.n_items; i++)
		take_row(&table, &table.rows.items[i]);
	for (size_t i = 1; i < table.rows.n_items; i++)
		add_peers(&table, &table.rows.items[i]);
}
