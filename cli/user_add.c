/* SPDX-License-Identifier: MIT */

/* user add: lets a person in. An entry in the topology, a key, an address, and the device's file.
 */

#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/people.h"
#include "cli/rollout.h"
#include "cli/session.h"
#include "compiler/edit/edit.h"
#include "compiler/model/check.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"

/* "groups: [research, staff]" out of "research,staff". */
static void write_list(struct text *out, const char **separator, const char *key, const char *list)
{
	if (list == NULL)
		return;
	text_join(out, *separator, key, ": [");
	for (const char *word = list; word != NULL;) {
		size_t length = strcspn(word, ",");
		cleanup_(text_finish) struct text name = {0};

		text_append(&name, word, length);
		text_puts(out, word == list ? "" : ", ");
		edit_write_scalar(out, name.data);
		word = word[length] == ',' ? word + length + 1 : NULL;
	}
	text_puts(out, "]");
	*separator = ", ";
}

static void write_key(struct text *out, const char **separator, const char *key)
{
	if (key == NULL)
		return;
	text_join(out, *separator, "public_key: \"", key, "\"");
	*separator = ", ";
}

/* What stands behind the device's name, or that of a user who is a device. */
static void write_device(struct text *out, const struct request *request)
{
	const char *separator = "{ ";

	write_key(out, &separator, request_option(request, "public-key"));
	text_puts(out, separator[0] == '{' ? "{}" : " }");
}

static void write_user(struct text *out, const struct request *request, const char *device)
{
	const char *expires = request_option(request, "expires");
	const char *separator = "{ ";

	if (device != NULL) {
		text_join(out, separator, "devices: { ");
		edit_write_scalar(out, device);
		text_puts(out, ": ");
		write_device(out, request);
		text_puts(out, " }");
		separator = ", ";
	} else {
		write_key(out, &separator, request_option(request, "public-key"));
	}
	write_list(out, &separator, "groups", request_option(request, "group"));
	write_list(out, &separator, "gateways", request_option(request, "gateway"));
	if (expires != NULL) {
		text_join(out, separator, "expires: ", expires);
		separator = ", ";
	}
	text_puts(out, separator[0] == '{' ? "{}" : " }");
}

/* The file that has users already, or the topology itself. */
static const struct node *file_for_users(const struct session *session)
{
	static const char *const path[] = {"users"};
	const struct topology *topology = session->before.topology;
	size_t n_found;

	vec_foreach(file, &topology->files) {
		if (file->root == NULL)
			continue;
		(void)edit_find(file->root, path, 1, &n_found);
		if (n_found == 1)
			return file->root;
	}
	return topology->files.items[0].root;
}

static int report_edit(const struct session *session, int r)
{
	if (r == EDIT_E_LAYOUT) {
		return output_failure("'%s' is written in a way that is not edited here: add the "
				      "user by hand, then run `wgtopo key gen`",
				      session->topology);
	}
	return output_failure("'users' in '%s' is not a mapping of names: mend it first",
			      session->topology);
}

/* For a user who is there already: what belongs to the user is not changed by another device. */
static const char *misplaced_option(const struct request *request)
{
	static const char *const names[] = {"group", "gateway", "expires"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (request_has(request, names[i]))
			return names[i];
	}
	return NULL;
}

/* The reason why the device cannot be added to a user who is there, or STATUS_CLEAN. */
static int check_user(const struct session *session, const struct person *person)
{
	const char *option = misplaced_option(session->request);

	if (person->device_name == NULL) {
		return output_failure("user '%s' is there already; add a device with --device NAME",
				      person->user_name);
	}
	if (person->device != NULL) {
		return output_failure("'%s/%s' is there already; `wgtopo user rotate %s/%s` gives "
				      "it a new key",
				      person->user_name, person->device_name, person->user_name,
				      person->device_name);
	}
	if (person->user->devices.n_items == 0) {
		return output_failure("user '%s' is a device without a name of its own: in '%s', "
				      "write it as one of `devices` first",
				      person->user_name, person->user->own.name.span.source->path);
	}
	if (option != NULL) {
		return output_failure("--%s is for a new user; '%s' is there already: edit '%s'",
				      option, person->user_name,
				      person->user->own.name.span.source->path);
	}
	return STATUS_CLEAN;
}

/* A choice that is not given: better asked for here than of a line that is yet to be written. */
static int check_gateway(const struct session *session)
{
	const struct topology *topology = session->before.topology;

	if (topology->gateways.n_items < 2 || request_has(session->request, "gateway"))
		return STATUS_CLEAN;
	return output_failure("there are %zu gateways, and '%s' could use any of them: say which, "
			      "such as --gateway %s",
			      topology->gateways.n_items, session->request->operands[0],
			      topology->gateways.items[0].name.value);
}

