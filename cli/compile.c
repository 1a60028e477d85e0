/* SPDX-License-Identifier: MIT */

/* compile: check, then publish. Nothing is published from a topology with errors. */

#include "compiler/compile.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/namelist.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/delivery.h"
#include "cli/examine.h"
#include "cli/findings.h"
#include "cli/output.h"
#include "cli/strict.h"
#include "cli/unlock.h"
#include "compiler/deliver.h"
#include "compiler/publish/publish.h"
#include "compiler/resolve/network.h"

enum {
	MOST_NAMED = 100, /* hosts and ranges; the others are counted */
};

static void refuse_new_lock(struct compilation *compilation)
{
	struct diag *diag = diag_add(&compilation->diags, DIAG_LOCK_OUTDATED, (struct span){0},
				     "the lock '%s' is out of date, and --locked keeps it: %s",
				     compilation->lock_path, compilation->lock_change);

	diag_help(&compilation->diags, diag,
		  "compile once without --locked, and commit the lock with the topology");
}

/* The servers and gateways whose files were written. */
struct changed {
	const struct network *network;
	struct arena *arena;
	vec_of(const char *) names;
};

static void note_change(void *context, const struct publish_change *change)
{
	struct changed *changed = context;
	const struct network_host *host =
		change->host == NULL ? NULL : network_find_host(changed->network, change->host);

	/* Files come sorted by path, so those of one host one behind the other. */
	if (host == NULL || host->kind == HOST_DEVICE ||
	    (changed->names.n_items > 0 &&
	     changed->names.items[changed->names.n_items - 1] == host->name))
		return;
	*vec_push(changed->arena, &changed->names) = host->name;
}

static void write_changed(struct text *out, const struct changed *changed)
{
	struct namelist list =
		namelist_fold(changed->arena, changed->names.items, changed->names.n_items);

	if (list.items.n_items == 0)
		return;
	text_puts(out, "hosts with new files: ");
	namelist_say(&list, MOST_NAMED, out);
	text_puts(out, "\n");
}

/* Publishes where nothing stands in the way. STATUS_FINDINGS: the diagnostics say what does. */
static int publish(const struct request *request, struct compilation *compilation,
		   struct changed *changed, struct publish_result *ret_result)
{
	struct compile_selection selection = {
		.host = request_option(request, "host"),
		.formats = request_option(request, "formats"),
		.skips_proof = request_has(request, "no-prove"),
	};
	struct publish_options options = {
		.directory = request_option(request, "output"),
		.force = request_has(request, "force"),
		.tell = note_change,
		.context = changed,
	};

	if (compilation->diags.n_errors == 0 && request_has(request, "locked") &&
	    compilation->lock_is_changed)
		refuse_new_lock(compilation);
	if (examine_has_findings(request, compilation))
		return STATUS_FINDINGS;
	return delivery_publish(compilation, &selection, &options, ret_result);
}

static void write_expired(struct text *out, const struct network *network)
{
	const char *separator = "expired, and left out: ";

	vec_foreach(expiry, &network->expiries) {
		if (!expiry->is_past)
			continue;
		text_join(out, separator, expiry->user, " (", expiry->date, ")");
		separator = ", ";
	}
	if (separator[0] == ',')
		text_puts(out, "\n");
}

/* Files for which the keystore has keys are complete without them only for those who know that. */
static void write_closed(struct text *out, const struct request *request,
			 const struct compilation *compilation)
{
	const char *path = compile_keystore_path(compilation->arena, request->operands[0]);
	enum seal_kind kind;

	if (compilation->keystore == NULL && !request_has(request, "no-keys") &&
	    keystore_file_kind(path, &kind) != -ENOENT)
		text_join(out, path, " stayed closed: no file has a key out of it\n");
}

static void write_result(struct text *out, const struct request *request,
			 const struct compilation *compilation, const struct publish_result *result,
			 const struct changed *changed)
{
	text_printf(out, "%zu file%s written, %zu unchanged, %zu removed in %s\n",
		    result->n_written, result->n_written == 1 ? "" : "s", result->n_unchanged,
		    result->n_removed, request_option(request, "output"));
	write_changed(out, changed);
	write_expired(out, compilation->network);
	write_closed(out, request, compilation);
	if (compilation->lock_is_changed) {
		text_printf(out, "%s changed: commit it with the topology\n",
			    compilation->lock_path);
	}
}

/* The document of the diagnostics, with the result as its first members. */
static void write_result_json(struct text *out, const struct compilation *compilation, int status,
			      const struct publish_result *result)
{
	cleanup_(text_finish) struct text diagnostics = {0};

	diag_render_json(&compilation->diags, &diagnostics);
	text_printf(out,
		    "{\n  \"published\": %s,\n  \"written\": %zu,\n  \"unchanged\": %zu,\n"
		    "  \"removed\": %zu,%s",
		    status == STATUS_CLEAN ? "true" : "false", result->n_written,
		    result->n_unchanged, result->n_removed, diagnostics.data + 1);
}

static int compile(const struct request *request, struct compilation *compilation)
{
	cleanup_(text_finish) struct text out = {0};
	struct publish_result result = {0};
	struct changed changed = {.network = compilation->network, .arena = compilation->arena};
	int status = publish(request, compilation, &changed, &result);

	diag_sort(&compilation->diags);
	if (request_says(request, "format", "json") && status != STATUS_FAILED) {
		write_result_json(&out, compilation, status, &result);
	} else if (!findings_write(request, &compilation->diags, request->operands[0], &out)) {
		output_diagnostics(request, &compilation->diags);
		if (status == STATUS_CLEAN)
			write_result(&out, request, compilation, &result, &changed);
	}
	output_write(&out);
	return status;
}

int run_compile(const struct request *request)
{
	cleanup_(keystore_file_close) struct keystore_file *keys = NULL;
	/* With the lock beside the topology. What cannot be locked cannot be read either. */
	cleanup_(file_close) int alone = file_lock(request->operands[0]);
	struct compilation compilation;
	int status;

	(void)alone; /* it is held, not looked at */
	compile_init(&compilation);
	status = strict_check(request);
	if (status == STATUS_CLEAN)
		status = unlock_compilation(request, request->operands[0], &compilation, &keys);
	if (status == STATUS_CLEAN)
		status = examine_topology(request, &compilation, request->operands[0]);
	if (status == STATUS_CLEAN)
		status = compile(request, &compilation);
	compile_finish(&compilation);
	return status;
}
