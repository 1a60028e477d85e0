/* SPDX-License-Identifier: MIT */

/*
 * Tree: walking without following links. O_PATH descriptors are enough to walk, stat, rename and
 * unlink beneath (open(2)), and O_NOFOLLOW at every single component is what keeps us inside.
 */

#include "compiler/publish/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

/*
 * Folders that hold files are private. Those above them, hosts/NAME/etc for one, stand for folders
 * that the host has already and others need: scp -r and tar would pass a stricter mode on to them.
 */
#define LEAF_MODE   0700
#define FOLDER_MODE 0755

static bool part_is_valid(const char *part, size_t length)
{
	if (length == 0 || length > NAME_MAX)
		return false;
	if (part[0] == '.' && (length == 1 || (length == 2 && part[1] == '.')))
		return false;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)part[i] < ' ' || part[i] == '\x7f')
			return false;
	}
	return true;
}

bool tree_path_is_valid(const char *path)
{
	size_t n_parts = 0;

	if (strlen(path) >= PATH_MAX)
		return false;
	for (const char *part = path;; part++) {
		size_t length = strcspn(part, "/");

		if (!part_is_valid(part, length) || ++n_parts > TREE_MAX_DEPTH)
			return false;
		part += length;
		if (*part == '\0')
			return true;
	}
}

void tree_init(struct tree *tree, int root)
{
	*tree = (struct tree){.root = root};
}

static void leave_to(struct tree *tree, size_t depth)
{
	while (tree->depth > depth)
		(void)file_close(tree->levels[--tree->depth].fd); /* O_PATH: nothing to lose */
}

static void forget_near(struct tree *tree)
{
	if (tree->near_length > 0)
		(void)file_close(tree->near);
	tree->near_length = 0;
}

void tree_finish(struct tree *tree)
{
	leave_to(tree, 0);
	forget_near(tree);
}

static int deepest(const struct tree *tree)
{
	return tree->depth > 0 ? tree->levels[tree->depth - 1].fd : tree->root;
}

static int open_folder(int parent, const char *name)
{
	struct stat status;
	int fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	/* A symbolic link gives ENOTDIR here, because O_DIRECTORY is looked at first. */
	int error = errno;
	if (error == ENOTDIR && fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(status.st_mode))
		return -ELOOP;
	return -error;
}

static int make_folder(int parent, const char *name, mode_t mode)
{
	struct stat status;

	if (mkdirat(parent, name, mode) < 0)
		return errno == EEXIST ? open_folder(parent, name) : -errno;
	/* The umask may have taken bits away. */
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode) && (status.st_mode & 07777) != mode &&
	    fchmodat(parent, name, mode, 0) < 0)
		return -errno;
	return open_folder(parent, name);
}

/* Goes one folder down: the part of `path` from `begin` to `end`. */
static int descend(struct tree *tree, const char *path, size_t begin, size_t end, bool make)
{
	char name[NAME_MAX + 1];
	int fd;

	tree->n_walked = end;
	memcpy(name, path + begin, end - begin);
	name[end - begin] = '\0';
	fd = open_folder(deepest(tree), name);
	if (fd == -ENOENT && make) {
		bool is_leaf = strchr(path + end + 1, '/') == NULL;

		fd = make_folder(deepest(tree), name, is_leaf ? LEAF_MODE : FOLDER_MODE);
	}
	if (fd < 0)
		return fd;

	memcpy(tree->path + begin, path + begin, end - begin);
	tree->path[end] = '/';
	tree->levels[tree->depth].fd = fd;
	tree->levels[tree->depth].end = end;
	tree->depth++;
	return 0;
}

/* How many of the open folders lie on the way to `path`. */
static size_t shared_depth(const struct tree *tree, const char *path)
{
	size_t begin = 0;

	for (size_t i = 0; i < tree->depth; i++) {
		size_t end = tree->levels[i].end;

		/* With the slash, and strncmp() stops at the end of `path`. */
		if (strncmp(path + begin, tree->path + begin, end + 1 - begin) != 0)
			return i;
		begin = end + 1;
	}
	return tree->depth;
}

