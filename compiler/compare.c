/* SPDX-License-Identifier: MIT */

/*
 * Both sides' files of one host after the other, given to diff/. Of two compilations only what has
 * another fingerprint is rendered at all.
 */

#include "compiler/compare.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/diff/diff.h"
#include "compiler/emit/emit.h"
#include "compiler/plan/planner.h"
#include "compiler/publish/intent.h"
#include "compiler/resolve/network.h"

const struct manifest *compare_intent(struct compilation *c)
{
	cleanup_(text_finish) struct text text = {0};
	struct manifest *manifest;
	const char *reason;
	const char *fault;
	int r;

	text_puts(&text, "{\n");
	intent_write(c->arena, c->network, c->reach, planner_mtu(c->planner, &reason), &text);
	text_puts(&text, ",\n\"files\": []\n}\n");
	r = manifest_parse(c->arena, text.data, text.length, &manifest, &fault);
	assert(r == 0); /* it is ours */
	return manifest;
}

static bool ends_with(const char *path, const char *ending)
{
	size_t length = strlen(path);

	return length > strlen(ending) && strcmp(path + length - strlen(ending), ending) == 0;
}

/* The bytes of one file, which the caller keeps. They may hold keys. */
struct part {
	const char *path;
	const char *bytes; /* NULL: there is no such file */
	size_t size;
};

/* Whether a section begins there, or the file ends behind one. */
static bool begins_section(const struct part *part, size_t place)
{
	return part->bytes[place - 1] == '\n' && (place == part->size || part->bytes[place] == '[');
}

/* How many bytes at their beginnings are whole sections that are the same. */
static size_t common_front(const struct part *a, const struct part *b)
{
	size_t shorter = a->size < b->size ? a->size : b->size;
	size_t n = 0;

	while (n < shorter && a->bytes[n] == b->bytes[n])
		n++;
	while (n > 0 && !(begins_section(a, n) && begins_section(b, n)))
		n--;
	return n;
}

/* The same at their ends, of `most` bytes. */
static size_t common_back(const struct part *a, const struct part *b, size_t most)
{
	const char *a_end = a->bytes + a->size;
	const char *b_end = b->bytes + b->size;
	size_t n = 0;

	while (n < most && a_end[-(ptrdiff_t)n - 1] == b_end[-(ptrdiff_t)n - 1])
		n++;
	for (; n > 1; n--) {
		if (a_end[-(ptrdiff_t)n] == '\n' && a_end[-(ptrdiff_t)n + 1] == '[')
			return n - 1;
	}
	return 0;
}

/*
 * Leaves out the sections at both ends that are the same: in a large mesh nearly all of them. What
 * [Interface] says of preshared keys is said of peers, so that such a file is read as a whole.
 */
static void trim(struct part *a, struct part *b)
{
	static const char hook[] = " preshared-key ";
	size_t shorter = a->size < b->size ? a->size : b->size;
	size_t front;
	size_t back;

	if (memmem(a->bytes, a->size, hook, sizeof(hook) - 1) != NULL ||
	    memmem(b->bytes, b->size, hook, sizeof(hook) - 1) != NULL)
		return;
	front = common_front(a, b);
	back = common_back(a, b, shorter - front);
	a->bytes += front;
	b->bytes += front;
	a->size -= front + back;
	b->size -= front + back;
}

/* Gives a file to the diff, where it is one of those that are compared by what they say. */
static void take(struct diff *diff, struct part parts[static DIFF_N_SIDES])
{
	struct arena *arena = diff_scratch(diff);
	const struct part *before = &parts[DIFF_BEFORE];
	const struct part *after = &parts[DIFF_AFTER];

	if (before->bytes != NULL && after->bytes != NULL &&
	    strcmp(before->path, after->path) == 0 && ends_with(after->path, ".conf"))
		trim(&parts[DIFF_BEFORE], &parts[DIFF_AFTER]);
	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
		const struct part *part = &parts[side];

		if (part->bytes == NULL)
			continue;
		if (ends_with(part->path, ".conf")) {
			diff_take_conf(diff, side,
				       conf_parse(arena, part->path, part->bytes, part->size));
		} else if (ends_with(part->path, ".routes")) {
			diff_take_routes(
				diff, side,
				conf_routes_parse(arena, part->path, part->bytes, part->size));
		}
	}
}

/* Where the files of a host come from: a compilation's formats, one by one. */
struct origin {
	struct compilation *compilation; /* NULL: there is none */
	struct emission *emission;
	const struct plan *plan; /* of the host at hand, or NULL */
};

static void plan_host(struct origin *origin, const char *name)
{
	const struct network_host *host =
		origin->compilation == NULL ? NULL
					    : network_find_host(origin->compilation->network, name);

	origin->plan =
		host == NULL ? NULL : planner_plan(origin->compilation->planner, host->index);
}

