/* SPDX-License-Identifier: MIT */

/* All pairs of one host, by verdict: what it reaches how, and through whom. */

#include "base/json.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/explain_parts.h"
#include "compiler/resolve/network.h"

static const char *const verdicts[] = {"lan", "direct", "punch", "relay", "unreachable"};

enum {
	N_LISTED = sizeof(verdicts) / sizeof(verdicts[0]),
	WIDTH = 84, /* of the column of names */
};

/* The others, by verdict, as text and as the members of JSON arrays. */
struct list {
	struct text texts[N_LISTED];
	struct text jsons[N_LISTED];
	size_t counts[N_LISTED];
	size_t columns[N_LISTED];
};

static size_t number_of(const char *verdict)
{
	size_t number = 0;

	while (number + 1 < N_LISTED && strcmp(verdicts[number], verdict) != 0)
		number++;
	return number;
}

static void add(struct list *list, size_t number, const struct network_host *other,
		const struct network_host *via)
{
	struct text *text = &list->texts[number];
	struct text *json = &list->jsons[number];
	size_t before = text->length;
	size_t length;

	length = strlen(other->name) + (via == NULL ? 0 : strlen(" via ") + strlen(via->name));
	if (list->counts[number]++ > 0) {
		bool is_full = list->columns[number] + length > WIDTH;

		text_puts(text, is_full ? ",\n          " : ", ");
		text_puts(json, ", ");
		if (is_full)
			list->columns[number] = 0;
	}
	text_puts(text, other->name);
	text_puts(json, "{\"node\": ");
	json_append_string(json, other->name);
	if (via != NULL) {
		text_join(text, " via ", via->name);
		text_puts(json, ", \"via\": ");
		json_append_string(json, via->name);
	}
	text_puts(json, "}");
	list->columns[number] += text->length - before;
}

static void write_as_text(const struct network_host *host, const struct list *list,
			  struct text *out)
{
	text_printf(out, "%s '%s'\n", network_kind_text(host->kind), host->name);
	for (size_t i = 0; i < N_LISTED; i++) {
		if (list->counts[i] > 0) {
			text_printf(out, "\n%s: %zu\n          %s\n", verdicts[i], list->counts[i],
				    list->texts[i].data);
		}
	}
}

static void write_as_json(const struct network_host *host, const struct list *list,
			  struct text *out)
{
	text_puts(out, "{\n  \"node\": ");
	json_append_string(out, host->name);
	for (size_t i = 0; i < N_LISTED; i++) {
		text_printf(out, ",\n  \"%s\": [%s]", verdicts[i],
			    list->counts[i] == 0 ? "" : list->jsons[i].data);
	}
	text_puts(out, "\n}\n");
}

void explain_write_list(struct compilation *c, const struct network_host *host, bool as_json,
			struct text *out)
{
	struct list list = {0};

	for (size_t i = 0; i < c->network->n_hosts; i++) {
		const struct network_host *other = &c->network->hosts[i];
		const struct network_host *via;
		const char *verdict;

		if (other == host)
			continue;
		verdict = explain_verdict(c, host, other, &via);
		add(&list, number_of(verdict), other, via);
	}
	if (as_json) {
		write_as_json(host, &list, out);
	} else {
		write_as_text(host, &list, out);
	}
	for (size_t i = 0; i < N_LISTED; i++) {
		text_finish(&list.texts[i]);
		text_finish(&list.jsons[i]);
	}
}
