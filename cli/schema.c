/* SPDX-License-Identifier: MIT */

/* schema: the topology language, for editors and for people. */

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "compiler/model/schema_export.h"

int run_schema(const struct request *request)
{
	cleanup_(text_finish) struct text out = {0};

	if (request_says(request, "format", "markdown")) {
		schema_write_markdown(&out);
	} else if (request_says(request, "format", "mdoc")) {
		schema_write_mdoc(&out);
	} else {
		schema_write_json(&out);
	}
	output_write(&out);
	return STATUS_CLEAN;
}
