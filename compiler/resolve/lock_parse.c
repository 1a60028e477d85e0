/* SPDX-License-Identifier: MIT */

/* Reading a lock. A fault in it is reported, never repaired: that would renumber hosts. */

#include "compiler/resolve/lock.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag/diag.h"

enum {
	SHORTEST_HIDDEN = 38, /* a word like that may be a damaged key */
};

/* A line on its way from words to an entry. */
struct line {
	struct lock_entry *entry;
	struct diag_bag *diags;
	const char *text; /* a copy of the span's, cut into words */
	struct span span;
};

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

/* Keeps a word out of sight: it could be a private key that was put there by mistake. */
static struct span hide(const struct line *line, const char *word)
{
	struct span span = line->span;

	span.begin += (uint32_t)(word - line->text);
	span.end = span.begin + (uint32_t)strlen(word);
	diag_hide(line->diags, span);
	return span;
}

/* A key is 43 characters of base64 and a '='; nothing else in a lock has that. */
static bool parse_key(const struct line *line, const char *word, struct net_key *ret_key)
{
	struct diag *diag;

	if (net_key_parse(word, ret_key) == 0 && net_key_is_usable(ret_key))
		return true;
	diag = diag_add(line->diags, DIAG_LOCK_CORRUPT, hide(line, word),
			"this is not a public key with which a handshake can succeed");
	diag_help(line->diags, diag, "restore the file from git");
	return false;
}

/* "KEY=", or "next=KEY=" behind it. */
static bool parse_key_word(const struct line *line, const char *word)
{
	struct lock_entry *entry = line->entry;

	if (entry->n_addresses == 0)
		return false;
	if (strncmp(word, LOCK_NEXT, strlen(LOCK_NEXT)) != 0) {
		return net_key_is_zero(&entry->public_key) &&
		       parse_key(line, word, &entry->public_key);
	}
	return !net_key_is_zero(&entry->public_key) && net_key_is_zero(&entry->next_public_key) &&
	       parse_key(line, word + strlen(LOCK_NEXT), &entry->next_public_key) &&
	       net_key_compare(&entry->public_key, &entry->next_public_key) != 0;
}

/* Adds one word behind the name. False where it does not belong there. */
static bool parse_word(const struct line *line, const char *word)
{
	struct lock_entry *entry = line->entry;
	struct net_address address;

	if (entry->is_removed)
		return false;
	if (word[0] != '\0' && word[strlen(word) - 1] == '=')
		return parse_key_word(line, word);
	if (!net_key_is_zero(&entry->public_key))
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

/* The words of a line. False, with a diagnostic, where they are none. */
static bool parse_words(const struct line *line, char *rest)
{
	size_t n_errors = line->diags->n_errors;
	const char *word = strsep(&rest, " ");

	line->entry->name = word;
	while ((word = strsep(&rest, " ")) != NULL) {
		if (parse_word(line, word))
			continue;
		if (strlen(word) >= SHORTEST_HIDDEN)
			(void)hide(line, word);
		if (line->diags->n_errors == n_errors) {
			report(line->diags, line->span, "this is not a line of a lock",
			       "restore the file from git: a line is a name, an IPv4 address, an IPv6 "
			       "address, a port such as '51821/udp', a public key, the next one behind "
			       "'next=', and 'removed' where the node is gone");
		}
		return false;
	}
	if (line->entry->name[0] != '\0' && line->entry->n_addresses > 0)
		return true;
	report(line->diags, line->span, "this line holds no name or no address",
	       "restore the file from git");
	return false;
}

static void parse_line(struct arena *arena, struct lock *lock, char *text, struct span span,
		       struct diag_bag *diags)
{
	struct line line = {
		.entry = ARENA_NEW(arena, struct lock_entry),
		.diags = diags,
		.text = text,
		.span = span,
	};
	const struct lock_entry *other;
	struct diag *diag;

	line.entry->span = span;
	if (text[0] == '\0' || !parse_words(&line, text))
		return;
	other = map_put(arena, &lock->by_name, line.entry->name, line.entry);
	if (other == NULL) {
		*vec_push(arena, &lock->entries) = line.entry;
		return;
	}
	diag = diag_add(diags, DIAG_LOCK_CORRUPT, span, "'%s' has two lines", line.entry->name);
	diag_related(diags, diag, other->span, "the other line");
	diag_help(diags, diag, "keep the line whose addresses are in use, delete the other");
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

static void parse_lines(struct arena *arena, const struct source *source, struct lock *lock,
			struct diag_bag *diags)
{
	for (uint32_t n = 1; n <= source->n_lines; n++) {
		struct span span = source_line(source, n);
		char *line = arena_copy(arena, source->text + span.begin, span.end - span.begin);

		if (is_conflict_marker(line)) {
			report(diags, span, "the lock holds a merge conflict",
			       "keep the lines of both sides, delete the markers, and run check again");
			return;
		}
		if (line[0] != '#')
			parse_line(arena, lock, line, span, diags);
	}
}

struct lock *lock_parse(struct arena *arena, const struct source *source, struct diag_bag *diags)
{
	struct lock *lock = ARENA_NEW(arena, struct lock);
	size_t n_errors = diags->n_errors;

	if (memchr(source->text, '\0', source->length) != NULL) {
		report(diags, source_line(source, 1), "the lock is not text",
		       "restore it from git");
	} else {
		parse_lines(arena, source, lock, diags);
	}
	if (diags->n_errors == n_errors) {
		check_unique(arena, lock, NET_IPV4, diags);
		check_unique(arena, lock, NET_IPV6, diags);
	}
	if (diags->n_errors == n_errors)
		return lock;
	lock = ARENA_NEW(arena, struct lock);
	lock->is_corrupt = true;
	return lock;
}
