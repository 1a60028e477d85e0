/* SPDX-License-Identifier: MIT */

#include "tests/unit/runtime/document.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"

#define KEY(letter) "'public_key': '" letter "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"
#define CLOSED                                                                                     \
	"'filtering': 'address-and-port-dependent', 'hairpinning': false, 'blocks_udp': false"
#define OPEN                                                                                       \
	"{'mapping': 'none', 'filtering': 'none', 'port_preservation': false, "                    \
	"'hairpinning': false, 'blocks_udp': false, 'mapping_timeout': 0}"
#define FIREWALL                                                                                   \
	"{'mapping': 'none', " CLOSED ", 'port_preservation': false, 'mapping_timeout': 30}"
#define SYMMETRIC                                                                                  \
	"{'mapping': 'address-and-port-dependent', " CLOSED                                        \
	", 'port_preservation': false, 'mapping_timeout': 30}"
#define CONE                                                                                       \
	"{'mapping': 'endpoint-independent', " CLOSED                                              \
	", 'port_preservation': true, 'mapping_timeout': 120}"

static const char good[] =
	"{'format': 'wgtopo-manifest', 'version': 1,"
	"'network': {'name': 'lab', 'addresses': ['10.77.0.0/16'], 'domain': null, 'mtu': 1420,"
	"'longest_keepalive': 25},"
	"'sites': {"
	" 'lab': {'inside': 'campus', 'nat': 'port-restricted-cone', 'client_isolation': false,"
	"  'box': {'ipv4': " CONE ", 'ipv6': " FIREWALL "}, 'public': ['10.1.9.9'],"
	"  'prefixes': ['192.168.7.0/24', '2001:db8:1:7::/64'], 'forward': [], 'one_to_one': {}},"
	" 'campus': {'inside': 'internet', 'nat': 'symmetric', 'client_isolation': false,"
	"  'box': {'ipv4': " SYMMETRIC ", 'ipv6': " FIREWALL "}, 'public': ['198.51.100.7'],"
	"  'prefixes': ['10.1.0.0/16', '2001:db8:1::/48'], 'forward': [], 'one_to_one': {}},"
	" 'home': {'inside': 'internet', 'nat': 'linux', 'client_isolation': false,"
	"  'box': {'ipv4': " CONE ", 'ipv6': " FIREWALL "}, 'public': ['home.example.net'],"
	"  'prefixes': ['192.168.1.0/24'], 'one_to_one': {},"
	"  'forward': [{'port': 51821, 'families': ['ipv4'], 'host': 'home01', 'host_port': 51820}]},"
	" 'cloud': {'inside': 'internet', 'nat': 'none', 'client_isolation': false,"
	"  'box': {'ipv4': " OPEN ", 'ipv6': " OPEN
	"}, 'public': [], 'prefixes': ['172.31.0.0/16'],"
	"  'forward': [], 'one_to_one': {'203.0.113.40': 'vm1'}}},"
	"'hosts': {"
	" 'vm1': {'kind': 'server', 'folder': 'hosts/vm1', 'addresses': ['10.77.0.5'], " KEY(
		"F") ","
		     "  'listen_port': 51820, 'at': {'cloud': ['172.31.0.5']}, 'routes': [], 'gateway': null,"
		     "  'class': 0, 'share': 4},"
		     " 'home01': {'kind': 'server', 'folder': 'hosts/home01', 'addresses': ['10.77.0.4'], " KEY(
			     "E") ","
				  "  'listen_port': 51820, 'at': {'home': ['192.168.1.10']}, 'routes': [], 'gateway': null,"
				  "  'class': 3, 'share': 3},"
				  " 'gpu01': {'kind': 'server', 'folder': 'hosts/gpu01', 'addresses': ['10.77.0.2'], " KEY(
					  "C") ","
					       "  'listen_port': 51820, 'at': {'campus': ['10.1.2.11', '2001:db8:1::11']}, 'routes': [],"
					       "  'gateway': null, 'class': 1, 'share': 1},"
					       " 'gpu02': {'kind': 'server', 'folder': 'hosts/gpu02', 'addresses': ['10.77.0.3'], " KEY(
						       "D") ","
							    "  'listen_port': 51820, 'at': {'lab': ['192.168.7.2']}, 'routes': [], 'gateway': null,"
							    "  'class': 2, 'share': 2},"
							    " 'gw': {'kind': 'gateway', 'folder': 'hosts/gw', 'addresses': ['10.77.0.1'], " KEY(
								    "B") ","
									 "  'listen_port': 51820, 'at': {'campus': ['10.1.0.1'], 'internet': ['203.0.113.1']},"
									 "  'routes': ['10.1.0.0/16', '10.50.0.0/16'], 'gateway': null, 'class': 0, 'share': 0}},"
									 "'verdicts': ["
									 " {'class': 0, 'lan': [1], 'direct': [0, 2, 3], 'punch': [], 'relay': []},"
									 " {'class': 1, 'lan': [0, 1], 'direct': [], 'punch': [2],"
									 "  'relay': [{'class': 3, 'gateways': ['gw', 'vm1']}]},"
									 " {'class': 2, 'lan': [2], 'direct': [0], 'punch': [1],"
									 "  'relay': [{'class': 3, 'gateways': ['gw', 'vm1']}]},"
									 " {'class': 3, 'lan': [3], 'direct': [0], 'punch': [],"
									 "  'relay': [{'class': 1, 'gateways': ['gw', 'vm1']}, {'class': 2, 'gateways': ['gw', 'vm1']}]}],"
									 "'links': [{'between': ['vm1', 'gpu01'], 'via': 'gw'}],"
									 "'files': []}";

