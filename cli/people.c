/* SPDX-License-Identifier: MIT */

/* From names on the command line to users and devices of the topology. */

#include "cli/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/suggest.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/verb.h"
#include "compiler/model/topology.h"
#include "compiler/resolve/network.h"

static const struct topology_user *find_user(const struct topology *topology, const char *name)
{
	vec_foreach(user, &topology->users) {
		if (strcmp(user->own.name.value, name) == 0)
			return user;
	}
	return NULL;
}

static const struct topology_node *find_device(const struct topology_user *user, const char *name)
{
	vec_foreach(device, &user->devices) {
		if (strcmp(device->name.value, name) == 0)
			return device;
	}
	return NULL;
}

struct person people_look_up(struct session *session, const char *operand)
{
	char *rest = arena_printf(session->before.arena, "%s", operand);
	char *name = strsep(&rest, "@");
	struct person person = {.user_name = strsep(&name, "/")};

	person.device_name = name;
	person.gateway_name = rest;
	person.user = find_user(session->before.topology, person.user_name);
	if (person.user != NULL && person.device_name != NULL)
		person.device = find_device(person.user, person.device_name);
	return person;
}

static int refuse_user(const struct session *session, const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	vec_foreach(user, &session->before.topology->users)
		suggestion_offer(&suggestion, user->own.name.value);
	if (suggestion.best != NULL) {
		return output_failure("there is no user '%s' in '%s'; did you mean '%s'?", name,
				      session->topology, suggestion.best);
	}
	return output_failure("there is no user '%s' in '%s'; `wgtopo user list` shows all", name,
			      session->topology);
}

static int refuse_device(const struct person *person)
{
	struct suggestion suggestion = suggestion_for(person->device_name);

	if (person->user->devices.n_items == 0) {
		return output_failure("user '%s' has no devices by name: leave '/%s' out",
				      person->user_name, person->device_name);
	}
	vec_foreach(device, &person->user->devices)
		suggestion_offer(&suggestion, device->name.value);
	if (suggestion.best != NULL) {
		return output_failure("user '%s' has no device '%s'; did you mean '%s/%s'?",
				      person->user_name, person->device_name, person->user_name,
				      suggestion.best);
	}
	return output_failure("user '%s' has no device '%s'; `wgtopo user show %s` shows them",
			      person->user_name, person->device_name, person->user_name);
}

int people_find(struct session *session, const char *operand, struct person *ret_person)
{
	struct person person = people_look_up(session, operand);

	if (person.user == NULL)
		return refuse_user(session, person.user_name);
	if (person.device_name != NULL && person.device == NULL)
		return refuse_device(&person);
	*ret_person = person;
	return STATUS_CLEAN;
}

int people_check_day(const struct session *session, const struct person *person)
{
	const struct network_expiry *expiry =
		network_find_expired(session->after.network, person->user_name);

	if (expiry == NULL)
		return STATUS_CLEAN;
	return output_failure("user '%s' expired on %s, and a key would get nobody in: give a "
			      "later day first",
			      expiry->user, expiry->date);
}

const struct node *people_file_of(const struct session *session, const struct person *person)
{
	vec_foreach(file, &session->before.topology->files) {
		if (file->source == person->user->own.name.span.source)
			return file->root;
	}
	return NULL;
}

bool people_has_host(const struct person *person, const struct network_host *host)
{
	const char *name = host->user == NULL ? NULL : host->user->own.name.value;

	if (name == NULL || strcmp(name, person->user_name) != 0)
		return false;
	if (person->gateway_name != NULL &&
	    (host->gateway == NULL || strcmp(host->gateway->name, person->gateway_name) != 0))
		return false;
	return person->device_name == NULL ||
	       strcmp(host->node->name.value, person->device_name) == 0;
}
