/* SPDX-License-Identifier: MIT */

/* The lock's entries and its text form. Reading that is in lock_parse.c. */

#include "compiler/resolve/lock.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

static const char header[] =
	"# Addresses, ports and public keys given out by wgtopo. Keep this file in git; to release "
	"an address, delete its line.\n";

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

struct lock_entry *lock_set_key(struct arena *arena, struct lock *lock, const char *name,
				const struct net_key *public_key)
{
	struct lock_entry *entry = lock_find(lock, name);

	if (entry == NULL)
		entry = lock_add(arena, lock, name);
	entry->is_removed = false;
	entry->public_key = *public_key;
	entry->next_public_key = (struct net_key){0};
	return entry;
}

static int compare_name(const void *a, const void *b)
{
	const struct lock_entry *const *left = a;
	const struct lock_entry *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static void write_key(const char *before, const struct net_key *key, struct text *out)
{
	char buffer[NET_KEY_TEXT];

	if (!net_key_is_zero(key))
		text_join(out, before, net_key_format(key, buffer));
}

static void write_entry(const struct lock_entry *entry, struct text *out)
{
	text_puts(out, entry->name);
	for (size_t i = 0; i < entry->n_addresses; i++) {
		char buffer[NET_ADDRESS_TEXT];

		text_join(out, " ", net_address_format(&entry->addresses[i], buffer));
	}
	if (entry->port != 0)
		text_printf(out, " %u/udp", entry->port);
	write_key(" ", &entry->public_key, out);
	write_key(" " LOCK_NEXT, &entry->next_public_key, out);
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

/* Where the comment on top ends: it says the same in other words in locks of other versions. */
static size_t skip_header(const struct text *text)
{
	const char *end = memchr(text->data, '\n', text->length);

	return text->data[0] == '#' && end != NULL ? (size_t)(end + 1 - text->data) : 0;
}

bool lock_is_same(const struct text *before, const struct text *after)
{
	size_t begin;
	size_t other;

	if (before->length == 0 || after->length == 0)
		return before->length == after->length;
	begin = skip_header(before);
	other = skip_header(after);
	return (begin == 0) == (other == 0) && before->length - begin == after->length - other &&
	       memcmp(before->data + begin, after->data + other, after->length - other) == 0;
}

/* How much of the line stands before its keys, the only words that have a '='. */
static size_t length_before_keys(const char *line, size_t length)
{
	const char *equals = memchr(line, '=', length);
	size_t end = equals == NULL ? length : (size_t)(equals - line);

	while (equals != NULL && end > 0 && line[end] != ' ')
		end--;
	return end;
}

/* What happened to the line, or NULL. */
static const char *change_of(const struct lock_entry *entry, const struct text *line)
{
	size_t length = line->length - 1; /* without its line break */
	size_t length_before = entry->span.end - entry->span.begin;
	const char *before;
	size_t n_same;

	if (!span_is_given(entry->span))
		return "has no address yet";
	before = entry->span.source->text + entry->span.begin;
	if (length_before == length && memcmp(before, line->data, length) == 0)
		return NULL;
	if (entry->is_removed)
		return "is no longer in the topology";
	n_same = length_before_keys(line->data, length);
	if (n_same != length_before_keys(before, length_before) ||
	    memcmp(before, line->data, n_same) != 0)
		return "has other addresses or another port now";
	return net_key_is_zero(&entry->public_key) ? "needs no key here any more"
						   : "has another key now";
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
