/* SPDX-License-Identifier: MIT */

/* fmt: topologies and what they include, in canonical layout. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag/glyph.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/map.h"
#include "base/source.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/examine.h"
#include "cli/output.h"
#include "compiler/fmt/fmt.h"
#include "compiler/fmt/unified.h"
#include "compiler/model/load.h"
#include "compiler/model/topology.h"
#include "compiler/parse/parse.h"

enum {
	READ_STEP = 64 * 1024,
};

/* The whole run: what it is to do, and what it came to. */
struct formatter {
	const struct request *request;
	struct arena *arena;
	struct map seen; /* real paths of files, each of which is laid out once */
	bool is_check;
	bool is_diff;
	int status; /* the worst so far */
	struct text out;
};

/* A topology with its files. */
struct batch {
	struct compilation compilation;
	struct diag_bag diags; /* what keeps files from being laid out */
	int lock;              /* on the topology, while it is changed; or -1 */
};

static void worsen(struct formatter *formatter, int status)
{
	if (status > formatter->status)
		formatter->status = status;
}

/* Whether the text has a value that no source line may show: a private key in the wrong place. */
static bool holds_secret(const struct diag_bag *diags, const struct source *source)
{
	vec_foreach(secret, &diags->secrets) {
		if (secret->source == source)
			return true;
	}
	return false;
}

static void write_diff(struct formatter *formatter, const struct source *source,
		       const struct text *text)
{
	struct fmt_side old = {source->text, source->length};
	struct fmt_side new = {text->length > 0 ? text->data : "", text->length};

	fmt_unified(formatter->arena, source->path, old, new, &formatter->out);
}

static void withhold_diff(struct formatter *formatter, const struct source *source)
{
	worsen(formatter, output_failure("'%s' holds a private key, so that its difference is not "
					 "shown: remove the key; `wgtopo check` says where it is",
					 source->path));
}

static void show_diff(struct formatter *formatter, const struct batch *batch,
		      const struct source *source, const struct text *text)
{
	if (holds_secret(&batch->compilation.diags, source)) {
		withhold_diff(formatter, source);
	} else {
		write_diff(formatter, source, text);
	}
}

static bool is_different(const struct text *text, const struct source *source)
{
	return text->length != source->length ||
	       (text->length > 0 && memcmp(text->data, source->text, text->length) != 0);
}

/* Replaces a file; `is_locked`: the one that `batch->lock` is on. 0 or negative errno. */
static int replace(struct batch *batch, const char *path, const struct text *text, bool is_locked)
{
	const char *bytes = text->length > 0 ? text->data : "";
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (is_locked && batch->lock >= 0) {
		return file_replace_locked(path, bytes, text->length, status.st_mode & 07777,
					   &batch->lock);
	}
	return file_replace(path, bytes, text->length, status.st_mode & 07777);
}

/* Deals with a file whose layout is not `text`. */
static void report_change(struct formatter *formatter, struct batch *batch,
			  const struct source *source, const struct text *text)
{
	bool is_main = source == batch->compilation.topology->source;
	int r;

	if (formatter->is_check)
		worsen(formatter, STATUS_FINDINGS);
	if (formatter->is_diff) {
		show_diff(formatter, batch, source, text);
		return;
	}
	if (!formatter->is_check) {
		r = replace(batch, source->path, text, is_main);
		if (r < 0) {
			worsen(formatter,
			       output_failure("cannot write '%s': %s", source->path, strerror(-r)));
			return;
		}
	}
	glyph_append_string(&formatter->out, source->path);
	text_puts(&formatter->out, "\n");
}

/* The layout of `source`. Whether there is one; else it has been said why, or will be. */
static bool lay_out(struct formatter *formatter, const struct source *source,
		    struct diag_bag *diags, struct text *ret_text)
{
	int r = fmt_layout(diags->arena, source, diags, ret_text);

	if (r == FMT_E_UNFAITHFUL) {
		worsen(formatter,
		       output_failure("'%s' is left as it is: laid out, it would not say the same; "
				      "this is a fault of wgtopo, please report it",
				      source->path));
	} else if (r == FMT_E_REFUSED) {
		worsen(formatter, STATUS_FINDINGS);
	}
	return r == 0;
}

static bool is_seen(struct formatter *formatter, const char *path)
{
	char real[PATH_MAX];
	const char *name = file_real_path(path, real);

	name = arena_copy(formatter->arena, name, strlen(name));
	return map_put(formatter->arena, &formatter->seen, name, formatter) != NULL;
}

