/* SPDX-License-Identifier: MIT */

/* wg-quick files: what is read out of them, what is a fault, and that no secret gets out. */

#include "compiler/conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

/* Keys of nobody; the second is what `wg pubkey` says of the first. */
#define PRIVATE_KEY   "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqwXf7pR25LCo="
#define PUBLIC_KEY    "KVPpfcoSKfl8YAvsLBf+6qs1zkvt9msdQvFqRJ3FwF8="
#define OTHER_KEY     "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08="
#define PRESHARED_KEY "FpCyhws9cxwORoV1M4/+tyFTRVDnbOxV5lzgQWrUvyM="

static const char full[] = "# gpu01, server of lab\n"
			   "[Interface]\n"
			   "Address = 10.0.0.7/24, fd00::7/64\n"
			   "PrivateKey = " PRIVATE_KEY "\n"
			   "ListenPort = 51820\n"
			   "MTU = 1420\n"
			   "Table = off\n"
			   "PostUp = wg set %i private-key /etc/wireguard/%i.key # not this one\n"
			   "\n"
			   "[Peer]\n"
			   "# gw, direct\n"
			   "PublicKey = " OTHER_KEY "\n"
			   "PresharedKey = " PRESHARED_KEY "\n"
			   "AllowedIPs = 10.0.0.1/32, fd00::1/128\n"
			   "AllowedIPs = 10.0.1.0/24\n"
			   "Endpoint = vpn.example.org:51820\n"
			   "PersistentKeepalive = 25\n";

static int set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int tear_down(void **state)
{
	*state = arena_destroy(*state);
	return 0;
}

static struct conf *parse(void **state, const char *text)
{
	return conf_parse(*state, "out/gpu01/lab.conf", text, strlen(text));
}

static void check_prefix(const struct conf_prefix *prefix, const char *expected)
{
	char buffer[NET_PREFIX_TEXT];

	assert_string_equal(net_prefix_format(&prefix->prefix, buffer), expected);
}

static void test_conf_parse_interface(void **state)
{
	const struct conf *conf = parse(state, full);
	char key[NET_KEY_TEXT];

	assert_int_equal(conf->faults.n_items, 0);
	assert_string_equal(conf->interface, "lab");
	assert_string_equal(conf->comment, "gpu01, server of lab");
	assert_int_equal(conf->addresses.n_items, 2);
	assert_int_equal(conf->addresses.items[0].length, 24);
	assert_int_equal(conf->addresses.items[0].address.bytes[3], 7); /* host bits stay */
	assert_int_equal(conf->listen_port, 51820);
	assert_int_equal(conf->mtu, 1420);
	assert_true(conf->has_no_routes);
	assert_string_equal(net_key_format(&conf->public_key, key), PUBLIC_KEY);
	assert_string_equal(conf->private_key_file, "/etc/wireguard/lab.key");
	assert_string_equal(conf_find_setting(conf, "Table")->value, "off");
	assert_null(conf_find_setting(conf, "DNS"));
}

static void test_conf_parse_peer(void **state)
{
	const struct conf *conf = parse(state, full);
	const struct conf_peer *peer = &conf->peers.items[0];
	char buffer[NET_ENDPOINT_TEXT];

	assert_int_equal(conf->peers.n_items, 1);
	assert_string_equal(peer->comment, "gw, direct");
	assert_int_equal(peer->preshared, CONF_SECRET_INLINE);
	assert_int_equal(peer->allowed_ips.n_items, 3);
	check_prefix(&peer->allowed_ips.items[1], "fd00::1/128");
	check_prefix(&peer->allowed_ips.items[2], "10.0.1.0/24");
	assert_string_equal(net_endpoint_format(&peer->endpoint, buffer), "vpn.example.org:51820");
	assert_int_equal(peer->persistent_keepalive_s, 25);
	assert_int_equal(source_position(conf->source, peer->endpoint_span.begin).line, 16);
}

