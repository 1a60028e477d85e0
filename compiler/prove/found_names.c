/* SPDX-License-Identifier: MIT */

/*
 * Names and keys of hosts that nobody introduces. A host is called as its file is, or, where all
 * files have one name, as the first folder in which they differ. Its key is the public half of the
 * one in its file; or, where that is elsewhere, the one that the others have for its address.
 */

#include <string.h>

#include "base/arena.h"
#include "compiler/prove/found_parts.h"

static const char *base_name(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	size_t length = strlen(name);

	if (length > strlen(".conf"))
		length -= strlen(".conf");
	return arena_printf(arena, "%.*s", (int)length, name);
}

static bool is_usual_folder(const char *name, size_t length)
{
	static const char *const usual[] = {"etc", "wireguard", "hosts", "users"};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strlen(usual[i]) == length && strncmp(usual[i], name, length) == 0)
			return true;
	}
	return false;
}

/* The folders of the path that say something: "hosts/gpu01/etc/wireguard" is "gpu01". */
static const char *folder_name(struct arena *arena, const char *path)
{
	const char *last = strrchr(path, '/');
	char *name = arena_printf(arena, "%s", "");

	for (const char *at = path; last != NULL && at < last;) {
		size_t length = strcspn(at, "/");

		if (!is_usual_folder(at, length)) {
			name = arena_printf(arena, "%s%s%.*s", name, name[0] == '\0' ? "" : "/",
					    (int)length, at);
		}
		at += length + 1;
	}
	return name;
}

static bool are_unique(struct arena *arena, const struct found *found)
{
	struct map names = {0};

	vec_foreach(host, &found->hosts) {
		if (host->name[0] == '\0' || map_put(arena, &names, host->name, host) != NULL)
			return false;
	}
	return true;
}

static bool is_same_folder(const struct found_host *a, const struct found_host *b)
{
	const char *end_a = strrchr(a->path, '/');
	const char *end_b = strrchr(b->path, '/');

	return end_a != NULL && end_b != NULL && end_a - a->path == end_b - b->path &&
	       memcmp(a->path, b->path, (size_t)(end_a - a->path)) == 0;
}

/* Files come sorted by path, and so those of one folder one beside the other. */
static bool is_folder_shared(const struct found *found, const struct found_host *host)
{
	const struct found_host *end = found->hosts.items + found->hosts.n_items;

	return (host > found->hosts.items && is_same_folder(host - 1, host)) ||
	       (host + 1 < end && is_same_folder(host, host + 1));
}

void found_name_hosts(struct found *found)
{
	vec_foreach(host, &found->hosts)
		host->name = base_name(found->arena, host->path);
	if (are_unique(found->arena, found))
		return;
	vec_foreach(host, &found->hosts)
		host->name = folder_name(found->arena, host->path);
	if (are_unique(found->arena, found))
		return;
	vec_foreach(host, &found->hosts) {
		if (is_folder_shared(found, host)) {
			host->name = arena_printf(found->arena, "%s/%s",
						  folder_name(found->arena, host->path),
						  base_name(found->arena, host->path));
		}
	}
	if (are_unique(found->arena, found))
		return;
	vec_foreach(host, &found->hosts)
		host->name = host->path;
}

size_t found_index(const struct examination *x, const struct found_host *host)
{
	return (size_t)(host - x->found->hosts.items);
}

static struct found_host *find_key(const struct examination *x, const struct net_key *key)
{
	char text[NET_KEY_TEXT];

	return map_get(&x->keys, net_key_format(key, text));
}

const struct found_host *found_whose(const struct examination *x, const struct net_key *key,
				     const struct found_host *viewer)
{
	const struct found_host *first = find_key(x, key);

	for (const struct found_host *each = first; first != NULL && first->twin != NULL;
	     each = each->twin) {
		if (each == NULL)
			break;
		if (found_peer(each, viewer) != NULL)
			return each;
	}
	return first;
}

const struct conf_peer *found_peer(const struct found_host *host, const struct found_host *other)
{
	if (net_key_is_zero(&other->key))
		return NULL;
	vec_foreach(peer, &host->conf->peers) {
		if (net_key_compare(&peer->public_key, &other->key) == 0)
			return peer;
	}
	return NULL;
}

/* Two files with one key: a machine that has several tunnels, of which one is up; or a mistake. */
static void note_key(struct examination *x, struct found_host *host)
{
	char text[NET_KEY_TEXT];
	const char *key = arena_printf(x->found->arena, "%s", net_key_format(&host->key, text));
	struct found_host *other = map_put(x->found->arena, &x->keys, key, host);
	struct diag *diag;

	if (other == NULL)
		return;
	host->twin = other->twin;
	other->twin = host;
	if (is_same_folder(host, other))
		return;
	diag = diag_add(x->diags, DIAG_KEY_SHARED, host->conf->span, "'%s' has the key of '%s'",
			host->name, other->name);
	diag_related(x->diags, diag, other->conf->span, "'%s'", other->name);
	diag_help(x->diags, diag,
		  "give each host a key of its own; several tunnels of one host may share theirs, "
		  "in one folder");
}