static void format_file(struct formatter *formatter, struct batch *batch,
			const struct source *source)
{
	cleanup_(text_finish) struct text text = {0};

	if (is_seen(formatter, source->path) || !lay_out(formatter, source, &batch->diags, &text))
		return;
	if (is_different(&text, source))
		report_change(formatter, batch, source, &text);
}

/* Keeps others, such as `user add`, from changing the topology meanwhile. */
static int lock(struct formatter *formatter, struct batch *batch, const char *path)
{
	if (formatter->is_check || formatter->is_diff)
		return STATUS_CLEAN;
	batch->lock = file_lock(path);
	if (batch->lock >= 0 || batch->lock == -EISDIR || batch->lock == -EINVAL ||
	    batch->lock == -ENOENT)
		return STATUS_CLEAN; /* what is no file is reported by reading it */
	return output_failure("cannot change '%s': %s", path, strerror(-batch->lock));
}

static void format_topology(struct formatter *formatter, const char *path)
{
	struct batch batch = {.lock = -1};
	int status = lock(formatter, &batch, path);

	compile_init(&batch.compilation);
	batch.diags.arena = batch.compilation.arena;
	if (status == STATUS_CLEAN)
		status = examine_load(&batch.compilation, path);
	worsen(formatter, status);
	if (status == STATUS_CLEAN) {
		vec_foreach(file, &batch.compilation.topology->files)
			format_file(formatter, &batch, file->source);
		diag_sort(&batch.diags);
		output_diagnostics(formatter->request, &batch.diags);
	}
	compile_finish(&batch.compilation);
	(void)file_close(batch.lock);
}

/* All of standard input, but no more than is read of a file. */
static int read_stdin(struct text *ret_text)
{
	while (ret_text->length <= PARSE_MAX_BYTES) {
		char *end = text_reserve(ret_text, READ_STEP);
		ssize_t n = read(STDIN_FILENO, end, READ_STEP);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		ret_text->length += (size_t)n;
	}
	return 0;
}

/* The only file there is: a `load_read`. */
static int read_source(void *context, const char *path, size_t limit, struct text *ret_text)
{
	const struct source *source = *(const struct source *const *)context;

	if (strcmp(path, source->path) != 0)
		return -ENOENT;
	if (source->length > limit)
		return -EFBIG;
	text_append(ret_text, source->text, source->length);
	return 0;
}

/* Whether a text by itself has a private key in it: only what loads it knows. */
static bool stdin_holds_secret(struct arena *arena, const struct source *source)
{
	struct load_options options = {source->path, read_source, &source};
	struct diag_bag diags = {.arena = arena};
	struct topology *topology;

	return load_topology(arena, &options, &diags, &topology) < 0 || diags.secrets.n_items > 0;
}

/* One text by itself, from standard input to standard output. */
static void format_stdin(struct formatter *formatter)
{
	cleanup_(text_finish) struct text text = {0};
	cleanup_(text_finish) struct text made = {0};
	struct diag_bag diags = {.arena = formatter->arena};
	const struct source *source;
	bool is_changed;
	int r = read_stdin(&text);

	if (r < 0) {
		worsen(formatter, output_failure("cannot read standard input: %s", strerror(-r)));
		return;
	}
	source = source_create(formatter->arena, "<stdin>", text.length > 0 ? text.data : "",
			       text.length);
	if (!lay_out(formatter, source, &diags, &made)) {
		diag_sort(&diags);
		output_diagnostics(formatter->request, &diags);
		return;
	}
	is_changed = is_different(&made, source);
	if (is_changed && formatter->is_check)
		worsen(formatter, STATUS_FINDINGS);
	if (formatter->is_diff && is_changed && stdin_holds_secret(formatter->arena, source)) {
		withhold_diff(formatter, source);
	} else if (formatter->is_diff) {
		write_diff(formatter, source, &made);
	} else if (!formatter->is_check) {
		text_append(&formatter->out, made.length > 0 ? made.data : "", made.length);
	} else if (is_changed) {
		text_puts(&formatter->out, "<stdin>\n");
	}
}

int run_fmt(const struct request *request)
{
	struct formatter formatter = {
		.request = request,
		.arena = arena_create(),
		.is_check = request_has(request, "check"),
		.is_diff = request_has(request, "diff"),
		.status = STATUS_CLEAN,
	};

	for (size_t i = 0; i < request->n_operands; i++) {
		if (strcmp(request->operands[i], "-") == 0) {
			format_stdin(&formatter);
		} else {
			format_topology(&formatter, request->operands[i]);
		}
	}
	output_write(&formatter.out);
	text_finish(&formatter.out);
	(void)arena_destroy(formatter.arena);
	return formatter.status;
}
