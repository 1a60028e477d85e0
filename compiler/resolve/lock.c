/* SPDX-License-Identifier: MIT */

/* The lock's text form. A fault in it is reported, never repaired: that would renumber hosts. */

#include "compiler/resolve/lock.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"

static const char header[] = "# Addresses and ports given out by wgtopo. Keep this file in git; to "
			     "release an address, delete its line.\n";

static void report(struct diag_bag *diags, struct span span, const char *fault, const char *fix)
{
	struct diag *diag = diag_add(diags, DIAG_LOCK_CORRUPT, span, "%s", fault);

	diag_help(diags, diag, "%s", fix);
}

static bool is_conflict_marker(const char *line)
{
	return strncmp(line, "<<<<<<<", 7) == 0 || strncmp(line, "=======", 7) == 0 ||
	       strncmp(line, ">>>>>>>", 7) == 0 || strncmp(line, "|||||||", 7) == 0;
}

/* "51821/udp". One way to write it only: the lock is compared byte by byte. */
static bool parse_port(const char *word, uint16_t *ret_port)
{
	size_t n_digits = strspn(word, "0123456789");
	uint32_t port = 0;

	if (n_digits == 0 || n_digits > 5 || word[0] == '0' || strcmp(word + n_digits, "/udp") != 0)
		return false;
	for (size_t i = 0; i < n_digits; i++)
		port = port * 10 + (uint32_t)(word[i] - '0');
	*ret_port = (uint16_t)port;
	return port <= UINT16_MAX;
}

/* Adds one word behind the name. False where it does not belong there. */
static bool parse_word(struct lock_entry *entry, const char *word)
{
	struct net_address address;

	if (entry->is_removed)
		return false;
	if (strcmp(word, "removed") == 0) {
		entry->is_removed = true;
		return entry->n_addresses > 0 && entry->port == 0;
	}
	if (entry->port != 0)
		return false;
	if (strchr(word, '/') != NULL)
		return entry->n_addresses > 0 && parse_port(word, &entry->port);
	if (entry->n_addresses == NET_N_FAMILIES || net_address_parse(word, &address) != 0)
		return false;
	if (entry->n_addresses == 1 && entry->addresses[0].family >= address.family)
		return false;
	entry->addresses[entry->n_addresses++] = address;
	return true;
}

static void parse_line(struct arena *arena, struct lock *lock, char *line, struct span span,
		       struct diag_bag *diags)
{
	struct lock_entry *entry;
	struct lock_entry *other;
	char *rest = line;
	char *word;

	if (line[0] == '\0')
		return;
	word = strsep(&rest, " ");
	entry = ARENA_NEW(arena, struct lock_entry);
	*entry = (struct lock_entry){.name = word, .span = span};
	while ((word = strsep(&rest, " ")) != NULL) {
		if (parse_word(entry, word))
			continue;
		report(diags, span, "this is not a line of a lock",
		       "restore the file from git: a line is a name, an IPv4 address, an IPv6 address, "
		       "a port such as '51821/udp', and 'removed' where the node is gone");
		return;
	}
	if (entry->name[0] == '\0' || entry->n_addresses == 0) {
		report(diags, span, "this line holds no name or no address",
		       "restore the file from git");
		return;
	}
	other = map_put(arena, &lock->by_name, entry->name, entry);
	if (other != NULL) {
		struct diag *diag =
			diag_add(diags, DIAG_LOCK_CORRUPT, span, "'%s' has two lines", entry->name);

		diag_related(diags, diag, other->span, "the other line");
		diag_help(diags, diag,
			  "keep the line whose addresses are in use, delete the other");
		return;
	}
	*vec_push(arena, &lock->entries) = entry;
}

static int compare_owned(const void *a, const void *b)
{
	const struct lock_entry *const *left = a;
	const struct lock_entry *const *right = b;

	return net_address_compare(&(*left)->addresses[0], &(*right)->addresses[0]);
}

/* Reports addresses that stand on two lines, as a careless merge leaves them. */
static void check_unique(struct arena *arena, const struct lock *lock, enum net_family family,
			 struct diag_bag *diags)
{
	struct lock_entry *sorted = ARENA_ARRAY(arena, struct lock_entry, lock->entries.n_items);
	struct lock_entry **owners = ARENA_ARRAY(arena, struct lock_entry *, lock->entries.n_items);
	size_t n = 0;

