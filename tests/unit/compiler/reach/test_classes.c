/* SPDX-License-Identifier: MIT */

/*
 * Classes: which hosts are alike, how few classes there are, and what each host of one keeps for
 * itself.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "compiler/reach/classes.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define SITES                                                                                      \
	"network: { name: lab, addresses: [10.20.0.0/16] }\n"                                      \
	"sites:\n"                                                                                 \
	"  sym: { nat: symmetric, public: [198.51.100.1] }\n"                                      \
	"  symu: { nat: symmetric }\n"                                                             \
	"  eif: { nat: full-cone, public: [198.51.100.2] }\n"                                      \
	"  in: { inside: eif, nat: full-cone, public: [10.1.9.9] }\n"                              \
	"  lin: { nat: linux, public: [198.51.100.5] }\n"                                          \
	"  carrier: { nat: cgnat }\n"                                                              \
	"  home: { inside: carrier, nat: linux, public: [100.64.0.1] }\n"

static size_t class_of(const struct compilation *c, const char *name)
{
	return c->reach->class_of[network_find_host(c->network, name)->index];
}

static struct reach_verdict decide(const struct compilation *c, const char *a, const char *b)
{
	return reach_decide(c->reach, class_of(c, a), class_of(c, b));
}

/*
 * An end that lets in anyone while it has a mapping is met by one whose address nobody knows, if
 * some third one keeps it sending.
 */
static void test_classes_kept_mappings(void **state)
{
	static const struct {
		const char *a;
		const char *more;
		enum reach_rule expected;
	} rows[] = {
		{"eif: 10.1.0.1", "", RULE_ADDRESS_UNKNOWN},
		{"eif: 10.1.0.1", "  o: { at: { internet: 192.0.2.1 }, public_key: KEY(o) }\n",
		 RULE_FILTER_ADMITS},
		/* not over IPv6, nor on its LAN, nor by a device */
		{"eif: 10.1.0.1",
		 "  o: { at: { internet: \"2001:db8::1\" }, public_key: KEY(o) }\n",
		 RULE_ADDRESS_UNKNOWN},
		{"eif: 10.1.0.1", "  o: { at: { eif: 10.1.0.9 }, public_key: KEY(o) }\n",
		 RULE_ADDRESS_UNKNOWN},
		{"eif: 10.1.0.1",
		 "gateways: { o: { at: { symu: 10.2.0.9 }, public_key: KEY(o) } }\n"
		 "users: { u: { at: { internet: 192.0.2.1 }, public_key: KEY(u) } }\n",
		 RULE_ADDRESS_UNKNOWN},
		/* a tunnel inside the outer box keeps the inner one's mapping only */
		{"in: 192.168.1.1", "  o: { at: { eif: 10.1.0.9 }, public_key: KEY(o) }\n",
		 RULE_ADDRESS_UNKNOWN},
		{"in: 192.168.1.1", "  o: { at: { internet: 192.0.2.1 }, public_key: KEY(o) }\n",
		 RULE_FILTER_ADMITS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = {0};
		struct reach_verdict verdict;
		struct compilation c;

		text_printf(&text,
			    SITES "servers:\n"
				  "  a: { at: { %s }, public_key: KEY(a) }\n"
				  "  b: { at: { symu: 10.2.0.1 }, public_key: KEY(b) }\n%s",
			    rows[i].a, rows[i].more);
		fixture_check(&c, text.data, NULL);
		assert_non_null(c.reach);
		verdict = decide(&c, "a", "b");
		if (verdict.rule != rows[i].expected)
			fail_msg("%s: %s", rows[i].more, rule_text(verdict.rule));
		assert_int_equal(decide(&c, "b", "a").rule, rows[i].expected);
		if (rule_connects(verdict.rule)) {
			/* a needs no endpoint for b, but has to hold on */
			assert_true(verdict.ends[0].has_endpoint && verdict.ends[0].keeps_alive);
			assert_true(!verdict.ends[1].has_endpoint && verdict.ends[1].keeps_alive);
		}
		text_finish(&text);
		compile_finish(&c);
	}
}

static const char campus[] =
	SITES "servers:\n"
	      "  s1: { at: { sym: 10.1.0.1 }, public_key: KEY(s1) }\n"
	      "  s2: { at: { sym: 10.1.0.2 }, public_key: KEY(s2), listen_port: 9 }\n"
	      "  s3: { at: { sym: [10.1.0.3, 10.1.0.4] }, public_key: KEY(s3) }\n"
	      "  s4: { at: { sym: dynamic }, public_key: KEY(s4) }\n"
	      "  s5: { at: { sym: [10.1.0.5, \"2001:db8:9::5\"] }, public_key: KEY(s5) }\n"
	      "gateways:\n"
	      "  g1: { at: { sym: 10.1.0.9, internet: 192.0.2.1 }, public_key: KEY(g1) }\n"
	      "  g2: { at: { sym: 10.1.0.8, internet: 192.0.2.2 }, public_key: KEY(g2) }\n"
	      "users:\n"
	      "  u1: { public_key: KEY(u1), gateways: [g1] }\n"
	      "  u2: { public_key: KEY(u2), gateways: [g2] }\n"
	      "  u3: { public_key: KEY(u3), gateways: [g2], at: { sym: 10.1.0.7 } }\n";

static void test_classes(void **state)
{
	size_t n_hosts = 0;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, campus, NULL);
	assert_int_equal(class_of(&c, "s1"), class_of(&c, "s2"));
	assert_int_equal(class_of(&c, "s1"), class_of(&c, "s3"));
	assert_int_equal(class_of(&c, "g1"), class_of(&c, "g2"));
	assert_int_equal(class_of(&c, "u1"), class_of(&c, "u2"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "s4"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "s5"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "g1"));
	assert_int_not_equal(class_of(&c, "s1"), class_of(&c, "u3"));
	assert_int_not_equal(class_of(&c, "u1"), class_of(&c, "u3"));
	assert_int_equal(c.reach->n_classes, 6);
	for (size_t i = 0; i < c.reach->n_classes; i++) {
		const struct reach_class *class = &c.reach->classes[i];

		n_hosts += class->n_hosts;
		assert_int_equal(c.reach->class_of[class->example->index], i);
		/* every host is in the internet, whatever it is there */
		assert_int_equal(class->views.items[0].site->index, 0);
	}
	assert_int_equal(n_hosts, c.network->n_hosts);
	assert_string_equal(c.reach->classes[class_of(&c, "s2")].example->name, "s1");
	assert_int_equal(c.reach->classes[class_of(&c, "s2")].n_hosts, 3);
	assert_true(reach_is_open(&c.reach->classes[class_of(&c, "g1")]));
	assert_false(reach_is_open(&c.reach->classes[class_of(&c, "s1")]));
	assert_null(classes_find_view(&c.reach->classes[class_of(&c, "u1")],
				      network_find_site(c.network, "sym")));
	assert_non_null(classes_find_view(&c.reach->classes[class_of(&c, "s1")],
					  network_find_site(c.network, "sym")));
	compile_finish(&c);
}