static json_t *parse(struct document *document, const char *text)
{
	char *copy = arena_copy(document->arena, text, strlen(text));
	json_error_t error;
	json_t *json;

	for (char *c = copy; *c != '\0'; c++) {
		if (*c == '\'')
			*c = '"';
	}
	json = json_loads(copy, JSON_DECODE_ANY, &error);
	if (json == NULL)
		fail_msg("'%s': %s at %d", text, error.text, error.position);
	return json;
}

int document_setup(void **state)
{
	struct document *document = calloc(1, sizeof(*document));

	assert_non_null(document);
	document->arena = arena_create();
	document->json = parse(document, good);
	(void)snprintf(document->folder, sizeof(document->folder), "/tmp/wgtopo-test-XXXXXX");
	assert_non_null(mkdtemp(document->folder));
	*state = document;
	return 0;
}

int document_teardown(void **state)
{
	struct document *document = *state;
	const char *file = arena_printf(document->arena, "%s/manifest.json", document->folder);

	(void)unlink(file); /* not every test writes one */
	assert_int_equal(rmdir(document->folder), 0);
	json_decref(document->json);
	(void)arena_destroy(document->arena);
	free(document);
	return 0;
}

void document_set(struct document *document, const char *path, const char *value)
{
	json_t *json = document->json;
	const char *last = strrchr(path, '/');
	char *steps = arena_copy(document->arena, path, strlen(path));
	char *rest = NULL;

	last = last == NULL ? path : last + 1;
	for (char *key = strtok_r(steps, "/", &rest); strcmp(key, last) != 0 || *rest != '\0';
	     key = strtok_r(NULL, "/", &rest)) {
		json = json_is_array(json) ? json_array_get(json, strtoul(key, NULL, 10))
					   : json_object_get(json, key);
		if (json == NULL)
			fail_msg("no '%s' in '%s'", key, path);
	}
	if (json_is_array(json)) {
		assert_int_equal(
			json_array_set_new(json, strtoul(last, NULL, 10), parse(document, value)),
			0);
	} else if (value == NULL) {
		assert_int_equal(json_object_del(json, last), 0);
	} else {
		assert_int_equal(json_object_set_new(json, last, parse(document, value)), 0);
	}
}

void document_write(const struct document *document, const char *bytes, size_t size)
{
	const char *path = arena_printf(document->arena, "%s/manifest.json", document->folder);

	assert_int_equal(file_replace(path, bytes, size, 0600), 0);
}

const struct manifest *document_read(struct document *document)
{
	struct manifest *manifest = NULL;
	char *text = json_dumps(document->json, 0);
	int r;

	assert_non_null(text);
	document_write(document, text, strlen(text));
	free(text);
	document->fault = NULL;
	r = manifest_read(document->arena, document->folder, &manifest, &document->fault);
	assert_true(r == 0 || (r == MANIFEST_E_CONTENT && document->fault != NULL));
	return manifest;
}

const struct manifest *document_read_good(struct document *document)
{
	const struct manifest *manifest = document_read(document);

	if (manifest == NULL)
		fail_msg("%s", document->fault);
	return manifest;
}
