/* SPDX-License-Identifier: MIT */

/* Help for the terminal. */

#include "cli/help.h"

#include "base/text.h"

enum {
	COLUMNS = 78,
	NAME_COLUMN = 26,
	SYNOPSIS_COLUMN = 14,
};

void help_wrap(struct text *out, const char *prose, size_t indent)
{
	size_t column = 0;

	for (const char *word = prose; *word != '\0';) {
		size_t length = strcspn(word, " ");

		if (column > 0 && column + 1 + length > COLUMNS) {
			text_puts(out, "\n");
			column = 0;
		}
		if (column == 0) {
			text_printf(out, "%*s", (int)indent, "");
			column = indent;
		} else {
			text_puts(out, " ");
			column++;
		}
		text_append(out, word, length);
		column += length;
		word += length + strspn(word + length, " ");
	}
	text_puts(out, "\n");
}

void help_write_argument(struct text *out, const struct verb_option *option)
{
	if (option->values == NULL || option->is_list) {
		text_puts(out, option->argument);
		return;
	}
	for (const char *const *value = option->values; *value != NULL; value++)
		text_printf(out, "%s%s", value == option->values ? "" : "|", *value);
}

static void write_option(struct text *out, const struct verb_option *option)
{
	if (option->letter != 0) {
		text_printf(out, "-%c", option->letter);
	} else {
		text_printf(out, "--%s", option->name);
	}
	if (option->argument == NULL)
		return;
	text_puts(out, " ");
	help_write_argument(out, option);
}

/* A piece of a call; a new line where it does not fit behind the others. */
static void write_piece(struct text *out, size_t *column, const struct text *piece)
{
	if (*column + 1 + piece->length > COLUMNS) {
		text_printf(out, "\n%*s", SYNOPSIS_COLUMN, "");
		*column = SYNOPSIS_COLUMN;
	}
	text_printf(out, " %s", piece->data);
	*column += 1 + piece->length;
}

/* The whole call, and one more for each option that stands in place of the operands. */
void help_write_synopsis(struct text *out, const struct verb *verb)
{
	cleanup_(text_finish) struct text piece = {0};
	size_t column = 0;

	text_printf(&piece, "%s%s%s", verb->name, verb->arguments == NULL ? "" : " ",
		    verb->arguments == NULL ? "" : verb->arguments);
	text_puts(out, "usage: wgtopo");
	column = strlen("usage: wgtopo");
	write_piece(out, &column, &piece);
	for (size_t i = 0; i < verb->n_options; i++) {
		const struct verb_option *option = &verb->options[i];

		if (option->is_alternative)
			continue;
		text_clear(&piece);
		text_puts(&piece, option->is_required ? "" : "[");
		write_option(&piece, option);
		text_puts(&piece, option->is_required ? "" : "]");
		write_piece(out, &column, &piece);
	}
	text_puts(out, "\n");
	for (size_t i = 0; i < verb->n_options; i++) {
		if (!verb->options[i].is_alternative)
			continue;
		text_printf(out, "       wgtopo %s ", verb->name);
		write_option(out, &verb->options[i]);
		text_puts(out, "\n");
	}
}

/* `left` in a column of its own, `right` beside it. */
static void write_row(struct text *out, const char *left, const char *right)
{
	cleanup_(text_finish) struct text wrapped = {0};
	size_t length = strlen(left);

	help_wrap(&wrapped, right, NAME_COLUMN);
	text_printf(out, "  %s", left);
	if (length + 3 > NAME_COLUMN) {
		text_printf(out, "\n%s", wrapped.data);
	} else {
		text_printf(out, "%*s%s", (int)(NAME_COLUMN - 2 - length), "",
			    wrapped.data + NAME_COLUMN);
	}
}

void help_write_usage(struct text *out)
{
	const char *separator = " ";

	text_puts(out, "usage: wgtopo");
	for (size_t i = 0; i < n_verbs; i++) {
		size_t length;
		const char *word = verb_first_word(i, &length);

		if (word == NULL)
			continue;
		text_printf(out, "%s%.*s", separator, (int)length, word);
		separator = "|";
	}
	text_puts(out, " ...\n       wgtopo --help|--version\n");
}

static void write_verb_row(struct text *out, const struct verb *verb)
{
	cleanup_(text_finish) struct text left = {0};

	text_printf(&left, "%s %s", verb->name, verb->arguments == NULL ? "" : verb->arguments);
	write_row(out, left.data, verb->summary);
}

void help_write_group(struct text *out, const char *word)
{
	size_t length = strlen(word);

	text_printf(out, "usage: wgtopo %s ...\n\n", word);
	for (size_t i = 0; i < n_verbs; i++) {
		if (strncmp(verbs[i].name, word, length) == 0 && verbs[i].name[length] == ' ')
			write_verb_row(out, &verbs[i]);
	}
	text_printf(out, "\n`wgtopo help %s WORD` says more about each.\n", word);
}

void help_write_program(struct text *out)
{
	help_wrap(
		out,
		"wgtopo compiles one YAML topology into the WireGuard configuration of every host "
		"in it, and reports what cannot work before anything is copied to a server.",
		0);
	text_puts(out, "\nusage: wgtopo VERB [OPERAND...] [OPTION...]\n\nverbs:\n");
	for (size_t i = 0; i < n_verbs; i++)
		write_verb_row(out, &verbs[i]);
	text_puts(out, "\n`wgtopo help VERB` says more about each, `man wgtopo-topology` about the "
		       "topology file.\n\n"
		       "exit status:\n"
		       "  0  clean\n"
		       "  1  something to mend: errors, or warnings under --strict\n"
		       "  2  usage or environment\n");
}

static void write_option_row(struct text *out, const struct verb_option *option)
{
	cleanup_(text_finish) struct text left = {0};
	cleanup_(text_finish) struct text right = {0};

	if (option->letter != 0)
		text_printf(&left, "-%c, ", option->letter);
	text_printf(&left, "--%s", option->name);
	if (option->argument != NULL)
		text_printf(&left, " %s", option->argument);
	text_puts(&right, option->help);
	for (const char *const *value = option->values; value != NULL && *value != NULL; value++) {
		const char *first = option->is_list ? " Known: " : " One of: ";

		text_printf(&right, "%s%s", value == option->values ? first : ", ", *value);
	}
	if (option->values != NULL)
		text_puts(&right, ".");
	write_row(out, left.data, right.data);
}

void help_write_verb(struct text *out, const struct verb *verb)
{
	help_write_synopsis(out, verb);
	text_puts(out, "\n");
	help_wrap(out, verb->description, 0);
	text_puts(out, "\noptions:\n");
	for (size_t i = 0; i < verb->n_options; i++)
		write_option_row(out, &verb->options[i]);
	write_row(out, "-h, --help", "Print this help.");
}
