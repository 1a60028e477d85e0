/* SPDX-License-Identifier: MIT */

/*
 * Problem: libyaml says which rule of the grammar failed; the table below says what people usually
 * did. The wordings are those of libyaml 0.2.5; one that is not listed is passed on as it is.
 */

#include "compiler/parse/problem.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/diag/diag.h"
#include "compiler/parse/marks.h"
#include "compiler/parse/tabs.h"

/* Where the cause is. */
enum place {
	AT_PROBLEM, /* where libyaml stopped */
	AT_CONTEXT, /* where the thing starts that it was reading */
};

struct phrase {
	const char *context; /* NULL: any */
	const char *problem; /* NULL: any */
	const char *message;
	const char *help;
	const char *inline_message; /* instead, where other text stands before it on its line */
	const char *inline_help;
	const char *related; /* what stands at the other place; NULL: nothing worth showing */
	enum place place;
	enum diag_rule rule;
	bool names_character; /* the message ends in the character at the cause */
	bool is_in_brackets;  /* the context is an opening bracket */
	bool may_lack_space;  /* behind a colon, which then is the cause */
};

static_assert(DIAG_YAML_SYNTAX == 0, "a row without a rule has the rule yaml-syntax");

/* The first row that fits is taken. */
static const struct phrase phrases[] = {
	{
		.problem = "mapping values are not allowed in this context",
		.message = "a ':' stands where no key can be",
		.may_lack_space = true,
		.help = "put a value that has ': ' in it in quotes; otherwise indent this line like "
			"the other keys of its mapping",
	},
	{
		.problem = "could not find expected ':'",
		.place = AT_CONTEXT,
		.message = "a key without ':'",
		.help = "write 'key: value', with a space behind the colon",
		.may_lack_space = true,
	},
	{
		.context = "while parsing a block mapping",
		.problem = "did not find expected key",
		.message = "the indentation of this line fits none of the keys above",
		.inline_message = "nothing more may follow on this line",
		.help = "indent all keys of a mapping alike",
		.inline_help =
			"put the value in quotes as a whole; if it is, look for a quote on an "
			"earlier line that is not closed there",
		.related = "the mapping starts here",
	},
	{
		.context = "while parsing a block collection",
		.problem = "did not find expected '-' indicator",
		.message = "expected the next '-' of the list here",
		.help = "indent all items of a list alike, and give each its own '- '",
		.related = "the list starts here",
	},
	{
		.problem = "did not find expected ',' or ']'",
		.message = "expected ',' or ']' here",
		.is_in_brackets = true,
		.help = "separate the items with commas and close the list with ']'",
		.related = "the list starts here",
	},
	{
		.problem = "did not find expected ',' or '}'",
		.message = "expected ',' or '}' here",
		.is_in_brackets = true,
		.help = "separate the entries with commas and close the mapping with '}'",
		.related = "the mapping starts here",
	},
	{
		.problem = "found character that cannot start any token",
		.message = "a value cannot start with",
		.names_character = true,
		.help = "put the value in quotes",
	},
	{
		.context = "while scanning a quoted scalar",
		.problem = "found unexpected end of stream",
		.place = AT_CONTEXT,
		.message = "this quote is never closed",
		.help = "close it, or write the value in the other kind of quotes if it has one of "
			"these inside",
	},
	{
		.context = "while scanning a quoted scalar",
		.problem = "found unexpected document indicator",
		.place = AT_CONTEXT,
		.message = "this quote is not closed before the document ends",
		.help = "close it in front of the line with '---' or '...'",
		.related = "the document ends here",
	},
	{
		.context = "while parsing a quoted scalar",
		.problem = "found unknown escape character",
		.message = "unknown escape in a text in double quotes",
		.help = "write '\\\\' for a backslash, or use single quotes",
	},
	{
		.context = "while parsing a quoted scalar",
		.problem = "did not find expected hexdecimal number",
		.message = "this escape needs more hexadecimal digits",
		.help = "write '\\xNN', '\\uNNNN' or '\\UNNNNNNNN', or '\\\\' for a backslash",
	},
	{
		.problem = "block sequence entries are not allowed in this context",
		.message = "a list cannot start here",
		.help = "start it on the line below its key, or write '[a, b]'; put a value that "
			"begins with '- ' in quotes",
	},
	{
		.problem = "mapping keys are not allowed in this context",
		.message = "a '?' cannot stand here",
		.help = "put a value that begins with '? ' in quotes",
	},
	{
		.problem = "did not find expected node content",
		.message = "a key or a value is missing here",
		.help = "write the value, or remove the comma, colon or bracket that has none",
	},
	{
		.problem = "did not find expected <document start>",
		.message = "the document has already ended in front of this",
		.help = "start all keys of the outermost mapping in the first column",
	},
	{
		.problem = "did not find expected comment or line break",
		.message = "only a comment may follow here",
		.help = "put a value that begins with '|' or '>' in quotes; put the text of a block "
			"on the lines below",
	},
	{
		.context = "while scanning an alias",
		.place = AT_CONTEXT,
		.message = "a value cannot start with '*'",
		.help = "put the value in quotes",
	},
	{
		.context = "while scanning an anchor",
		.place = AT_CONTEXT,
		.message = "a value cannot start with '&'",
		.help = "put the value in quotes",
	},
	{
		.context = "while scanning a tag",
		.place = AT_CONTEXT,
		.message = "a value cannot start with '!'",
		.help = "put the value in quotes",
	},
	{
		.context = "while parsing a tag",
		.place = AT_CONTEXT,
		.message = "a value cannot start with '!'",
		.help = "put the value in quotes",
	},
	{
		.problem = "found undefined tag handle",
		.rule = DIAG_YAML_FEATURE,
		.message = "tags are not part of the topology language",
		.help = "remove the tag; put a value that begins with '!' in quotes",
	},
	{
		.context = "while scanning a directive",
		.place = AT_CONTEXT,
		.rule = DIAG_YAML_FEATURE,
		.message = "directives are not part of the topology language",
		.help = "remove the line; put a value that begins with '%' in quotes",
	},
	{
		.context = "while scanning a %YAML directive",
		.place = AT_CONTEXT,
		.rule = DIAG_YAML_FEATURE,
		.message = "directives are not part of the topology language",
		.help = "remove the line",
	},
	{
		.problem = "found incompatible YAML document",
		.rule = DIAG_YAML_FEATURE,
		.message = "directives are not part of the topology language",
		.help = "remove the line",
	},
};