static void test_conf_parse_hides_secrets(void **state)
{
	static const char *const texts[] = {
		full,
		"  privatekey\t=" PRIVATE_KEY "# " PRIVATE_KEY,
		"[Interface]\nPreUp = echo " PRIVATE_KEY " | wg set x private-key /dev/stdin\n",
		"# PrivateKey = " PRIVATE_KEY "\n[Peer]\nEndpoint = " PRIVATE_KEY "\n",
		PRIVATE_KEY,
		"[Interface]\nPrivateKey = " PRIVATE_KEY "x\nPrivateKey=" PRIVATE_KEY " x\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct conf *conf = parse(state, texts[i]);

		assert_int_equal(conf->source->length, strlen(texts[i]));
		assert_null(strstr(conf->source->text, "dwdtCnMYpX08"));
		assert_null(strstr(conf->source->text, "FpCyhws9cxwO"));
		vec_foreach(fault, &conf->faults)
			assert_null(strstr(fault->message, "dwdtCnMYpX08"));
		vec_foreach(setting, &conf->settings)
			assert_null(strstr(setting->value, "dwdtCnMYpX08"));
	}
}

static void test_conf_parse_preshared_digest(void **state)
{
	static const char format[] = "[Peer]\nPublicKey=" OTHER_KEY "\nPresharedKey = ";
	const char *same = arena_printf(*state, "%s%s\n", format, PRESHARED_KEY);
	const char *other = arena_printf(*state, "%s%s\n", format, OTHER_KEY);
	const char *zero =
		arena_printf(*state, "%sAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", format);
	const struct conf_peer *peer = &parse(state, full)->peers.items[0];

	assert_memory_equal(peer->preshared_digest,
			    parse(state, same)->peers.items[0].preshared_digest, CONF_DIGEST_SIZE);
	assert_memory_not_equal(peer->preshared_digest,
				parse(state, other)->peers.items[0].preshared_digest,
				CONF_DIGEST_SIZE);
	assert_int_equal(parse(state, zero)->peers.items[0].preshared, CONF_SECRET_NONE);
}

static void test_conf_parse_preshared_from_file(void **state)
{
	const struct conf *conf =
		parse(state, "[Interface]\nPostUp = wg set %i peer " PUBLIC_KEY
			     " preshared-key /etc/wireguard/%i.psk/gw peer " OTHER_KEY
			     " preshared-key /a\n[Peer]\nPublicKey = " OTHER_KEY
			     "\n[Peer]\nPublicKey = " PUBLIC_KEY "\n");

	assert_int_equal(conf->peers.items[0].preshared, CONF_SECRET_FILE);
	assert_string_equal(conf->peers.items[0].preshared_file, "/a");
	assert_string_equal(conf->peers.items[1].preshared_file, "/etc/wireguard/lab.psk/gw");
}

static void test_conf_parse_other_hands(void **state)
{
	/* As web interfaces and people write them. */
	const struct conf *conf =
		parse(state, "[interface]\r\n\taddress=10.0.0.1\r\n\r\n"
			     "### Client phone ###\r\n[peer]\r\npublickey = " OTHER_KEY
			     "\r\nallowedips=10.0.0.2/32\r\n\r\n"
			     "#----\n# laptop\n[Peer]\n"
			     "PublicKey = " PUBLIC_KEY " # of alice\n"
			     "AllowedIPs =\nPersistentKeepalive = off\n");

	assert_int_equal(conf->faults.n_items, 0);
	assert_int_equal(conf->addresses.items[0].length, 32);
	assert_string_equal(conf->peers.items[0].comment, "Client phone");
	assert_string_equal(conf->peers.items[1].comment, "of alice");
	assert_true(conf->peers.items[1].has_keepalive);
	assert_false(conf->peers.items[0].has_keepalive);
}

// clang-format off
static const struct {
	const char *text;
	const char *message; /* part of it */
	uint32_t line, column;
	bool is_silent;
} fault_cases[] = {
	{"[Interface]\nAddres = 10.0.0.1/32\n",  "wg knows no 'Addres' in [Interface]", 2, 1, false},
	{"[Interface]\nAddress = 10.0.0.1/33\n", "is no address",                       2, 11, false},
	{"[Interface]\nListenPort = 70000\n",    "'70000' is no port",                  2, 14, true},
	{"[Interface]\nMTU = big\n",             "'big' is no MTU",                     2, 7, false},
	{"[Interface]\nMTU =\n",                 "'MTU' has no value",                  2, 1, false},
	{"[Interface]\nMTU = 1420\nMTU = 1\n",   "a second 'MTU'",                      3, 7, true},
	{"[Interface]\n[Interface]\n",           "a second [Interface]",                2, 1, true},
	{"[Interfaces]\nMTU = 1420\n",           "there is no section '[Interfaces]'",  1, 1, false},
	{"MTU = 1420\n",                         "stands in no section",                1, 1, false},
	{"[Interface]\nPrivateKey = abc\n",      "this is no key",                      2, 14, false},
	{"[Interface]\n; comment\n",             "neither a section nor",               2, 1, false},
	{"[Peer]\nEndpoint = 192.0.2.1:1\n",     "a peer without PublicKey",            1, 1, false},
	{"[Peer]\nPublicKey = abc\n",            "this is no key",                      2, 13, false},
	{"[Peer]\nPublicKey = " OTHER_KEY "\nAllowedIPs = 10.0.0.7/24\n", "wg takes '10.0.0.7/24' for 10.0.0.0/24", 3, 14, true},
	{"[Peer]\nPublicKey = " OTHER_KEY "\nAllowedIPs = x, 10.0.0.7\n", "'x' is no prefix",  3, 14, false},
	{"[Peer]\nPublicKey = " OTHER_KEY "\nEndpoint = 2001:db8::1:5182\n", "is no endpoint", 3, 12, true},
	{"[Peer]\nPublicKey = " OTHER_KEY "\nEndpoint = [2001:db8::1]:70000\n", "is no endpoint", 3, 12, true},
	{"[Peer]\nPublicKey = " OTHER_KEY "\nPersistentKeepalive = 65536\n", "is no interval", 3, 23, false},
};
// clang-format on

