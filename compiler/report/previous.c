/* SPDX-License-Identifier: MIT */

/* A page is somebody's file by now: nothing in it is taken for granted. */

#include "compiler/report/previous.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

static const char begin_mark[] = "<script type=\"application/json\" id=\"data\">";
static const char end_mark[] = "</script>";

static json_t *load(const struct text *html)
{
	const char *begin = memmem(html->data, html->length, begin_mark, strlen(begin_mark));
	const char *end;

	if (begin == NULL)
		return NULL;
	begin += strlen(begin_mark);
	end = memmem(begin, (size_t)(html->data + html->length - begin), end_mark,
		     strlen(end_mark));
	return end == NULL ? NULL : json_loadb(begin, (size_t)(end - begin), 0, NULL);
}

static bool read_hosts(struct arena *arena, const json_t *hosts, struct previous *previous)
{
	const json_t *host;
	size_t i;

	vec_reserve(arena, &previous->hosts, json_array_size(hosts));
	json_array_foreach(hosts, i, host)
	{
		const char *name = json_string_value(json_object_get(host, "name"));
		json_int_t group = json_integer_value(json_object_get(host, "group"));
		struct previous_host *read;

		if (name == NULL || group < 0 || (size_t)group >= previous->verdicts.n)
			return false;
		read = vec_push(arena, &previous->hosts);
		*read = (struct previous_host){name, (size_t)group};
		if (map_put(arena, &previous->by_name, name, read) != NULL)
			return false;
	}
	return true;
}

static bool read_findings(struct arena *arena, const json_t *findings, struct previous *previous)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(findings, i, finding)
	{
		const char *name = json_string_value(json_object_get(finding, "name"));

		if (name == NULL)
			return false;
		*vec_push(arena, &previous->findings) = name;
	}
	return true;
}

bool previous_read(struct arena *arena, const struct text *html, struct previous *previous,
		   json_t **ret_json)
{
	json_t *json = load(html);
	const char *format = json_string_value(json_object_get(json, "format"));

	*previous = (struct previous){
		.network = json_string_value(json_object_get(json, "network")),
		.changes = json_object_get(json, "changes"),
	};
	if (format == NULL || strcmp(format, "wgtopo-report") != 0 ||
	    json_integer_value(json_object_get(json, "version")) != 1 ||
	    previous->network == NULL ||
	    !(json_is_object(previous->changes) || json_is_null(previous->changes)) ||
	    !grid_read(arena, json_object_get(json, "verdicts"), &previous->verdicts) ||
	    !read_hosts(arena, json_object_get(json, "hosts"), previous) ||
	    !read_findings(arena, json_object_get(json, "findings"), previous)) {
		json_decref(json);
		return false;
	}
	*ret_json = json;
	return true;
}
