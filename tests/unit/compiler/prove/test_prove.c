/* SPDX-License-Identifier: MIT */

#include "compiler/prove/prove.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag/diag.h"
#include "compiler/conf/conf.h"
#include "compiler/conf/routes.h"

#define KEY_A "LajCl1NbTCUCyrxm1hwZSQ4lIaFgrTTr1+4KZSo+ZAg="
#define KEY_B "upA8uhtYJF87GapS0IJv2bz3fmZ8W19ZzSusFzLmhyM="
#define KEY_Q "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* Two servers on the internet. */
static const char document[] =
	"{\"format\": \"wgtopo-manifest\", \"version\": 1,"
	"\"network\": {\"name\": \"lab\", \"addresses\": [\"10.0.0.0/24\"], \"mtu\": 1420,"
	" \"longest_keepalive\": 25}, \"sites\": {}, \"hosts\": {"
	"\"a\": {\"kind\": \"server\", \"folder\": \"hosts/a/etc/wireguard\", \"addresses\":"
	" [\"10.0.0.1\"], \"public_key\": \"" KEY_A "\", \"listen_port\": 51820, \"at\":"
	" {\"internet\": [\"203.0.113.1\"]}, \"routes\": [], \"gateway\": null, \"class\": 0,"
	" \"share\": 0},"
	"\"b\": {\"kind\": \"server\", \"folder\": \"hosts/b/etc/wireguard\", \"addresses\":"
	" [\"10.0.0.2\"], \"public_key\": \"" KEY_B "\", \"listen_port\": 51820, \"at\":"
	" {\"internet\": [\"203.0.113.2\"]}, \"routes\": [], \"gateway\": null, \"class\": 0,"
	" \"share\": 0}},"
	"\"verdicts\": [{\"class\": 0, \"lan\": [], \"direct\": [0], \"punch\": [], \"relay\": []}],"
	"\"links\": []}";

#define HEAD(number)                                                                               \
	"[Interface]\nAddress = 10.0.0." number                                                    \
	"/32\nListenPort = 51820\nMTU = 1420\nTable = off\n"                                       \
	"PostUp = wg set %i private-key /etc/wireguard/%i.key\n"                                   \
	"PostUp = ip -batch /etc/wireguard/%i.routes\n\n"
#define PEER(key, lines, number)                                                                   \
	"[Peer]\nPublicKey = " key "\n" lines "AllowedIPs = 10.0.0." number "/32\n"                \
	"Endpoint = 203.0.113." number ":51820\nPersistentKeepalive = 0\n"

struct files {
	const char *a;
	const char *b;
};

static int reread(void *context, struct arena *arena, const struct manifest_host *host,
		  struct prove_files *ret_files)
{
	const struct files *files = context;
	const char *text = host->name[0] == 'a' ? files->a : files->b;

	ret_files->conf = conf_parse(arena, "lab.conf", text, strlen(text));
	ret_files->routes = NULL;
	return 0;
}

static void take(struct prove *prove, const struct manifest_host *host, const char *text)
{
	static const char routes[] = "route replace 10.0.0.0/24 dev lab\n";

	prove_take(prove, host,
		   host->name[0] == 'a' ? "hosts/a/etc/wireguard/lab.routes"
					: "hosts/b/etc/wireguard/lab.routes",
		   routes, sizeof(routes) - 1);
	prove_take(prove, host,
		   host->name[0] == 'a' ? "hosts/a/etc/wireguard/lab.conf"
					: "hosts/b/etc/wireguard/lab.conf",
		   text, strlen(text));
}

/* The rule of the only diagnostic; DIAG_N_RULES: there is none. */
static enum diag_rule prove_files(struct files files)
{
	struct arena *arena = arena_create();
	struct diag_bag diags = {.arena = arena};
	enum diag_rule rule = DIAG_N_RULES;
	struct manifest *manifest;
	struct prove_summary summary;
	struct prove *prove;
	const char *fault = "";

	assert_int_equal(manifest_parse(arena, document, sizeof(document) - 1, &manifest, &fault),
			 0);
	prove = prove_create(manifest);
	take(prove, &manifest->hosts[0], files.a);
	take(prove, &manifest->hosts[1], files.b);
	assert_int_equal(prove_finish(prove, reread, &files, &diags, &summary), 0);
	assert_true(diags.items.n_items < 2);
	if (diags.items.n_items > 0)
		rule = diags.items.items[0]->rule;
	assert_int_equal(summary.n_pairs, 2);
	prove_destroy(prove);
	arena_destroy(arena);
	return rule;
}

static void test_prove_right_files(void **state)
{
	(void)state;
	assert_int_equal(prove_files((struct files){HEAD("1") PEER(KEY_B, "", "2"),
						    HEAD("2") PEER(KEY_A, "", "1")}),
			 DIAG_N_RULES);
	/* Read as a whole, and not by its sections, because of the letters. */
	assert_int_equal(prove_files((struct files){HEAD("1") "  [PEER]\nPUBLICKEY=" KEY_B
							      "\nallowedips=10.0.0.2\n"
							      "endpoint=203.0.113.2:51820\n",
						    HEAD("2") PEER(KEY_A, "", "1")}),
			 DIAG_N_RULES);
}

static void test_prove_preshared_keys(void **state)
{
	(void)state;
	assert_int_equal(prove_files((struct files){
				 HEAD("1") PEER(KEY_B, "PresharedKey = " KEY_Q "\n", "2"),
				 HEAD("2") PEER(KEY_A, "PresharedKey = " KEY_Q "\n", "1")}),
			 DIAG_N_RULES);
	assert_int_equal(
		prove_files((struct files){HEAD("1") PEER(KEY_B, "PresharedKey = " KEY_Q "\n", "2"),
					   HEAD("2") PEER(KEY_A, "", "1")}),
		DIAG_PRESHARED_MISMATCH);
	/* One file read by its sections, and one as a whole: the sums differ, and the keys do not.
	 */
	assert_int_equal(
		prove_files((struct files){HEAD("1") PEER(KEY_B, "PresharedKey = " KEY_Q "\n", "2"),
					   HEAD("2") PEER(KEY_A, "presharedkey=" KEY_Q "\n", "1")}),
		DIAG_N_RULES);
}

static void test_prove_finds_single_faults(void **state)
{
	static const struct {
		const char *a;
		enum diag_rule rule;
	} cases[] = {
		{HEAD("1") PEER(KEY_B, "", "2") "Colour = blue\n", DIAG_CONF_INVALID},
		{HEAD("1") "[Peer]\nPublicKey = " KEY_B
			   "\nAllowedIPs = 10.0.0.2/32\nEndpoint = 203.0.113.2:51821\n",
		 DIAG_ENDPOINT_WRONG},
		{HEAD("1") "[Peer]\nPublicKey = " KEY_B "\nAllowedIPs = 10.0.0.2/32\n",
		 DIAG_ENDPOINT_WRONG},
		{HEAD("1") "[Peer]\nPublicKey = " KEY_B
			   "\nAllowedIPs = 10.0.0.0/31\nEndpoint = 203.0.113.2:51820\n",
		 DIAG_PATH_BROKEN},
		{HEAD("1"), DIAG_PEER_ONE_SIDED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct files files = {cases[i].a, HEAD("2") PEER(KEY_A, "", "1")};

		assert_int_equal(prove_files(files), cases[i].rule);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prove_right_files),
		cmocka_unit_test(test_prove_preshared_keys),
		cmocka_unit_test(test_prove_finds_single_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
