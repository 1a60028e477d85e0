/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * People: the users and devices that a verb's operand names: "alice", "alice/laptop", or with the
 * gateway of one of several files, "alice/laptop@gw2".
 */

#include <stdbool.h>
#include <stddef.h>

struct network_host;
struct node;
struct session;
struct topology_node;
struct topology_user;

struct person {
	const char *user_name;
	const char *device_name;            /* NULL: the operand names none */
	const char *gateway_name;           /* NULL: the same */
	const struct topology_user *user;   /* NULL: there is none yet */
	const struct topology_node *device; /* NULL: none named, or none yet */
};

/* Takes the operand apart and looks its names up in the session's `before`. */
struct person people_look_up(struct session *session, const char *operand);

/*
 * As people_look_up(), for somebody who has to be there. STATUS_CLEAN, or STATUS_FAILED after a
 * suggestion on stderr.
 */
int people_find(struct session *session, const char *operand, struct person *ret_person);

/* STATUS_FAILED, and said, where the user is out by now: a key would get nobody in. */
int people_check_day(const struct session *session, const struct person *person);

/* The file of the topology that the user stands in, as its root node. */
const struct node *people_file_of(const struct session *session, const struct person *person);

/* Whether the host is the person's device, or one of the user's where none is named. */
bool people_has_host(const struct person *person, const struct network_host *host);
