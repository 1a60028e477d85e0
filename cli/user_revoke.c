/* SPDX-License-Identifier: MIT */

/*
 * user revoke: takes a person or a device out of the topology, and its keys out of the keystore.
 * Nobody is out before the gateway has its new files: rollout.c says so.
 */

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/output.h"
#include "cli/people.h"
#include "cli/rollout.h"
#include "cli/session.h"
#include "compiler/edit/edit.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/network.h"

static int report_edit(const struct person *person, int r)
{
	const char *path = person->user->own.name.span.source->path;

	if (r == EDIT_E_ABSENT) {
		return output_failure("'%s' is one of a range in '%s': write the range without it "
				      "by hand",
				      person->user_name, path);
	}
	return output_failure("'%s' is written in a way that is not edited here: take '%s' out by "
			      "hand",
			      path, person->user_name);
}

/* The user goes with the last device: without devices, the user would be one. */
static int edit_topology(struct session *session, const struct person *person)
{
	const char *const path[] = {"users", person->user_name, "devices", person->device_name};
	bool is_last = person->device == NULL || person->user->devices.n_items == 1;
	struct edit edit;
	int r = edit_remove(session->before.arena, people_file_of(session, person), path,
			    is_last ? 2 : 4, &edit);

	if (r != 0)
		return report_edit(person, r);
	session_edit(session, &edit);
	session->takes_out = true;
	return STATUS_CLEAN;
}

/* From the keystore, where it is open. In a closed one they stay, and `key check` says so. */
static void drop_keys(struct session *session, const struct person *person)
{
	const struct network *network = session->before.network;

	for (size_t i = 0; i < network->n_hosts + network->n_expired; i++) {
		const struct network_host *host = &network->hosts[i];

		if (!people_has_host(person, host))
			continue;
		session_drop_key(session, &host->public_key);
		session_drop_key(session, &host->next_public_key);
	}
}

static int revoke(struct session *session)
{
	struct person person;
	const struct rollout rollout = {session, &person, ROLLOUT_REVOKED};
	int status = people_find(session, session->request->operands[0], &person);

	if (status == STATUS_CLEAN && person.gateway_name != NULL) {
		status = output_failure("a device is revoked as a whole: leave '@%s' out",
					person.gateway_name);
	}
	if (status == STATUS_CLEAN)
		status = edit_topology(session, &person);
	if (status == STATUS_CLEAN)
		status = session_resolve(session);
	if (status == STATUS_CLEAN)
		status = session_check(session, NULL);
	if (status == STATUS_CLEAN)
		status = rollout_rehearse(&rollout);
	if (status != STATUS_CLEAN)
		return status;
	drop_keys(session, &person);
	status = session_commit(session);
	return status == STATUS_CLEAN ? rollout_publish(&rollout) : status;
}

int run_user_revoke(const struct request *request)
{
	struct session session;
	int status = session_begin(&session, request, SESSION_MAY_OPEN);

	if (status == STATUS_CLEAN)
		status = revoke(&session);
	session_finish(&session);
	return status;
}
