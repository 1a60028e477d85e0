/* SPDX-License-Identifier: MIT */

/* The keys that wg(8) and wg-quick(8) know, a row each, and what becomes of their values. */

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "compiler/conf/parts.h"

/* A number up to `maximum`, in digits only. False: it is none. */
static bool parse_number(const char *text, unsigned long maximum, unsigned long *ret_number)
{
	unsigned long number = 0;

	if (text[0] == '\0' || strlen(text) > 9 || text[strspn(text, "0123456789")] != '\0')
		return false;
	for (const char *digit = text; *digit != '\0'; digit++)
		number = number * 10 + (unsigned long)(*digit - '0');
	*ret_number = number;
	return number <= maximum;
}

/* The next word of a list; its span is moved behind it. False at the end. */
static bool next_word(struct arena *arena, struct span *list, struct conf_value *ret_word)
{
	const char *text = list->source->text;
	uint32_t end;

	while (list->begin < list->end && strchr(", \t", text[list->begin]) != NULL)
		list->begin++;
	for (end = list->begin; end < list->end && strchr(", \t", text[end]) == NULL; end++)
		;
	ret_word->span = (struct span){list->source, list->begin, end};
	ret_word->text = arena_copy(arena, text + list->begin, end - list->begin);
	list->begin = end;
	return ret_word->text[0] != '\0';
}

/* Parses "address/length" with its host bits. False: it is none. */
static bool parse_prefix(struct arena *arena, const char *word, struct net_prefix *ret_prefix,
			 struct net_address *ret_address)
{
	int r = net_prefix_parse(word, ret_prefix);

	return (r == 0 || r == NET_E_HOST_BITS) &&
	       net_address_parse(arena_copy(arena, word, strcspn(word, "/")), ret_address) == 0;
}

static void take_address(struct conf_reader *reader, const struct conf_value *value)
{
	struct span list = value->span;
	struct conf_value word;

	while (next_word(reader->arena, &list, &word)) {
		struct conf_address address = {.span = word.span};
		struct net_prefix prefix;

		if (!parse_prefix(reader->arena, word.text, &prefix, &address.address)) {
			conf_fault_add(reader, word.span, false,
				       "'%s' is no address: expected one as 10.0.0.7/32",
				       word.text);
			continue;
		}
		address.length = prefix.length;
		*vec_push(reader->arena, &reader->conf->addresses) = address;
	}
}

static void report_host_bits(struct conf_reader *reader, const struct conf_prefix *prefix,
			     const char *word)
{
	struct net_prefix alone = net_prefix_of_host(&prefix->address);
	char all[NET_PREFIX_TEXT];
	char one[NET_PREFIX_TEXT];

	(void)net_prefix_format(&prefix->prefix, all);
	(void)net_prefix_format(&alone, one);
	conf_fault_add(reader, prefix->span, true, "wg takes '%s' for %s", word, all);
	reader->conf->faults.items[reader->conf->faults.n_items - 1].help = arena_printf(
		reader->arena, "did you mean %s, the host alone? for all of it write %s", one, all);
}

static void take_allowed_ips(struct conf_reader *reader, const struct conf_value *value)
{
	struct span list = value->span;
	struct conf_value word;

	while (next_word(reader->arena, &list, &word)) {
		struct conf_prefix prefix = {.span = word.span};

		if (!parse_prefix(reader->arena, word.text, &prefix.prefix, &prefix.address)) {
			conf_fault_add(reader, word.span, false,
				       "'%s' is no prefix: expected one as 10.0.0.0/24", word.text);
			continue;
		}
		if (net_address_compare(&prefix.address, &prefix.prefix.address) != 0)
			report_host_bits(reader, &prefix, word.text);
		*vec_push(reader->arena, &conf_reader_peer(reader)->allowed_ips) = prefix;
	}
}

static void take_listen_port(struct conf_reader *reader, const struct conf_value *value)
{
	unsigned long port;

	if (!parse_number(value->text, UINT16_MAX, &port)) {
		conf_fault_add(reader, value->span, true,
			       "'%s' is no port: wg counts on from 65535 to 0, or refuses it",
			       value->text);
		return;
	}
	reader->conf->listen_port = (uint16_t)port;
	reader->conf->listen_port_span = value->span;
}

static void take_mtu(struct conf_reader *reader, const struct conf_value *value)
{
	unsigned long mtu;

	if (parse_number(value->text, UINT16_MAX, &mtu)) {
		reader->conf->mtu = (uint16_t)mtu;
	} else {
		conf_fault_add(reader, value->span, false,
			       "'%s' is no MTU: expected bytes, as 1420", value->text);
	}
}

static void take_public_key(struct conf_reader *reader, const struct conf_value *value)
{
	struct conf_peer *peer = conf_reader_peer(reader);

	peer->public_key_span = value->span;
	if (net_key_parse(value->text, &peer->public_key) != 0) {
		conf_fault_add(reader, value->span, false,
			       "this is no key: expected 44 characters of base64");
	}
}

