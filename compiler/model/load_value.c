/* SPDX-License-Identifier: MIT */

/*
 * Single values. Text that a row accepts is still the author's; nothing here looks at other values.
 * A key is never shown in a message, not even a malformed one: it could be a private key.
 */

#include "compiler/model/load_value.h"

#include <string.h>

#include "base/diag/diag.h"
#include "base/net/endpoint.h"
#include "base/suggest.h"
#include "base/text.h"
#include "compiler/model/check.h"
#include "compiler/model/schema.h"
#include "compiler/model/topology.h"
#include "compiler/parse/node.h"

struct context {
	const struct schema_row *row;
	const struct node *node;
	struct diag_bag *diags;
};

typedef bool load_function(const struct context *context, void *ret_value);

static struct diag *report_bad_value(const struct context *context)
{
	return diag_add(context->diags, DIAG_BAD_VALUE, context->node->span,
			"'%s' is not what '%s' takes", context->node->text, context->row->name);
}

static bool load_text(const struct context *context, void *ret_value)
{
	const char *expected = NULL;
	struct diag *diag;

	if (context->row->check != NULL) {
		expected = context->row->check(context->node->text);
	} else if (context->node->text[0] == '\0') {
		expected = "some text";
	}
	if (expected != NULL) {
		diag = report_bad_value(context);
		diag_help(context->diags, diag, "write %s", expected);
		return false;
	}
	*(struct given_text *)ret_value = (struct given_text){
		.value = context->node->text,
		.span = context->node->span,
	};
	return true;
}

/* Digits only: 0x1F, 1_000, +5 and 010 mean different things to different YAML readers. */
static bool parse_number(const char *text, int64_t *ret_number)
{
	int64_t number = 0;

	if (text[0] == '\0' || strlen(text) > 12 || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return false;
		number = number * 10 + (*c - '0');
	}
	*ret_number = number;
	return true;
}

static const struct schema_word *find_word(const struct schema_word *words, const char *text)
{
	for (const struct schema_word *word = words; word != NULL && word->text != NULL; word++) {
		if (strcmp(word->text, text) == 0)
			return word;
	}
	return NULL;
}

/* "none, firewall or linux", into `text`. */
static void list_words(const struct schema_word *words, struct text *text)
{
	for (const struct schema_word *word = words; word != NULL && word->text != NULL; word++) {
		const char *separator = word == words ? "" : word[1].text == NULL ? " or " : ", ";

		text_printf(text, "%s'%s'", separator, word->text);
	}
}

static void set_number(const struct context *context, int64_t value, void *ret_value)
{
	*(struct given_number *)ret_value = (struct given_number){
		.value = value,
		.span = context->node->span,
	};
}

static bool load_integer(const struct context *context, void *ret_value)
{
	cleanup_(text_finish) struct text words = {0};
	const struct schema_row *row = context->row;
	const struct schema_word *word = find_word(row->words, context->node->text);
	struct diag *diag;
	int64_t number;

	if (word != NULL) {
		set_number(context, word->value, ret_value);
		return true;
	}
	if (context->node->is_plain && parse_number(context->node->text, &number) &&
	    number >= row->minimum && number <= row->maximum) {
		set_number(context, number, ret_value);
		return true;
	}
	diag = report_bad_value(context);
	list_words(row->words, &words);
	diag_help(context->diags, diag, "write a whole number from %lld to %lld%s%s%s",
		  (long long)row->minimum, (long long)row->maximum,
		  context->node->is_plain ? "" : " without quotes", words.length > 0 ? ", or " : "",
		  words.length > 0 ? words.data : "");
	return false;
}

static bool load_word(const struct context *context, void *ret_value)
{
	cleanup_(text_finish) struct text words = {0};
	const struct schema_word *word = find_word(context->row->words, context->node->text);
	struct suggestion suggestion = suggestion_for(context->node->text);
	struct diag *diag;

	if (word != NULL) {
		set_number(context, word->value, ret_value);
		return true;
	}
	diag = report_bad_value(context);
	for (word = context->row->words; word->text != NULL; word++)
		suggestion_offer(&suggestion, word->text);
	list_words(context->row->words, &words);
	if (suggestion.best != NULL) {
		diag_help(context->diags, diag, "did you mean '%s'?", suggestion.best);
	} else {
		diag_help(context->diags, diag, "write one of %s", words.data);
	}
	return false;
}

static bool load_boolean(const struct context *context, void *ret_value)
{
	bool is_true = strcmp(context->node->text, "true") == 0;
	struct diag *diag;

	if (context->node->is_plain && (is_true || strcmp(context->node->text, "false") == 0)) {
		set_number(context, is_true, ret_value);
		return true;
	}
	diag = report_bad_value(context);
	diag_help(context->diags, diag, "write true or false, without quotes");
	return false;
}

/* The fix for what net_address_parse() and net_prefix_parse() refuse. */
static const char *fix_of_address(int error)
{
	switch ((enum net_error)error) {
	case NET_E_LENGTH:
		return "the part behind '/' is at most 32 for IPv4 and 128 for IPv6";
	case NET_E_MAPPED:
		return "write the IPv4 address itself, without '::ffff:'";
	case NET_E_SCOPE:
		return "leave out the '%' and what follows: it means something on one host only";
	case NET_E_SYNTAX:
	case NET_E_HOST_BITS:
		break;
	}
	return "write an address such as 192.0.2.1 or 2001:db8::1, IPv4 without leading zeros";
}

static bool load_address(const struct context *context, void *ret_value)
{
	struct given_address given = {.span = context->node->span};
	int error = net_address_parse(context->node->text, &given.value);
	struct diag *diag;

	if (error == 0) {
		*(struct given_address *)ret_value = given;
		return true;
	}
	diag = report_bad_value(context);
	diag_help(context->diags, diag, "%s",
		  strchr(context->node->text, '/') != NULL
			  ? "write the address without '/' and a length"
			  : fix_of_address(error));
	return false;
}

