/* SPDX-License-Identifier: MIT */

/*
 * Parse: the walk over libyaml's events.
 *
 * The walk has its own stack of open collections, so that a document's depth costs no C stack, and
 * stops at a limit as soon as libyaml names the event that crosses it: libyaml looks ahead by at
 * most 1024 characters (the length of a simple key), so that it cannot run far beyond one.
 *
 * What is needed during the walk only lives in a second arena.
 *
 * A finding does not end the walk. But a tree with holes in it (an alias, a merge key, a key that
 * is no scalar) is not handed on: what later passes would say about it is noise.
 */

#include "compiler/parse/parse.h"

#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/diag/diag.h"
#include "compiler/parse/encoding.h"
#include "compiler/parse/marks.h"
#include "compiler/parse/node.h"
#include "compiler/parse/problem.h"
#include "compiler/parse/tabs.h"
#include "compiler/parse/tree.h"

enum {
	MAX_FINDINGS = 100, /* then a person has enough to do */
};

enum step {
	STEP_ON,
	STEP_END, /* all there is, or all that is wanted */
	STEP_GIVE_UP,
};

struct reader {
	const struct source *source;
	struct diag_bag *diags;
	size_t n_errors_before;
	size_t n_documents;
	bool has_tabs;
	struct marks marks;
	struct tabs tabs;
	struct tree tree;
};

static inline void arena_cleanupp(struct arena **arena)
{
	(void)arena_destroy(*arena);
}

CLEANUP_DEFINE(yaml_parser_t *, yaml_parser_delete)

static struct span span_of(const struct reader *reader, size_t begin, size_t end)
{
	return (struct span){reader->source, (uint32_t)begin, (uint32_t)end};
}

static struct diag *refuse(struct reader *reader, struct span span, const char *message,
			   const char *help)
{
	struct diag *diag = diag_add(reader->diags, DIAG_YAML_FEATURE, span, "%s", message);
	diag_help(reader->diags, diag, "%s", help);
	return diag;
}

static enum step refuse_size(struct reader *reader, struct span span, const char *what,
			     unsigned int limit)
{
	struct diag *diag =
		diag_add(reader->diags, DIAG_YAML_LIMIT, span, "%s (more than %u)", what, limit);
	diag_help(reader->diags, diag, "split the topology with 'include', or make it simpler");
	return STEP_GIVE_UP;
}

static size_t word_size(const char *text, size_t size, const char *stops)
{
	size_t n = 0;

	while (n < size && !strchr(stops, text[n]))
		n++;
	return n;
}

/*
 * Reports the anchor and the tag in front of a node, in whichever order they are, and returns where
 * the node itself begins, which is not behind `end`.
 */
static uint32_t refuse_properties(struct reader *reader, uint32_t begin, uint32_t end)
{
	const struct source *source = reader->source;

	while (begin < end && (source->text[begin] == '&' || source->text[begin] == '!')) {
		bool is_anchor = source->text[begin] == '&';
		size_t size = word_size(source->text + begin, source->length - begin,
					is_anchor ? " \t\r\n,[]{}" : " \t\r\n");
		struct span span = span_of(reader, begin, begin + size);
		if (is_anchor) {
			refuse(reader, span, "anchors are not part of the topology language",
			       "remove the anchor and write the value out where it is used; put a "
			       "value that begins with '&' in quotes");
		} else {
			refuse(reader, span, "tags are not part of the topology language",
			       "remove the tag; put a value in quotes where it is to be text");
		}
		begin = marks_skip_blank(source, span.end);
	}
	return begin < end ? begin : end;
}

/* libyaml puts the absent value of a flow mapping before the next token, not behind its key. */
static uint32_t place_empty(const struct reader *reader, uint32_t begin)
{
	const struct node *key = tree_waiting_key(&reader->tree);

	return key ? marks_after_colon(reader->source, key->span.end) : begin;
}

