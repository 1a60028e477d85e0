/* SPDX-License-Identifier: MIT */

/* The formats, byte by byte, for small plans that are made by hand. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "compiler/emit/emit.h"
#include "compiler/plan/plan.h"

static const struct net_address addresses[] = {
	{NET_IPV4, {10, 20, 0, 1}},
	{NET_IPV6, {0xfd, [15] = 1}},
};

static const struct net_prefix pools[] = {
	{{NET_IPV4, {10, 20}}, 24},
	{{NET_IPV6, {0xfd}}, 64},
};

static const struct net_prefix lone[] = {
	{{NET_IPV4, {10, 20, 0, 2}}, 32},
};

static const struct plan_peer open_peer = {
	.id = 3,
	.name = "gpu02",
	.public_key = {{1, 2, 3}},
	.endpoint = {.address = {NET_IPV4, {192, 0, 2, 2}}, .port = 51820},
	.persistent_keepalive_s = 25,
	.reason = PLAN_CLOSED,
	.behind = "campus",
	.way = PLAN_DIRECT,
	.allowed_ips = pools,
	.n_allowed_ips = 2,
};

static const struct plan_peer silent_peer = {
	.id = 0,
	.name = "al/lap",
	.public_key = {{4, 5, 6}},
	.reason = PLAN_PEER_KEEPS,
	.way = PLAN_LAN,
	.site = "campus",
	.allowed_ips = lone,
	.n_allowed_ips = 1,
};

static const struct plan_peer named_peer = {
	.id = 1,
	.name = "gw",
	.public_key = {{7, 8, 9}},
	.endpoint = {.name = "vpn.example.org", .port = 1},
	.reason = PLAN_BOTH_OPEN,
	.allowed_ips = lone,
	.n_allowed_ips = 1,
};

#define OPEN_PEER                                                                                  \
	"\n[Peer]\n"                                                                               \
	"# gpu02, direct over the internet; keepalive: nobody outside campus can send to this "    \
	"host first\n"                                                                             \
	"PublicKey = AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"                               \
	"AllowedIPs = 10.20.0.0/24, fd00::/64\n"                                                   \
	"Endpoint = 192.0.2.2:51820\n"                                                             \
	"PersistentKeepalive = 25\n"
#define SILENT_PEER                                                                                \
	"\n[Peer]\n"                                                                               \
	"# al/lap, lan at campus; no keepalive: the peer sends first and keeps it alive\n"         \
	"PublicKey = BAUGAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"                               \
	"AllowedIPs = 10.20.0.2/32\n"                                                              \
	"PersistentKeepalive = 0\n"
#define NAMED_PEER                                                                                 \
	"\n[Peer]\n"                                                                               \
	"# gw, direct over the internet; no keepalive: either side can send first\n"               \
	"PublicKey = BwgJAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"                               \
	"AllowedIPs = 10.20.0.2/32\n"                                                              \
	"Endpoint = vpn.example.org:1\n"                                                           \
	"PersistentKeepalive = 0\n"

static const struct plan_peer *server_peers[] = {&open_peer, &silent_peer};
static const struct plan_peer *device_peers[] = {&named_peer};

static struct plan_route routes[] = {
	{{{NET_IPV4, {10, 20}}, 24}, 0},
	{{{NET_IPV4, {10, 20, 0, 2}}, 32}, 1380},
	{{{NET_IPV6, {0xfd}}, 64}, 65535},
};

static struct plan server_plan(void)
{
	return (struct plan){
		.host = "gpu01",
		.kind = "server",
		.folder = "hosts/gpu01/etc/wireguard",
		.network = "lab",
		.interface = "lab",
		.addresses = addresses,
		.n_addresses = 2,
		.listen_port = 51820,
		.mtu = 1420,
		.forwards = {[NET_IPV6] = true},
		.routes = {.items = routes, .n_items = 3},
		.peers = {.items = server_peers, .n_items = 2},
		.peers_hash = 1,
	};
}

static struct plan device_plan(void)
{
	return (struct plan){
		.host = "al/lap",
		.kind = "device",
		.folder = "users/al/lap",
		.network = "lab",
		.interface = "lab",
		.is_portable = true,
		.addresses = addresses,
		.n_addresses = 1,
		.mtu = 576,
		.gateway = "gw",
		.gateway_addresses = addresses,
		.n_gateway_addresses = 2,
		.peers = {.items = device_peers, .n_items = 1},
		.peers_hash = 2,
	};
}

static const struct emitter *find_emitter(const char *name)
{
	for (size_t i = 0; i < n_emitters; i++) {
		if (strcmp(emitters[i]->name, name) == 0)
			return emitters[i];
	}
	fail_msg("no emitter '%s'", name);
	return NULL;
}

/* What a test has open: an emission of its own. */
struct bench {
	struct arena *arena;
	struct emission *emission;
};

