/* SPDX-License-Identifier: MIT */

/*
 * Names of hosts. A file is called after its host (gpu01.conf), or its folder is (gpu01/wg0.conf,
 * gpu01/etc/wireguard/wg0.conf); who has no file is called as the comments of peer sections say. A
 * topology's names are host names, so that some are changed, which is told.
 */

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "base/text.h"
#include "compiler/import/parts.h"
#include "compiler/model/check.h"

enum {
	LONGEST_NAME = 63, /* RFC 1123 section 2.1 */
	MOST_SHOWN = 8,
};

/* "# lab01, server of mesh. Made by wgtopo ...", "# alice/laptop@gw2. Made by wgtopo." */
static void take_own_comment(struct import *import, struct import_host *host, const char *comment)
{
	size_t length = strcspn(comment, ",@ ");

	if (length > 0 && comment[length - 1] == '.')
		length--;
	host->given = arena_printf(import->arena, "%.*s", (int)length, comment);
	host->is_kind_given = true;
	host->kind = strstr(comment, ", gateway of ") != NULL  ? IMPORT_GATEWAY
		     : strstr(comment, ", server of ") != NULL ? IMPORT_SERVER
							       : IMPORT_DEVICE;
}

/* What generators write in front of a name. */
static const char *skip_word(const char *comment)
{
	static const char *const words[] = {"name",   "client",       "peer",       "device",
					    "user",   "begin",        "begin_peer", "host",
					    "server", "friendly_name"};
	size_t length = strcspn(comment, " \t:=");
	size_t blank = strspn(comment + length, " \t:=");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) == length && strncasecmp(comment, words[i], length) == 0 &&
		    comment[length + blank] != '\0')
			return comment + length + blank;
	}
	return comment;
}

const char *import_name_in_comment(struct arena *arena, const char *comment)
{
	const char *name;
	size_t length;

	if (comment == NULL)
		return NULL;
	while ((name = skip_word(comment)) != comment)
		comment = name;
	length = strcspn(comment, ",(;[{");
	while (length > 0 && strchr(" \t.:-", comment[length - 1]) != NULL)
		length--;
	return length == 0 ? NULL : arena_printf(arena, "%.*s", (int)length, comment);
}

/* "wg", "wg0", "wg-0", "wireguard", "client": says nothing of the host. */
static bool is_generic(const char *name)
{
	static const char *const words[] = {"wireguard", "wgnet", "vpn", "tun", "interface"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(name, words[i]) == 0)
			return true;
	}
	return strncasecmp(name, "wg", 2) == 0 &&
	       name[2 + strspn(name + 2, "-_.0123456789")] == '\0';
}

/* The part of the path below the folder that is imported. */
static const char *relative(const struct import *import, const char *path)
{
	size_t length = strlen(import->folder);

	while (length > 0 && import->folder[length - 1] == '/')
		length--;
	return strncmp(path, import->folder, length) == 0 && path[length] == '/' ? path + length + 1
										 : path;
}

/* The innermost folder that may be called after a host; NULL: there is none. */
static const char *host_folder(const struct import *import, const char *path)
{
	static const char *const usual[] = {"etc", "wireguard", "wg", "config", "conf", "configs"};
	const char *end = strrchr(path, '/');

	while (end != NULL) {
		const char *begin = end;
		const char *name;
		bool is_usual = false;

		while (begin > path && begin[-1] != '/')
			begin--;
		name = arena_printf(import->arena, "%.*s", (int)(end - begin), begin);
		for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
			is_usual = is_usual || strcasecmp(name, usual[i]) == 0;
		if (!is_usual && name[0] != '\0')
			return name;
		end = begin > path ? begin - 1 : NULL;
	}
	return NULL;
}

void import_name_by_path(struct import *import, struct import_host *host, const char *comment)
{
	const char *path = relative(import, host->path);

	if (host->is_ours) {
		take_own_comment(import, host, comment);
		return;
	}
	if (comment != NULL && strncasecmp(comment, "name", 4) == 0 &&
	    skip_word(comment) != comment) {
		host->given = import_name_in_comment(import->arena, comment);
	} else if (!is_generic(host->interface)) {
		host->given = host->interface;
	} else {
		host->given = host_folder(import, path);
	}
}