static bool is_phrase(const struct phrase *phrase, const char *context, const char *problem)
{
	return (!phrase->context || strcmp(phrase->context, context) == 0) &&
	       (!phrase->problem || strcmp(phrase->problem, problem) == 0);
}

static const struct phrase *find_phrase(const char *context, const char *problem)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (is_phrase(&phrases[i], context, problem))
			return &phrases[i];
	}
	return NULL;
}

/* The end of the file is no place to point at: its last character is. */
static uint32_t pull_back(const struct source *source, uint32_t offset)
{
	if (offset < source->length)
		return offset;
	return marks_trim(source, 0, offset);
}

/* An unclosed bracket is noticed at the end of the file, but the cause is where it was opened. */
static bool is_unclosed(const struct phrase *phrase, const struct source *source, uint32_t problem,
			uint32_t context)
{
	bool is_open = context < source->length &&
		       (source->text[context] == '[' || source->text[context] == '{');

	return phrase->is_in_brackets && is_open &&
	       marks_skip_blank(source, problem) >= source->length;
}

static void report_unclosed(const struct source *source, uint32_t context, struct diag_bag *diags)
{
	bool is_list = source->text[context] == '[';
	struct diag *diag = diag_add(diags, DIAG_YAML_SYNTAX, marks_character(source, context),
				     "this '%c' is never closed", source->text[context]);

	diag_help(diags, diag, "close the %s with '%c'", is_list ? "list" : "mapping",
		  is_list ? ']' : '}');
}

static uint32_t line_begin(const struct source *source, uint32_t offset)
{
	while (offset > 0 && source->text[offset - 1] != '\n')
		offset--;
	return offset;
}