static bool begin(struct origin *origin, const struct emitter *emitter, struct artifact *artifact)
{
	return origin->plan != NULL &&
	       emission_begin(origin->emission, emitter, origin->plan, artifact);
}

static bool finish(struct origin *origin, const struct emitter *emitter, struct artifact *artifact)
{
	return emission_finish(origin->emission, emitter, origin->plan, artifact) == 0;
}

static bool is_equal(const struct artifact *a, const struct artifact *b)
{
	return a->fingerprint.words[0] == b->fingerprint.words[0] &&
	       a->fingerprint.words[1] == b->fingerprint.words[1] && strcmp(a->path, b->path) == 0;
}

/* A file that is replaced counts once; one whose name changes is removed, and written anew. */
static void note_files(struct diff *diff, const struct artifact artifacts[static DIFF_N_SIDES],
		       const bool is_there[static DIFF_N_SIDES])
{
	bool is_one = is_there[DIFF_BEFORE] && is_there[DIFF_AFTER] &&
		      strcmp(artifacts[DIFF_BEFORE].path, artifacts[DIFF_AFTER].path) == 0;

	if (is_there[DIFF_BEFORE] && !is_one)
		diff_note_file(diff, artifacts[DIFF_BEFORE].path);
	if (is_there[DIFF_AFTER])
		diff_note_file(diff, artifacts[DIFF_AFTER].path);
}

/* The files of one format of a host on both sides. */
static void compare_format(struct diff *diff, struct origin origins[static DIFF_N_SIDES],
			   const struct emitter *emitter)
{
	struct artifact artifacts[DIFF_N_SIDES];
	struct part parts[DIFF_N_SIDES] = {0};
	bool is_there[DIFF_N_SIDES];
	bool is_same;

	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++)
		is_there[side] = begin(&origins[side], emitter, &artifacts[side]);
	if (is_there[DIFF_BEFORE] && is_there[DIFF_AFTER] &&
	    is_equal(&artifacts[DIFF_BEFORE], &artifacts[DIFF_AFTER]))
		return;
	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
		if (is_there[side])
			is_there[side] = finish(&origins[side], emitter, &artifacts[side]);
	}
	is_same = is_there[DIFF_BEFORE] && is_there[DIFF_AFTER] &&
		  strcmp(artifacts[DIFF_BEFORE].path, artifacts[DIFF_AFTER].path) == 0 &&
		  artifacts[DIFF_BEFORE].size == artifacts[DIFF_AFTER].size &&
		  memcmp(artifacts[DIFF_BEFORE].bytes, artifacts[DIFF_AFTER].bytes,
			 artifacts[DIFF_AFTER].size) == 0;
	if (is_same || !(is_there[DIFF_BEFORE] || is_there[DIFF_AFTER]))
		return;
	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
		if (is_there[side]) {
			parts[side] = (struct part){artifacts[side].path, artifacts[side].bytes,
						    artifacts[side].size};
		}
	}
	take(diff, parts);
	note_files(diff, artifacts, is_there);
}

static void compare_host(struct diff *diff, struct origin origins[static DIFF_N_SIDES],
			 const char *name)
{
	for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++)
		plan_host(&origins[side], name);
	diff_begin_host(diff, name);
	for (size_t i = 0; i < n_emitters; i++)
		compare_format(diff, origins, emitters[i]);
	diff_end_host(diff);
}

/* The files that belong to no host are only counted. */
static void compare_network(struct diff *diff, struct origin origins[static DIFF_N_SIDES])
{
	for (size_t i = 0; i < n_emitters; i++) {
		struct artifact artifacts[DIFF_N_SIDES];
		bool is_there[DIFF_N_SIDES];

		for (enum diff_side side = DIFF_BEFORE; side < DIFF_N_SIDES; side++) {
			struct origin *origin = &origins[side];

			is_there[side] = origin->compilation != NULL &&
					 emission_begin_network(
						 origin->emission, emitters[i],
						 planner_plan_network(origin->compilation->planner),
						 &artifacts[side]);
		}
		if (is_there[DIFF_BEFORE] && is_there[DIFF_AFTER] &&
		    is_equal(&artifacts[DIFF_BEFORE], &artifacts[DIFF_AFTER]))
			continue;
		note_files(diff, artifacts, is_there);
	}
}

/* In the order in which planning is cheapest; those who are gone last. */
static void compare_hosts(struct diff *diff, struct origin origins[static DIFF_N_SIDES])
{
	const struct compilation *after = origins[DIFF_AFTER].compilation;
	const struct manifest *before = diff->sides[DIFF_BEFORE];
	const size_t *order = planner_order(after->planner);

	for (size_t i = 0; i < after->network->n_hosts; i++)
		compare_host(diff, origins, after->network->hosts[order[i]].name);
	for (size_t i = 0; before != NULL && i < before->n_hosts; i++) {
		if (diff_find(diff, DIFF_AFTER, before->hosts[i].name) == NULL)
			compare_host(diff, origins, before->hosts[i].name);
	}
}