	/* A copy of each entry whose first address is the one of this family. */
	vec_foreach(entry, &lock->entries) {
		for (size_t i = 0; i < (*entry)->n_addresses; i++) {
			if ((*entry)->addresses[i].family != family)
				continue;
			sorted[n] = **entry;
			sorted[n].addresses[0] = (*entry)->addresses[i];
			owners[n] = &sorted[n];
			n++;
		}
	}
	if (n > 0)
		qsort(owners, n, sizeof(*owners), compare_owned);
	for (size_t i = 1; i < n; i++) {
		char buffer[NET_ADDRESS_TEXT];
		struct diag *diag;

		if (compare_owned(&owners[i - 1], &owners[i]) != 0)
			continue;
		diag = diag_add(diags, DIAG_LOCK_CORRUPT, owners[i]->span,
				"%s is given to both '%s' and '%s'",
				net_address_format(&owners[i]->addresses[0], buffer),
				owners[i - 1]->name, owners[i]->name);
		diag_related(diags, diag, owners[i - 1]->span, "the other one");
		diag_help(diags, diag,
			  "delete the line of the node that was added last: it gets a new address");
	}
}

struct lock *lock_parse(struct arena *arena, const struct source *source, struct diag_bag *diags)
{
	struct lock *lock = ARENA_NEW(arena, struct lock);
	size_t n_errors = diags->n_errors;

	if (memchr(source->text, '\0', source->length) != NULL) {
		report(diags, source_line(source, 1), "the lock is not text",
		       "restore it from git");
		return lock;
	}
	for (uint32_t n = 1; n <= source->n_lines; n++) {
		struct span span = source_line(source, n);
		char *line = arena_copy(arena, source->text + span.begin, span.end - span.begin);

		if (is_conflict_marker(line)) {
			report(diags, span, "the lock holds a merge conflict",
			       "keep the lines of both sides, delete the markers, and run check again");
			break;
		}
		if (line[0] != '#')
			parse_line(arena, lock, line, span, diags);
	}
	if (diags->n_errors == n_errors) {
		check_unique(arena, lock, NET_IPV4, diags);
		check_unique(arena, lock, NET_IPV6, diags);
	}
	return diags->n_errors == n_errors ? lock : ARENA_NEW(arena, struct lock);
}

struct lock_entry *lock_find(const struct lock *lock, const char *name)
{
	return map_get(&lock->by_name, name);
}

struct lock_entry *lock_add(struct arena *arena, struct lock *lock, const char *name)
{
	struct lock_entry *entry = ARENA_NEW(arena, struct lock_entry);

	entry->name = name;
	(void)map_put(arena, &lock->by_name, name, entry); /* new, says the contract */
	*vec_push(arena, &lock->entries) = entry;
	return entry;
}

static int compare_name(const void *a, const void *b)
{
	const struct lock_entry *const *left = a;
	const struct lock_entry *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static void write_entry(const struct lock_entry *entry, struct text *out)
{
	text_puts(out, entry->name);
	for (size_t i = 0; i < entry->n_addresses; i++) {
		char buffer[NET_ADDRESS_TEXT];

		text_puts(out, " ");
		text_puts(out, net_address_format(&entry->addresses[i], buffer));
	}
	if (entry->port != 0)
		text_printf(out, " %u/udp", entry->port);
	text_puts(out, entry->is_removed ? " removed\n" : "\n");
}

void lock_write(const struct lock *lock, struct text *out)
{
	if (lock->entries.n_items > 0) {
		qsort(lock->entries.items, lock->entries.n_items, sizeof(*lock->entries.items),
		      compare_name);
	}
	text_puts(out, header);
	vec_foreach(entry, &lock->entries)
		write_entry(*entry, out);
}

/* What happened to the line, or NULL. */
static const char *change_of(const struct lock_entry *entry, const struct text *line)
{
	const char *before;
	size_t length = entry->span.end - entry->span.begin;

	if (!span_is_given(entry->span))
		return "has no address yet";
	before = entry->span.source->text + entry->span.begin;
	if (length + 1 == line->length && memcmp(before, line->data, length) == 0)
		return NULL;
	return entry->is_removed ? "is no longer in the topology"
				 : "has other addresses or another port now";
}

void lock_describe_changes(const struct lock *lock, struct text *out)
{
	cleanup_(text_finish) struct text line = {0};
	size_t n_changes = 0;

	vec_foreach(entry, &lock->entries) {
		const char *change;

		text_clear(&line);
		write_entry(*entry, &line);
		change = change_of(*entry, &line);
		if (change != NULL && n_changes++ == 0)
			text_printf(out, "'%s' %s", (*entry)->name, change);
	}
	if (n_changes > 1)
		text_printf(out, ", and %zu more", n_changes - 1);
}
