/* SPDX-License-Identifier: MIT */

/* Manifest: what a good one says, and what is said about a bad one. */

#include "base/manifest/manifest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/unit/runtime/document.h"

static const struct manifest_host *host(const struct manifest *manifest, const char *name)
{
	const struct manifest_host *found = manifest_find_host(manifest, name);

	assert_non_null(found);
	return found;
}

static void test_read_sites(void **state)
{
	const struct manifest *manifest = document_read_good(*state);
	const struct manifest_site *campus = &manifest->sites[1];
	const struct manifest_site *lab = &manifest->sites[4];

	assert_int_equal(manifest->n_sites, 5);
	assert_string_equal(manifest->sites[0].name, "internet");
	assert_null(manifest->sites[0].inside);
	assert_string_equal(campus->name, "campus");
	assert_int_equal(campus->index, 1);
	assert_int_equal(campus->box[NET_IPV4].mapping,
			 MANIFEST_MAPPING_ADDRESS_AND_PORT_DEPENDENT);
	assert_int_equal(campus->box[NET_IPV6].mapping, MANIFEST_MAPPING_NONE);
	assert_int_equal(campus->box[NET_IPV6].mapping_timeout_s, 30);
	assert_int_equal(campus->prefixes.n_items, 2);
	assert_ptr_equal(lab->inside, campus);
	assert_true(lab->box[NET_IPV4].port_preservation);
	assert_int_equal(lab->box[NET_IPV4].mapping_timeout_s, 120);
	assert_string_equal(manifest->sites[3].public.items[0].name, "home.example.net");
}

static void test_read_ways_in(void **state)
{
	const struct manifest *manifest = document_read_good(*state);
	const struct manifest_site *home = &manifest->sites[3];
	const struct manifest_site *cloud = &manifest->sites[2];

	assert_int_equal(home->forwards.n_items, 1);
	assert_int_equal(home->forwards.items[0].port, 51821);
	assert_int_equal(home->forwards.items[0].host_port, 51820);
	assert_true(home->forwards.items[0].in[NET_IPV4]);
	assert_false(home->forwards.items[0].in[NET_IPV6]);
	assert_ptr_equal(home->forwards.items[0].host, host(manifest, "home01"));
	assert_ptr_equal(cloud->one_to_one.items[0].host, host(manifest, "vm1"));
}

static void test_read_hosts(void **state)
{
	const struct manifest *manifest = document_read_good(*state);
	const struct manifest_host *gw = host(manifest, "gw");

	assert_int_equal(manifest->n_hosts, 5);
	for (size_t i = 1; i < manifest->n_hosts; i++)
		assert_true(strcmp(manifest->hosts[i - 1].name, manifest->hosts[i].name) < 0);
	assert_null(manifest_find_host(manifest, "nobody"));
	assert_int_equal(gw->kind, MANIFEST_GATEWAY);
	assert_int_equal(gw->attachments.n_items, 2);
	assert_ptr_equal(gw->attachments.items[0].site, &manifest->sites[0]);
	assert_ptr_equal(gw->attachments.items[1].site, &manifest->sites[1]);
	assert_int_equal(gw->routes.n_items, 2);
	assert_int_equal(host(manifest, "home01")->share, 3);
}

static void expect_verdict(const struct manifest *manifest, const char *from, const char *to,
			   enum manifest_verdict verdict, const char *via)
{
	const struct manifest_host *gateway = NULL;
	enum manifest_verdict found =
		manifest_verdict(manifest, host(manifest, from), host(manifest, to), &gateway);

	if (found != verdict)
		fail_msg("%s -> %s: %s", from, to, manifest_verdict_text(found));
	assert_ptr_equal(gateway, via == NULL ? NULL : host(manifest, via));
}

