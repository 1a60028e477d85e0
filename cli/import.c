/* SPDX-License-Identifier: MIT */

/* import: a topology and its lock out of files that exist; then compiled, and compared with them.
 */

#include "compiler/import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag/glyph.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/import_folder.h"
#include "cli/output.h"
#include "compiler/compile.h"
#include "compiler/conf/conf.h"

enum {
	MOST_ROUNDS = 3, /* of compiling again with better links */
};

struct import_run {
	const struct request *request;
	struct compilation *all; /* its diagnostics are those of the whole run */
	struct import *import;
	const char *output;
	struct text topology;
	struct text lock;
	bool compiles;
	bool is_written;
};

/* Input */

static int report_input(const char *path, int error)
{
	return output_failure("cannot read '%s': %s; name a folder of wg-quick files, or "
			      "wg-meshconf's table",
			      path, file_error_text(error));
}

static int read_csv(struct import_run *run, const char *path)
{
	cleanup_(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	cleanup_(secret_finish) struct secret bytes = {0};
	struct stat status;
	int r;

	if (fd < 0 || fstat(fd, &status) < 0)
		return report_input(path, -errno);
	r = S_ISREG(status.st_mode) ? secret_read(fd, CONF_MAX_BYTES, &bytes) : -EINVAL;
	if (r < 0)
		return report_input(path, r);
	import_add_csv(run->import, path, bytes.length == 0 ? "" : bytes.data, bytes.length);
	return STATUS_CLEAN;
}

/* Whether it is wg-meshconf's, and not a folder. */
static bool is_table(const struct import_run *run)
{
	const char *path = run->request->operands[0];
	size_t length = strlen(path);

	return length > 4 && strcmp(path + length - 4, ".csv") == 0;
}

static int read_input(struct import_run *run, const char *path)
{
	int r;

	if (is_table(run))
		return read_csv(run, path);
	r = import_read_folder(run->import, path, &run->all->diags);
	return r < 0 ? report_input(path, r) : STATUS_CLEAN;
}

/* Compiling in memory */

static int read_memory(void *context, const char *path, size_t limit, struct text *ret_text)
{
	const struct import_run *run = context;
	size_t length = strlen(path);
	bool is_lock = length > 5 && strcmp(path + length - 5, ".lock") == 0;
	const struct text *text = is_lock ? &run->lock : &run->topology;

	if (text->length > limit)
		return -EFBIG;
	text_append(ret_text, text->data, text->length);
	return 0;
}

static void compile_memory(struct import_run *run, struct compilation *compilation)
{
	const struct compile_options options = {
		.topology = run->output,
		.read = read_memory,
		.read_context = run,
	};

	text_clear(&run->topology);
	text_clear(&run->lock);
	import_write(run->import, &run->topology, &run->lock);
	compile_init(compilation);
	(void)compile_check(compilation, &options); /* what is in memory can be read */
}

/* The errors of the topology itself, where it does not compile yet. */
static void take_errors(struct import_run *run, const struct compilation *compilation)
{
	struct diag_bag *diags = &run->all->diags;

	vec_foreach(diag, &compilation->diags.items) {
		if ((*diag)->severity != DIAG_ERROR)
			continue;
		*vec_push(diags->arena, &diags->items) = *diag;
		diags->n_errors++;
	}
}

/* Compiles, lets the import put right what it can, and compares. */
static void check(struct import_run *run, struct compilation *compilation)
{
	compile_memory(run, compilation);
	for (int round = 1; round < MOST_ROUNDS && compilation->planner != NULL &&
			    compilation->diags.n_errors == 0 &&
			    import_refine(run->import, compilation->network, compilation->planner);
	     round++) {
		compile_finish(compilation);
		compile_memory(run, compilation);
	}
	run->compiles = compilation->diags.n_errors == 0;
	if (run->compiles) {
		text_clear(&run->lock);
		text_puts(&run->lock, compilation->lock_text);
		import_compare(run->import, compilation->network, compilation->planner);
	} else {
		take_errors(run, compilation);
	}
}

/* Output */

/* A file that is written, but does not have its name yet. */
struct pending {
	const char *path;
	struct text name;
	struct text kept; /* another name of the file that was there */
	bool is_placed;
};

static int stage(struct pending *pending, const struct text *text, unsigned int mode)
{
	int fd = file_write_beside(pending->path, text->data, text->length, mode, &pending->name);

	if (fd < 0)
		return fd;
	(void)file_close(fd);
	return 0;
}

/* link(2) fails where the name is taken; rename(2) does not care. */
static int place(struct pending *pending, bool is_forced)
{
	int r;

	if (is_forced) {
		text_join(&pending->kept, pending->name.data, ".old");
		if (link(pending->path, pending->kept.data) < 0)
			text_clear(&pending->kept); /* there is none, or it cannot be replaced */
	}
	r = is_forced ? rename(pending->name.data, pending->path)
		      : link(pending->name.data, pending->path);
	if (r < 0)
		return -errno;
	pending->is_placed = true;
	return 0;
}

/* Puts back what was there before. */
static void undo(const struct pending *pending)
{
	if (!pending->is_placed)
		return;
	if (pending->kept.length > 0) {
		(void)rename(pending->kept.data, pending->path); /* as good as it gets */
	} else {
		(void)unlink(pending->path);
	}
}

static void clean(struct pending *pending)
{
	if (pending->kept.length > 0)
		(void)unlink(pending->kept.data); /* put back: it is gone already */
	text_finish(&pending->kept);
	if (pending->name.length > 0)
		(void)unlink(pending->name.data); /* renamed: it is gone already */
	text_finish(&pending->name);
}

static int report_output(const char *path, int error)
{
	if (error == -EEXIST) {
		return output_failure("'%s' exists already and is left alone: name another file "
				      "with -o, or replace it with --force",
				      path);
	}
	return output_failure("cannot write '%s': %s", path, file_error_text(error));
}

/* Both files or none: the lock first, because without it the topology would be renumbered. */
static int write_files(struct import_run *run)
{
	bool is_forced = request_has(run->request, "force");
	struct pending files[] = {
		{.path = compile_lock_path(run->all->arena, run->output)},
		{.path = run->output},
	};
	const char *failed = files[0].path;
	int r = stage(&files[0], &run->lock, 0644);

	if (r == 0) {
		failed = files[1].path;
		r = stage(&files[1], &run->topology, file_document_mode(run->output));
	}
	if (r == 0 && !is_forced && access(files[1].path, F_OK) == 0)
		r = -EEXIST;
	for (size_t i = 0; r == 0 && i < 2; i++) {
		failed = files[i].path;
		r = place(&files[i], is_forced);
	}
	if (r < 0)
		undo(&files[0]);
	clean(&files[0]);
	clean(&files[1]);
	run->is_written = r == 0;
	return r < 0 ? report_output(failed, r) : STATUS_CLEAN;
}

/* The path as a terminal may show it. */
static const char *shown(struct import_run *run, const char *path)
{
	cleanup_(text_finish) struct text text = {0};

	glyph_append_string(&text, path);
	return arena_printf(run->all->arena, "%s", text.data);
}

static void write_result(struct import_run *run, struct text *out)
{
	const char *topology = shown(run, run->output);
	const char *lock = shown(run, compile_lock_path(run->all->arena, run->output));

	text_printf(out, "%s: ", topology);
	import_count(run->import, out);
	text_printf(out, "\n%s: their addresses and ports\n", lock);
	import_write_key_steps(run->import, out);
	text_printf(out,
		    "next:\n"
		    "  1. read %s, and what is said above: %s\n"
		    "  2. wgtopo check %s\n"
		    "  3. wgtopo compile %s -o out\n",
		    topology,
		    run->compiles ? "all that the compiled files will do in another way is there"
				  : "it does not compile yet, and is not compared with the files",
		    topology, topology);
	if (!is_table(run)) {
		text_printf(out,
			    "  4. wgtopo prove %s, and wgtopo prove out: how many pairs reach each "
			    "other, and what is wrong\n",
			    shown(run, run->request->operands[0]));
	}
}

static void write_json(struct import_run *run, struct text *out)
{
	cleanup_(text_finish) struct text diagnostics = {0};

	diag_render_json(&run->all->diags, &diagnostics);
	text_printf(out, "{\n  \"written\": %s,\n  \"compiles\": %s,%s",
		    run->is_written ? "true" : "false", run->compiles ? "true" : "false",
		    diagnostics.data + 1);
}

static int finish(struct import_run *run, int status)
{
	cleanup_(text_finish) struct text out = {0};

	diag_sort(&run->all->diags);
	if (status == STATUS_FAILED)
		return status;
	if (request_says(run->request, "format", "json")) {
		write_json(run, &out);
	} else {
		output_diagnostics(run->request, &run->all->diags);
		if (run->is_written)
			write_result(run, &out);
	}
	output_write(&out);
	return run->all->diags.n_errors > 0 ? STATUS_FINDINGS : status;
}

static int import(struct import_run *run)
{
	struct compilation compilation;
	int status = read_input(run, run->request->operands[0]);

	if (status != STATUS_CLEAN)
		return status;
	if (!import_infer(run->import))
		return finish(run, STATUS_FINDINGS);
	check(run, &compilation);
	import_report(run->import);
	status = write_files(run);
	status = finish(run, status);
	compile_finish(&compilation);
	return status;
}

int run_import(const struct request *request)
{
	struct compilation all;
	struct import_run run = {
		.request = request,
		.all = &all,
		.output = request_option(request, "output"),
	};
	int status;

	if (run.output == NULL)
		run.output = "topology.yaml";
	compile_init(&all);
	run.import = import_create(all.arena, request->operands[0], &all.diags);
	status = import(&run);
	text_finish(&run.topology);
	text_finish(&run.lock);
	compile_finish(&all);
	return status;
}
