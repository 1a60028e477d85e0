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
#include "compiler/resolve/network.h"

static void write_count(struct text *out, size_t n, const char *what, const char *separator)
{
	text_printf(out, "%zu %s%s%s", n, what, n == 1 ? "" : "s", separator);
}

/* Of those who have not expired. A user without `devices` is one device. */
static size_t count_devices(const struct compilation *compilation)
{
	size_t n_devices = 0;

	vec_foreach(user, &compilation->topology->users) {
		if (network_find_expired(compilation->network, user->own.name.value) == NULL)
			n_devices += user->devices.n_items == 0 ? 1 : user->devices.n_items;
	}
	return n_devices;
}

static void write_summary(struct text *out, const char *path, const struct compilation *compilation)
{
	const struct topology *topology = compilation->topology;

	text_printf(out, "%s: ", path);
	write_count(out, topology->servers.n_items, "server", ", ");
	write_count(out, topology->gateways.n_items, "gateway", ", ");
	write_count(out, count_devices(compilation), "device", "; no findings\n");
}

/* What was asserted of nobody: a promise that is no longer looked at must not look kept. */
static void write_passed_over(struct text *out, const struct compilation *compilation)
{
	const struct assert_result *results = compilation->assertions;
	cleanup_(text_finish) struct text reasons = {0};
	size_t n_passed_over = 0;

	if (results == NULL)
		return;
	vec_foreach(expiry, &compilation->network->expiries) {
		size_t n_before = n_passed_over;

		for (size_t i = 0; i < compilation->network->assertions.n_items; i++)
			n_passed_over += results[i].expired == expiry;
		if (n_passed_over > n_before) {
			text_join(&reasons, n_before == 0 ? "" : ", ", expiry->user, " expired on ",
				  expiry->date);
		}
	}
	if (n_passed_over > 0) {
		write_count(out, n_passed_over, "assertion", n_passed_over == 1 ? " is" : " are");
		text_join(out, " passed over: ", reasons.data, "\n");
	}
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
	struct diag_paths paths = findings_paths(compilation->arena, request->operands[0]);
	const struct junit junit = {
		.paths = &paths,
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
		write_summary(&out, request->operands[0], compilation);
		write_passed_over(&out, compilation);
	} else {
		output_diagnostics(request, &compilation->diags);
		write_passed_over(&out, compilation);
	}
	output_write(&out);
	return examine_has_findings(request, compilation) ? STATUS_FINDINGS : STATUS_CLEAN;
}

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