int tree_enter(struct tree *tree, const char *path, bool make, const char **ret_name)
{
	size_t begin;

	leave_to(tree, shared_depth(tree, path));
	begin = tree->depth > 0 ? tree->levels[tree->depth - 1].end + 1 : 0;
	for (;;) {
		const char *slash = strchr(path + begin, '/');
		int r;

		if (slash == NULL)
			break;
		r = descend(tree, path, begin, (size_t)(slash - path), make);
		if (r < 0)
			return r;
		begin = (size_t)(slash - path) + 1;
	}
	tree->n_walked = strlen(path);
	*ret_name = path + begin;
	return deepest(tree);
}

int tree_stat(struct tree *tree, const char *path, struct stat *ret_stat)
{
	const char *name;
	int folder = tree_enter(tree, path, false, &name);

	if (folder < 0)
		return folder;
	return fstatat(folder, name, ret_stat, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

/* Opens the folder that is the first `length` bytes of `path`. */
static int open_near(struct tree *tree, const char *path, size_t length)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	long fd;

	forget_near(tree);
	memcpy(tree->near_path, path, length);
	tree->near_path[length] = '\0';
	fd = syscall(SYS_openat2, tree->root, tree->near_path, &how, sizeof(how));
	if (fd < 0)
		return -errno;
	tree->near = (int)fd;
	tree->near_length = length;
	return 0;
}

int tree_glance(struct tree *tree, const char *path, struct stat *ret_stat)
{
	const char *slash = strrchr(path, '/');
	size_t length;

	if (slash == NULL)
		return tree_stat(tree, path, ret_stat);
	length = (size_t)(slash - path);
	if ((tree->near_length != length || memcmp(tree->near_path, path, length) != 0) &&
	    open_near(tree, path, length) < 0)
		return tree_stat(tree, path, ret_stat); /* no openat2(2) here, or a finding */
	return fstatat(tree->near, slash + 1, ret_stat, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

int tree_open_file(struct tree *tree, const char *path, struct stat *ret_stat)
{
	const char *name;
	int folder = tree_enter(tree, path, false, &name);
	int fd;
	int r = 0;

	if (folder < 0)
		return folder;
	/* O_NONBLOCK: a FIFO in the place of the file must not hang us. */
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, ret_stat) < 0)
		r = -errno;
	if (r == 0 && !S_ISREG(ret_stat->st_mode))
		r = -EINVAL;
	if (r < 0) {
		(void)file_close(fd);
		return r;
	}
	return fd;
}

int tree_move_in(struct tree *tree, int directory, const char *from, const char *path)
{
	const char *name;
	int folder = tree_enter(tree, path, true, &name);

	if (folder < 0)
		return folder;
	return renameat(directory, from, folder, name) < 0 ? -errno : 0;
}

/* Removes the open folders, deepest first, while they are empty. */
static int remove_empty(struct tree *tree)
{
	while (tree->depth > 0) {
		char name[NAME_MAX + 1];
		size_t end = tree->levels[tree->depth - 1].end;

		leave_to(tree, tree->depth - 1);
		size_t begin = tree->depth > 0 ? tree->levels[tree->depth - 1].end + 1 : 0;
		memcpy(name, tree->path + begin, end - begin);
		name[end - begin] = '\0';
		if (unlinkat(deepest(tree), name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			continue;
		if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY)
			return 0;
		return -errno;
	}
	return 0;
}

int tree_remove(struct tree *tree, const char *path)
{
	const char *name;
	int folder = tree_enter(tree, path, false, &name);
	bool was_there = false;
	int r;

	if (folder < 0 && folder != -ENOENT && folder != -ENOTDIR)
		return folder;
	if (folder >= 0)
		was_there = unlinkat(folder, name, 0) == 0;
	if (folder >= 0 && !was_there && errno != ENOENT)
		return -errno;
	/* Also where the file was gone: a run killed here left the empty folders behind. */
	r = remove_empty(tree);
	return r < 0 ? r : was_there;
}

int tree_prune(struct tree *tree, const char *path)
{
	const char *name;
	int folder = tree_enter(tree, path, false, &name);

	if (folder < 0 && folder != -ENOENT && folder != -ENOTDIR && folder != -ELOOP)
		return folder;
	return remove_empty(tree);
}