static int setup(void **state)
{
	struct arena *arena = arena_create();
	struct bench *bench = ARENA_NEW(arena, struct bench);

	*bench = (struct bench){arena, emission_create(arena, NULL)};
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	bench->emission = emission_destroy(bench->emission);
	(void)arena_destroy(bench->arena);
	return 0;
}

static void expect_bytes(const struct artifact *artifact, const char *expected)
{
	assert_int_equal(artifact->size, strlen(expected));
	assert_memory_equal(artifact->bytes, expected, artifact->size);
}

static void test_wg_quick_of_a_server(void **state)
{
	const struct bench *bench = *state;
	const struct emitter *emitter = find_emitter("wg-quick");
	const struct plan plan = server_plan();
	struct artifact artifact;

	assert_true(emission_begin(bench->emission, emitter, &plan, &artifact));
	assert_string_equal(artifact.path, "hosts/gpu01/etc/wireguard/lab.conf");
	assert_string_equal(artifact.host, "gpu01");
	assert_int_equal(artifact.mode, 0600);
	emission_finish(bench->emission, emitter, &plan, &artifact);
	expect_bytes(&artifact,
		     "# gpu01, server of lab. Made by wgtopo: change the topology, not this file.\n"
		     "[Interface]\n"
		     "Address = 10.20.0.1/32\n"
		     "Address = fd00::1/128\n"
		     "ListenPort = 51820\n"
		     "MTU = 1420\n"
		     "Table = off\n"
		     "PostUp = wg set %i private-key /etc/wireguard/%i.key\n"
		     "PostUp = sysctl -q -w net.ipv6.conf.all.forwarding=1\n"
		     "PostUp = ip -batch /etc/wireguard/%i.routes\n" OPEN_PEER SILENT_PEER);
}

static const char lap_head[] = "# al/lap. Made by wgtopo.\n"
			       "[Interface]\n"
			       "PrivateKey = PUT-THE-PRIVATE-KEY-OF-THIS-DEVICE-HERE\n"
			       "Address = 10.20.0.1/32";

static const char lap_peer[] = "MTU = 576\n"
			       "\n[Peer]\n"
			       "# gw\n"
			       "PublicKey = BwgJAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
			       "AllowedIPs = 10.20.0.2/32\n"
			       "Endpoint = vpn.example.org:1\n"
			       "PersistentKeepalive = 0\n";

static void test_app_of_a_device(void **state)
{
	const struct bench *bench = *state;
	const struct emitter *emitter = find_emitter("app");
	struct plan plan = device_plan();
	struct text expected = {0};
	struct artifact artifact;

	assert_true(emission_begin(bench->emission, emitter, &plan, &artifact));
	assert_string_equal(artifact.path, "users/al/lap/lab.conf");
	assert_int_equal(artifact.mode, 0600);
	emission_finish(bench->emission, emitter, &plan, &artifact);
	text_printf(&expected, "%s\n%s", lap_head, lap_peer);
	expect_bytes(&artifact, expected.data);

	/* with both families, and a port that others count on */
	plan.n_addresses = 2;
	plan.listen_port = 1;
	assert_true(emission_begin(bench->emission, emitter, &plan, &artifact));
	emission_finish(bench->emission, emitter, &plan, &artifact);
	text_clear(&expected);
	text_printf(&expected, "%s, fd00::1/128\nListenPort = 1\n%s", lap_head, lap_peer);
	expect_bytes(&artifact, expected.data);
	text_finish(&expected);
}