/* A thousand hosts are as few classes as there are ways of being somewhere. */
static void test_classes_are_few(void **state)
{
	static const char *const sites[] = {"sym", "lin", "home"};
	struct text text = {0};
	struct compilation c;

	(void)state;
	text_puts(
		&text, SITES
		"gateways: { g: { at: { internet: 192.0.2.1 }, public_key: KEY(g) } }\nservers:\n");
	for (unsigned int i = 0; i < 1000; i++) {
		text_printf(&text, "  n%u: { at: { %s: 10.1.%u.%u }, public_key: KEY(n%u) }\n", i,
			    sites[i % 3], i / 250, i % 250 + 1, i);
	}
	fixture_check_good(&c, text.data, NULL);
	assert_int_equal(c.reach->n_classes, 4);
	assert_int_equal(c.reach->classes[class_of(&c, "n0")].n_hosts, 334);
	assert_int_equal(class_of(&c, "n1"), class_of(&c, "n997"));
	/* and what the author has to read does not grow either */
	assert_true(c.diags.items.n_items < 5);
	text_finish(&text);
	compile_finish(&c);
}

/* Each host of a class has an endpoint of its own. */
static void test_classes_exposure_of_hosts(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		const char *expected; /* of b */
	} rows[] = {
		{"s1", "g1", "10.1.0.9:51820"},  {"s1", "g2", "10.1.0.8:51820"},
		{"u1", "g1", "192.0.2.1:51820"}, {"u2", "g2", "192.0.2.2:51820"},
		{"s1", "s2", "10.1.0.2:9"},      {"g1", "s2", "10.1.0.2:9"},
		{"s1", "s3", "10.1.0.3:51820"}, /* of several, the first one written */
	};
	struct compilation c;

	(void)state;
	fixture_check_good(&c, campus, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reach_verdict verdict = decide(&c, rows[i].a, rows[i].b);
		const struct network_host *host = network_find_host(c.network, rows[i].b);
		struct exposure exposure = reach_exposure(c.reach, host, &verdict);
		char buffer[NET_ENDPOINT_TEXT];

		assert_string_equal(net_endpoint_format(&exposure.endpoint, buffer),
				    rows[i].expected);
		assert_ptr_equal(
			reach_attachment(c.reach, host, verdict.site, verdict.family)->site,
			verdict.site);
	}
	assert_null(reach_attachment(c.reach, network_find_host(c.network, "u1"),
				     &c.network->sites.items[0], NET_IPV4));
	compile_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes_kept_mappings),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_classes_are_few),
		cmocka_unit_test(test_classes_exposure_of_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