/* Of the two relays a pair has number (share + share) modulo two. */
static void test_verdict_of_pair(void **state)
{
	const struct manifest *manifest = document_read_good(*state);

	expect_verdict(manifest, "gw", "gpu01", MANIFEST_LAN, NULL);
	expect_verdict(manifest, "gpu02", "gw", MANIFEST_DIRECT, NULL);
	expect_verdict(manifest, "gpu01", "gpu02", MANIFEST_PUNCH, NULL);
	expect_verdict(manifest, "gpu01", "home01", MANIFEST_RELAY, "gw");
	expect_verdict(manifest, "home01", "gpu01", MANIFEST_RELAY, "gw");
	expect_verdict(manifest, "gpu02", "home01", MANIFEST_RELAY, "vm1");
	expect_verdict(manifest, "gw", "gw", MANIFEST_NONE, NULL);
	expect_verdict(manifest, "gpu02", "vm1", MANIFEST_DIRECT, NULL);
	expect_verdict(manifest, "gpu01", "vm1", MANIFEST_RELAY, "gw"); /* by `links` */
	expect_verdict(manifest, "vm1", "gpu01", MANIFEST_RELAY, "gw");
}

/* A device has its gateway and nobody else; the rows do not name classes of devices. */
static void test_verdict_of_device(void **state)
{
	struct document *document = *state;
	const struct manifest *manifest;

	document_set(document, "hosts/home01/kind", "'device'");
	document_set(document, "hosts/home01/gateway", "'gw'");
	document_set(document, "verdicts/0/direct", "[0, 2]");
	manifest = document_read_good(document);
	expect_verdict(manifest, "home01", "gw", MANIFEST_DIRECT, NULL);
	expect_verdict(manifest, "gw", "home01", MANIFEST_DIRECT, NULL);
	expect_verdict(manifest, "home01", "gpu01", MANIFEST_NONE, NULL);
	expect_verdict(manifest, "gpu01", "home01", MANIFEST_NONE, NULL);
}

/* Of a device with several gateways each is a host; they are known to be one machine. */
static void test_manifest_device(void **state)
{
	struct document *document = *state;
	const struct manifest_host *host;
	const struct manifest *manifest;

	document_set(document, "hosts/home01/kind", "'device'");
	document_set(document, "hosts/home01/gateway", "'gw'");
	document_set(document, "hosts/vm1/kind", "'device'");
	document_set(document, "hosts/vm1/gateway", "'gw'");
	document_set(document, "hosts/vm1/device", "'home01'");
	document_set(document, "hosts/vm1/interface", "'lab-gw2'");
	assert_null(document_read(document));
	assert_string_equal(document->fault, "hosts.vm1.device is not the same device");
	document_set(document, "hosts/vm1/public_key",
		     "'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='");
	manifest = document_read_good(document);
	host = manifest_find_host(manifest, "vm1");
	assert_ptr_equal(host->device, manifest_find_host(manifest, "home01"));
	assert_null(host->device->device);
	assert_string_equal(host->interface, "lab-gw2");
	assert_string_equal(host->device->interface, "lab");
}

