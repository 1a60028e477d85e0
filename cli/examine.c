/* SPDX-License-Identifier: MIT */

/* From a path on the command line to a checked compilation. */

#include "cli/examine.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "cli/arguments.h"
#include "cli/output.h"

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

int examine_topology(struct compilation *compilation, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct compile_files files = {
		.folder = folder_of(compilation->arena, path),
		.topology = slash == NULL ? path : slash + 1,
	};
	struct compile_options options = {
		.topology = path,
		.read = compile_read_files,
		.read_context = &files,
	};
	int r = compile_check(compilation, &options);

	if (r < 0)
		return report_unreadable(path, r);
	diag_sort(&compilation->diags);
	return STATUS_CLEAN;
}

bool examine_has_findings(const struct request *request, const struct compilation *compilation)
{
	if (compilation->diags.n_errors > 0)
		return true;
	return request_has(request, "strict") && compilation->diags.n_warnings > 0;
}
