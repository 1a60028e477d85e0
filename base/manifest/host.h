/* SPDX-License-Identifier: MIT */
#pragma once

/* Hosts of a manifest: gateways, servers, and devices with a host for each of their gateways. */

#include <stddef.h>
#include <stdint.h>

#include "base/manifest/site.h"
#include "base/net/key.h"
#include "base/net/prefix.h"
#include "base/vec.h"

struct manifest_attachment {
	const struct manifest_site *site;
	vec_of(struct manifest_place) places;
};

enum manifest_kind {
	MANIFEST_GATEWAY,
	MANIFEST_SERVER,
	MANIFEST_DEVICE,
};

struct manifest_host {
	const char *name;
	size_t index;
	enum manifest_kind kind;
	const char *folder;    /* of its files, below DIR */
	const char *interface; /* its name there */
	const struct manifest_host
		*device; /* the same device at the first of its gateways, and with
			    the same key and place; NULL: it is at the first */
	struct net_key public_key;
	uint16_t listen_port;
	vec_of(struct net_address) addresses; /* overlay */
	vec_of(struct manifest_attachment) attachments;
	vec_of(struct net_prefix) routes;
	vec_of(const char *) groups;         /* its own, or its user's */
	const struct manifest_host *gateway; /* of a device */
	size_t class;
	unsigned int share; /* see manifest_verdict() */
};
