/* SPDX-License-Identifier: MIT */
#pragma once

/* Path: names of files as text. Nothing here asks the file system, so links are not followed. */

struct arena;

/* `path`, which begins in the absolute `folder`, as an absolute one without ".", ".." and "//". */
char *path_absolute(struct arena *arena, const char *folder, const char *path);

/* The part of the absolute `path` behind the absolute `folder`, or NULL where it is not below. */
const char *path_below(const char *folder, const char *path);

/* The folder that holds `path`, which is absolute; of "/" it is "/" itself. */
char *path_parent(struct arena *arena, const char *path);