static void check_escaped_nul(struct reader *reader, const yaml_event_t *event, struct span span)
{
	if (!memchr(event->data.scalar.value, '\0', event->data.scalar.length))
		return;
	struct diag *diag =
		diag_add(reader->diags, DIAG_YAML_ENCODING, span, "a NUL character is in the text");
	diag_help(reader->diags, diag, "remove the '\\0'");
}

static enum step read_scalar(struct reader *reader, const yaml_event_t *event)
{
	yaml_scalar_style_t style = event->data.scalar.style;
	uint32_t begin = marks_locate(&reader->marks, event->start_mark.index);
	uint32_t end = marks_locate(&reader->marks, event->end_mark.index);
	bool is_plain = style == YAML_PLAIN_SCALAR_STYLE;

	/* Inside quotes and blocks a tab is text. In a plain value it can only stand in front of a
	 * continued line, where it indents. */
	if (reader->has_tabs && !is_plain) {
		tabs_scan(&reader->tabs, begin);
		if (reader->tabs.cursor < end)
			reader->tabs.cursor = end;
	}
	begin = refuse_properties(reader, begin, end);
	if (begin == end)
		begin = end = place_empty(reader, begin);
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
		end = marks_trim(reader->source, begin, end);

	struct node *node = tree_new_scalar(&reader->tree, span_of(reader, begin, end),
					    event->data.scalar.value, event->data.scalar.length);
	node->is_plain = is_plain;
	if (style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
		check_escaped_nul(reader, event, node->span);
	tree_attach(&reader->tree, node, end, (uint32_t)event->data.scalar.length);
	return STEP_ON;
}

static enum step open_collection(struct reader *reader, const yaml_event_t *event,
				 enum node_kind kind, bool has_properties)
{
	uint32_t begin = marks_locate(&reader->marks, event->start_mark.index);

	if (reader->tree.n_frames == PARSE_MAX_DEPTH) {
		return refuse_size(reader, marks_character(reader->source, begin),
				   "lists and mappings are nested too deeply", PARSE_MAX_DEPTH);
	}
	if (has_properties)
		begin = refuse_properties(reader, begin, (uint32_t)reader->source->length);
	tree_open(&reader->tree, kind, begin);
	return STEP_ON;
}

static enum step close_collection(struct reader *reader, const yaml_event_t *event)
{
	uint32_t end = 0;

	/* Only a closing bracket has a width. A block ends where the next token starts, which may
	 * be many comments later: its true end is that of its last child. */
	if (event->start_mark.index != event->end_mark.index)
		end = marks_locate(&reader->marks, event->end_mark.index);
	tree_close(&reader->tree, end);
	return STEP_ON;
}

static enum step read_alias(struct reader *reader, const yaml_event_t *event)
{
	uint32_t begin = marks_locate(&reader->marks, event->start_mark.index);
	uint32_t end = marks_locate(&reader->marks, event->end_mark.index);

	refuse(reader, span_of(reader, begin, end), "aliases are not part of the topology language",
	       "write the value out here; put a value that begins with '*' in quotes");
	tree_attach(&reader->tree, NULL, end, 0);
	return STEP_ON;
}

static enum step open_document(struct reader *reader, const yaml_event_t *event)
{
	uint32_t begin = marks_locate(&reader->marks, event->start_mark.index);
	uint32_t end = marks_locate(&reader->marks, event->end_mark.index);
	bool has_directives = event->data.document_start.version_directive ||
			      event->data.document_start.tag_directives.start !=
				      event->data.document_start.tag_directives.end;