static int edit_topology(struct session *session, const struct person *person)
{
	const char *const path[] = {"users", person->user_name, "devices", person->device_name};
	cleanup_(text_finish) struct text value = {0};
	const struct node *root;
	struct edit edit;
	size_t n_path = 2;
	int r;

	if (person->user == NULL) {
		root = file_for_users(session);
		write_user(&value, session->request, person->device_name);
	} else {
		root = people_file_of(session, person);
		write_device(&value, session->request);
		n_path = 4;
	}
	r = edit_put(session->before.arena, root, path, n_path, value.data, &edit);
	if (r != 0)
		return report_edit(session, r);
	session_edit(session, &edit);
	return STATUS_CLEAN;
}

/* A key for the device, which has none. Its other gateways go by the same one. */
struct newcomer {
	struct session *session;
	const struct person *person;
};

static void give_key(void *context, const struct network_host *host, struct lock_entry *entry)
{
	const struct newcomer *newcomer = context;

	if (people_has_host(newcomer->person, host)) {
		entry->public_key =
			keystore_generate(keystore_file_store(newcomer->session->keys), host->name);
	}
}

/* A range, or YAML, or no UTF-8: nothing of that kind goes into the topology from here. */
static int check_name(const struct request *request, const char *name, size_t length)
{
	cleanup_(text_finish) struct text copy = {0};
	const char *expected;

	text_append(&copy, name, length);
	expected = check_node_name(copy.data);
	return expected == NULL ? STATUS_CLEAN
				: usage_error(request->verb, "'%s' is not a name: write %s",
					      copy.data, expected);
}

/* Names that are separated by commas, or by the slash between a user and a device. */
static int check_names(const struct request *request, const char *names, const char *separator)
{
	int status = STATUS_CLEAN;

	for (const char *name = names; status == STATUS_CLEAN && name != NULL;) {
		size_t length = strcspn(name, separator);

		status = check_name(request, name, length);
		name = name[length] == '\0' ? NULL : name + length + 1;
	}
	return status;
}

static int check_all_names(const struct request *request)
{
	static const char *const lists[] = {"device", "group", "gateway"};
	int status = check_names(request, request->operands[0], "/");

	for (size_t i = 0; status == STATUS_CLEAN && i < sizeof(lists) / sizeof(lists[0]); i++)
		status = check_names(request, request_option(request, lists[i]), ",");
	return status;
}

static int check_options(const struct request *request)
{
	const char *expires = request_option(request, "expires");
	const char *key = request_option(request, "public-key");
	struct net_key parsed;
	int32_t day;

	if (strchr(request->operands[0], '@') != NULL) {
		return usage_error(request->verb, "gateways are named by --gateway, not in '%s'",
				   request->operands[0]);
	}
	if (expires != NULL && !date_parse(expires, &day)) {
		return usage_error(request->verb,
				   "--expires takes a day such as 2027-06-30, not '%s'", expires);
	}
	if (key != NULL && net_key_parse(key, &parsed) != 0) {
		return usage_error(request->verb, "--public-key takes the 44 characters that "
						  "`wg pubkey` prints");
	}
	return STATUS_CLEAN;
}

static int add(struct session *session)
{
	const struct request *request = session->request;
	const char *device = request_option(request, "device");
	const char *operand = request->operands[0];
	struct person person;
	struct newcomer newcomer = {session, &person};
	const struct resolve_rekey rekey = {.assign = give_key, .context = &newcomer};
	int status;

	if (device != NULL && strchr(operand, '/') != NULL) {
		return usage_error(request->verb, "'%s' names a device, and --device another",
				   operand);
	}
	if (device != NULL)
		operand = arena_printf(session->before.arena, "%s/%s", operand, device);
	person = people_look_up(session, operand);
	status = person.user == NULL ? check_gateway(session) : check_user(session, &person);
	if (status == STATUS_CLEAN)
		status = edit_topology(session, &person);
	if (status == STATUS_CLEAN)
		status = session_check(session, session->keys == NULL ? NULL : &rekey);
	if (status == STATUS_CLEAN)
		status = people_check_day(session, &person);
	if (status == STATUS_CLEAN)
		status = session_commit(session);
	if (status == STATUS_CLEAN)
		status = rollout_publish(&(struct rollout){session, &person, ROLLOUT_ADDED});
	return status;
}

int run_user_add(const struct request *request)
{
	bool brings_key = request_has(request, "public-key");
	struct session session;
	int status = check_options(request);

	if (status == STATUS_CLEAN)
		status = check_all_names(request);
	if (status != STATUS_CLEAN)
		return status;
	status = session_begin(&session, request,
			       brings_key ? SESSION_MAY_OPEN : SESSION_MAKES_KEYS);
	if (status == STATUS_CLEAN)
		status = add(&session);
	session_finish(&session);
	return status;
}
