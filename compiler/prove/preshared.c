/* SPDX-License-Identifier: MIT */

/*
 * Preshared keys, n * n of them, compared in memory for n: each host has a sum of what its own file
 * says of its pairs, and one of what the others' files say of them. Where all pairs agree the two
 * are equal; where they differ, the files of the few hosts concerned are read again.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/arena.h"
#include "compiler/prove/steps.h"

static struct preshared_sum *sum_at(const struct prove *prove, size_t host, bool is_own)
{
	return (struct preshared_sum *)(void *)prove->sums.data + 2 * host + is_own;
}

static void add(struct preshared_sum *sum, const XXH128_hash_t *hash)
{
	sum->words[0] += hash->low64;
	sum->words[1] += hash->high64;
}

/* Each host keeps the key of a pair under the other one's name. */
static void check_path(struct prove *prove, const struct manifest_host *peer,
		       const struct section *section, size_t place)
{
	const struct manifest_host *host = prove->view.host;
	const char *usual = arena_printf(prove->view.arena, "%s/%s.psk/%s", interface_folder(host),
					 host->interface, peer->name);
	struct finding *finding;

	if (host->kind == MANIFEST_DEVICE || strcmp(section->preshared_file, usual) == 0)
		return;
	finding = prove_note(prove, DIAG_PRESHARED_MISMATCH, PART_PRESHARED_KEY, place);
	if (finding != NULL) {
		prove_say(prove, finding,
			  "'%s' reads the preshared key of '%s' from '%s', and it lies in '%s'",
			  host->name, peer->name, section->preshared_file, usual);
	}
}

void preshared_note(struct prove *prove, const struct manifest_host *peer, size_t place)
{
	const struct view *view = &prove->view;
	const struct section *section = view->sections.items[place - 1];
	size_t own = view->host->index;
	struct {
		struct preshared_sum token;
		uint64_t ends[2];
	} pair;
	XXH128_hash_t hash;

	memcpy(&pair.token, view->tokens.data + (place - 1) * sizeof(pair.token),
	       sizeof(pair.token));
	if (section->preshared == CONF_SECRET_UNFILLED)
		pair.token = (struct preshared_sum){{1, 1}};
	if (section->preshared_file != NULL)
		check_path(prove, peer, section, place);
	if (pair.token.words[0] == 0 && pair.token.words[1] == 0)
		return; /* without a key a pair adds nothing to either sum */
	pair.ends[0] = own < peer->index ? own : peer->index;
	pair.ends[1] = own < peer->index ? peer->index : own;
	hash = XXH3_128bits(&pair, sizeof(pair));
	add(sum_at(prove, own, true), &hash);
	add(sum_at(prove, peer->index, false), &hash);
	explicit_bzero(&pair, sizeof(pair));
	explicit_bzero(&hash, sizeof(hash));
}

bool preshared_differs(const struct prove *prove, size_t host)
{
	return memcmp(sum_at(prove, host, true), sum_at(prove, host, false),
		      sizeof(struct preshared_sum)) != 0;
}

/* One end's word on a pair. */
struct word {
	size_t ends[2]; /* the lower first */
	size_t host;    /* whose word it is */
	size_t place;   /* of the section, from 1 */
	enum conf_secret form;
	uint8_t digest[CONF_DIGEST_SIZE];
};

struct words {
	struct word *items;
	size_t n_items;
	size_t capacity;
};

static int compare_words(const void *a, const void *b)
{
	const struct word *left = a;
	const struct word *right = b;

	for (int i = 0; i < 2; i++) {
		if (left->ends[i] != right->ends[i])
			return left->ends[i] < right->ends[i] ? -1 : 1;
	}
	return (left->host > right->host) - (left->host < right->host);
}

static bool is_elsewhere(enum conf_secret form)
{
	return form == CONF_SECRET_FILE || form == CONF_SECRET_UNFILLED;
}

static bool agrees(const struct word *a, const struct word *b)
{
	if (is_elsewhere(a->form) && is_elsewhere(b->form))
		return true;
	return a->form == b->form && memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

static void collect(struct prove *prove, const struct manifest_host *host, const struct conf *conf,
		    struct words *words)
{
	for (size_t i = 0; i < conf->peers.n_items; i++) {
		const struct conf_peer *peer = &conf->peers.items[i];
		const struct section section = {
			.key = peer->public_key,
			.owner = prove_find_key(prove, &peer->public_key),
		};
		const struct manifest_host *other = prove_whose(prove, &section, host);
		struct word *word;

		if (other == NULL || other == host || !preshared_differs(prove, other->index))
			continue;
		word = vec_push(prove->arena, words);
		word->ends[0] = host->index < other->index ? host->index : other->index;
		word->ends[1] = host->index < other->index ? other->index : host->index;
		word->host = host->index;
		word->place = i + 1;
		word->form = peer->preshared;
		memcpy(word->digest, peer->preshared_digest, sizeof(word->digest));
	}
}

static void report_pair(struct prove *prove, const struct word *word, const struct word *other)
{
	static const char *const forms[] = {
		[CONF_SECRET_NONE] = "none",
		[CONF_SECRET_INLINE] = "one in its file",
		[CONF_SECRET_FILE] = "one in a file of its own",
		[CONF_SECRET_UNFILLED] = "one to be filled in",
	};
	const struct finding wanted = {
		.rule = DIAG_PRESHARED_MISMATCH,
		.host = &prove->manifest->hosts[word->host],
		.part = PART_PRESHARED_KEY,
		.place = word->place,
	};
	const char *name = prove->manifest->hosts[other->host].name;
	struct finding *finding;

	findings_next_host(&prove->findings);
	finding = findings_note(&prove->findings, &wanted);
	if (finding == NULL)
		return;
	if (word->form == other->form) {
		prove_say(prove, finding,
			  "the preshared key with '%s' is not the one that '%s' has", name, name);
	} else {
		prove_say(prove, finding, "'%s' has %s as preshared key for '%s', which has %s",
			  wanted.host->name, forms[word->form], name, forms[other->form]);
	}
}

int preshared_compare(struct prove *prove, prove_reread *reread, void *context)
{
	struct words words = {0};

	for (size_t i = 0; i < prove->manifest->n_hosts; i++) {
		const struct manifest_host *host = &prove->manifest->hosts[i];
		struct prove_files files = {0};
		struct arena *arena;
		int r;

		if (!preshared_differs(prove, i))
			continue;
		arena = arena_create();
		r = reread(context, arena, host, &files);
		if (r == 0 && files.conf != NULL)
			collect(prove, host, files.conf, &words);
		(void)arena_destroy(arena);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	if (words.n_items > 1)
		qsort(words.items, words.n_items, sizeof(struct word), compare_words);
	for (size_t i = 1; i < words.n_items; i++) {
		const struct word *word = &words.items[i - 1];

		if (word->ends[0] == words.items[i].ends[0] &&
		    word->ends[1] == words.items[i].ends[1] && word->host != words.items[i].host &&
		    !agrees(word, &words.items[i]))
			report_pair(prove, word, &words.items[i]);
	}
	return 0;
}
