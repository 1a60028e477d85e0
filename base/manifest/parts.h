/* SPDX-License-Identifier: MIT */
#pragma once

/* The parts of a manifest, in the order in which manifest_read() reads them. */

#include <stdbool.h>

struct manifest_field;
struct manifest_reader;

/* The tree of sites: names, boxes, addresses. The internet is the first. */
int manifest_read_sites(struct manifest_reader *reader, const struct manifest_field *top);

/* Whether a text can be the name of an interface and of a file. */
bool manifest_is_interface_name(const char *name);

int manifest_read_hosts(struct manifest_reader *reader, const struct manifest_field *top);

/* What leads from the sites to hosts: forwards and 1:1 addresses. */
int manifest_read_ways_in(struct manifest_reader *reader, const struct manifest_field *top);

/* Verdicts of classes, and links. */
int manifest_read_verdicts(struct manifest_reader *reader, const struct manifest_field *top);

/* Pairs that are tuned: there need not be a list. */
int manifest_read_tuned(struct manifest_reader *reader, const struct manifest_field *top);