/* What goes into an app takes no hooks; who has hooks needs no app. */
static void test_files_by_portability(void **state)
{
	const struct bench *bench = *state;
	const struct plan server = server_plan();
	const struct plan device = device_plan();
	struct artifact artifact;

	assert_false(emission_begin(bench->emission, find_emitter("wg-quick"), &device, &artifact));
	assert_false(emission_begin(bench->emission, find_emitter("app"), &server, &artifact));
}

/* By the device's own words: what it is called, what is there, whom to ping. */
static void test_guide_of_a_device(void **state)
{
	static const struct {
		const char *text;
		enum plan_preshared preshared;
		bool has_private_key;
		bool is_there;
	} rows[] = {
		{"al/lap: your way into the network lab\n======", PLAN_PRESHARED_NONE, false, true},
		{"wireguard file lab.conf\n", PLAN_PRESHARED_NONE, false, true},
		{"ask gw for an answer", PLAN_PRESHARED_NONE, false, true},
		{"Windows   ping 10.20.0.1\n", PLAN_PRESHARED_NONE, false, true},
		{"macOS     ping6 -c 4 fd00::1\n", PLAN_PRESHARED_NONE, false, true},
		{"%", PLAN_PRESHARED_NONE, false, false},
		{"\r", PLAN_PRESHARED_NONE, false, false},
		{"PUT-THE-PRIVATE-KEY-OF-THIS-DEVICE-HERE", PLAN_PRESHARED_NONE, false, true},
		{"PresharedKey", PLAN_PRESHARED_NONE, false, false},
		{"PresharedKey", PLAN_PRESHARED_FILE, false, true},
		{".png", PLAN_PRESHARED_NONE, false, false},
		{"QR code", PLAN_PRESHARED_NONE, false, false},
		{"lab.png", PLAN_PRESHARED_INLINE, true, true},
		{"QR code", PLAN_PRESHARED_INLINE, true, true},
		{"PUT-THE", PLAN_PRESHARED_INLINE, true, false},
		{"PresharedKey", PLAN_PRESHARED_INLINE, true, false},
	};
	const struct bench *bench = *state;
	const struct emitter *emitter = find_emitter("guide");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan = device_plan();
		struct artifact artifact;

		plan.has_private_key = rows[i].has_private_key;
		plan.preshared = rows[i].preshared;
		assert_true(emission_begin(bench->emission, emitter, &plan, &artifact));
		assert_string_equal(artifact.path, "users/al/lap/README.txt");
		assert_int_equal(emission_finish(bench->emission, emitter, &plan, &artifact), 0);
		assert_false(artifact.is_secret);
		if ((strstr(artifact.bytes, rows[i].text) != NULL) != rows[i].is_there)
			fail_msg("'%s'", rows[i].text);
		for (const char *line = artifact.bytes; *line != '\0';) {
			assert_true(strcspn(line, "\n") <= 72);
			line += strcspn(line, "\n") + 1;
		}
	}
}

static void test_routes_of_a_server(void **state)
{
	const struct bench *bench = *state;
	const struct emitter *emitter = find_emitter("routes");
	const struct plan plan = server_plan();
	struct artifact artifact;

	assert_true(emission_begin(bench->emission, emitter, &plan, &artifact));
	assert_string_equal(artifact.path, "hosts/gpu01/etc/wireguard/lab.routes");
	assert_int_equal(artifact.mode, 0600);
	emission_finish(bench->emission, emitter, &plan, &artifact);
	expect_bytes(&artifact, "# gpu01: routes of lab. Made by wgtopo: change the topology, not "
				"this file.\n"
				"route replace 10.20.0.0/24 dev lab\n"
				"route replace 10.20.0.2/32 dev lab mtu 1380\n"
				"route replace fd00::/64 dev lab mtu 65535\n");
}