static const struct {
	const char *path;
	const char *value;
	const char *fault;
} faults[] = {
	{"format", "'netplan'", "format is a word without a meaning here"},
	{"version", "2", "version is not a version known here"},
	{"network", NULL, "network is missing"},
	{"network/name", "'../etc'", "network has a name that no interface can have"},
	{"network/name", "'sixteen-letters-'", "network has a name that no interface can have"},
	{"network/mtu", "65536", "network.mtu is not an MTU"},
	{"network/addresses/0", "'10.77.0.1/16'", "network.addresses[0] is not a prefix"},
	{"sites", "[]", "sites is not an object"},
	{"sites/internet", "{}", "sites has the internet, which is always there"},
	{"sites/a\nb", "{}", "sites has a name that is not plain text"},
	{"sites/campus/inside", "'mars'", "sites.campus.inside is not a site"},
	{"sites/campus/inside", "'lab'", "sites.campus lies inside itself"},
	{"sites/campus/inside", "'campus'", "sites.campus lies inside itself"},
	{"sites/campus/nat", "'\\u001b[2J'", "sites.campus.nat is not plain text"},
	{"sites/campus/box/ipv6", "7", "sites.campus.box.ipv6 is not an object"},
	{"sites/campus/box/ipv4/mapping", "'cone'",
	 "sites.campus.box.ipv4.mapping is a word without a meaning here"},
	{"sites/campus/box/ipv6/mapping", "'address-dependent'",
	 "sites.campus.box.ipv6 translates, which is known of IPv4 only"},
	{"sites/campus/box/ipv4/hairpinning", "1",
	 "sites.campus.box.ipv4.hairpinning is not true or false"},
	{"sites/campus/box/ipv4/mapping_timeout", "-1",
	 "sites.campus.box.ipv4.mapping_timeout is not a time of at most a day"},
	{"sites/campus/box/ipv4/mapping_timeout", "0",
	 "sites.campus.box.ipv4 remembers nothing, and cannot work so"},
	{"sites/campus/public/0", "'2001:db8::1'", "sites.campus.public[0] is not an IPv4 address"},
	{"sites/campus/public/0", "'a b'",
	 "sites.campus.public[0] is not an address or a DNS name"},
	{"sites/campus/prefixes/1", "5", "sites.campus.prefixes[1] is not text"},
	{"sites/home/forward/0/port", "65536", "sites.home.forward[0].port is not a port"},
	{"sites/home/forward/0/host", "'nobody'", "sites.home.forward[0].host is not a host"},
	{"sites/home/forward/0/host", "'gpu01'",
	 "sites.home.forward[0].host is not a host at this site"},
	{"sites/home/forward/0/families", "['ipx']",
	 "sites.home.forward[0].families names no family"},
	{"sites/cloud/one_to_one/::1", "'vm1'",
	 "sites.cloud.one_to_one has a key that is no IPv4 address"},
	{"hosts/gw", "null", "hosts.gw is not an object"},
	{"hosts/gw/kind", "'king'", "hosts.gw.kind is a word without a meaning here"},
	{"hosts/gw/listen_port", "0", "hosts.gw.listen_port is not a port"},
	{"hosts/gw/listen_port", "'1'", "hosts.gw.listen_port is not a whole number"},
	{"hosts/gw/listen_port", NULL, "hosts.gw.listen_port is missing"},
	{"hosts/gw/folder", "'../gw'", "hosts.gw.folder is not a path below the manifest"},
	{"hosts/gw/folder", "'/etc'", "hosts.gw.folder is not a path below the manifest"},
	{"hosts/gw/folder", "'a/../..'", "hosts.gw.folder is not a path below the manifest"},
	{"hosts/gw/addresses", "[]", "hosts.gw.addresses is empty"},
	{"hosts/gw/addresses/0", "'127.0.0.1'",
	 "hosts.gw.addresses[0] is not an address of a host"},
	{"hosts/gw/public_key", "'secret'", "hosts.gw.public_key is not a public key"},
	{"hosts/gw/at/mars", "['dynamic']", "hosts.gw.at names a site that is not there"},
	{"hosts/gw/at/campus", "[]", "hosts.gw.at.campus is empty"},
	{"hosts/gw/at/campus/0", "'10.1.0.1\\nroute'",
	 "hosts.gw.at.campus[0] is not an address or a DNS name"},
	{"hosts/gw/gateway", "'gpu01'", "hosts.gw.gateway is not a gateway"},
	{"hosts/gw/gateway", "'nobody'", "hosts.gw.gateway is not a host"},
	{"hosts/gw/class", "4", "verdicts has none for the class of 'gw'"},
	{"hosts/gw/share", "-1", "hosts.gw.share is not a share"},
	{"hosts/gw/interface", "'../etc'", "hosts.gw.interface is no name for an interface"},
	{"hosts/gw/interface", "'sixteen-letters-'",
	 "hosts.gw.interface is no name for an interface"},
	{"hosts/gw/interface", "''", "hosts.gw.interface is not plain text"},
	{"hosts/gw/interface", "null", "hosts.gw.interface is not text"},
	{"hosts/gw/device", "'nobody'", "hosts.gw.device is not a host"},
	{"hosts/gw/device", "'vm1'", "hosts.gw.device is not the same device"},
	{"hosts/gw/device", "'gw'", "hosts.gw.device is not the same device"},
	{"hosts/gw/device", "null", "hosts.gw.device is not text"},
	{"verdicts/1/class", "0", "verdicts[1].class has verdicts already"},
	{"verdicts/1/class", "1000000000000", "verdicts[1].class is not a class of these verdicts"},
	{"verdicts/1/lan", "[0, 0]", "verdicts[1] has two verdicts for one class"},
	{"verdicts/1/relay/0/gateways", "[]", "verdicts[1].relay[0].gateways is empty"},
	{"verdicts/1/relay/0/gateways", "['x']", "verdicts[1].relay[0].gateways[0] is not a host"},
	{"links/0/between", "['vm1']", "links[0].between is not a pair"},
	{"links/0/via", "'vm1'", "links[0] relays a host to itself"},
};

