/* SPDX-License-Identifier: MIT */

/* check: everything that is wrong with a topology, and nothing else. */

#include <string.h>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/examine.h"
#include "cli/findings.h"
#include "cli/output.h"
#include "cli/strict.h"
#include "compiler/assert/junit.h"
#include "compiler/model/topology.h"

static void write_count(struct text *out, size_t n, const char *what, const char *separator)
{
	text_printf(out, "%zu %s%s%s", n, what, n == 1 ? "" : "s", separator);
}

/* A user without `devices` is one device. */
static size_t count_devices(const struct topology *topology)
{
	size_t n_devices = 0;

	vec_foreach(user, &topology->users)
		n_devices += user->devices.n_items == 0 ? 1 : user->devices.n_items;
	return n_devices;
}

static void write_summary(struct text *out, const char *path, const struct topology *topology)
{
	text_printf(out, "%s: ", path);
	write_count(out, topology->servers.n_items, "server", ", ");
	write_count(out, topology->gateways.n_items, "gateway", ", ");
	write_count(out, count_devices(topology), "device", "; no findings\n");
}

/* A device, and what it is at the further gateways of its user. */
static void write_device_names(struct text *out, const struct topology_user *user,
			       const char *slash, const char *device)
{
	const char *name = user->own.name.value;

	text_join(out, name, slash, device, "\n");
	for (size_t i = 1; i < user->gateways.n_items; i++)
		text_join(out, name, slash, device, "@", user->gateways.items[i].value, "\n");
}

static void write_user_names(struct text *out, const struct topology_user *user)
{
	if (user->devices.n_items == 0)
		write_device_names(out, user, "", "");
	vec_foreach(device, &user->devices)
		write_device_names(out, user, "/", device->name.value);
}

/* What `explain` and --host take: for the completion of the shell, also amid errors. */
static void write_names(struct text *out, const struct topology *topology)
{
	if (topology == NULL)
		return;
	vec_foreach(gateway, &topology->gateways)
		text_printf(out, "%s\n", gateway->name.value);
	vec_foreach(server, &topology->servers)
		text_printf(out, "%s\n", server->name.value);
	vec_foreach(user, &topology->users)
		write_user_names(out, user);
}

static void write_junit(const struct request *request, const struct compilation *compilation,
			struct text *out)
{
	const struct junit junit = {
		.topology = request->operands[0],
		.network = compilation->network,
		.results = compilation->assertions,
		.diags = &compilation->diags,
		.is_strict = request_has(request, "strict"),
	};

	junit_write(&junit, out);
}

static int report(const struct request *request, const struct compilation *compilation)
{
	cleanup_(text_finish) struct text out = {0};

	if (request_says(request, "format", "json")) {
		diag_render_json(&compilation->diags, &out);
	} else if (request_says(request, "format", "junit")) {
		write_junit(request, compilation, &out);
	} else if (request_says(request, "format", "names")) {
		write_names(&out, compilation->topology);
	} else if (findings_write(request, &compilation->diags, request->operands[0], &out)) {
		/* nothing beside them: a program reads it */
	} else if (compilation->diags.items.n_items == 0) {
		write_summary(&out, request->operands[0], compilation->topology);
	} else {
		output_diagnostics(request, &compilation->diags);
	}
	output_write(&out);
	return examine_has_findings(request, compilation) ? STATUS_FINDINGS : STATUS_CLEAN;
	struct diag_paths paths = findings_paths(compilation->arena, request->operands[0]);
}
		.paths = &paths,

int run_check(const struct request *request)
{
	struct compilation compilation;
	int status;

	compile_init(&compilation);
	status = strict_check(request);
	if (status == STATUS_CLEAN)
		status = examine_topology(request, &compilation, request->operands[0]);
	if (status == STATUS_CLEAN)
		status = report(request, &compilation);
	compile_finish(&compilation);
	return status;
}