/* What the script does in between is the same everywhere, and shown by tests/golden. */
static void test_reload_of_a_server(void **state)
{
	static const char begin[] =
		"#!/bin/bash\n"
		"# gpu01: makes the running lab match the files beside this one, and leaves alone "
		"what does.\n"
		"# Routes and addresses that were removed go at the next restart of the "
		"interface.\n"
		"# Made by wgtopo: change the topology, not this file.\n"
		"set -euo pipefail\n"
		"\n"
		"if ! ip link show dev lab >/dev/null 2>&1; then\n"
		"\techo \"lab is not up: wg-quick up lab\" >&2\n"
		"\texit 1\n"
		"fi\n"
		"\n";
	static const char *const steps[] = {
		"\nconfig=$(wg-quick strip lab | awk -v key=/etc/wireguard/lab.key '\n",
		"\ttolower($1) == \"publickey\" { print \"PresharedKey = "
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\" }')\n",
		"\nchanged=$(wg show lab dump | awk -v "
		"no_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= '\n",
		"\ngone=$(wg show lab peers | awk '\n",
		"\n\twg set lab peer \"$peer\" remove\n",
		"\n\twg addconf lab <(printf '%s\\n' \"$changed\")\n",
	};
	static const char end[] = "fi\n"
				  "\n"
				  "ip link set dev lab mtu 1420\n"
				  "sysctl -q -w net.ipv6.conf.all.forwarding=1\n"
				  "ip address replace 10.20.0.1/32 dev lab\n"
				  "ip address replace fd00::1/128 dev lab\n"
				  "ip -batch /etc/wireguard/lab.routes\n";
	const struct bench *bench = *state;
	const struct emitter *emitter = find_emitter("reload");
	const struct plan plan = server_plan();
	struct artifact artifact;
	const char *rest;

	assert_true(emission_begin(bench->emission, emitter, &plan, &artifact));
	assert_string_equal(artifact.path, "hosts/gpu01/etc/wireguard/lab.reload");
	assert_int_equal(artifact.mode, 0700);
	emission_finish(bench->emission, emitter, &plan, &artifact);
	assert_true(artifact.size > sizeof(begin) + sizeof(end));
	assert_memory_equal(artifact.bytes, begin, sizeof(begin) - 1);
	rest = artifact.bytes;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		rest = strstr(rest, steps[i]);
		if (rest == NULL)
			fail_msg("%s is not there, or not in its place", steps[i]);
	}
	assert_string_equal(artifact.bytes + artifact.size - (sizeof(end) - 1), end);
}

/* A format that a host does not need, or that is not of hosts at all, or not of the network. */
static void test_formats_that_are_absent(void **state)
{
	const struct bench *bench = *state;
	const struct plan plan = device_plan();
	const struct plan_network network = {.name = "lab"};
	struct artifact artifact;

	assert_false(emission_begin(bench->emission, find_emitter("routes"), &plan, &artifact));
	assert_false(emission_begin(bench->emission, find_emitter("reload"), &plan, &artifact));
	assert_false(emission_begin(bench->emission, find_emitter("hosts"), &plan, &artifact));
	assert_false(emission_begin_network(bench->emission, find_emitter("wg-quick"), &network,
					    &artifact));
	assert_false(emission_begin_network(bench->emission, find_emitter("routes"), &network,
					    &artifact));
}

static void test_hosts_of_the_network(void **state)
{
	static struct plan_name names[] = {
		{"lap.al", addresses + 1, 1},
		{"gpu01", addresses, 2},
	};
	const struct bench *bench = *state;
	const struct emitter *emitter = find_emitter("hosts");
	struct plan_network network = {.name = "lab",
				       .domain = "mesh.example.org",
				       .names = {.items = names, .n_items = 2}};
	struct artifact artifact;

	assert_true(emission_begin_network(bench->emission, emitter, &network, &artifact));
	assert_string_equal(artifact.path, "network/hosts");
	assert_null(artifact.host);
	assert_int_equal(artifact.mode, 0644);
	emission_finish(bench->emission, emitter, NULL, &artifact);
	expect_bytes(&artifact, "# BEGIN wgtopo lab\n"
				"fd00::1 lap.al.mesh.example.org lap.al\n"
				"10.20.0.1 gpu01.mesh.example.org gpu01\n"
				"fd00::1 gpu01.mesh.example.org gpu01\n"
				"# END wgtopo lab\n");
	network.domain = NULL;
	network.names.n_items = 1;
	assert_true(emission_begin_network(bench->emission, emitter, &network, &artifact));
	emission_finish(bench->emission, emitter, NULL, &artifact);
	expect_bytes(&artifact, "# BEGIN wgtopo lab\nfd00::1 lap.al\n# END wgtopo lab\n");
}

