/* SPDX-License-Identifier: MIT */

/*
 * Files taken apart. A configuration of n sections is mostly n texts that were read before: it is
 * cut at the lines that begin a section, and a text that is known is not read again. The line of a
 * preshared key, which is different for every pair, is left out of what is compared, and looked at
 * by its sum alone. Whatever is written in an unusual way is read as a whole, and slowly.
 */

#include <string.h>
#include <strings.h>
#include <xxhash.h>

#include "base/arena.h"
#include "compiler/prove/steps.h"

#define PEER_LINE      "[Peer]\n"
#define PRESHARED_LINE "PresharedKey = "
#define KEY_LINE       "PublicKey = "
#define HOOK_LINE      "PostUp = wg set %i"
#define HOOK_PEER      " peer "
#define HOOK_FILE      " preshared-key "

enum {
	KEY_TEXT = NET_KEY_TEXT - 1,
};

static bool has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path);
	size_t n = strlen(suffix);

	return length >= n && strcmp(path + length - n, suffix) == 0;
}

/* The next line that begins with '[', from a line's start on; or the end. */
static const char *find_section(const char *at, const char *end)
{
	while (at < end) {
		const char *bracket = memchr(at, '[', (size_t)(end - at));
		const char *begin = bracket;

		if (bracket == NULL)
			return end;
		while (begin > at && (begin[-1] == ' ' || begin[-1] == '\t' || begin[-1] == '\r'))
			begin--;
		if (begin == at || begin[-1] == '\n')
			return begin;
		at = bracket + 1;
	}
	return end;
}

static bool begins_with(const char *at, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - at) >= length && strncasecmp(at, word, length) == 0;
}

/*
 * The line of the preshared key in a section that is written as we write it. NULL: there is none.
 * False: there is something like it that only a real reader understands.
 */
static bool find_preshared(const char *begin, const char *end, const char **ret_line)
{
	const char *at = begin;

	*ret_line = NULL;
	while (at != NULL && at < end) {
		const char *line = at;

		at = memchr(at, '\n', (size_t)(end - at));
		at = at == NULL ? end : at + 1;
		while (line < at && (*line == ' ' || *line == '\t' || *line == '\r'))
			line++;
		if (at - line < 2 || (line[0] | 0x20) != 'p' || (line[1] | 0x20) != 'r')
			continue;
		if (*ret_line != NULL || at - line != sizeof(PRESHARED_LINE) + KEY_TEXT ||
		    memcmp(line, PRESHARED_LINE, sizeof(PRESHARED_LINE) - 1) != 0 ||
		    at[-1] != '\n' || at[-2] != '=')
			return false;
		*ret_line = line;
	}
	return true;
}

static struct preshared_sum *token_at(const struct view *view, size_t i)
{
	return (struct preshared_sum *)(void *)view->tokens.data + i;
}

/* What the key of a pair, `size` bytes, comes to. */
static struct preshared_sum token_of(const void *bytes, size_t size)
{
	XXH128_hash_t hash = XXH3_128bits(bytes, size);

	return (struct preshared_sum){{hash.low64, hash.high64}};
}

static void add_section(struct prove *prove, struct section *section, struct preshared_sum token)
{
	struct view *view = &prove->view;
	size_t n = view->sections.n_items;

	*vec_push(prove->arena, &view->sections) = section;
	(void)secret_reserve(&view->tokens, sizeof(token));
	*token_at(view, n) = token;
	view->tokens.length += sizeof(token);
}

/* Reads one section's text, which holds no key. NULL: it is not just that. */
static struct section *read_section(struct prove *prove, const char *text, size_t size)
{
	struct arena *scratch = arena_create();
	const struct conf *conf = conf_parse(scratch, "section.conf", text, size);
	struct section *section = NULL;

	if (conf->peers.n_items == 1 && !span_is_given(conf->span) && conf->faults.n_items == 0 &&
	    conf->settings.n_items == 0) {
		section = ARENA_NEW(prove->arena, struct section);
		section_fill(prove->arena, prove->space, &conf->peers.items[0], section);
		section->owner = prove_find_key(prove, &section->key);
	}
	(void)arena_destroy(scratch);
	return section;
}

/* The hook for the preshared keys of all peers, as far as it was gone through. */
struct hook {
	const char *begin;
	const char *at;
	const char *end;
};

struct hook_entry {
	const char *key; /* its text */
	const char *path;
	size_t n_path;
};

