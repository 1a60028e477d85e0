/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A manifest to be read, in a folder of its own. It begins as a good one of four sites and five
 * hosts; tests change single values. JSON is written with single quotes here. Failing ends the
 * test.
 */

#include <jansson.h>

#include "base/manifest/manifest.h"

struct document {
	char folder[32];
	struct arena *arena;
	json_t *json;
	const char *fault; /* of the last reading */
};

int document_setup(void **state);
int document_teardown(void **state);

/* Replaces or adds the value at a path of keys, "hosts/gw/share"; NULL takes it away. */
void document_set(struct document *document, const char *path, const char *value);

/* Writes these bytes in place of the manifest. */
void document_write(const struct document *document, const char *bytes, size_t size);

/* Writes the manifest and reads it: NULL, and a fault, if it is not one. */
const struct manifest *document_read(struct document *document);

/* The same, and it must be good. */
const struct manifest *document_read_good(struct document *document);

#define DOCUMENT_TEST(name) cmocka_unit_test_setup_teardown(name, document_setup, document_teardown)
