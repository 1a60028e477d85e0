/* SPDX-License-Identifier: MIT */

/* From the request to a renderer, and from the working directory to the repository. */

#include "cli/findings.h"

#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/diag/services.h"
#include "base/path.h"
#include "cli/arguments.h"

static const struct {
	const char *name;
	void (*render)(const struct diag_bag *bag, const struct diag_paths *paths,
		       struct text *out);
} formats[] = {
	{"sarif", diag_render_sarif},
	{"github", diag_render_github},
	{"gitlab", diag_render_gitlab},
};

/* The nearest folder from `folder` on upwards with a .git in it (a file, in a worktree), or NULL.
 */
static const char *find_repository(struct arena *arena, const char *folder)
{
	for (;;) {
		if (access(path_absolute(arena, folder, ".git"), F_OK) == 0)
			return folder;
		if (folder[1] == '\0')
			return NULL;
		folder = path_parent(arena, folder);
	}
}

struct diag_paths findings_paths(struct arena *arena, const char *topology)
{
	struct diag_paths paths = {.topology = topology, .folder = "/"};
	char *folder = arena_alloc(arena, PATH_MAX);

	if (getcwd(folder, PATH_MAX) != NULL) /* else it is gone, and paths stay as they are */
		paths.folder = folder;
	topology = path_absolute(arena, paths.folder, topology);
	paths.root = find_repository(arena, path_parent(arena, topology));
	if (paths.root == NULL)
		paths.root = paths.folder;
	return paths;
}

bool findings_write(const struct request *request, const struct diag_bag *diags,
		    const char *topology, struct text *out)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (request_says(request, "format", formats[i].name)) {
			struct diag_paths paths = findings_paths(diags->arena, topology);

			formats[i].render(diags, &paths, out);
			return true;
		}
	}
	return false;
}