static void test_conf_parse_faults(void **state)
{
	for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++) {
		const struct conf *conf = parse(state, fault_cases[i].text);
		const struct conf_fault *fault = &conf->faults.items[0];
		struct position position;

		assert_true(conf->faults.n_items >= 1);
		position = source_position(conf->source, fault->span.begin);
		assert_non_null(strstr(fault->message, fault_cases[i].message));
		assert_int_equal(position.line, fault_cases[i].line);
		assert_int_equal(position.column, fault_cases[i].column);
		assert_int_equal(fault->is_silent, fault_cases[i].is_silent);
	}
}

static void test_conf_parse_host_bits(void **state)
{
	const struct conf *conf =
		parse(state, "[Peer]\nPublicKey = " OTHER_KEY
			     "\nAllowedIPs = 10.0.0.7/24, fd00::7/64, 10.0.1.0/24, 10.0.2.9\n");
	static const char *const written[] = {"10.0.0.7", "fd00::7", "10.0.1.0", "10.0.2.9"};
	char buffer[NET_ADDRESS_TEXT];

	assert_int_equal(conf->peers.items[0].allowed_ips.n_items, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct conf_prefix *prefix = &conf->peers.items[0].allowed_ips.items[i];

		assert_string_equal(net_address_format(&prefix->address, buffer), written[i]);
	}
	check_prefix(&conf->peers.items[0].allowed_ips.items[0], "10.0.0.0/24");
	assert_int_equal(conf->faults.n_items, 2);
	assert_non_null(strstr(conf->faults.items[0].help, "10.0.0.7/32"));
	assert_non_null(strstr(conf->faults.items[0].help, "10.0.0.0/24"));
	assert_non_null(strstr(conf->faults.items[1].help, "fd00::7/128"));
}

static void test_conf_parse_goes_on_past_faults(void **state)
{
	const struct conf *conf = parse(
		state, "[Interface]\nMTU = x\nListenPort = 7\n[Peer]\nPublicKey = x\n"
		       "[Peer]\nPublicKey = " OTHER_KEY "\nAllowedIPs = 10.0.0.1, y, fd00::\n");

	assert_int_equal(conf->faults.n_items, 3);
	assert_int_equal(conf->listen_port, 7);
	assert_int_equal(conf->peers.n_items, 2);
	assert_int_equal(conf->peers.items[1].allowed_ips.n_items, 2);
}

static void test_conf_parse_unfilled(void **state)
{
	const struct conf *conf =
		parse(state, "[Interface]\nPrivateKey = PUT-THE-PRIVATE-KEY-OF-THIS-DEVICE-HERE\n");

	assert_int_equal(conf->faults.n_items, 0);
	assert_int_equal(conf->private_key, CONF_SECRET_UNFILLED);
}

static void test_conf_parse_nothing(void **state)
{
	const struct conf *conf = conf_parse(*state, "wg0", "", 0);

	assert_string_equal(conf->interface, "wg0");
	assert_false(span_is_given(conf->span));
	assert_int_equal(conf->peers.n_items + conf->faults.n_items, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_conf_parse_interface, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_peer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_hides_secrets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_preshared_digest, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_preshared_from_file, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_other_hands, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_faults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_host_bits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_goes_on_past_faults, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_unfilled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conf_parse_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
