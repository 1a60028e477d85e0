/* SPDX-License-Identifier: MIT */

/* The pipeline, from top to bottom. What each pass does is in the header of its folder. */

#include "compiler/compile.h"

#include <errno.h>
#include <fcntl.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/suggest.h"
#include "base/text.h"
#include "compiler/emit/emit.h"
#include "compiler/model/load.h"
#include "compiler/parse/parse.h"
#include "compiler/plan/planner.h"
#include "compiler/publish/intent.h"
#include "compiler/publish/publish.h"
#include "compiler/reach/reach.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"
#include "compiler/resolve/resolve.h"

void compile_init(struct compilation *compilation)
{
	*compilation = (struct compilation){.arena = arena_create()};
	compilation->diags.arena = compilation->arena;
}

void compile_finish(struct compilation *compilation)
{
	compilation->arena = arena_destroy(compilation->arena);
}

/* "lab/topology.yaml" has the lock "lab/topology.lock". */
static const char *lock_path_of(struct arena *arena, const char *topology)
{
	const char *name = strrchr(topology, '/') == NULL ? topology : strrchr(topology, '/') + 1;
	const char *dot = strrchr(name, '.');
	bool is_yaml = dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
	size_t length = is_yaml ? (size_t)(dot - topology) : strlen(topology);

	return arena_printf(arena, "%.*s.lock", (int)length, topology);
}

/* Reads the lock, where there is one, into `text`. */
static int read_lock(struct compilation *c, const struct compile_options *options,
		     struct text *text, struct lock **ret_lock)
{
	const char *slash = strrchr(c->lock_path, '/');
	int r = options->read(options->read_context, slash == NULL ? c->lock_path : slash + 1,
			      PARSE_MAX_BYTES, text);

	if (r < 0 && r != -ENOENT)
		return r;
	*ret_lock = lock_parse(c->arena,
			       source_create(c->arena, c->lock_path,
					     text->length == 0 ? "" : text->data, text->length),
			       &c->diags);
	return 0;
}

static void note_lock(struct compilation *c, const struct lock *lock, const struct text *before)
{
	cleanup_(text_finish) struct text after = {0};

	lock_write(lock, &after);
	c->lock_text = arena_copy(c->arena, after.data, after.length);
	c->lock_is_changed = after.length != before->length ||
			     memcmp(after.data, before->data, after.length) != 0;
}

int compile_check(struct compilation *c, const struct compile_options *options)
{
	const struct load_options load_options = {options->topology, options->read,
						  options->read_context};
	cleanup_(text_finish) struct text lock_before = {0};
	struct topology *topology;
	struct lock *lock;
	int r;

	r = load_topology(c->arena, &load_options, &c->diags, &topology);
	if (r < 0)
		return r;
	c->topology = topology;
	c->lock_path = lock_path_of(c->arena, options->topology);
	r = read_lock(c, options, &lock_before, &lock);
	if (r < 0)
		return r;
	c->network = resolve_topology(c->arena, topology, lock, &c->diags);
	if (c->diags.n_errors == 0) {
		note_lock(c, lock, &lock_before);
		c->reach = reach_create(c->arena, c->network);
		reach_check(c->reach, &c->diags);
	}
	if (c->diags.n_errors == 0) {
		c->planner = planner_create(c->arena, c->reach);
		planner_check(c->planner, &c->diags);
	}
	diag_sort(&c->diags);
	return 0;
}

/* Who receives artifacts. `is_current` may spare the making of one. */
struct receiver {
	bool (*is_current)(void *context, const struct artifact *artifact);
	compile_sink *take;
	void *context;
};

static bool selects_format(const struct compile_selection *selection, const char *name)
{
	size_t length = strlen(name);

	for (const char *word = selection->formats; word != NULL; word = strchr(word, ',')) {
		word += *word == ',';
		if (strncmp(word, name, length) == 0 &&
		    (word[length] == ',' || word[length] == '\0'))
			return true;
	}
	return selection->formats == NULL;
}

/* Reports what the command line names and the topology or the program does not have. */
static void check_selection(struct compilation *c, const struct compile_selection *selection)
{
	for (const char *word = selection->formats; word != NULL; word = strchr(word, ',')) {
		struct suggestion suggestion;
		struct diag *diag;
		const char *name;

		word += *word == ',';
		name = arena_copy(c->arena, word, strcspn(word, ","));
		suggestion = suggestion_for(name);
		for (size_t i = 0; i < n_emitters; i++)
			suggestion_offer(&suggestion, emitters[i]->name);
		if (suggestion.best != NULL && strcmp(suggestion.best, name) == 0)
			continue;
		diag = diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
				"there is no format '%s'", name);
		if (suggestion.best != NULL) {
			diag_help(&c->diags, diag, "did you mean '%s'?", suggestion.best);
		} else {
			diag_help(&c->diags, diag, "`wgtopo help compile` lists the formats");
		}
	}
	if (selection->host != NULL && network_find_host(c->network, selection->host) == NULL) {
		struct diag *diag = diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
					     "there is no node '%s'", selection->host);

		diag_help(&c->diags, diag, "a device of a user is named 'user/device'");
	}
}

