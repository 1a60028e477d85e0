/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Values of a manifest, read with suspicion: each knows its way from the top of the document, so
 * that a fault can be told as "hosts.gpu01.listen_port is not a port". The functions return 0, or
 * MANIFEST_E_CONTENT after the fault is noted.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/manifest/manifest.h"
#include "base/map.h"
#include "base/net/prefix.h"

struct arena;

struct manifest_reader {
	struct arena *arena;
	struct manifest *manifest;
	struct map sites; /* name -> struct manifest_site */
	struct map hosts; /* name -> struct manifest_host */
	const char *fault;
};

/* A value, and where it is: a member of `outer` by its key, or, without a key, one of its items. */
struct manifest_field {
	const struct manifest_field *outer; /* NULL: the document itself */
	const char *key;
	size_t number;
	json_t *json;
};

/* Notes that the value is not what it should be: `words` follow its way. */
int manifest_fault(struct manifest_reader *reader, const struct manifest_field *field,
		   const char *words);

/* A member that must be there, of the type. */
int manifest_member(struct manifest_reader *reader, const struct manifest_field *outer,
		    const char *key, json_type type, struct manifest_field *ret_field);

/* An item of a list, of the type. */
int manifest_item(struct manifest_reader *reader, const struct manifest_field *list, size_t number,
		  json_type type, struct manifest_field *ret_field);

/* Text that can be shown: printable ASCII, at least one character, copied into the arena. */
int manifest_text(struct manifest_reader *reader, const struct manifest_field *field,
		  const char **ret_text);
int manifest_member_text(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, const char **ret_text);

/* A key of an object that is somebody's name, under the same terms. */
int manifest_name(struct manifest_reader *reader, const struct manifest_field *outer,
		  const char *key, const char **ret_name);

/* A member's number in [minimum, maximum]; `what` follows "is not". */
struct manifest_range {
	json_int_t minimum;
	json_int_t maximum;
	const char *what;
};
int manifest_member_number(struct manifest_reader *reader, const struct manifest_field *outer,
			   const char *key, const struct manifest_range *range,
			   json_int_t *ret_number);
int manifest_number(struct manifest_reader *reader, const struct manifest_field *field,
		    const struct manifest_range *range, json_int_t *ret_number);
int manifest_member_port(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, uint16_t *ret_port);
int manifest_member_truth(struct manifest_reader *reader, const struct manifest_field *outer,
			  const char *key, bool *ret_truth);

/* A member that is one of the words; its number among them. */
int manifest_member_word(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, const char *const *words, size_t n_words,
			 size_t *ret_word);

int manifest_address(struct manifest_reader *reader, const struct manifest_field *field,
		     struct net_address *ret_address);

/* Appends the prefixes of a member that is a list of them to a vector of struct net_prefix. */
int manifest_member_prefixes(struct manifest_reader *reader, const struct manifest_field *outer,
			     const char *key, void *prefixes);

/* A place: an address, a DNS name, or "dynamic". */
int manifest_place(struct manifest_reader *reader, const struct manifest_field *field,
		   struct manifest_place *ret_place);

/* A member that names a host. */
int manifest_member_host(struct manifest_reader *reader, const struct manifest_field *outer,
			 const char *key, const struct manifest_host **ret_host);
int manifest_host_named(struct manifest_reader *reader, const struct manifest_field *field,
			const struct manifest_host **ret_host);

/* "ipv4", "ipv6", by enum net_family. */
extern const char *const manifest_families[];
