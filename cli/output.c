/* SPDX-License-Identifier: MIT */

/* Where the program's words go. */

#include "cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag/diag.h"
#include "base/diag/glyph.h"
#include "base/diag/mask.h"
#include "base/text.h"
#include "cli/arguments.h"

void output_write(const struct text *text)
{
	if (text->length > 0)
		(void)fwrite(text->data, 1, text->length, stdout); /* output_close() looks */
}

int output_close(int status)
{
	bool has_failed = ferror(stdout) != 0;

	errno = 0;
	if (fclose(stdout) != 0)
		has_failed = true;
	if (!has_failed)
		return status;
	return output_failure("cannot write to standard output: %s",
			      errno == 0 ? "an earlier write failed" : strerror(errno));
}

/* NO_COLOR counts where it is set and not empty (no-color.org). */
static bool wants_colour(const struct request *request)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (request_says(request, "color", "always"))
		return true;
	if (request_says(request, "color", "never"))
		return false;
	if (no_color != NULL && no_color[0] != '\0')
		return false;
	if (terminal == NULL || strcmp(terminal, "dumb") == 0)
		return false;
	return isatty(STDERR_FILENO) == 1;
}

void output_diagnostics(const struct request *request, const struct diag_bag *diags)
{
	cleanup_(text_finish) struct text text = {0};

	if (diags->items.n_items == 0)
		return;
	diag_render_text(diags, wants_colour(request), &text);
	(void)fwrite(text.data, 1, text.length, stderr); /* there is nowhere else to say it */
}

/* What somebody pastes in the wrong place may be a private key, or steer the terminal. */
void output_complaint(const char *format, va_list arguments)
{
	cleanup_(text_finish) struct text text = {0};
	cleanup_(text_finish) struct text shown = {0};

	text_vprintf(&text, format, arguments);
	mask_string(text.data);
	glyph_append_string(&shown, text.data);
	(void)fwrite(shown.data, 1, shown.length, stderr);
}

int output_failure(const char *format, ...)
{
	va_list arguments;

	(void)fputs("wgtopo: ", stderr);
	va_start(arguments, format);
	output_complaint(format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	return STATUS_FAILED;
}
