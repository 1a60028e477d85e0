/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Rollout: publishing what a change makes different, and saying who needs which files before it
 * holds, in which order. A gateway decides who gets in, so it comes first.
 */

struct network_host;
struct person;
struct session;
struct text;

enum rollout_kind {
	ROLLOUT_ADDED,
	ROLLOUT_REVOKED,
	ROLLOUT_ROTATED,
};

struct rollout {
	struct session *session; /* committed */
	const struct person *person;
	enum rollout_kind kind;
};

/*
 * Finds out, before the session is committed, whether what it changes can be published: somebody
 * who is to be out must not be half out. Returns an enum exit_status, after saying why.
 */
int rollout_rehearse(const struct rollout *rollout);

/*
 * Publishes the files of the person's devices, and those of servers and gateways that change with
 * them, and says on stdout what is to be done next. Returns an enum exit_status.
 */
int rollout_publish(const struct rollout *rollout);

/*
 * The commands that bring new files to a host and into force there:
 * "scp -r out/hosts/gw/etc root@gw:/ && ssh root@gw bash /etc/wireguard/lab.reload".
 */
void rollout_write_command(struct text *out, const char *output, const char *interface,
			   const char *host);
