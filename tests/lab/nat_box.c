/* SPDX-License-Identifier: MIT */

/*
 * The userspace NAT alone, on a TUN device of the current network namespace.
 *
 *     nat_box device=nat0 public=198.51.100.7 inside=10.0.0.0/24 mapping=address-dependent
 *             filtering=endpoint-independent port_preservation=yes hairpinning=yes timeout=30
 *             static=198.51.100.7:51820,10.0.0.1:51821 static=198.51.100.8:0,10.0.0.2:0
 *
 * A port of 0 means all of them. Runs until it is killed. Exit status 2: a wrong argument.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net/address.h"
#include "base/net/prefix.h"
#include "runtime/lab/nat.h"

enum {
	MOST = 16, /* static entries, and inside prefixes */
};

struct settings {
	struct nat_config config;
	struct nat_static statics[MOST];
	struct net_prefix inside[MOST];
};

/* The words of the topology, in the order of enum manifest_mapping and enum manifest_filtering. */
static const char *const behaviours[] = {
	"none",
	"endpoint-independent",
	"address-dependent",
	"address-and-port-dependent",
};

static bool read_number(const char *text, unsigned long most, unsigned long *ret_number)
{
	char *end;

	*ret_number = strtoul(text, &end, 10);
	return end != text && *end == '\0' && *ret_number <= most;
}

static bool read_behaviour(const char *text, unsigned int *ret_behaviour)
{
	for (unsigned int i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++) {
		if (strcmp(text, behaviours[i]) == 0) {
			*ret_behaviour = i;
			return true;
		}
	}
	return false;
}

static bool read_end(const char *text, struct net_address *ret_address, uint16_t *ret_port)
{
	const char *colon = strchr(text, ':');
	char address[NET_ADDRESS_TEXT];
	unsigned long port;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(colon - text));
	address[colon - text] = '\0';
	if (!read_number(colon + 1, UINT16_MAX, &port))
		return false;
	*ret_port = (uint16_t)port;
	return net_address_parse(address, ret_address) == 0;
}

static bool read_device(const char *value, struct settings *settings)
{
	settings->config.device = value;
	return true;
}

static bool read_public(const char *value, struct settings *settings)
{
	return net_address_parse(value, &settings->config.public) == 0;
}

static bool read_inside(const char *value, struct settings *settings)
{
	return settings->config.n_inside < MOST &&
	       net_prefix_parse(value, &settings->inside[settings->config.n_inside++]) == 0;
}

static bool read_static(const char *value, struct settings *settings)
{
	struct nat_static *entry = &settings->statics[settings->config.n_statics];
	const char *comma = strchr(value, ',');
	char outer[NET_ADDRESS_TEXT + 6];

	if (settings->config.n_statics == MOST || comma == NULL ||
	    (size_t)(comma - value) >= sizeof(outer))
		return false;
	memcpy(outer, value, (size_t)(comma - value));
	outer[comma - value] = '\0';
	settings->config.n_statics++;
	return read_end(outer, &entry->outer, &entry->outer_port) &&
	       read_end(comma + 1, &entry->inner, &entry->inner_port);
}

static bool read_mapping(const char *value, struct settings *settings)
{
	unsigned int behaviour = 0;
	bool is_good = read_behaviour(value, &behaviour);

	settings->config.box.mapping = behaviour;
	return is_good;
}

static bool read_filtering(const char *value, struct settings *settings)
{
	unsigned int behaviour = 0;
	bool is_good = read_behaviour(value, &behaviour);

	settings->config.box.filtering = behaviour;
	return is_good;
}

static bool read_port_preservation(const char *value, struct settings *settings)
{
	settings->config.box.port_preservation = strcmp(value, "yes") == 0;
	return true;
}

static bool read_hairpinning(const char *value, struct settings *settings)
{
	settings->config.box.hairpinning = strcmp(value, "yes") == 0;
	return true;
}

static bool read_timeout(const char *value, struct settings *settings)
{
	unsigned long number;
	bool is_good = read_number(value, 86400, &number);

	settings->config.box.mapping_timeout_s = (unsigned int)number;
	return is_good;
}

struct setting {
	const char *key;
	bool (*read)(const char *value, struct settings *settings);
};

static const struct setting known[] = {
	{"device", read_device},           {"filtering", read_filtering},
	{"hairpinning", read_hairpinning}, {"inside", read_inside},
	{"mapping", read_mapping},         {"port_preservation", read_port_preservation},
	{"public", read_public},           {"static", read_static},
	{"timeout", read_timeout},
};

/* "key=value", which is cut in two. */
static bool read_setting(char *text, struct settings *settings)
{
	char *value = strchr(text, '=');

	if (value == NULL)
		return false;
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(text, known[i].key) == 0)
			return known[i].read(value, settings);
	}
	return false;
}

int main(int argc, char *argv[])
{
	struct settings settings = {.config = {.device = "nat0"}};
	int r;

	settings.config.statics = settings.statics;
	settings.config.inside = settings.inside;
	settings.config.box.mapping = MANIFEST_MAPPING_ENDPOINT_INDEPENDENT;
	for (int i = 1; i < argc; i++) {
		if (!read_setting(argv[i], &settings)) {
			(void)fprintf(stderr, "nat_box: no such setting: '%s'\n", argv[i]);
			return 2;
		}
	}
	r = nat_run(&settings.config);
	(void)fprintf(stderr, "nat_box: %s\n", strerror(-r));
	return 1;
}