/* Files of one name in several folders are called after the interface, not after the hosts. */
static void prefer_folders(struct import *import)
{
	struct map first = {0};

	vec_foreach(at, &import->hosts) {
		struct import_host *host = *at;
		struct import_host *other;

		if (host->path == NULL || host->is_ours || host->given != host->interface)
			continue;
		other = map_put(import->arena, &first, host->interface, host);
		if (other == NULL)
			continue;
		for (int i = 0; i < 2; i++) {
			struct import_host *each = i == 0 ? host : other;
			const char *folder = host_folder(import, relative(import, each->path));

			if (folder != NULL)
				each->given = folder;
		}
	}
}

/* A DNS label of it: lower case, hyphens for the rest. */
static const char *make_label(struct arena *arena, const char *wanted)
{
	cleanup_(text_finish) struct text label = {0};

	for (const char *c = wanted; *c != '\0' && label.length < LONGEST_NAME; c++) {
		char lower = *c;
		bool is_plain;

		if (lower >= 'A' && lower <= 'Z')
			lower = (char)(lower | 0x20);
		is_plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');

		if (is_plain) {
			text_append(&label, &lower, 1);
		} else if (*c != '\'' && label.length > 0 && label.data[label.length - 1] != '-') {
			text_puts(&label, "-");
		}
	}
	while (label.length > 0 && label.data[label.length - 1] == '-')
		label.length--;
	return label.length == 0 ? "host" : arena_copy(arena, label.data, label.length);
}

const char *import_make_name(struct import *import, const char *wanted)
{
	const char *label = make_label(import->arena, wanted);
	const char *name = label;

	if (strcmp(name, "internet") == 0)
		name = label = "internet-host";
	for (size_t n = 2; map_put(import->arena, &import->names, name, import) != NULL; n++)
		name = arena_printf(import->arena, "%.*s-%zu", LONGEST_NAME - 6, label, n);
	return name;
}

/* "alice/laptop" as wgtopo names a device. */
static bool take_device_name(struct import *import, struct import_host *host)
{
	const char *slash = strchr(host->given, '/');
	const char *user;

	if (slash == NULL || !host->is_ours || host->kind != IMPORT_DEVICE)
		return false;
	user = arena_printf(import->arena, "%.*s", (int)(slash - host->given), host->given);
	if (check_node_name(user) != NULL || check_node_name(slash + 1) != NULL)
		return false;
	map_put(import->arena, &import->names, user, import);
	host->name = host->given;
	return true;
}

static void name_host(struct import *import, struct import_host *host)
{
	if (host->home != NULL)
		return;
	if (host->given == NULL && host->key != NULL)
		host->given = import_name_in_comment(import->arena, host->key->comment);
	if (host->given == NULL) {
		host->name = import_make_name(import, host->kind == IMPORT_GATEWAY  ? "gw"
						      : host->kind == IMPORT_DEVICE ? "device"
										    : "server");
	} else if (!take_device_name(import, host)) {
		host->name = import_make_name(import, host->given);
	}
}

/* Tells which names are not as the files have them. */
static void report_names(struct import *import)
{
	struct diag *diag = NULL;
	size_t n_changed = 0;

	import_foreach_host(host, import) {
		if (host->home != NULL ||
		    (host->given != NULL && strcmp(host->given, host->name) == 0))
			continue;
		if (n_changed++ == 0) {
			diag = diag_add(import->diags, DIAG_IMPORT_GUESS, host->span,
					"names of the files are changed to those of a topology");
			diag_help(import->diags, diag,
				  "rename them in the topology and in the lock, where you like");
		}
		if (n_changed > MOST_SHOWN)
			continue;
		if (host->given == NULL) {
			diag_note(import->diags, diag, "nobody names '%s'", host->name);
		} else {
			diag_note(import->diags, diag, "'%s' is '%s' here", host->given,
				  host->name);
		}
	}
	if (n_changed > MOST_SHOWN)
		diag_note(import->diags, diag, "and %zu more", n_changed - MOST_SHOWN);
}

void import_name_hosts(struct import *import)
{
	prefer_folders(import);
	import_foreach_host(host, import) {
		if (host->name == NULL)
			name_host(import, host);
	}
	import_foreach_host(host, import) {
		if (host->home != NULL && host->gateway != NULL) {
			host->name = arena_printf(import->arena, "%s@%s", host->home->name,
						  host->gateway->name);
		}
	}
	report_names(import);
}
