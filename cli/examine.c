/* SPDX-License-Identifier: MIT */

/* From a path on the command line to a checked compilation. */

#include "cli/examine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/date.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/strict.h"
#include "compiler/resolve/network.h"

enum {
	SECONDS_A_DAY = 24 * 60 * 60,
};

/* What the caller can do about a topology that cannot be read. */
static int report_unreadable(const char *path, int error)
{
	switch (error) {
	case -ENOENT:
		return output_failure("cannot read '%s': there is no such file; "
				      "`wgtopo init %s` writes a starter",
				      path, path);
	case -EISDIR:
		return output_failure("cannot read '%s': it is a folder; "
				      "name the topology file in it",
				      path);
	case -EINVAL:
		return output_failure("cannot read '%s': it is not a regular file; "
				      "save the topology to a file first",
				      path);
	case -ELOOP:
		return output_failure("cannot read '%s': it is a link that leads to itself; "
				      "name the topology file",
				      path);
	case -EACCES:
	case -EPERM:
		return output_failure("cannot read '%s': %s; ask its owner, or `chmod +r` it", path,
				      strerror(-error));
	default:
		return output_failure("cannot read '%s': %s", path, strerror(-error));
	}
}

static char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return arena_printf(arena, ".");
	if (slash == path)
		return arena_printf(arena, "/");
	return arena_printf(arena, "%.*s", (int)(slash - path), path);
}

struct compile_files examine_files(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return (struct compile_files){
		.folder = folder_of(arena, path),
		.topology = slash == NULL ? path : slash + 1,
	};
}

static bool is_ci(void)
{
	const char *value = getenv("CI");

	return value != NULL && value[0] != '\0' && strcmp(value, "false") != 0;
}

/* UTC, so that a day is the same one everywhere. */
static const char *today(struct arena *arena)
{
	char *text = arena_alloc(arena, DATE_TEXT);

	return date_format((int32_t)(time(NULL) / SECONDS_A_DAY), text);
}

int examine_as_of(const struct request *request, struct arena *arena, const char **ret_as_of)
{
	const char *given = request_option(request, "as-of");
	int32_t day;

	if (given != NULL && !date_parse(given, &day)) {
		return usage_error(request->verb,
				   "--as-of takes a day such as 2027-06-30, not '%s'", given);
	}
	*ret_as_of = given != NULL ? given : is_ci() ? NULL : today(arena);
	return STATUS_CLEAN;
}

int examine_day(const struct compilation *compilation, const char *as_of)
{
	const struct network *network = compilation->network;

	if (as_of != NULL || network == NULL || network->expiries.n_items == 0)
		return STATUS_CLEAN;
	return output_failure("user '%s' expires on %s, and in CI the day is not guessed: add "
			      "--as-of YYYY-MM-DD",
			      network->expiries.items[0].user, network->expiries.items[0].date);
}

int examine_look(const char *path)
{
	return access(path, R_OK) == 0 ? STATUS_CLEAN : report_unreadable(path, -errno);
}

int examine_load(struct compilation *compilation, const char *path)
{
	struct compile_files files = examine_files(compilation->arena, path);
	const struct compile_options options = {
		.topology = path,
		.read = compile_read_files,
		.read_context = &files,
	};
	int r = compile_load(compilation, &options);

	return r < 0 ? report_unreadable(path, r) : STATUS_CLEAN;
}

int examine_topology(const struct request *request, struct compilation *compilation,
		     const char *path)
{
	struct compile_files files = examine_files(compilation->arena, path);
	struct compile_options options = {
		.topology = path,
		.read = compile_read_files,
		.read_context = &files,
		.keystore = compilation->keystore,
	};
	int status = examine_as_of(request, compilation->arena, &options.resolve.as_of);
	int r;

	if (status != STATUS_CLEAN)
		return status;
	r = compile_check(compilation, &options);
	if (r < 0)
		return report_unreadable(path, r);
	diag_sort(&compilation->diags);
	return examine_day(compilation, options.resolve.as_of);
}

bool examine_has_findings(const struct request *request, const struct compilation *compilation)
{
	return strict_fails(request, &compilation->diags);
}