struct diff *compare_with_compilation(struct arena *arena, struct compilation *before,
				      struct compilation *after)
{
	cleanup_(emission_destroy) struct emission *old = emission_create(arena, NULL);
	cleanup_(emission_destroy) struct emission *new = emission_create(arena, NULL);
	struct diff *diff = diff_create(arena, before == NULL ? NULL : compare_intent(before),
					compare_intent(after));
	struct origin origins[DIFF_N_SIDES] = {{before, old, NULL}, {after, new, NULL}};

	compare_hosts(diff, origins);
	compare_network(diff, origins);
	diff_finish(diff);
	return diff;
}

/* A published folder, and the files of the host at hand in it. */
struct old_files {
	int folder;
	struct secret bytes; /* of one of them */
	const char *failed_path;
};

/* The file beside the new one that it is to replace. Empty where there is none. */
static int read_old(struct diff *diff, struct old_files *old, const struct manifest_host *host,
		    const char *ending, struct part *ret_part)
{
	const char *path =
		arena_printf(diff_scratch(diff), "%s/%s%s", host->folder, host->interface, ending);
	int r;

	secret_clear(&old->bytes);
	r = file_read_secret_beneath(old->folder, path, CONF_MAX_BYTES, &old->bytes);
	if (r == 0) {
		*ret_part = (struct part){path, old->bytes.length == 0 ? "" : old->bytes.data,
					  old->bytes.length};
	} else if (r != -ENOENT) {
		old->failed_path = arena_printf(diff->arena, "%s", path);
		return r;
	}
	return 0;
}

/* One of the two files that are compared by what they say, of a host on both sides. */
static int compare_file(struct diff *diff, struct old_files *old, const char *name,
			const char *ending, const struct artifact *artifact)
{
	const struct manifest_host *host = diff_find(diff, DIFF_BEFORE, name);
	struct part parts[DIFF_N_SIDES] = {0};
	int r = host == NULL ? 0 : read_old(diff, old, host, ending, &parts[DIFF_BEFORE]);

	if (r < 0)
		return r;
	parts[DIFF_AFTER] = (struct part){artifact->path, artifact->bytes, artifact->size};
	take(diff, parts);
	return 0;
}

static int compare_host_with_folder(struct diff *diff, struct old_files *old, struct origin *after,
				    const struct compare_folder *before, const char *name)
{
	size_t n_files;
	const char *const *files = before->files(before->context, name, &n_files);
	int r = 0;

	/* The host's own key is in a file that is not published: its others may all be the same. */
	diff_begin_host(diff, name);
	for (size_t i = 0; i < n_files; i++)
		diff_note_file(diff, files[i]);
	if (n_files > 0)
		plan_host(after, name);
	for (size_t i = 0; n_files > 0 && r == 0 && i < n_emitters; i++) {
		struct artifact artifact;
		const char *ending;

		if (!begin(after, emitters[i], &artifact) || !finish(after, emitters[i], &artifact))
			continue;
		ending = strrchr(artifact.path, '.');
		if (ending != NULL &&
		    (strcmp(ending, ".conf") == 0 || strcmp(ending, ".routes") == 0))
			r = compare_file(diff, old, name, ending, &artifact);
	}
	diff_end_host(diff);
	return r;
}

int compare_with_folder(struct arena *arena, const struct compare_folder *before,
			struct compilation *after, struct diff **ret_diff,
			const char **ret_failed_path)
{
	cleanup_(file_close) int folder =
		before->manifest == NULL ? -1 : file_open_folder(before->path);
	struct old_files old = {.folder = folder, .failed_path = ""};
	cleanup_(emission_destroy) struct emission *emission =
		emission_create(arena, after->keystore);
	struct diff *diff = diff_create(arena, before->manifest, compare_intent(after));
	struct origin origin = {after, emission, NULL};
	const size_t *order = planner_order(after->planner);
	const struct manifest *manifest = before->manifest;
	size_t n_network;
	int r = 0;

	*ret_failed_path = "";
	if (manifest != NULL && folder < 0)
		return folder;
	for (size_t i = 0; r == 0 && i < after->network->n_hosts; i++) {
		r = compare_host_with_folder(diff, &old, &origin, before,
					     after->network->hosts[order[i]].name);
	}
	for (size_t i = 0; r == 0 && manifest != NULL && i < manifest->n_hosts; i++) {
		if (diff_find(diff, DIFF_AFTER, manifest->hosts[i].name) == NULL) {
			r = compare_host_with_folder(diff, &old, &origin, before,
						     manifest->hosts[i].name);
		}
	}
	secret_finish(&old.bytes);
	*ret_failed_path = old.failed_path;
	if (r < 0)
		return r;
	(void)before->files(before->context, NULL, &n_network);
	diff->n_files += n_network;
	diff_finish(diff);
	*ret_diff = diff;
	return 0;
}
