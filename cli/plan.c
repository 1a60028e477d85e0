/* SPDX-License-Identifier: MIT */

/*
 * plan: which hosts a compilation would give new files, and in which order to copy them. Somebody
 * who is to be kept out is in until the gateway knows, so those gateways come first. What was
 * published is known from its manifest.
 */

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/manifest/manifest.h"
#include "base/map.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/delivery.h"
#include "cli/examine.h"
#include "cli/output.h"
#include "cli/unlock.h"
#include "compiler/deliver.h"
#include "compiler/publish/publish.h"
#include "compiler/resolve/network.h"

struct names {
	const char **items;
	size_t n_items;
	size_t capacity;
	struct map known;
};

struct preview {
	struct arena *arena;
	const struct network *network;
	struct manifest *before; /* what was published; NULL: nothing */
	struct names leaving;    /* devices whose present key gets nobody in any more */
	struct names renewed;    /* servers and gateways with another key */
	struct names first;      /* gateways of those who leave */
	struct names then;       /* other servers and gateways with new files */
	struct names devices;    /* with new files */
	struct names removed;    /* nodes whose files go */
	size_t n_changes;
};

static bool has_name(const struct names *names, const char *name)
{
	return map_get(&names->known, name) != NULL;
}

static void add_name(struct preview *preview, struct names *names, const char *name)
{
	char *copy;

	if (has_name(names, name))
		return;
	copy = arena_printf(preview->arena, "%s", name);
	*vec_push(preview->arena, names) = copy;
	(void)map_put(preview->arena, &names->known, copy, copy);
}

/* Whether the host goes on with the key that it was published with. */
static bool keeps_key(const struct preview *preview, const struct manifest_host *old)
{
	const struct network_host *host = network_find_host(preview->network, old->name);

	return host != NULL && net_key_compare(&host->public_key, &old->public_key) == 0;
}

/* Compares who was published with who is in the network. */
static void compare_hosts(struct preview *preview)
{
	for (size_t i = 0; preview->before != NULL && i < preview->before->n_hosts; i++) {
		const struct manifest_host *old = &preview->before->hosts[i];

		if (keeps_key(preview, old))
			continue;
		if (old->kind == MANIFEST_DEVICE) {
			add_name(preview, &preview->leaving, old->name);
			if (old->gateway != NULL)
				add_name(preview, &preview->first, old->gateway->name);
		} else if (network_find_host(preview->network, old->name) != NULL) {
			add_name(preview, &preview->renewed, old->name);
		}
	}
}

static void note_change(void *context, const struct publish_change *change)
{
	struct preview *preview = context;
	const struct network_host *host =
		change->host == NULL ? NULL : network_find_host(preview->network, change->host);
	struct names *names = &preview->then;

	preview->n_changes++;
	if (change->host == NULL)
		return;
	if (host == NULL) {
		names = &preview->removed;
	} else if (host->kind == HOST_DEVICE) {
		names = &preview->devices;
	} else if (has_name(&preview->first, host->name)) {
		return;
	}
	add_name(preview, names, change->host);
}

static void write_names(struct text *out, const char *before, const struct names *names)
{
	if (names->n_items == 0)
		return;
	text_puts(out, before);
	vec_foreach(name, names)
		text_join(out, name == names->items ? "" : " ", *name);
	text_puts(out, "\n");
}

static void write_text(struct text *out, const struct preview *preview, const char *directory)
{
	bool has_hosts = preview->first.n_items + preview->then.n_items > 0;

	if (preview->n_changes == 0) {
		text_join(out, directory, " is up to date\n");
		return;
	}
	text_printf(out, "%s: %zu file%s to write or remove\n", directory, preview->n_changes,
		    preview->n_changes == 1 ? "" : "s");
	write_names(out, "out, as soon as the first hosts have their files: ", &preview->leaving);
	if (has_hosts)
		text_puts(out, "copy to, in this order:\n");
	write_names(out, "  first: ", &preview->first);
	write_names(out, preview->first.n_items > 0 ? "  then:  " : "  ", &preview->then);
	if (preview->renewed.n_items > 0) {
		write_names(out, "new keys: ", &preview->renewed);
		text_puts(out, "  copy to all before any is reloaded; then reload these, and the "
			       "others right after:\n  a pair is cut between its two reloads\n");
	}
	write_names(out, "devices with new files: ", &preview->devices);
	write_names(out, "no longer there: ", &preview->removed);
}

static void write_member(struct text *out, const char *name, const struct names *names)
{
	text_join(out, ",\n  \"", name, "\": [");
	vec_foreach(each, names) {
		text_puts(out, each == names->items ? "" : ", ");
		json_append_string(out, *each);
	}
	text_puts(out, "]");
}

static void write_json(struct text *out, const struct preview *preview)
{
	text_printf(out, "{\n  \"changes\": %zu", preview->n_changes);
	write_member(out, "leaving", &preview->leaving);
	write_member(out, "first", &preview->first);
	write_member(out, "then", &preview->then);
	write_member(out, "new_keys", &preview->renewed);
	write_member(out, "devices", &preview->devices);
	write_member(out, "removed", &preview->removed);
	text_puts(out, "\n}\n");
}

/* What was published, where something was. */
static int read_before(struct preview *preview, const char *directory)
{
	const char *fault;
	int r = manifest_read(preview->arena, directory, &preview->before, &fault);

	if (r == MANIFEST_E_CONTENT) {
		return output_failure("'%s/manifest.json' is damaged: %s; `wgtopo compile --force` "
				      "writes it anew",
				      directory, fault);
	}
	if (r < 0 && r != -ENOENT)
		return output_failure("cannot read '%s': %s", directory, strerror(-r));
	return STATUS_CLEAN;
}

static int show(const struct request *request, const struct preview *preview, const char *directory)
{
	cleanup_(text_finish) struct text out = {0};

	if (request_says(request, "format", "json")) {
		write_json(&out, preview);
	} else {
		write_text(&out, preview, directory);
	}
	output_write(&out);
	return preview->n_changes > 0 && request_has(request, "exit-code") ? STATUS_CHANGES
									   : STATUS_CLEAN;
}

static int plan(const struct request *request, struct compilation *compilation)
{
	struct preview preview = {.arena = compilation->arena, .network = compilation->network};
	const struct compile_selection everything = {0};
	const struct publish_options options = {
		.directory = request_option(request, "output"),
		.is_rehearsal = true,
		.tell = note_change,
		.context = &preview,
	};
	struct publish_result result = {0};
	int status = STATUS_FINDINGS;

	if (compilation->diags.n_errors == 0)
		status = read_before(&preview, options.directory);
	if (status == STATUS_CLEAN) {
		compare_hosts(&preview);
		status = delivery_publish(compilation, &everything, &options, &result);
	}
	diag_sort(&compilation->diags);
	output_diagnostics(request, &compilation->diags);
	return status == STATUS_CLEAN ? show(request, &preview, options.directory) : status;
}

int run_plan(const struct request *request)
{
	cleanup_(keystore_file_close) struct keystore_file *keys = NULL;
	struct compilation compilation;
	int status;

	compile_init(&compilation);
	status = unlock_compilation(request, request->operands[0], &compilation, &keys);
	if (status == STATUS_CLEAN)
		status = examine_topology(request, &compilation, request->operands[0]);
	if (status == STATUS_CLEAN)
		status = plan(request, &compilation);
	compile_finish(&compilation);
	return status;
}
