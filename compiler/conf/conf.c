/* SPDX-License-Identifier: MIT */

/*
 * The walk over a file's lines: sections, comments, and "Name = value", which the tables of keys
 * take from here.
 */

#include "compiler/conf/conf.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/file.h"
#include "compiler/conf/parts.h"

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

/* The span without blanks at both ends. */
static struct span trim(struct span span)
{
	const char *text = span.source->text;

	while (span.begin < span.end && is_blank(text[span.begin]))
		span.begin++;
	while (span.begin < span.end && is_blank(text[span.end - 1]))
		span.end--;
	return span;
}

static const char *text_of(const struct conf_reader *reader, struct span span)
{
	return arena_copy(reader->arena, span.source->text + span.begin, span.end - span.begin);
}

/* The first `byte` in the span, or its end. */
static uint32_t find(struct span span, char byte)
{
	const char *text = span.source->text;
	const char *found = memchr(text + span.begin, byte, span.end - span.begin);

	return found == NULL ? span.end : (uint32_t)(found - text);
}

struct conf_peer *conf_reader_peer(const struct conf_reader *reader)
{
	return &reader->conf->peers.items[reader->conf->peers.n_items - 1];
}

void conf_fault_add(struct conf_reader *reader, struct span span, bool is_silent,
		    const char *format, ...)
{
	struct conf_fault *fault = vec_push(reader->arena, &reader->conf->faults);
	va_list arguments;

	va_start(arguments, format);
	fault->message = arena_vprintf(reader->arena, format, arguments);
	va_end(arguments);
	fault->span = span;
	fault->is_silent = is_silent;
}

/* The words of a comment, without the hashes around them; NULL where it is but a ruler. */
static const char *comment_text(const struct conf_reader *reader, struct span span)
{
	const char *text = span.source->text;

	while (span.begin < span.end && text[span.begin] == '#')
		span.begin++;
	while (span.begin < span.end && text[span.end - 1] == '#')
		span.end--;
	span = trim(span);
	for (uint32_t i = span.begin; i < span.end; i++) {
		if (strchr("-=*_~ \t", text[i]) == NULL)
			return text_of(reader, span);
	}
	return NULL;
}

/* A comment inside a section says more of it than one above. */
static void settle_comment(struct conf_reader *reader, const char *comment)
{
	if (comment == NULL || reader->has_comment || reader->section != CONF_PEER)
		return;
	reader->has_comment = true;
	conf_reader_peer(reader)->comment = comment;
}

static void begin_section(struct conf_reader *reader, struct span line)
{
	static const struct {
		const char *name;
		enum conf_section section;
	} sections[] = {{"[Interface]", CONF_INTERFACE}, {"[Peer]", CONF_PEER}};
	struct conf *conf = reader->conf;
	const char *name = text_of(reader, line);

	reader->section = CONF_NOWHERE;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (strcasecmp(name, sections[i].name) == 0)
			reader->section = sections[i].section;
	}
	reader->seen = 0;
	reader->has_comment = false;
	if (reader->section == CONF_PEER) {
		*vec_push(reader->arena, &conf->peers) =
			(struct conf_peer){.span = line, .comment = reader->above};
	} else if (reader->section == CONF_NOWHERE) {
		conf_fault_add(reader, line, false, "there is no section '%s'", name);
	} else if (span_is_given(conf->span)) {
		conf_fault_add(reader, line, true, "a second [Interface]: wg adds it to the first");
	} else {
		conf->span = line;
	}
	reader->above = NULL;
}

static void take_setting_line(struct conf_reader *reader, struct span line)
{
	uint32_t equals = find(line, '=');
	struct conf_value value = {
		.name = trim((struct span){line.source, line.begin, equals}),
		.span = equals == line.end ? line
					   : trim((struct span){line.source, equals + 1, line.end}),
	};

	if (equals == line.end) {
		conf_fault_add(reader, line, false, "neither a section nor 'Name = value'");
		return;
	}
	value.text = text_of(reader, value.span);
	conf_take_line(reader, &value);
}

static void take_line(struct conf_reader *reader, struct span line)
{
	uint32_t hash = find(line, '#');
	struct span comment = {line.source, hash, line.end};
	struct span rest = trim((struct span){line.source, line.begin, hash});
	const char *words = hash == line.end ? NULL : comment_text(reader, comment);

	if (rest.begin == rest.end) {
		if (words != NULL && reader->conf->comment == NULL)
			reader->conf->comment = words;
		if (words != NULL && reader->above == NULL)
			reader->above = words;
		return;
	}
	if (line.source->text[rest.begin] == '[') {
		begin_section(reader, rest);
		settle_comment(reader, words);
		return;
	}
	settle_comment(reader, reader->above);
	settle_comment(reader, words);
	reader->above = NULL;
	take_setting_line(reader, rest);
}

/* "out/hosts/gw/etc/wireguard/lab.conf" is of the interface "lab". */
static const char *interface_of(struct arena *arena, const char *path)
{
	const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
	size_t length = strlen(name);

	if (length > 5 && strcmp(name + length - 5, ".conf") == 0)
		length -= 5;
	return arena_copy(arena, name, length);
}

static void check_sections(struct conf_reader *reader)
{
	vec_foreach(peer, &reader->conf->peers) {
		if (net_key_is_zero(&peer->public_key) && !span_is_given(peer->public_key_span))
			conf_fault_add(reader, peer->span, false, "a peer without PublicKey");
	}
}

struct conf *conf_parse(struct arena *arena, const char *path, const char *bytes, size_t size)
{
	struct conf *conf = ARENA_NEW(arena, struct conf);
	struct conf_reader reader = {.arena = arena, .conf = conf, .bytes = bytes};

	conf->source = conf_hide_secrets(arena, path, bytes, size);
	conf->interface = interface_of(arena, path);
	for (uint32_t i = 1; i <= conf->source->n_lines; i++)
		take_line(&reader, source_line(conf->source, i));
	conf_join_preshared(&reader);
	check_sections(&reader);
	secret_finish(&reader.raw);
	return conf;
}

int conf_read(struct arena *arena, int directory, const char *path, const char *name,
	      struct conf **ret_conf)
{
	cleanup_(secret_finish) struct secret bytes = {0};
	int r = file_read_secret_beneath(directory, path, CONF_MAX_BYTES, &bytes);

	if (r == 0) {
		*ret_conf =
			conf_parse(arena, name, bytes.length == 0 ? "" : bytes.data, bytes.length);
	}
	return r;
}

const struct conf_setting *conf_find_setting(const struct conf *conf, const char *name)
{
	vec_foreach(setting, &conf->settings) {
		if (strcmp(setting->name, name) == 0)
			return setting;
	}
	return NULL;
}
