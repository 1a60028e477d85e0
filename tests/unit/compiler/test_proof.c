/* SPDX-License-Identifier: MIT */

/* Proof of a compilation: what it emits passes, and the same with a wrong byte does not. */

#include "compiler/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/deliver.h"
#include "compiler/emit/artifact.h"
#include "compiler/plan/planner.h"
#include "compiler/publish/intent.h"
#include "tests/unit/compiler/fixture.h"

static const char topology[] =
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"
	"gateways: { gw: { at: { internet: 192.0.2.1 }, public_key: KEY(gw) } }\n"
	"servers:\n"
	"  s1: { at: { internet: 192.0.2.11 }, public_key: KEY(s1) }\n"
	"  s2: { at: { internet: 192.0.2.12 }, public_key: KEY(s2) }\n"
	"users: { al: { devices: { lap: { public_key: KEY(lap) } } } }\n";

/* Hands artifacts on to a proof, with one word replaced by one of the same length. */
struct forger {
	struct proof *proof;
	const char *path; /* of the file that is changed; NULL: none */
	const char *word;
	const char *other;
	size_t n_changed;
};

static int forge(void *context, const struct artifact *artifact)
{
	struct forger *forger = context;
	struct artifact changed = *artifact;
	struct text bytes = {0};
	char *at;

	text_append(&bytes, artifact->bytes, artifact->size);
	changed.bytes = bytes.data;
	if (forger->path != NULL && strcmp(artifact->path, forger->path) == 0) {
		at = strstr(bytes.data, forger->word);
		assert_non_null(at);
		memcpy(at, forger->other, strlen(forger->other));
		forger->n_changed++;
	}
	proof_take(forger->proof, &changed);
	text_finish(&bytes);
	return 0;
}

/* How many errors the proof finds; the first one's rule. */
static size_t prove(struct forger *forger, const char *host, enum diag_rule *ret_rule)
{
	const struct compile_selection selection = {.host = host};
	struct text intent = {0};
	struct compilation c;
	const char *reason;
	size_t n_errors;

	fixture_check_good(&c, topology, NULL);
	intent_write(c.arena, c.network, c.reach, planner_mtu(c.planner, &reason), &intent);
	forger->proof = proof_create(&c, &intent);
	assert_int_equal(compile_emit(&c, &selection, forge, forger), 0);
	assert_int_equal(proof_finish(forger->proof, host != NULL), 0);
	n_errors = c.diags.n_errors;
	*ret_rule = n_errors == 0 ? DIAG_N_RULES : c.diags.items.items[0]->rule;
	proof_destroy(forger->proof);
	text_finish(&intent);
	compile_finish(&c);
	return n_errors;
}

static void test_proof_passes_what_is_emitted(void **state)
{
	struct forger forger = {0};
	enum diag_rule rule;

	(void)state;
	assert_int_equal(prove(&forger, NULL, &rule), 0);
	assert_int_equal(prove(&forger, "s1", &rule), 0);
	assert_int_equal(prove(&forger, "al/lap", &rule), 0);
}

static void test_proof_finds_a_wrong_word(void **state)
{
	static const struct {
		struct forger forger;
		enum diag_rule rule;
	} cases[] = {
		{{.path = "hosts/s1/etc/wireguard/lab.conf",
		  .word = "192.0.2.12:",
		  .other = "192.0.2.13:"},
		 DIAG_ENDPOINT_WRONG},
		{{.path = "hosts/s1/etc/wireguard/lab.conf",
		  .word = "ListenPort = 51820",
		  .other = "ListenPort = 51821"},
		 DIAG_LISTEN_PORT_DIFFERS},
		{{.path = "hosts/gw/etc/wireguard/lab.conf",
		  .word = "ip_forward=1",
		  .other = "ip_forward=0"},
		 DIAG_HOOK_MISSING},
		{{.path = "hosts/s2/etc/wireguard/lab.routes",
		  .word = "10.20.0.0/24",
		  .other = "10.20.0.0/32"},
		 DIAG_PATH_BROKEN},
		{{.path = "users/al/lap/lab.conf", .word = "MTU = 1420", .other = "MTU = 1500"},
		 DIAG_MTU_DIFFERS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct forger forger = cases[i].forger;
		enum diag_rule rule;

		assert_int_equal(prove(&forger, NULL, &rule), 1);
		assert_int_equal(forger.n_changed, 1);
		assert_int_equal(rule, cases[i].rule);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof_passes_what_is_emitted),
		cmocka_unit_test(test_proof_finds_a_wrong_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
