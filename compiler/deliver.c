/* SPDX-License-Identifier: MIT */

/*
 * The second half of a compilation: from plans to artifacts, and with them to whoever takes them.
 * Hosts are planned class by class, and only one artifact is in memory at a time.
 */

#include "compiler/deliver.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/suggest.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/qr_code.h"
#include "compiler/plan/planner.h"
#include "compiler/proof.h"
#include "compiler/publish/intent.h"
#include "compiler/publish/publish.h"
#include "compiler/resolve/network.h"

/* Who receives artifacts. `is_current` may spare the making of one. */
struct receiver {
	struct compilation *compilation;
	bool (*is_current)(void *context, const struct artifact *artifact);
	compile_sink *take;
	void *context;
};

/* Whether the comma-separated list has the name; NULL has all. */
static bool selects_format(const char *formats, const char *name)
{
	size_t length = strlen(name);

	for (const char *word = formats; word != NULL;) {
		size_t n = strcspn(word, ",");

		if (n == length && strncmp(word, name, n) == 0)
			return true;
		word = word[n] == ',' ? word + n + 1 : NULL;
	}
	return formats == NULL;
}

static void report_unknown(struct compilation *c, const char *what, const char *name,
			   const struct suggestion *suggestion)
{
	struct diag *diag = diag_add(&c->diags, DIAG_SELECTION_UNKNOWN, (struct span){0},
				     "there is no %s '%s'", what, name);

	if (suggestion->best != NULL) {
		diag_help(&c->diags, diag, "did you mean '%s'?", suggestion->best);
	} else {
		diag_help(&c->diags, diag,
			  "`wgtopo help compile` lists the formats; "
			  "`wgtopo check --format names` lists the nodes");
	}
}

static void check_formats(struct compilation *c, const char *formats)
{
	for (const char *word = formats; word != NULL;) {
		size_t n = strcspn(word, ",");
		const char *name = arena_copy(c->arena, word, n);
		struct suggestion suggestion = suggestion_for(name);

		for (size_t i = 0; i < n_emitters; i++)
			suggestion_offer(&suggestion, emitters[i]->name);
		if (suggestion.best == NULL || strcmp(suggestion.best, name) != 0)
			report_unknown(c, "format", name, &suggestion);
		word = word[n] == ',' ? word + n + 1 : NULL;
	}
}

/* Reports what the command line names and the topology or the program does not have. */
static void check_selection(struct compilation *c, const struct compile_selection *selection)
{
	const struct network_expiry *expired;

	check_formats(c, selection->formats);
	if (selection->host == NULL || network_find_host(c->network, selection->host) != NULL)
		return;
	expired = network_find_expired(c->network, selection->host);
	if (expired != NULL) {
		network_report_expired(expired, selection->host, &c->diags);
	} else {
		struct suggestion suggestion = suggestion_for(selection->host);

		for (size_t i = 0; i < c->network->n_hosts; i++)
			suggestion_offer(&suggestion, c->network->hosts[i].name);
		report_unknown(c, "node", selection->host, &suggestion);
	}
}

/* A file that a format cannot hold is left out, for there is another form of it. */
static void report_too_large(struct compilation *c, const struct plan *plan,
			     const struct artifact *artifact)
{
	const struct network_host *host = network_find_host(c->network, plan->host);
	struct diag *diag = diag_add(&c->diags, DIAG_QR_TOO_LARGE, host->node->name.span,
				     "there is no QR code of '%s': its configuration has %zu bytes",
				     plan->host, artifact->size);

	diag_note(&c->diags, diag, "a QR code holds %d at most", QR_MOST_BYTES);
	diag_help(&c->diags, diag, "import its file, '%s/%s.conf'", plan->folder, plan->interface);
	diag_help(&c->diags, diag,
		  "or route fewer networks in `routes`: neighbours are joined already");
}

/* Every selected file of a host (`plan`), or of the network as a whole (`network`). */
static int emit_files(struct emission *emission, const struct plan *plan,
		      const struct plan_network *network, const struct compile_selection *selection,
		      const struct receiver *receiver)
{
	for (size_t i = 0; i < n_emitters; i++) {
		const struct emitter *emitter = emitters[i];
		struct artifact artifact;
		bool is_begun;
		int r;

		if (!selects_format(selection->formats, emitter->name))
			continue;
		is_begun = plan != NULL
				   ? emission_begin(emission, emitter, plan, &artifact)
				   : emission_begin_network(emission, emitter, network, &artifact);
		if (!is_begun || (receiver->is_current != NULL &&
				  receiver->is_current(receiver->context, &artifact)))
			continue;
		r = emission_finish(emission, emitter, plan, &artifact);
		if (r != 0) {
			assert(plan != NULL); /* files of the network are text */
			report_too_large(receiver->compilation, plan, &artifact);
			continue;
		}
		r = receiver->take(receiver->context, &artifact);
		if (r < 0)
			return r;
	}
	return 0;
}