static bool is_word(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

/*
 * The colon of `key:value` at the start of the line that begins at `offset`. libyaml reads this as
 * one word, and complains about whatever comes next. Returns whether there is one.
 */
static bool find_tight_colon(const struct source *source, uint32_t offset, uint32_t *ret_colon)
{
	const char *text = source->text;

	while (offset < source->length && (text[offset] == ' ' || text[offset] == '-'))
		offset++;
	uint32_t word = offset;
	while (offset < source->length && is_word(text[offset]))
		offset++;
	if (offset == word || offset + 1 >= source->length || text[offset] != ':' ||
	    strchr(" \t\r\n", text[offset + 1])) {
		return false;
	}
	*ret_colon = offset;
	return true;
}

/* Looks for it on the line of `offset` and on the one above. */
static bool report_tight_colon(const struct source *source, uint32_t offset, struct diag_bag *diags)
{
	uint32_t begin = line_begin(source, offset);
	uint32_t colon = 0;

	if (!find_tight_colon(source, begin, &colon) &&
	    (begin == 0 || !find_tight_colon(source, line_begin(source, begin - 1), &colon))) {
		return false;
	}
	struct diag *diag = diag_add(diags, DIAG_YAML_SYNTAX, marks_character(source, colon),
				     "there is no space behind this ':'");
	diag_help(diags, diag, "write 'key: value', with a space behind the colon");
	return true;
}

static bool is_first_on_line(const struct source *source, uint32_t offset)
{
	while (offset > 0 && source->text[offset - 1] == ' ')
		offset--;
	return offset == 0 || source->text[offset - 1] == '\n';
}

static void report_phrase(const struct phrase *phrase, const struct source *source,
			  uint32_t problem, uint32_t context, struct diag_bag *diags)
{
	uint32_t cause = phrase->place == AT_CONTEXT ? context : problem;
	uint32_t other = phrase->place == AT_CONTEXT ? problem : context;
	struct span span = marks_character(source, cause);
	const char *message = phrase->message;
	const char *help = phrase->help;
	const char *related = phrase->related;
	struct diag *diag = NULL;

	if (phrase->may_lack_space && report_tight_colon(source, cause, diags))
		return;
	if (phrase->inline_message && !is_first_on_line(source, cause)) {
		message = phrase->inline_message;
		help = phrase->inline_help;
		related = NULL;
	}
	if (phrase->names_character) {
		diag = diag_add(diags, phrase->rule, span, "%s '%.*s'", message,
				(int)(span.end - span.begin), source->text + span.begin);
	} else {
		diag = diag_add(diags, phrase->rule, span, "%s", message);
	}
	if (related && other != cause)
		diag_related(diags, diag, marks_character(source, other), "%s", related);
	diag_help(diags, diag, "%s", help);
}

static void report_unknown(const yaml_parser_t *parser, const struct source *source,
			   uint32_t problem, struct diag_bag *diags)
{
	const char *words = parser->problem ? parser->problem : "not well-formed YAML";
	struct diag *diag =
		diag_add(diags, DIAG_YAML_SYNTAX, marks_character(source, problem), "%s", words);

	if (parser->context)
		diag_note(diags, diag, "%s", parser->context);
}

/* A tab on the line of the problem, or right at it, explains the problem. */
static bool is_caused_by_tab(struct tabs *tabs, uint32_t problem, uint32_t scan_end)
{
	const struct source *source = tabs->source;

	tabs_scan(tabs, scan_end);
	if (problem < source->length && source->text[problem] == '\t') {
		/* Who indents with tabs does it everywhere. The rest is only counted. */
		tabs_add(tabs, problem);
		tabs_scan(tabs, source->length);
		return true;
	}
	return tabs->n_lines > 0 && tabs->last < problem &&
	       !memchr(source->text + tabs->last, '\n', problem - tabs->last);
}

void problem_report(const yaml_parser_t *parser, struct marks *marks, struct tabs *tabs,
		    struct diag_bag *diags)
{
	const struct source *source = marks->source;
	const char *context = parser->context ? parser->context : "";

	if (parser->error == YAML_MEMORY_ERROR) {
		(void)diag_add(diags, DIAG_YAML_LIMIT, (struct span){source, 0, 0},
			       "not enough memory to read the file");
		return;
	}

	uint32_t problem = pull_back(source, marks_locate(marks, parser->problem_mark.index));
	uint32_t start = *context ? marks_locate(marks, parser->context_mark.index) : problem;
	bool is_in_text = strcmp(context, "while scanning a quoted scalar") == 0 ||
			  strcmp(context, "while parsing a quoted scalar") == 0;
	bool has_tab = is_caused_by_tab(tabs, problem, is_in_text ? start : problem);
	tabs_report(tabs, diags);
	if (has_tab)
		return;

	const struct phrase *phrase = find_phrase(context, parser->problem ? parser->problem : "");
	if (!phrase) {
		report_unknown(parser, source, problem, diags);
	} else if (is_unclosed(phrase, source, problem, start)) {
		report_unclosed(source, start, diags);
	} else {
		report_phrase(phrase, source, problem, start, diags);
	}
}