	if (reader->n_documents++ > 0) {
		tabs_scan(&reader->tabs, begin);
		refuse(reader, span_of(reader, begin, end), "a second document starts here",
		       "write one document in each file, and join files with 'include'");
		return STEP_END;
	}
	if (has_directives) {
		const char *text = reader->source->text;
		size_t size = word_size(text + begin, reader->source->length - begin, "\r\n");
		end = marks_trim(reader->source, begin, (uint32_t)(begin + size));
		refuse(reader, span_of(reader, begin, end),
		       "directives are not part of the topology language", "remove the line");
	}
	return STEP_ON;
}

static enum step read_event(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(reader, event);
	case YAML_MAPPING_START_EVENT:
		return open_collection(reader, event, NODE_MAPPING,
				       event->data.mapping_start.anchor ||
					       event->data.mapping_start.tag);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(reader, event, NODE_SEQUENCE,
				       event->data.sequence_start.anchor ||
					       event->data.sequence_start.tag);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return close_collection(reader, event);
	case YAML_ALIAS_EVENT:
		return read_alias(reader, event);
	case YAML_DOCUMENT_START_EVENT:
		return open_document(reader, event);
	case YAML_STREAM_END_EVENT:
		tabs_scan(&reader->tabs, reader->has_tabs ? reader->source->length : 0);
		return STEP_END;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return STEP_ON;
	}
	unreachable();
}

/* What no single event decides. */
static enum step check_limits(struct reader *reader)
{
	struct diag_bag *diags = reader->diags;

	if (reader->tree.n_nodes > PARSE_MAX_NODES) {
		uint32_t end = marks_locate(&reader->marks, reader->marks.index);
		return refuse_size(reader, marks_character(reader->source, end),
				   "the file has too many keys and values", PARSE_MAX_NODES);
	}
	if (diags->n_errors - reader->n_errors_before >= MAX_FINDINGS) {
		diag_note(diags, diags->items.items[diags->items.n_items - 1],
			  "there are too many errors to go on; what follows is not checked");
		return STEP_GIVE_UP;
	}
	return STEP_ON;
}

static enum step walk(struct reader *reader, yaml_parser_t *parser)
{
	enum step step = STEP_ON;

	while (step == STEP_ON) {
		yaml_event_t event;
		if (!yaml_parser_parse(parser, &event)) {
			problem_report(parser, &reader->marks, &reader->tabs, reader->diags);
			return STEP_GIVE_UP;
		}
		step = read_event(reader, &event);
		yaml_event_delete(&event);
		if (step == STEP_ON)
			step = check_limits(reader);
	}
	tabs_report(&reader->tabs, reader->diags);
	return step;
}

static const struct node *read_tree(struct reader *reader)
{
	const struct source *source = reader->source;
	yaml_parser_t storage;

	if (!yaml_parser_initialize(&storage)) {
		(void)diag_add(reader->diags, DIAG_YAML_LIMIT, span_of(reader, 0, 0),
			       "not enough memory to read the file");
		return NULL;
	}
	cleanup_(yaml_parser_delete) yaml_parser_t *parser = &storage;
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(parser,
				     (const unsigned char *)source->text + reader->marks.begin,
				     source->length - reader->marks.begin);

	if (walk(reader, parser) == STEP_GIVE_UP || reader->tree.has_holes)
		return NULL;
	if (!reader->tree.root) {
		struct node *node = tree_new_scalar(&reader->tree, span_of(reader, 0, 0), "", 0);
		node->is_plain = true;
		reader->tree.root = node;
	}
	return reader->tree.root;
}

const struct node *parse_source(struct arena *arena, const struct source *source,
				struct diag_bag *diags)
{
	struct encoding encoding;
	struct reader reader = {
		.source = source,
		.diags = diags,
		.n_errors_before = diags->n_errors,
	};

	if (source->length > PARSE_MAX_BYTES) {
		(void)refuse_size(&reader, span_of(&reader, 0, 0), "the file has too many bytes",
				  PARSE_MAX_BYTES);
		return NULL;
	}
	if (!encoding_check(source, &encoding, diags))
		return NULL;

	cleanup_(arena_cleanup) struct arena *scratch = arena_create();
	reader.tree = (struct tree){
		.source = source,
		.arena = arena,
		.scratch = scratch,
		.diags = diags,
		.keys = {.arena = scratch},
	};
	reader.marks = (struct marks){
		.source = source,
		.begin = encoding.begin,
		.is_ascii = encoding.is_ascii && encoding.begin == 0,
	};
	reader.tabs = (struct tabs){.source = source};
	reader.has_tabs = encoding.has_tabs;
	return read_tree(&reader);
}