static int emit_selected(struct compilation *c, const struct compile_selection *selection,
			 const struct receiver *receiver)
{
	cleanup_(emission_destroy) struct emission *emission =
		emission_create(c->arena, c->keystore);
	const size_t *order = planner_order(c->planner);

	if (selection->host != NULL) {
		size_t host = network_find_host(c->network, selection->host)->index;

		return emit_files(emission, planner_plan(c->planner, host), NULL, selection,
				  receiver);
	}
	for (size_t i = 0; i < c->network->n_hosts; i++) {
		const struct network_host *host = &c->network->hosts[order[i]];
		int r;

		if (selection->wants != NULL && !selection->wants(selection->context, host))
			continue;
		r = emit_files(emission, planner_plan(c->planner, order[i]), NULL, selection,
			       receiver);

		if (r < 0)
			return r;
	}
	return emit_files(emission, NULL, planner_plan_network(c->planner), selection, receiver);
}

int compile_emit(struct compilation *c, const struct compile_selection *selection,
		 compile_sink *sink, void *context)
{
	const struct receiver receiver = {.compilation = c, .take = sink, .context = context};

	check_selection(c, selection);
	return c->diags.n_errors > 0 ? 0 : emit_selected(c, selection, &receiver);
}

/* A publication under way, and its proof. */
struct delivery {
	struct compilation *compilation;
	const struct compile_selection *selection;
	struct publish *publish;
	bool is_rehearsal;
	bool is_partial;
	struct text intent; /* made when it is first needed */
	struct proof *proof;
	bool is_lock_at_fault; /* what failed is the lock */
};

static const struct text *intent_of(struct delivery *delivery)
{
	struct compilation *c = delivery->compilation;
	const char *reason;

	if (delivery->intent.length == 0) {
		intent_write(c->arena, c->network, c->reach, planner_mtu(c->planner, &reason),
			     &delivery->intent);
	}
	return &delivery->intent;
}

static bool is_proved(const struct delivery *delivery)
{
	return !delivery->selection->skips_proof && !delivery->is_rehearsal;
}

static struct proof *proof_of(struct delivery *delivery)
{
	if (delivery->proof == NULL)
		delivery->proof = proof_create(delivery->compilation, intent_of(delivery));
	return delivery->proof;
}

static bool delivery_has(void *context, const struct artifact *artifact)
{
	const struct delivery *delivery = context;

	return publish_is_current(delivery->publish, artifact);
}

static int delivery_take(void *context, const struct artifact *artifact)
{
	struct delivery *delivery = context;
	int r = publish_stage(delivery->publish, artifact);

	if (r == 0 && is_proved(delivery))
		proof_take(proof_of(delivery), artifact);
	return r;
}

/* Proves what is staged. A run in which nothing changes has been proved by the one that did it. */
static int prove_staged(struct delivery *delivery)
{
	if (!is_proved(delivery) || !publish_has_changes(delivery->publish, intent_of(delivery)))
		return 0;
	return proof_finish(proof_of(delivery), delivery->is_partial);
}

/* Stages and commits; the lock goes first, so that no address is deployed that is not in it. */
static int publish_selected(struct delivery *delivery, struct publish_result *ret_result)
{
	struct compilation *c = delivery->compilation;
	const struct receiver receiver = {c, delivery_has, delivery_take, delivery};
	int r = emit_selected(c, delivery->selection, &receiver);

	if (r == 0)
		r = prove_staged(delivery);
	if (r < 0 || c->diags.n_errors > 0)
		return r;
	r = delivery->is_rehearsal ? 0 : compile_write_lock(c);
	delivery->is_lock_at_fault = r < 0;
	return r < 0 ? r : publish_commit(delivery->publish, intent_of(delivery), ret_result);
}

/* Ends a delivery. Returns `r`, with what it is about where it is a failure. */
static int end_delivery(struct delivery *delivery, const char *directory, int r,
			const char **ret_failed_path)
{
	struct compilation *c = delivery->compilation;

	if (r < 0 && delivery->is_lock_at_fault) {
		*ret_failed_path = c->lock_path;
	} else if (r < 0) {
		*ret_failed_path = arena_printf(c->arena, "%s/%s", directory,
						publish_failed_path(delivery->publish));
	}
	publish_close(delivery->publish);
	proof_destroy(delivery->proof);
	text_finish(&delivery->intent);
	return r;
}

int compile_publish(struct compilation *c, const struct compile_selection *selection,
		    const struct publish_options *options, struct publish_result *ret_result,
		    const char **ret_failed_path)
{
	struct publish_options whole = *options;
	struct delivery delivery = {
		.compilation = c,
		.selection = selection,
		.is_rehearsal = options->is_rehearsal,
	};
	int r;

	check_selection(c, selection);
	if (c->diags.n_errors > 0)
		return 0;
	whole.has_keys = c->keystore != NULL;
	whole.is_partial =
		selection->host != NULL || selection->formats != NULL || selection->wants != NULL;
	delivery.is_partial = whole.is_partial;
	*ret_failed_path = options->directory;
	r = publish_open(&whole, &c->diags, &delivery.publish);
	if (r == -EBADMSG)
		*ret_failed_path = arena_printf(c->arena, "%s/manifest.json", options->directory);
	if (r < 0)
		return r;
	*ret_result = (struct publish_result){0};
	r = publish_selected(&delivery, ret_result);
	return end_delivery(&delivery, options->directory, r, ret_failed_path);
}
