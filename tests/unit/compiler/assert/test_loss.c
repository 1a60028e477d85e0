/* SPDX-License-Identifier: MIT */

/* Loss: who loses whom, told in few cuts. tests/property/test_outage.py compares it with packets.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/assert/loss.h"
#include "compiler/assert/words.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

/* Each server is behind a NAT of its own, so that hub1 relays for all of their pairs. */
#define APART                                                                                      \
	"network: { name: lab, addresses: [10.20.0.0/24] }\n"                                      \
	"sites: { a: { nat: symmetric }, b: { nat: symmetric }, c: { nat: symmetric } }\n"         \
	"gateways:\n"                                                                              \
	"  hub1: { at: { internet: 192.0.2.1 }, public_key: KEY(hub1) }\n"                         \
	"servers:\n"                                                                               \
	"  s1: { at: { a: 10.1.0.1 }, public_key: KEY(s1) }\n"                                     \
	"  s2: { at: { b: 10.2.0.1 }, public_key: KEY(s2) }\n"                                     \
	"  s3: { at: { c: 10.3.0.1 }, public_key: KEY(s3) }\n"

static void expect_loss(const char *topology, const char *lost, const char *expected)
{
	struct compilation c;
	struct outage outage;
	struct text text = {0};
	struct loss loss;

	fixture_check_good(&c, topology, NULL);
	outage = (struct outage){
		.network = c.network,
		.reach = c.reach,
		.planner = c.planner,
		.host = network_find_host(c.network, lost),
		.site = network_find_site(c.network, lost),
	};
	outage_begin(&outage, c.arena);
	loss = loss_find(&outage, c.arena);
	vec_foreach(cut, &loss.cuts) {
		words_put_cut(cut, "lose", &text);
		text_printf(&text, " (%zu)\n", cut->n_pairs);
	}
	fixture_expect_text(&text, expected);
	text_finish(&text);
	compile_finish(&c);
}

/* Nodes that have nothing in common but that all of them lose each other are one cut. */
static void test_loss_of_strangers(void **state)
{
	(void)state;
	expect_loss(APART, "hub1", "'s1', 's2' and 's3' lose everybody (3)\n");
	expect_loss(APART, "s1", "");
	expect_loss(APART, "a", "");
	expect_loss(APART "users: { al: { public_key: KEY(al) }, bo: { public_key: KEY(bo) } }\n",
		    "hub1", "'al', 'bo', 's1' and 2 more lose everybody (10)\n");
}

/* Those who share a LAN keep each other, and lose the others as one. */
static void test_loss_of_neighbours(void **state)
{
	(void)state;
	expect_loss(APART "  s4: { at: { a: 10.1.0.4 }, public_key: KEY(s4) }\n", "hub1",
		    "'s2' and 's3' lose everybody (5)\n");
	expect_loss(APART "  s4: { at: { a: 10.1.0.4 }, public_key: KEY(s4) }\n"
			  "  s5: { at: { b: 10.2.0.5 }, public_key: KEY(s5) }\n"
			  "  s6: { at: { c: 10.3.0.6 }, public_key: KEY(s6) }\n",
		    "hub1",
		    "'s1' and 's4' lose 4 nodes (8)\n"
		    "'s2' and 's5' lose 's3' and 's6' (4)\n");
}

/* A host at two sites of which none is the internet: nobody knows by which it leaves. */
static void test_loss_of_several_ways(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"sites: { a: { nat: linux, public: [198.51.100.1] }, b: { nat: symmetric } }\n"
		"servers:\n"
		"  both: { at: { a: 10.1.0.1, b: 10.2.0.1 }, public_key: KEY(both) }\n"
		"  near: { at: { b: 10.2.0.2 }, public_key: KEY(near) }\n"
		"  open: { at: { internet: 192.0.2.3 }, public_key: KEY(open) }\n";

	(void)state;
	expect_loss(topology, "a", "'both' and 'open' lose each other (1)\n");
	expect_loss(topology, "b", "'both' and 'open' lose everybody (1)\n");
}

/* Who has a tunnel more keeps what that one reaches. */
static void test_loss_with_another_tunnel(void **state)
{
	static const char topology[] =
		"network: { name: lab, addresses: [10.20.0.0/24] }\n"
		"gateways:\n"
		"  g1: { at: { internet: 192.0.2.1 }, public_key: KEY(g1) }\n"
		"  g2: { at: { internet: 192.0.2.2 }, public_key: KEY(g2) }\n"
		"servers: { s1: { at: { internet: 192.0.2.3 }, public_key: KEY(s1) } }\n"
		"users:\n"
		"  al: { gateways: [g1], public_key: KEY(al) }\n"
		"  bo: { gateways: [g2, g1], public_key: KEY(bo) }\n";

	(void)state;
	expect_loss(topology, "g2", "");
	expect_loss(topology, "g1", "'al' lose everybody (3)\n");
	expect_loss(topology, "s1", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loss_of_strangers),
		cmocka_unit_test(test_loss_of_neighbours),
		cmocka_unit_test(test_loss_of_several_ways),
		cmocka_unit_test(test_loss_with_another_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
