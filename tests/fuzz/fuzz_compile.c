/* SPDX-License-Identifier: MIT */

/*
 * Fuzz: the whole compilation, from the topology's text to artifacts, in memory.
 *
 * The input is up to three files with a line "---8<---" between them: the topology, the text of
 * every file that it includes, and its lock. Without the third there is no lock yet.
 */

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/diag/services.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"

#define SEPARATOR "\n---8<---\n"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum {
	TOPOLOGY,
	INCLUDE,
	LOCK,
	N_FILES
};

struct file {
	const char *bytes; /* NULL: there is none */
	size_t size;
};

/* What a compilation made, small enough to compare two of them. */
struct digest {
	size_t n_artifacts;
	uint64_t hash;
};

static void split(const char *bytes, size_t size, struct file files[static N_FILES])
{
	size_t gap = strlen(SEPARATOR);

	for (size_t i = 0; i < N_FILES && bytes; i++) {
		const char *cut = i + 1 < N_FILES ? memmem(bytes, size, SEPARATOR, gap) : NULL;
		size_t length = cut ? (size_t)(cut - bytes) : size;
		files[i] = (struct file){.bytes = bytes, .size = length};
		size -= cut ? length + gap : length;
		bytes = cut ? cut + gap : NULL;
	}
}

static bool has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path);

	return length >= strlen(suffix) && strcmp(path + length - strlen(suffix), suffix) == 0;
}

static int read_part(void *context, const char *path, size_t limit, struct text *ret_text)
{
	const struct file *files = context;
	const struct file *file = &files[INCLUDE];

	if (strcmp(path, "topology.yaml") == 0) {
		file = &files[TOPOLOGY];
	} else if (has_suffix(path, ".lock")) {
		file = &files[LOCK];
	}
	if (!file->bytes)
		return -ENOENT;
	if (file->size > limit)
		return -EFBIG;
	text_append(ret_text, file->bytes, file->size);
	return 0;
}

/* FNV-1a: tells two compilations apart well enough. */
static void mix(struct digest *digest, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		digest->hash = (digest->hash ^ (unsigned char)bytes[i]) * 0x100000001b3U;
}

static int take_artifact(void *context, const struct artifact *artifact)
{
	struct digest *digest = context;

	assert(artifact->path[0] != '\0' && artifact->path[0] != '/');
	assert(!has_suffix(artifact->path, "/") && !strstr(artifact->path, "//"));
	assert(artifact->path[0] != '.' && !strstr(artifact->path, "/../")); /* "a..b" is a name */
	assert((artifact->mode & ~0777U) == 0 && (artifact->mode & 0022U) == 0);
	assert(artifact->bytes && artifact->size > 0);
	assert(!memchr(artifact->bytes, '\0', artifact->size));
	digest->n_artifacts++;
	mix(digest, artifact->path, strlen(artifact->path));
	mix(digest, artifact->bytes, artifact->size);
	return 0;
}

static void render(const struct diag_bag *diags)
{
	const struct diag_paths paths = {"topology.yaml", "/src/net", "/src"};
	struct text out = {0};

	diag_render_text(diags, true, &out);
	diag_render_json(diags, &out);
	diag_render_github(diags, &paths, &out);
	diag_render_gitlab(diags, &paths, &out);
	assert(out.length > 0);
	text_finish(&out);
}

/* Returns whether the topology has no errors; then `ret_digest` is what came out. */
static bool compile(struct file *files, struct digest *ret_digest)
{
	const struct compile_options options = {
		.topology = "topology.yaml",
		.read = read_part,
		.read_context = files,
	};
	const struct compile_selection everything = {0};
	struct digest digest = {.hash = 0xcbf29ce484222325U};
	struct compilation compilation;

	compile_init(&compilation);
	int r = compile_check(&compilation, &options);
	assert(r == 0);
	render(&compilation.diags);
	bool is_clean = compilation.diags.n_errors == 0;
	if (is_clean) {
		assert(compilation.network && compilation.reach && compilation.lock_text);
		r = compile_emit(&compilation, &everything, take_artifact, &digest);
		assert(r == 0 && compilation.diags.n_errors == 0);
		mix(&digest, compilation.lock_text, strlen(compilation.lock_text));
		*ret_digest = digest;
	}
	compile_finish(&compilation);
	return is_clean;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct file files[N_FILES] = {0};
	struct digest first;
	struct digest second;

	split((const char *)bytes, size, files);
	if (!compile(files, &first))
		return 0;
	assert(first.n_artifacts > 0);
	/* Same topology and lock, same bytes. */
	bool is_clean_again = compile(files, &second);
	assert(is_clean_again);
	assert(first.n_artifacts == second.n_artifacts && first.hash == second.hash);
	return 0;
}
