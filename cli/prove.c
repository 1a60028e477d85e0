/* SPDX-License-Identifier: MIT */

/* prove: reads the files in a folder back, and says whether the network that they make works. */

#include "compiler/prove/prove.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/diag/diag.h"
#include "base/file.h"
#include "base/file_list.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/strict.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"
#include "compiler/prove/found.h"
#include "compiler/publish/manifest.h"
#include "compiler/publish/record.h"

enum {
	MOST_NAMED = 8, /* files; the others are counted */
};

/* The folder that is proved. */
struct folder {
	struct arena *arena;
	const char *path;
	int fd;
	struct secret bytes;    /* of the file at hand */
	struct records records; /* what was published, as far as the manifest tells */
	struct text edited;     /* paths of files that differ from that */
	size_t n_edited;
};

/* Remembers what was published. A list that is damaged is none: it is not what is proved. */
static void read_records(struct folder *folder)
{
	cleanup_(file_close) int root = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_(file_close) int fd =
		root < 0 ? -1 : openat(root, "manifest.json", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct content content;

	records_init(&folder->records, folder->arena, 0);
	if (fd < 0 || manifest_file_read(fd, &folder->records, NULL, &content) < 0)
		records_init(&folder->records, folder->arena, 0);
}

static void compare_with_record(struct folder *folder, const char *path)
{
	const struct record *record = records_find(&folder->records, path);
	const struct secret *bytes = &folder->bytes;
	struct digest digest;

	if (record == NULL)
		return;
	digest = record->content.is_secret ? digest_of_secret(bytes->data, bytes->length)
					   : digest_of(bytes->data, bytes->length);
	if (digest_is_equal(digest, record->content.digest))
		return;
	if (folder->n_edited++ < MOST_NAMED)
		text_join(&folder->edited, " ", path);
}

static const char *file_of(struct arena *arena, const struct manifest_host *host,
			   const char *ending)
{
	return arena_printf(arena, "%s/%s%s", host->folder, host->interface, ending);
}

static int reread(void *context, struct arena *arena, const struct manifest_host *host,
		  struct prove_files *ret_files)
{
	const struct folder *folder = context;
	cleanup_(text_finish) struct text text = {0};
	struct prove_files files = {0};
	const char *path = file_of(arena, host, ".conf");
	int r = conf_read(arena, folder->fd, path, arena_printf(arena, "%s/%s", folder->path, path),
			  &files.conf);

	if (r < 0)
		return r;
	path = file_of(arena, host, ".routes");
	r = file_read_beneath(folder->fd, path, CONF_MAX_BYTES, &text);
	if (r == 0) {
		files.routes =
			conf_routes_parse(arena, arena_printf(arena, "%s/%s", folder->path, path),
					  text.length == 0 ? "" : text.data, text.length);
	}
	*ret_files = files;
	return r == -ENOENT ? 0 : r;
}

/* A file that is not there is left out; the proof says so where it is missed. */
static int take_file(struct folder *folder, struct prove *prove, const struct manifest_host *host,
		     const char *ending)
{
	const char *path = file_of(folder->arena, host, ending);
	struct secret *bytes = &folder->bytes;
	int r = file_read_secret_beneath(folder->fd, path, CONF_MAX_BYTES, bytes);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	prove_take(prove, host, path, bytes->length == 0 ? "" : bytes->data, bytes->length);
	compare_with_record(folder, path);
	return 0;
}

static int take_all(struct folder *folder, const struct manifest *manifest, struct prove *prove,
		    const char **ret_failed)
{
	static const char *const endings[] = {".routes", ".key", ".conf"};

	for (size_t i = 0; i < manifest->n_hosts; i++) {
		for (size_t k = 0; k < sizeof(endings) / sizeof(endings[0]); k++) {
			int r = take_file(folder, prove, &manifest->hosts[i], endings[k]);

			if (r < 0) {
				*ret_failed =
					file_of(folder->arena, &manifest->hosts[i], endings[k]);
				return r;
			}
		}
	}
	return 0;
}

/* Diagnostics, and the result: its members of the document, and what it says to people. */
static int conclude(const struct request *request, struct diag_bag *diags,
		    const struct text *members, const struct text *sentence)
{
	cleanup_(text_finish) struct text out = {0};
	cleanup_(text_finish) struct text document = {0};
	bool is_clean = !strict_fails(request, diags);

	diag_sort(diags);
	if (request_says(request, "format", "json")) {
		diag_render_json(diags, &document);
		text_join(&out, "{\n  \"proved\": ", is_clean ? "true" : "false", members->data,
			  ",", document.data + 1);
	} else {
		if (diags->items.n_items > 0)
			output_diagnostics(request, diags);
		text_append(&out, sentence->data, sentence->length);
	}
	output_write(&out);
	return is_clean ? STATUS_CLEAN : STATUS_FINDINGS;
}

/* A member with a number, as diag_render_json() lays out its own. */
static void put(struct text *members, const char *name, size_t value)
{
	text_join(members, ",\n  \"", name, "\": ");
	text_number(members, value);
}

static int report(const struct request *request, const struct folder *folder,
		  struct diag_bag *diags, const struct prove_summary *summary)
{
	cleanup_(text_finish) struct text members = {0};
	cleanup_(text_finish) struct text sentence = {0};

	put(&members, "hosts", summary->n_hosts);
	put(&members, "pairs", summary->n_pairs);
	put(&members, "direct", summary->n_direct);
	put(&members, "relayed", summary->n_relayed);
	put(&members, "flows", summary->n_flows);
	put(&members, "edited", folder->n_edited);
	text_reserve(&sentence, 1)[0] = '\0';
	if (folder->n_edited > 0) {
		text_join(&sentence, "edited since they were published:", folder->edited.data);
		if (folder->n_edited > MOST_NAMED)
			text_printf(&sentence, " and %zu more", folder->n_edited - MOST_NAMED);
		text_puts(&sentence, "\n");
	}
	if (summary->n_omitted > 0) {
		text_printf(&sentence, "%zu more of the same kind are not shown\n",
			    summary->n_omitted);
	}
	if (diags->n_errors == 0) {
		text_printf(
			&sentence,
			"proved: %zu hosts, %zu ordered pairs (%zu by a tunnel of their own, %zu "
			"relayed), %zu addresses and networks, %zu flows\n",
			summary->n_hosts, summary->n_pairs, summary->n_direct, summary->n_relayed,
			summary->n_ends, summary->n_flows);
	}
	return conclude(request, diags, &members, &sentence);
}

static int prove_manifest(const struct request *request, struct folder *folder,
			  const struct manifest *manifest)
{
	struct diag_bag diags = {.arena = folder->arena};
	struct prove_summary summary = {0};
	struct prove *prove = prove_create(manifest);
	const char *failed = "";
	int status;
	int r;

	read_records(folder);
	r = take_all(folder, manifest, prove, &failed);

	if (r == 0)
		r = prove_finish(prove, reread, folder, &diags, &summary);
	prove_destroy(prove);
	if (r < 0) {
		status = output_failure("cannot read '%s/%s': %s", folder->path, failed,
					strerror(-r));
	} else {
		status = report(request, folder, &diags, &summary);
	}
	return status;
}

static int report_found(const struct request *request, struct diag_bag *diags,
			const struct found_summary *summary)
{
	cleanup_(text_finish) struct text members = {0};
	cleanup_(text_finish) struct text sentence = {0};

	put(&members, "hosts", summary->n_hosts);
	put(&members, "pairs", summary->n_pairs);
	put(&members, "direct", summary->n_direct);
	put(&members, "relayed", summary->n_relayed);
	put(&members, "apart", summary->n_apart);
	put(&members, "strangers", summary->n_strangers);
	text_printf(
		&sentence,
		"read: %zu host%s, %zu ordered pairs: packets arrive for %zu by a tunnel of their own "
		"and for %zu through others; %zu have no way",
		summary->n_hosts, summary->n_hosts == 1 ? "" : "s", summary->n_pairs,
		summary->n_direct, summary->n_relayed, summary->n_apart);
	if (summary->n_strangers > 0) {
		text_printf(&sentence, "; %zu peer%s whose file is not here", summary->n_strangers,
			    summary->n_strangers == 1 ? "" : "s");
	}
	text_puts(&sentence, "\n");
	return conclude(request, diags, &members, &sentence);
}

/* Files without a manifest: there is nothing to prove them against, but much to find. */
static int examine_files(const struct request *request, struct folder *folder,
			 const struct file_list *list)
{
	struct found found = {.arena = folder->arena};
	struct diag_bag diags = {.arena = folder->arena};
	struct found_summary summary;

	vec_foreach(path, &list->paths) {
		const char *name = arena_printf(folder->arena, "%s/%s", folder->path, *path);
		struct conf *conf;
		int r = conf_read(folder->arena, folder->fd, *path, name, &conf);

		if (r < 0)
			return output_failure("cannot read '%s': %s", name, file_error_text(r));
		if (span_is_given(conf->span))
			found_add(&found, *path, conf);
	}
	if (found.hosts.n_items == 0) {
		return output_failure(
			"'%s' holds no manifest.json and no wg-quick file; name a folder that "
			"compile wrote, or one of .conf files",
			folder->path);
	}
	found_examine(&found, &diags, &summary);
	return report_found(request, &diags, &summary);
}

static int prove_found(const struct request *request, struct folder *folder)
{
	struct file_list list = {0};
	int r = file_list(folder->arena, folder->fd, ".conf", &list);

	if (r < 0)
		return output_failure("cannot read '%s': %s", folder->path, file_error_text(r));
	vec_foreach(failure, &list.failures) {
		return output_failure("cannot read '%s/%s': %s", folder->path, failure->path,
				      file_error_text(failure->error));
	}
	return examine_files(request, folder, &list);
}

static int prove_folder(const struct request *request, struct folder *folder)
{
	struct manifest *manifest;
	const char *fault;
	int r = manifest_read(folder->arena, folder->path, &manifest, &fault);

	if (r == MANIFEST_E_CONTENT) {
		return output_failure(
			"'%s/manifest.json' is damaged: %s; run `wgtopo compile` again",
			folder->path, fault);
	}
	if (r == -ENOENT)
		return prove_found(request, folder);
	if (r < 0) {
		return output_failure("cannot read '%s/manifest.json': %s", folder->path,
				      strerror(-r));
	}
	return prove_manifest(request, folder, manifest);
}

int run_prove(const struct request *request)
{
	struct folder folder = {.arena = arena_create(), .path = request->operands[0]};
	int status;

	folder.fd = file_open_folder(folder.path);
	status = strict_check(request);
	if (status != STATUS_CLEAN) {
		/* It has been said. */
	} else if (folder.fd < 0) {
		status = output_failure("cannot read '%s': %s; name the folder that compile wrote",
					folder.path, strerror(-folder.fd));
	} else {
		status = prove_folder(request, &folder);
	}
	secret_finish(&folder.bytes);
	text_finish(&folder.edited);
	folder.fd = file_close(folder.fd);
	(void)arena_destroy(folder.arena);
	return status;
}
