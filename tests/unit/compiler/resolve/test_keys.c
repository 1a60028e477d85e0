/* SPDX-License-Identifier: MIT */

/* Keys: from the topology or from the lock, and each on one node. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "compiler/resolve/lock.h"
#include "compiler/resolve/network.h"
#include "tests/unit/compiler/fixture.h"

#define HEAD                                                                                       \
	"network: { name: lab, addresses: [10.0.0.0/24] }\n"                                       \
	"gateways: { gw: { public_key: KEY(gw), at: { internet: 192.0.2.1 } } }\n"

/* The lock's line of the gateway is the same everywhere. */
#define GW "gw 10.0.0.1\n"

/* What there is to be said, or else the lock that comes out. */
struct row {
	const char *users;
	const char *lock;
	const char *expected;
	bool is_changed;
};

static void check_row(const struct row *row)
{
	struct text topology = {0};
	struct text lock = {0};
	struct compilation c;

	text_printf(&topology, HEAD "users: %s\n", row->users);
	text_printf(&lock, "# an older comment\n%s", row->lock);
	fixture_check(&c, topology.data, lock.data);
	if (c.diags.n_errors > 0) {
		assert_string_equal(diag_rules[c.diags.items.items[0]->rule].slug, row->expected);
	} else {
		fixture_expect_lock(&c, row->expected);
		assert_int_equal(c.lock_is_changed, row->is_changed);
	}
	compile_finish(&c);
	text_finish(&lock);
	text_finish(&topology);
}

#define CHECK_ROWS(rows)                                                                           \
	do {                                                                                       \
		for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                      \
			check_row(&(rows)[i]);                                                     \
	} while (0)

static void test_keys_of_the_lock(void **state)
{
	static const struct row rows[] = {
		{"{ al: {} }", "al 10.0.0.2 KEY(a)\n" GW, "al 10.0.0.2 KEY(a)\n" GW, false},
		{"{ al: {} }", "al 10.0.0.2 KEY(a) next=KEY(b)\n" GW,
		 "al 10.0.0.2 KEY(a) next=KEY(b)\n" GW, false},
		{"{ al: {} }", "al 10.0.0.2\n" GW, "key-missing", false},
		{"{ al: {} }", GW, "key-missing", false},
		/* the topology's wins, and the lock's are dropped */
		{"{ al: { public_key: KEY(a) } }", "al 10.0.0.2 KEY(b)\n" GW, "al 10.0.0.2\n" GW,
		 true},
		{"{ al: { public_key: KEY(a) } }", "al 10.0.0.2 KEY(a) next=KEY(b)\n" GW,
		 "al 10.0.0.2\n" GW, true},
		{"{ al: { public_key: KEY(a) } }", "al 10.0.0.2\n" GW, "al 10.0.0.2\n" GW, false},
		/* a tombstone has none, and who comes back needs another */
		{"{}", "al 10.0.0.2 KEY(a) next=KEY(b)\n" GW, "al 10.0.0.2 removed\n" GW, true},
		{"{ al: {} }", "al 10.0.0.2 removed\n" GW, "key-missing", false},
		{"{ al: { devices: { phone: {}, pc: { public_key: KEY(p) } } } }",
		 "al/pc 10.0.0.3\nal/phone 10.0.0.2 KEY(a)\n" GW,
		 "al/pc 10.0.0.3\nal/phone 10.0.0.2 KEY(a)\n" GW, false},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_keys_are_not_shared(void **state)
{
	static const struct row rows[] = {
		{"{ al: {}, bo: {} }", "al 10.0.0.2 KEY(a)\nbo 10.0.0.3 KEY(b)\n" GW,
		 "al 10.0.0.2 KEY(a)\nbo 10.0.0.3 KEY(b)\n" GW, false},
		{"{ al: {}, bo: {} }", "al 10.0.0.2 KEY(a)\nbo 10.0.0.3 KEY(a)\n" GW, "key-shared",
		 false},
		{"{ al: {}, bo: { public_key: KEY(a) } }", "al 10.0.0.2 KEY(a)\n" GW, "key-shared",
		 false},
		{"{ al: {} }", "al 10.0.0.2 KEY(gw)\n" GW, "key-shared", false},
		{"{ al: {} }", "al 10.0.0.2 KEY(a) next=KEY(gw)\n" GW, "key-shared", false},
		{"{ al: {}, bo: {} }",
		 "al 10.0.0.2 KEY(a) next=KEY(c)\nbo 10.0.0.3 KEY(b) next=KEY(c)\n" GW,
		 "key-shared", false},
		/* a key that is dropped is nobody's */
		{"{ al: { public_key: KEY(b) }, bo: {} }",
		 "al 10.0.0.2 KEY(a)\nbo 10.0.0.3 KEY(a)\n" GW,
		 "al 10.0.0.2\nbo 10.0.0.3 KEY(a)\n" GW, true},
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* What a rotation needs: later passes see both keys. */
static void test_keys_next(void **state)
{
	const struct network_host *host;
	const struct lock_entry *entry;
	struct compilation c;

	(void)state;
	fixture_check_good(&c, HEAD "users: { al: {} }\n", GW "al 10.0.0.2 KEY(a) next=KEY(b)\n");
	host = network_find_host(c.network, "al");
	entry = lock_find(c.lock, "al");
	assert_int_equal(net_key_compare(&host->public_key, &entry->public_key), 0);
	assert_int_equal(net_key_compare(&host->next_public_key, &entry->next_public_key), 0);
	assert_false(net_key_is_zero(&host->next_public_key));
	assert_true(net_key_is_zero(&network_find_host(c.network, "gw")->next_public_key));
	compile_finish(&c);
}

static void give_key_to_al(void *context, const struct network_host *host, struct lock_entry *entry)
{
	if (strcmp(host->name, "al") == 0)
		entry->public_key = *(const struct net_key *)context;
}

/* Keys that are given one by one: those who get theirs later are no mistake, others' are. */
static void test_keys_given_one_by_one(void **state)
{
	static const struct fixture_file files[] = {
		{"topology.yaml", HEAD "users: { al: {}, bo: {} }\n"},
		{NULL, NULL},
	};
	struct net_key key = {{9}};

	(void)state;
	for (int is_partial = 0; is_partial < 2; is_partial++) {
		const struct resolve_rekey rekey = {give_key_to_al, &key, is_partial == 1};
		const struct compile_options options = {
			.topology = "net/topology.yaml",
			.read = fixture_read,
			.read_context = (void *)files,
			.resolve.rekey = &rekey,
		};
		struct compilation c;

		compile_init(&c);
		assert_int_equal(compile_check(&c, &options), 0);
		assert_int_equal(c.diags.n_errors, is_partial == 1 ? 0 : 1);
		assert_int_equal(
			net_key_compare(&network_find_host(c.network, "al")->public_key, &key), 0);
		compile_finish(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_of_the_lock),
		cmocka_unit_test(test_keys_are_not_shared),
		cmocka_unit_test(test_keys_next),
		cmocka_unit_test(test_keys_given_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