/* A peer's text is made once, wherever it stands and whoever has it. */
static void test_peers_are_reused(void **state)
{
	static const struct plan_peer *orders[][3] = {
		{&silent_peer, &open_peer, &named_peer},
		{&named_peer, &named_peer, &silent_peer},
		{&open_peer, &silent_peer, &named_peer},
	};
	static const char *const expected[] = {
		SILENT_PEER OPEN_PEER NAMED_PEER,
		NAMED_PEER NAMED_PEER SILENT_PEER,
		OPEN_PEER SILENT_PEER NAMED_PEER,
	};
	const struct bench *bench = *state;
	const struct emitter *emitter = find_emitter("wg-quick");

	for (size_t i = 0; i < 3; i++) {
		struct plan plan = server_plan();
		struct artifact artifact;
		const char *peers;

		plan.peers.items = orders[i];
		plan.peers.n_items = 3;
		assert_true(emission_begin(bench->emission, emitter, &plan, &artifact));
		emission_finish(bench->emission, emitter, &plan, &artifact);
		peers = strstr(artifact.bytes, "\n[Peer]");
		assert_non_null(peers);
		assert_string_equal(peers, expected[i]);
	}
}

static bool is_same(struct fingerprint a, struct fingerprint b)
{
	return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

static struct fingerprint fingerprint_of(const struct bench *bench, const char *format,
					 const struct plan *plan)
{
	struct artifact artifact;

	assert_true(emission_begin(bench->emission, find_emitter(format), plan, &artifact));
	return artifact.fingerprint;
}

/* The fingerprint is of the part before the peers and of the peers' hash, where there are any. */
static void test_fingerprints_of_plans(void **state)
{
	const struct bench *bench = *state;
	const struct plan plan = server_plan();
	struct plan other = server_plan();

	assert_true(is_same(fingerprint_of(bench, "wg-quick", &plan),
			    fingerprint_of(bench, "wg-quick", &other)));
	other.peers_hash = 7;
	assert_false(is_same(fingerprint_of(bench, "wg-quick", &plan),
			     fingerprint_of(bench, "wg-quick", &other)));
	assert_true(is_same(fingerprint_of(bench, "routes", &plan),
			    fingerprint_of(bench, "routes", &other)));
	other = server_plan();
	other.mtu = 1440;
	assert_false(is_same(fingerprint_of(bench, "wg-quick", &plan),
			     fingerprint_of(bench, "wg-quick", &other)));
	assert_true(is_same(fingerprint_of(bench, "routes", &plan),
			    fingerprint_of(bench, "routes", &other)));
	other = server_plan();
	other.routes.n_items = 2;
	assert_true(is_same(fingerprint_of(bench, "wg-quick", &plan),
			    fingerprint_of(bench, "wg-quick", &other)));
	assert_false(is_same(fingerprint_of(bench, "routes", &plan),
			     fingerprint_of(bench, "routes", &other)));
}

/* The list that `--formats` takes: sorted, each with what the help needs. */
static void test_formats_list(void **state)
{
	(void)state;
	assert_true(n_emitters >= 3);
	for (size_t i = 0; i < n_emitters; i++) {
		assert_true(strlen(emitters[i]->summary) > 0);
		assert_true(strlen(emitters[i]->file) > 0);
		assert_null(strchr(emitters[i]->file, '/'));
		assert_null(strpbrk(emitters[i]->name, ", _"));
		assert_true((emitters[i]->emit_host != NULL) !=
			    (emitters[i]->emit_network != NULL));
		assert_string_equal(emitter_names[i], emitters[i]->name);
		if (i > 0)
			assert_true(strcmp(emitters[i - 1]->name, emitters[i]->name) < 0);
	}
	assert_null(emitter_names[n_emitters]);
	assert_null(emission_destroy(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_wg_quick_of_a_server, setup, teardown),
		cmocka_unit_test_setup_teardown(test_app_of_a_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files_by_portability, setup, teardown),
		cmocka_unit_test_setup_teardown(test_guide_of_a_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_routes_of_a_server, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reload_of_a_server, setup, teardown),
		cmocka_unit_test_setup_teardown(test_formats_that_are_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts_of_the_network, setup, teardown),
		cmocka_unit_test_setup_teardown(test_peers_are_reused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fingerprints_of_plans, setup, teardown),
		cmocka_unit_test(test_formats_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