static void take_endpoint(struct conf_reader *reader, const struct conf_value *value)
{
	struct conf_peer *peer = conf_reader_peer(reader);

	peer->endpoint_span = value->span;
	if (net_endpoint_parse(reader->arena, value->text, &peer->endpoint) != 0) {
		conf_fault_add(reader, value->span, true,
			       "'%s' is no endpoint: expected address:port, with an IPv6 address "
			       "in brackets, and a port from 1 to 65535",
			       value->text);
	}
}

static void take_keepalive(struct conf_reader *reader, const struct conf_value *value)
{
	struct conf_peer *peer = conf_reader_peer(reader);
	unsigned long interval = 0;

	if (strcasecmp(value->text, "off") != 0 &&
	    !parse_number(value->text, UINT16_MAX, &interval)) {
		conf_fault_add(reader, value->span, false,
			       "'%s' is no interval: expected seconds, or off", value->text);
		return;
	}
	peer->persistent_keepalive_s = (uint16_t)interval;
	peer->has_keepalive = true;
	peer->keepalive_span = value->span;
}

struct key {
	const char *name;
	enum conf_section section;
	bool repeats; /* its lines add up */
	bool may_be_empty;
	void (*take)(struct conf_reader *reader, const struct conf_value *value); /* or a setting */
};

// clang-format off
static const struct key keys[] = {
	{.name = "PrivateKey",          .section = CONF_INTERFACE, .take = conf_take_private_key},
	{.name = "ListenPort",          .section = CONF_INTERFACE, .take = take_listen_port},
	{.name = "FwMark",              .section = CONF_INTERFACE},
	{.name = "Address",             .section = CONF_INTERFACE, .take = take_address, .repeats = true},
	{.name = "DNS",                 .section = CONF_INTERFACE, .repeats = true},
	{.name = "MTU",                 .section = CONF_INTERFACE, .take = take_mtu},
	{.name = "Table",               .section = CONF_INTERFACE},
	{.name = "PreUp",               .section = CONF_INTERFACE, .repeats = true},
	{.name = "PostUp",              .section = CONF_INTERFACE, .repeats = true},
	{.name = "PreDown",             .section = CONF_INTERFACE, .repeats = true},
	{.name = "PostDown",            .section = CONF_INTERFACE, .repeats = true},
	{.name = "SaveConfig",          .section = CONF_INTERFACE},
	{.name = "PublicKey",           .section = CONF_PEER, .take = take_public_key},
	{.name = "PresharedKey",        .section = CONF_PEER, .take = conf_take_preshared_key},
	{.name = "AllowedIPs",          .section = CONF_PEER, .take = take_allowed_ips, .repeats = true, .may_be_empty = true},
	{.name = "Endpoint",            .section = CONF_PEER, .take = take_endpoint},
	{.name = "PersistentKeepalive", .section = CONF_PEER, .take = take_keepalive},
};
// clang-format on

enum {
	N_KEYS = sizeof(keys) / sizeof(keys[0]),
};

static const struct key *find_key(const char *name, enum conf_section section)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		if (keys[i].section == section && strcasecmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

static void take_setting(struct conf_reader *reader, const char *name,
			 const struct conf_value *value)
{
	*vec_push(reader->arena, &reader->conf->settings) =
		(struct conf_setting){name, value->text, value->span};
	if (strcmp(name, "Table") == 0)
		reader->conf->has_no_routes = strcasecmp(value->text, "off") == 0;
	if (strcmp(name, "PostUp") == 0)
		conf_take_hook(reader, value);
}

/* Says what wg would refuse, or take in silence, about the line as such. */
static bool check_line(struct conf_reader *reader, const struct key *key,
		       const struct conf_value *value)
{
	uint32_t bit = 1U << (uint32_t)(key - keys);

	if (value->text[0] == '\0' && !key->may_be_empty) {
		conf_fault_add(reader, value->name, false, "'%s' has no value", key->name);
		return false;
	}
	if ((reader->seen & bit) != 0 && !key->repeats) {
		conf_fault_add(reader, value->span, true,
			       "a second '%s' in this section: the last one counts", key->name);
	}
	reader->seen |= bit;
	return true;
}

void conf_take_line(struct conf_reader *reader, const struct conf_value *value)
{
	const char *name = arena_copy(reader->arena, value->name.source->text + value->name.begin,
				      value->name.end - value->name.begin);
	const struct key *key = find_key(name, reader->section);

	if (reader->section == CONF_NOWHERE) {
		conf_fault_add(reader, value->name, false, "'%s' stands in no section", name);
	} else if (key == NULL) {
		conf_fault_add(reader, value->name, false, "wg knows no '%s' in [%s]", name,
			       reader->section == CONF_PEER ? "Peer" : "Interface");
	} else if (check_line(reader, key, value)) {
		if (key->take != NULL) {
			key->take(reader, value);
		} else {
			take_setting(reader, key->name, value);
		}
	}
}
