/* SPDX-License-Identifier: MIT */

/* user rotate: gives a person's devices new keys and new files. The old ones are dead at the
 * gateway's next reload.
 */

#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/people.h"
#include "cli/rollout.h"
#include "cli/session.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"

struct rotation {
	struct session *session;
	const struct person *person;
};

static void renew_key(void *context, const struct network_host *host, struct lock_entry *entry)
{
	const struct rotation *rotation = context;
	struct keystore *keystore = keystore_file_store(rotation->session->keys);

	if (!people_has_host(rotation->person, host))
		return;
	session_drop_key(rotation->session, &entry->public_key);
	session_drop_key(rotation->session, &entry->next_public_key);
	entry->public_key = keystore_generate(keystore, host->name);
	entry->next_public_key = (struct net_key){0};
}

/* A device that brought its own key has to make the next one itself. */
static int check_own_keys(const struct person *person)
{
	vec_foreach(device, &person->user->devices) {
		if (span_is_given(device->public_key.span) &&
		    (person->device == NULL || person->device == device)) {
			return output_failure("'%s/%s' made its own key: make a new one there, "
					      "and write its public half in '%s'",
					      person->user_name, device->name.value,
					      device->public_key.span.source->path);
		}
	}
	if (span_is_given(person->user->own.public_key.span)) {
		return output_failure("'%s' made its own key: make a new one there, and write its "
				      "public half in '%s'",
				      person->user_name,
				      person->user->own.public_key.span.source->path);
	}
	return STATUS_CLEAN;
}

static int rotate(struct session *session)
{
	struct person person;
	struct rotation rotation = {.session = session, .person = &person};
	const struct resolve_rekey rekey = {.assign = renew_key, .context = &rotation};
	int status = people_find(session, session->request->operands[0], &person);

	if (status == STATUS_CLEAN && person.gateway_name != NULL) {
		status =
			output_failure("a device has one key for all its gateways: leave '@%s' out",
				       person.gateway_name);
	}
	if (status == STATUS_CLEAN)
		status = check_own_keys(&person);
	if (status == STATUS_CLEAN)
		status = session_check(session, &rekey);
	if (status == STATUS_CLEAN)
		status = people_check_day(session, &person);
	if (status == STATUS_CLEAN)
		status = session_commit(session);
	if (status == STATUS_CLEAN)
		status = rollout_publish(&(struct rollout){session, &person, ROLLOUT_ROTATED});
	return status;
}

int run_user_rotate(const struct request *request)
{
	struct session session;
	int status = session_begin(&session, request, SESSION_MAKES_KEYS);

	if (status == STATUS_CLEAN)
		status = rotate(&session);
	session_finish(&session);
	return status;
}