static bool load_prefix(const struct context *context, void *ret_value)
{
	struct given_prefix given = {.span = context->node->span};
	int error = net_prefix_parse(context->node->text, &given.value);
	char buffer[NET_PREFIX_TEXT];
	struct diag *diag;

	if (error == 0 && strchr(context->node->text, '/') != NULL) {
		*(struct given_prefix *)ret_value = given;
		return true;
	}
	diag = report_bad_value(context);
	if (error == 0) {
		diag_help(context->diags, diag, "write the length as well, such as %s/%d",
			  context->node->text, given.value.address.family == NET_IPV4 ? 24 : 64);
	} else if (error == NET_E_HOST_BITS) {
		diag_help(context->diags, diag,
			  "there are bits set behind the length; the network is %s",
			  net_prefix_format(&given.value, buffer));
	} else {
		diag_help(context->diags, diag, "%s",
			  error == NET_E_SYNTAX
				  ? "write a prefix such as 10.1.0.0/16 or fd00:1::/64"
				  : fix_of_address(error));
	}
	return false;
}

static bool load_key(const struct context *context, void *ret_value)
{
	struct given_key given = {.span = context->node->span};
	const char *fault = NULL;
	struct diag *diag;

	if (net_key_parse(context->node->text, &given.value) != 0) {
		fault = "this is not a public key";
	} else if (net_key_is_zero(&given.value)) {
		fault = "this key is all zero";
	} else if (!net_key_is_reduced(&given.value)) {
		fault = "no tool writes a key like this, and no handshake can succeed with it";
	} else if (net_key_is_low_order(&given.value)) {
		fault = "this key is a point of low order: no handshake can succeed with it";
	}
	if (fault == NULL) {
		*(struct given_key *)ret_value = given;
		return true;
	}
	diag_hide(context->diags, given.span);
	diag = diag_add(context->diags, DIAG_KEY_INVALID, given.span, "%s", fault);
	diag_help(context->diags, diag,
		  "write the 44 characters that `wg pubkey` prints for the node's private key");
	return false;
}

/* Whether the text ends in ":port" behind something without a colon, or behind "]". */
static bool has_port(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon != NULL && colon > text && colon[1] != '\0' &&
	       strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
	       (strchr(text, ':') == colon || colon[-1] == ']');
}

static bool looks_like_address(const char *text)
{
	return strspn(text, "0123456789.") == strlen(text) || strpbrk(text, ":/%") != NULL;
}

static const char *fix_of_place(const char *text, int error)
{
	if (has_port(text))
		return "leave the port out: it belongs to 'listen_port'";
	if (strchr(text, '/') != NULL)
		return "write the address without '/' and a length";
	if (looks_like_address(text))
		return fix_of_address(error);
	return "write an IP address, a DNS name or 'dynamic'";
}

static bool load_place(const struct context *context, void *ret_value)
{
	struct given_place given = {.span = context->node->span};
	const char *text = context->node->text;
	int error = net_address_parse(text, &given.address);
	struct diag *diag;

	if (error == 0) {
		given.kind = PLACE_ADDRESS;
	} else if (strcmp(text, "dynamic") == 0) {
		given.kind = PLACE_DYNAMIC;
	} else if (!looks_like_address(text) && net_name_is_valid(text)) {
		given.kind = PLACE_NAME;
		given.name = text;
	} else {
		diag = report_bad_value(context);
		diag_help(context->diags, diag, "%s", fix_of_place(text, error));
		return false;
	}
	*(struct given_place *)ret_value = given;
	return true;
}

static const struct {
	load_function *load;
	size_t size;
} loaders[SCHEMA_N_TYPES] = {
	[SCHEMA_NAME] = {load_text, sizeof(struct given_text)},
	[SCHEMA_TEXT] = {load_text, sizeof(struct given_text)},
	[SCHEMA_BOOLEAN] = {load_boolean, sizeof(struct given_number)},
	[SCHEMA_INTEGER] = {load_integer, sizeof(struct given_number)},
	[SCHEMA_WORD] = {load_word, sizeof(struct given_number)},
	[SCHEMA_ADDRESS] = {load_address, sizeof(struct given_address)},
	[SCHEMA_PREFIX] = {load_prefix, sizeof(struct given_prefix)},
	[SCHEMA_KEY] = {load_key, sizeof(struct given_key)},
	[SCHEMA_PLACE] = {load_place, sizeof(struct given_place)},
	[SCHEMA_DATE] = {load_text, sizeof(struct given_text)},
	[SCHEMA_PORTS] = {load_text, sizeof(struct given_text)},
};

size_t load_value_size(const struct schema_row *row)
{
	return loaders[row->type].size;
}

bool load_value(const struct schema_row *row, const struct node *node, void *ret_value,
		struct diag_bag *diags)
{
	struct context context = {.row = row, .node = node, .diags = diags};
	struct diag *diag;

	if (row->type == SCHEMA_KEY)
		*(struct given_key *)ret_value = (struct given_key){.span = node->span};
	if (node->kind != NODE_SCALAR || node_is_null(node)) {
		diag = diag_add(diags, DIAG_WRONG_TYPE, node->span, "'%s' takes %s%s", row->name,
				schema_type_text(row),
				node->kind == NODE_SCALAR ? ", but nothing stands here" : "");
		if (row->example != NULL)
			diag_help(diags, diag, "for example: `%s: %s`", row->name, row->example);
		return false;
	}
	return loaders[row->type].load(&context, ret_value);
}