enum {
	MOST_CANDIDATES = 8,
};

/* The keys that may be a host's, by what others write beside them, and how many do. */
struct candidates {
	struct found_host *host;
	const struct net_key *keys[MOST_CANDIDATES];
	size_t n_times[MOST_CANDIDATES];
	size_t n_keys;
};

static void add_candidate(struct candidates *candidates, const struct net_key *key)
{
	size_t i = 0;

	while (i < candidates->n_keys && net_key_compare(candidates->keys[i], key) != 0)
		i++;
	if (i == MOST_CANDIDATES)
		return;
	candidates->keys[i] = key;
	candidates->n_times[i]++;
	if (i == candidates->n_keys)
		candidates->n_keys++;
}

/* The first word of a comment: "gw, direct over the internet". */
static const char *first_word(struct arena *arena, const char *comment)
{
	return arena_copy(arena, comment, strcspn(comment, " ,;:"));
}

/* By the peer's comment, where it names one of the hosts, or else by the addresses behind it. */
static void consider(const struct examination *x, const struct conf_peer *peer,
		     const struct map *by_name)
{
	struct arena *arena = x->found->arena;
	struct candidates *named = NULL;

	if (net_key_is_zero(&peer->public_key) || find_key(x, &peer->public_key) != NULL)
		return;
	if (peer->comment != NULL)
		named = map_get(by_name, first_word(arena, peer->comment));
	if (named != NULL) {
		add_candidate(named, &peer->public_key);
		return;
	}
	vec_foreach(prefix, &peer->allowed_ips) {
		char text[NET_PREFIX_TEXT];
		struct candidates *candidates =
			map_get(&x->by_address, net_prefix_format(&prefix->prefix, text));

		if (candidates != NULL)
			add_candidate(candidates, &peer->public_key);
	}
}

/* Whether the key has turned out to be somebody else's. */
static bool is_taken(const struct examination *x, const struct found_host *host,
		     const struct net_key *key)
{
	const struct found_host *owner = find_key(x, key);

	return owner != NULL && !is_same_folder(owner, host);
}

/*
 * Takes the key that is left for a host, or that most have for it. True: it was found. At first
 * only where a single one is left, because each that is settled takes a doubt from the others.
 */
static bool settle(struct examination *x, struct candidates *candidates, bool by_majority)
{
	size_t best = MOST_CANDIDATES;
	bool is_alone = true;

	if (!net_key_is_zero(&candidates->host->key))
		return false;
	for (size_t i = 0; i < candidates->n_keys; i++) {
		if (is_taken(x, candidates->host, candidates->keys[i]))
			continue;
		is_alone = is_alone && best == MOST_CANDIDATES;
		if (best == MOST_CANDIDATES || candidates->n_times[i] > candidates->n_times[best])
			best = i;
	}
	if (best == MOST_CANDIDATES || !(is_alone || by_majority))
		return false;
	candidates->host->key = *candidates->keys[best];
	note_key(x, candidates->host);
	return true;
}

static void settle_all(struct examination *x, struct candidates *all, bool by_majority)
{
	bool has_news = true;

	while (has_news) {
		has_news = false;
		for (size_t i = 0; i < x->found->hosts.n_items; i++)
			has_news = settle(x, &all[i], by_majority) || has_news;
	}
}

static void infer_keys(struct examination *x)
{
	struct arena *arena = x->found->arena;
	size_t n_hosts = x->found->hosts.n_items;
	struct candidates *all = ARENA_ARRAY(arena, struct candidates, n_hosts);
	struct map by_name = {0};

	for (size_t i = 0; i < n_hosts; i++) {
		struct found_host *host = &x->found->hosts.items[i];

		all[i].host = host;
		(void)map_put(arena, &by_name, host->name, &all[i]);
		vec_foreach(address, &host->conf->addresses) {
			struct net_prefix own = net_prefix_of_host(&address->address);
			char text[NET_PREFIX_TEXT];

			net_prefix_format(&own, text);
			(void)map_put(arena, &x->by_address, arena_printf(arena, "%s", text),
				      &all[i]);
		}
	}
	vec_foreach(host, &x->found->hosts) {
		vec_foreach(peer, &host->conf->peers)
			consider(x, peer, &by_name);
	}
	settle_all(x, all, false);
	settle_all(x, all, true);
}

const struct found_host *found_namesake(const struct examination *x, const struct conf_peer *peer)
{
	vec_foreach(prefix, &peer->allowed_ips) {
		char text[NET_PREFIX_TEXT];
		const struct candidates *candidates =
			map_get(&x->by_address, net_prefix_format(&prefix->prefix, text));

		if (candidates != NULL && !net_key_is_zero(&candidates->host->key))
			return candidates->host;
	}
	return NULL;
}

void found_learn_keys(struct examination *x)
{
	vec_foreach(host, &x->found->hosts) {
		host->key = host->conf->public_key;
		if (!net_key_is_zero(&host->key))
			note_key(x, host);
	}
	infer_keys(x);
}