/* The next peer of the hook; false at its end, and where it is not as we write it. */
static bool next_entry(struct hook *hook, struct hook_entry *ret_entry)
{
	static const size_t n_peer = sizeof(HOOK_PEER) - 1;
	static const size_t n_file = sizeof(HOOK_FILE) - 1;
	const char *at = hook->at;

	if ((size_t)(hook->end - at) <= n_peer + KEY_TEXT + n_file ||
	    memcmp(at, HOOK_PEER, n_peer) != 0 ||
	    memcmp(at + n_peer + KEY_TEXT, HOOK_FILE, n_file) != 0)
		return false;
	ret_entry->key = at + n_peer;
	ret_entry->path = at + n_peer + KEY_TEXT + n_file;
	at = memchr(ret_entry->path, ' ', (size_t)(hook->end - ret_entry->path));
	hook->at = at == NULL ? hook->end : at;
	ret_entry->n_path = (size_t)(hook->at - ret_entry->path);
	return true;
}

/* The entry with the key. Peers are mostly in one order there and here. */
static bool find_entry(struct hook *hook, const char *key, struct hook_entry *ret_entry)
{
	const char *from = hook->at;

	while (next_entry(hook, ret_entry)) {
		if (memcmp(ret_entry->key, key, KEY_TEXT) == 0)
			return true;
	}
	for (hook->at = hook->begin; hook->at < from && next_entry(hook, ret_entry);) {
		if (memcmp(ret_entry->key, key, KEY_TEXT) == 0)
			return true;
	}
	hook->at = from;
	return false;
}

/* Whether the path is where the host keeps the preshared key of the peer. */
static bool is_usual_path(struct prove *prove, const struct section *section,
			  const struct hook_entry *entry)
{
	const struct manifest_host *host = prove->view.host;
	const struct manifest_host *peer = prove_whose(prove, section, host);
	struct text *text = &prove->view.text;

	if (peer == NULL)
		return false;
	text_clear(text);
	text_join(text, interface_folder(host), "/%i.psk/", peer->name);
	return text->length == entry->n_path && memcmp(text->data, entry->path, entry->n_path) == 0;
}

/* What the hook comes to for a section. False: it is not as we write it. */
static bool take_entry(struct prove *prove, const char *begin, const char *end,
		       const struct section *section, struct hook *hook,
		       struct preshared_sum *token)
{
	const char *key;
	struct hook_entry entry;

	if (hook->begin == hook->end)
		return true;
	key = memmem(begin, (size_t)(end - begin), KEY_LINE, sizeof(KEY_LINE) - 1);
	if (key == NULL || (size_t)(end - key) < sizeof(KEY_LINE) + KEY_TEXT)
		return false;
	if (!find_entry(hook, key + sizeof(KEY_LINE) - 1, &entry))
		return true;
	*token = (struct preshared_sum){{1, 1}};
	return is_usual_path(prove, section, &entry);
}

static bool take_section(struct prove *prove, const char *begin, const char *end, struct hook *hook)
{
	struct text *text = &prove->view.text;
	const char *line;
	struct section_slot *slot;
	struct preshared_sum token = {{0}};

	if ((size_t)(end - begin) < sizeof(PEER_LINE) ||
	    memcmp(begin, PEER_LINE, sizeof(PEER_LINE) - 1) != 0 ||
	    !find_preshared(begin, end, &line))
		return false;
	if (line != NULL) {
		const char *rest = line + sizeof(PRESHARED_LINE) + KEY_TEXT;

		token = token_of(line + sizeof(PRESHARED_LINE) - 1, KEY_TEXT);
		text_clear(text);
		text_append(text, begin, (size_t)(line - begin));
		text_append(text, rest, (size_t)(end - rest));
		begin = text->data;
		end = begin + text->length;
	}
	slot = section_memo_find(&prove->memo, begin, (size_t)(end - begin));
	if (slot->section == NULL) {
		struct section *section = read_section(prove, begin, (size_t)(end - begin));

		if (section == NULL)
			return false;
		section_memo_keep(&prove->memo, slot, begin, (size_t)(end - begin), section);
	}
	if (!take_entry(prove, begin, end, slot->section, hook, &token))
		return false;
	add_section(prove, slot->section, token);
	return true;
}

/*
 * The hook of the preshared keys among the lines before the peers, and those lines without it.
 * NULL: there is a key there, which is not to be copied, or the hook is not as we write it.
 */