static int hand_over(struct emission *emission, const struct emitter *emitter,
		     const struct plan *plan, const struct receiver *receiver,
		     struct artifact *artifact)
{
	if (receiver->is_current != NULL && receiver->is_current(receiver->context, artifact))
		return 0;
	emission_finish(emission, emitter, plan, artifact);
	return receiver->take(receiver->context, artifact);
}

static int emit_host(struct emission *emission, const struct plan *plan,
		     const struct compile_selection *selection, const struct receiver *receiver)
{
	for (size_t i = 0; i < n_emitters; i++) {
		struct artifact artifact;
		int r;

		if (!selects_format(selection, emitters[i]->name) ||
		    !emission_begin(emission, emitters[i], plan, &artifact))
			continue;
		r = hand_over(emission, emitters[i], plan, receiver, &artifact);
		if (r < 0)
			return r;
	}
	return 0;
}

static int emit_network(struct emission *emission, const struct plan_network *plan,
			const struct compile_selection *selection, const struct receiver *receiver)
{
	for (size_t i = 0; i < n_emitters; i++) {
		struct artifact artifact;
		int r;

		if (!selects_format(selection, emitters[i]->name) ||
		    !emission_begin_network(emission, emitters[i], plan, &artifact))
			continue;
		r = hand_over(emission, emitters[i], NULL, receiver, &artifact);
		if (r < 0)
			return r;
	}
	return 0;
}

static int emit_selected(struct compilation *c, const struct compile_selection *selection,
			 const struct receiver *receiver)
{
	cleanup_(emission_destroy) struct emission *emission = emission_create(c->arena);
	const size_t *order = planner_order(c->planner);

	if (selection->host != NULL) {
		size_t host = network_find_host(c->network, selection->host)->index;

		return emit_host(emission, planner_plan(c->planner, host), selection, receiver);
	}
	for (size_t i = 0; i < c->network->n_hosts; i++) {
		int r = emit_host(emission, planner_plan(c->planner, order[i]), selection,
				  receiver);

		if (r < 0)
			return r;
	}
	return emit_network(emission, planner_plan_network(c->planner), selection, receiver);
}

int compile_emit(struct compilation *c, const struct compile_selection *selection,
		 compile_sink *sink, void *context)
{
	const struct receiver receiver = {.take = sink, .context = context};

	check_selection(c, selection);
	return c->diags.n_errors > 0 ? 0 : emit_selected(c, selection, &receiver);
}

static bool publish_has(void *context, const struct artifact *artifact)
{
	return publish_is_current(context, artifact);
}

static int publish_take(void *context, const struct artifact *artifact)
{
	return publish_stage(context, artifact);
}

/* Stages and commits; the lock goes first, so that no address is deployed that is not in it. */
static int publish_selected(struct compilation *c, const struct compile_selection *selection,
			    struct publish *publish, struct publish_result *ret_result)
{
	const struct receiver receiver = {publish_has, publish_take, publish};
	cleanup_(text_finish) struct text intent = {0};
	const char *reason;
	int r = emit_selected(c, selection, &receiver);

	if (r < 0)
		return r;
	intent_write(c->arena, c->network, c->reach, planner_mtu(c->planner, &reason), &intent);
	return publish_commit(publish, &intent, ret_result);
}

int compile_publish(struct compilation *c, const struct compile_selection *selection,
		    const struct publish_options *options, struct publish_result *ret_result,
		    const char **ret_failed_path)
{
	struct publish_options whole = *options;
	struct publish *publish = NULL;
	int r;

	check_selection(c, selection);
	if (c->diags.n_errors > 0)
		return 0;
	*ret_failed_path = c->lock_path;
	if (c->lock_is_changed) {
		r = file_replace(c->lock_path, c->lock_text, strlen(c->lock_text), 0644);
		if (r < 0)
			return r;
	}
	whole.is_partial = selection->host != NULL || selection->formats != NULL;
	*ret_failed_path = options->directory;
	r = publish_open(&whole, &c->diags, &publish);
	if (r < 0)
		return r;
	r = publish_selected(c, selection, publish, ret_result);
	if (r < 0) {
		*ret_failed_path = arena_printf(c->arena, "%s/%s", options->directory,
						publish_failed_path(publish));
	}
	publish_close(publish);
	return r;
}

int compile_read_files(void *context, const char *path, size_t limit, struct text *ret_text)
{
	const struct compile_files *files = context;
	cleanup_(file_close) int folder = open(files->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return -errno;
	if (strcmp(path, files->topology) == 0)
		return file_read(folder, path, limit, ret_text);
	return file_read_beneath(folder, path, limit, ret_text);
}
