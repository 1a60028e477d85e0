/* SPDX-License-Identifier: MIT */

/* report: a network for people to look at, as a page or as a drawing. */

#include "compiler/report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/examine.h"
#include "cli/output.h"
#include "cli/strict.h"

enum {
	MAX_BEFORE = 256 << 20, /* bytes of the last report */
	MARK_WITHIN = 4096,     /* of its beginning */
};

/* Whether the file that would be replaced is a report: nobody means to lose anything else. */
static bool is_ours(const struct text *before, const struct report_format *format)
{
	size_t length = before->length < MARK_WITHIN ? before->length : MARK_WITHIN;

	return before->length == 0 ||
	       memmem(before->data, length, format->mark, strlen(format->mark)) != NULL;
}

static int read_before(const char *path, const struct report_format *format, struct text *before)
{
	int r = file_read(AT_FDCWD, path, MAX_BEFORE, before);

	if (r == -ENOENT)
		return STATUS_CLEAN;
	if (r == -EISDIR)
		return output_failure("cannot write '%s': it is a folder; name a file in it", path);
	if (r < 0)
		return output_failure("cannot read the last report '%s': %s", path, strerror(-r));
	if (!is_ours(before, format)) {
		return output_failure("'%s' is no %s report, and is left alone: name another file, "
				      "or remove it",
				      path, format->name);
	}
	return STATUS_CLEAN;
}

static int write_file(const char *path, const struct text *out)
{
	int r = file_replace(path, out->data, out->length, file_document_mode(path));

	if (r < 0)
		return output_failure("cannot write '%s': %s", path, strerror(-r));
	return STATUS_CLEAN;
}

static int report(const struct request *request, struct compilation *compilation)
{
	cleanup_(text_finish) struct text before = {0};
	cleanup_(text_finish) struct text out = {0};
	const char *path = request_option(request, "output");
	const char *name = request_option(request, "format");
	const struct report_format *format = report_find_format(name == NULL ? "html" : name);
	struct report_input input = {
		.arena = compilation->arena,
		.network = compilation->network,
		.reach = compilation->reach,
		.planner = compilation->planner,
		.diags = &compilation->diags,
		.topology = request->operands[0],
	};
	int status = STATUS_CLEAN;

	output_diagnostics(request, &compilation->diags);
	if (compilation->planner == NULL)
		return STATUS_FINDINGS;
	if (path != NULL)
		status = read_before(path, format, &before);
	if (status != STATUS_CLEAN)
		return status;
	if (before.length > 0)
		input.before = &before;
	format->write(&input, &out);
	if (path == NULL) {
		output_write(&out);
	} else {
		status = write_file(path, &out);
	}
	if (status == STATUS_CLEAN && examine_has_findings(request, compilation))
		return STATUS_FINDINGS;
	return status;
}

int run_report(const struct request *request)
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