static const char *split_head(struct prove *prove, const char *begin, const char *end,
			      struct hook *ret_hook)
{
	static const char word[] = "preshared-key";
	size_t size = (size_t)(end - begin);
	const char *hook =
		memmem(begin, size, "\n" HOOK_LINE HOOK_PEER, sizeof("\n" HOOK_LINE HOOK_PEER) - 1);
	struct hook_entry entry;
	const char *rest;
	char *head;

	*ret_hook = (struct hook){begin, begin, begin};
	if (memmem(begin, size, word, sizeof(word) - 1) == NULL)
		return begin;
	if (hook == NULL || memmem(begin, size, "PrivateKey", sizeof("PrivateKey") - 1) != NULL)
		return NULL;
	rest = memchr(hook + 1, '\n', (size_t)(end - hook - 1));
	if (rest == NULL || memmem(rest, (size_t)(end - rest), word, sizeof(word) - 1) != NULL ||
	    memchr(hook + 1, '#', (size_t)(rest - hook - 1)) != NULL)
		return NULL;
	ret_hook->begin = ret_hook->at = hook + sizeof(HOOK_LINE);
	ret_hook->end = rest;
	while (next_entry(ret_hook, &entry))
		;
	if (ret_hook->at != ret_hook->end)
		return NULL;
	ret_hook->at = ret_hook->begin;
	head = arena_alloc(prove->view.arena, size - (size_t)(rest - hook) + 1);
	memcpy(head, begin, (size_t)(hook - begin));
	memcpy(head + (hook - begin), rest, (size_t)(end - rest));
	return head;
}

/* Cuts the text into sections. False: it is not one that can be cut. */
static bool cut(struct prove *prove, const char *path, const char *bytes, size_t size)
{
	const char *end = bytes + size;
	const char *at = find_section(bytes, end);
	const char *first;
	const char *head;
	struct hook hook;

	if (memchr(bytes, '\0', size) != NULL || !begins_with(at, end, "[Interface]"))
		return false;
	first = find_section(at + 1, end);
	head = split_head(prove, bytes, first, &hook);
	if (head == NULL)
		return false;
	for (at = first; at < end;) {
		const char *next = find_section(at + 1, end);

		if (!take_section(prove, at, next, &hook))
			return false;
		at = next;
	}
	at = hook.begin == hook.end ? first : first - (hook.end - hook.begin) - sizeof(HOOK_LINE);
	prove->view.head = conf_parse(prove->view.arena, path, head, (size_t)(at - bytes));
	return true;
}

static struct preshared_sum token_of_peer(const struct conf_peer *peer)
{
	switch (peer->preshared) {
	case CONF_SECRET_NONE:
		break;
	case CONF_SECRET_INLINE:
		return token_of(peer->preshared_digest, sizeof(peer->preshared_digest));
	case CONF_SECRET_FILE:
	case CONF_SECRET_UNFILLED:
		return (struct preshared_sum){{1, 1}}; /* one file's path is the other's words */
	}
	return (struct preshared_sum){{0}};
}

static void read_whole(struct prove *prove, const char *path, const char *bytes, size_t size)
{
	struct view *view = &prove->view;
	const struct conf *conf = conf_parse(view->arena, path, bytes, size);

	view->sections.n_items = 0;
	view->tokens.length = 0;
	view->head = conf;
	vec_foreach(peer, &conf->peers) {
		struct section *section = ARENA_NEW(view->arena, struct section);

		section_fill(view->arena, prove->space, peer, section);
		section->owner = prove_find_key(prove, &section->key);
		add_section(prove, section, token_of_peer(peer));
	}
}

static void read_key(struct prove *prove, const char *bytes, size_t size)
{
	static const char before[] = "[Interface]\nPrivateKey = ";
	cleanup_(secret_finish) struct secret text = {0};
	const struct conf *conf;

	secret_append(&text, before, sizeof(before) - 1);
	secret_append(&text, bytes, size);
	conf = conf_parse(prove->view.arena, "key.conf", text.data, text.length);
	prove->view.has_key = true;
	prove->view.key = conf->public_key;
}

void view_read(struct prove *prove, const char *path, const char *bytes, size_t size)
{
	struct view *view = &prove->view;

	if (has_suffix(path, ".conf")) {
		view->sections.n_items = 0;
		view->tokens.length = 0;
		if (!cut(prove, path, bytes, size))
			read_whole(prove, path, bytes, size);
	} else if (has_suffix(path, ".routes")) {
		view->has_routes = true;
		view->routes = conf_routes_parse(view->arena, path, bytes, size);
	} else {
		read_key(prove, bytes, size);
	}
}
