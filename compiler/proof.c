/* SPDX-License-Identifier: MIT */

/*
 * Artifacts on their way to the stage pass by here, so that a first run renders each only once.
 * What was in place already is rendered again, because a change elsewhere may break it.
 */

#include "compiler/proof.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/manifest/manifest.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/emit/emit.h"
#include "compiler/plan/planner.h"
#include "compiler/prove/prove.h"
#include "compiler/resolve/network.h"

struct proof {
	struct compilation *compilation;
	struct arena *arena;
	struct manifest *manifest;
	struct prove *prove;
	struct emission *emission; /* for what has to be rendered again; NULL: nothing yet */
};

/* What a document is whose members are the intent's. */
static int parse_intent(struct arena *arena, const struct text *intent,
			struct manifest **ret_manifest)
{
	cleanup_(text_finish) struct text document = {0};
	const char *fault;

	text_puts(&document, "{\n");
	text_append(&document, intent->data, intent->length);
	text_puts(&document, "\n}\n");
	return manifest_parse(arena, document.data, document.length, ret_manifest, &fault);
}

struct proof *proof_create(struct compilation *compilation, const struct text *intent)
{
	struct arena *arena = arena_create();
	struct proof *proof = ARENA_NEW(arena, struct proof);
	int r;

	*proof = (struct proof){.compilation = compilation, .arena = arena};
	r = parse_intent(arena, intent, &proof->manifest);
	assert(r == 0); /* it is ours */
	(void)r;
	proof->prove = prove_create(proof->manifest);
	return proof;
}

struct proof *proof_destroy(struct proof *proof)
{
	if (proof == NULL)
		return NULL;
	(void)prove_destroy(proof->prove);
	(void)emission_destroy(proof->emission);
	(void)arena_destroy(proof->arena);
	return NULL;
}

void proof_take(struct proof *proof, const struct artifact *artifact)
{
	const struct manifest_host *host =
		artifact->host == NULL ? NULL : manifest_find_host(proof->manifest, artifact->host);

	if (host != NULL)
		prove_take(proof->prove, host, artifact->path, artifact->bytes, artifact->size);
}

/* The formats that say how packets go. */
static bool is_proved(const struct emitter *emitter)
{
	return strcmp(emitter->file, "%.conf") == 0 || strcmp(emitter->file, "%.routes") == 0 ||
	       strcmp(emitter->file, "%.key") == 0;
}

/* Renders the files of a host that are proved, for `take`. */
static void render(struct proof *proof, const char *name,
		   void (*take)(void *context, const struct artifact *artifact), void *context)
{
	struct compilation *c = proof->compilation;
	const struct plan *plan =
		planner_plan(c->planner, network_find_host(c->network, name)->index);

	if (proof->emission == NULL)
		proof->emission = emission_create(c->arena, c->keystore);
	for (size_t i = 0; i < n_emitters; i++) {
		const struct emitter *emitter = emitters[i];
		struct artifact artifact;

		if (!is_proved(emitter) || emitter->emit_host == NULL ||
		    !emission_begin(proof->emission, emitter, plan, &artifact))
			continue;
		if (emission_finish(proof->emission, emitter, plan, &artifact) == 0)
			take(context, &artifact);
	}
}

static void take_rendered(void *context, const struct artifact *artifact)
{
	proof_take(context, artifact);
}

static void take_rest(struct proof *proof)
{
	const struct network *network = proof->compilation->network;
	const size_t *order = planner_order(proof->compilation->planner);

	for (size_t i = 0; i < network->n_hosts; i++) {
		const char *name = network->hosts[order[i]].name;
		const struct manifest_host *host = manifest_find_host(proof->manifest, name);

		if (host != NULL && !prove_has(proof->prove, host))
			render(proof, name, take_rendered, proof);
	}
}

/* Where a rendered file goes that is read for its lines. */
struct reading {
	struct arena *arena;
	struct prove_files files;
};

static void read_rendered(void *context, const struct artifact *artifact)
{
	struct reading *reading = context;
	const char *ending = strrchr(artifact->path, '.');
	char *path = arena_copy(reading->arena, artifact->path, strlen(artifact->path));

	if (strcmp(ending, ".conf") == 0) {
		reading->files.conf =
			conf_parse(reading->arena, path, artifact->bytes, artifact->size);
	} else if (strcmp(ending, ".routes") == 0) {
		reading->files.routes =
			conf_routes_parse(reading->arena, path, artifact->bytes, artifact->size);
	}
}

static int reread(void *context, struct arena *arena, const struct manifest_host *host,
		  struct prove_files *ret_files)
{
	struct reading reading = {.arena = arena};

	render(context, host->name, read_rendered, &reading);
	*ret_files = reading.files;
	return 0;
}

/* A counterexample to our own work is nothing that the author of the topology can mend. */
static void take_over(struct diag_bag *diags, const struct diag_bag *found)
{
	vec_foreach(item, &found->items) {
		struct diag *diag = *item;

		diag_help(diags, diag,
			  "this is a fault of wgtopo, and nothing was published: please report it; "
			  "`--no-prove` publishes all the same");
		*vec_push(diags->arena, &diags->items) = diag;
	}
	diags->n_errors += found->n_errors;
	diags->n_warnings += found->n_warnings;
}

int proof_finish(struct proof *proof, bool is_partial)
{
	struct diag_bag found = {.arena = proof->compilation->arena};
	struct prove_summary summary;
	int r;

	prove_end_host(proof->prove);
	if (!is_partial)
		take_rest(proof);
	r = is_partial ? prove_finish_part(proof->prove, reread, proof, &found)
		       : prove_finish(proof->prove, reread, proof, &found, &summary);
	if (r == 0 && found.n_errors > 0)
		take_over(&proof->compilation->diags, &found);
	return r;
}