static void test_read_faults(void **state)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct document *document = *state;
		json_t *before = json_deep_copy(document->json);

		document_set(document, faults[i].path, faults[i].value);
		if (document_read(document) != NULL)
			fail_msg("%s: %s is accepted", faults[i].path, faults[i].value);
		assert_string_equal(document->fault, faults[i].fault);
		json_decref(document->json);
		document->json = before;
	}
	(void)document_read_good(*state);
}

static void test_read_not_json(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "null", "{'a': 1, 'a': 2}", "\xff"};
	struct document *document = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct manifest *manifest = NULL;
		const char *fault = NULL;

		document_write(document, texts[i], strlen(texts[i]));
		assert_int_equal(
			manifest_read(document->arena, document->folder, &manifest, &fault),
			MANIFEST_E_CONTENT);
		assert_non_null(fault);
	}
}

static void test_read_nothing_there(void **state)
{
	struct document *document = *state;
	struct manifest *manifest = NULL;
	const char *fault = NULL;

	assert_int_equal(manifest_read(document->arena, document->folder, &manifest, &fault),
			 -ENOENT);
	assert_int_equal(manifest_read(document->arena, "/nonexistent", &manifest, &fault),
			 -ENOENT);
}

/* Cut short anywhere, it is refused, never half read. */
static void test_read_cut(void **state)
{
	struct document *document = *state;
	char *text = json_dumps(document->json, 0);

	assert_non_null(text);
	for (size_t length = 0; length < strlen(text); length += 7) {
		struct manifest *manifest = NULL;
		const char *fault = NULL;

		document_write(document, text, length);
		assert_int_equal(
			manifest_read(document->arena, document->folder, &manifest, &fault),
			MANIFEST_E_CONTENT);
	}
	free(text);
}

/* Every value in turn becomes one of another type: refused or read, but never a crash. */
static void damage(struct document *document, json_t *json)
{
	static const char *const others[] = {"null", "{}", "[]", "'x'", "-5", "1e9", "[[]]"};
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(json, next, key, value)
	{
		json_t *kept = json_deep_copy(value);

		damage(document, value);
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
			document_set(document, "files", "[]");
			assert_int_equal(
				json_object_set_new(
					json, key,
					json_loads(others[i][0] == '\'' ? "\"x\"" : others[i],
						   JSON_DECODE_ANY, NULL)),
				0);
			(void)document_read(document);
		}
		assert_int_equal(json_object_set_new(json, key, kept), 0);
	}
}

static void test_read_damaged(void **state)
{
	struct document *document = *state;

	damage(document, document->json);
	(void)document_read_good(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCUMENT_TEST(test_read_sites),         DOCUMENT_TEST(test_read_ways_in),
		DOCUMENT_TEST(test_read_hosts),         DOCUMENT_TEST(test_verdict_of_pair),
		DOCUMENT_TEST(test_verdict_of_device),  DOCUMENT_TEST(test_manifest_device),
		DOCUMENT_TEST(test_read_faults),        DOCUMENT_TEST(test_read_not_json),
		DOCUMENT_TEST(test_read_nothing_there), DOCUMENT_TEST(test_read_cut),
		DOCUMENT_TEST(test_read_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
