/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Conf: what one wg-quick(8) file says, ours or anybody's. Read as wg and wg-quick read it (names
 * without case, a comment from every '#', repeated lists add up), but nothing is passed over: what
 * those would refuse, or take for something else without a word, is a fault, and reading goes on
 * past it.
 *
 * No key that is secret leaves conf_parse(): the source that the spans point into has stars in its
 * place, the private key becomes its public half, and preshared keys a digest to compare them by.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net/address.h"
#include "base/net/key.h"
#include "base/source.h"
#include "base/vec.h"
#include "compiler/conf/peer.h"

struct arena;

enum {
	CONF_MAX_BYTES = 64 << 20, /* of a file: 200,000 peers */
};

/* Something wrong with the file itself. The message is as a diagnostic's. */
struct conf_fault {
	struct span span;
	const char *message;
	const char *help; /* or NULL */
	bool is_silent;   /* wg takes it, for something else than it looks; else it refuses the file
			   */
};

/* An address with the length of its subnet: "10.0.0.7/24" keeps its host bits. */
struct conf_address {
	struct net_address address;
	uint8_t length;
	struct span span;
};

/* A line that says nothing of the tunnel itself: hooks, DNS, Table, FwMark, SaveConfig, ... */
struct conf_setting {
	const char *name; /* as wg-quick(8) writes it: "PostUp" */
	const char *value;
	struct span span;
};

struct conf {
	const struct source *source; /* with stars for secrets */
	const char *interface;       /* the file's name without its ".conf" */
	struct span span;            /* of "[Interface]"; nowhere: there is none */
	const char *comment;         /* the first line of comment of the file; or NULL */
	enum conf_secret private_key;
	const char *private_key_file; /* CONF_SECRET_FILE */
	struct net_key public_key;    /* of CONF_SECRET_INLINE; else zero */
	vec_of(struct conf_address) addresses;
	uint16_t listen_port; /* 0: any */
	struct span listen_port_span;
	uint16_t mtu;       /* 0: wg-quick guesses it */
	bool has_no_routes; /* Table = off: allowed IPs do not become routes */
	vec_of(struct conf_setting) settings;
	vec_of(struct conf_peer) peers;
	vec_of(struct conf_fault) faults;
};

/*
 * Reads the bytes of the file `path` into the arena. They may hold keys: `bytes` is the caller's
 * secret memory and is not kept. A part of a file that begins at a section may be read as well.
 */
struct conf *conf_parse(struct arena *arena, const char *path, const char *bytes, size_t size);

/*
 * Reads the file `path` below the open folder `directory`, as file_read_beneath(). `name` is what
 * messages call it. 0 or the negative errno of reading.
 */
int conf_read(struct arena *arena, int directory, const char *path, const char *name,
	      struct conf **ret_conf);

/* The setting of that name, in wg-quick(8)'s letters; or NULL. */
const struct conf_setting *conf_find_setting(const struct conf *conf, const char *name);
