/* SPDX-License-Identifier: MIT */

/* Checks of single values: names, dates, and what wg-quick and DNS take. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compiler/model/check.h"
#include "compiler/model/schema.h"

#define X63 "a23456789012345678901234567890123456789012345678901234567890123"

struct row {
	schema_check *check;
	const char *text;
	bool is_right;
};

static const struct row rows[] = {
	/* wg-quick(8): [a-zA-Z0-9_=+.-]{1,15} */
	{check_interface_name, "mlcluster", true},
	{check_interface_name, "w", true},
	{check_interface_name, "123456789012345", true},
	{check_interface_name, "A_=+.-z", true},
	{check_interface_name, "=", true},
	{check_interface_name, "", false},
	{check_interface_name, "1234567890123456", false},
	{check_interface_name, "-wg", false},
	{check_interface_name, ".", false},
	{check_interface_name, "..", false},
	{check_interface_name, ".wg", false},
	{check_interface_name, "a b", false},
	{check_interface_name, "a/b", false},
	{check_interface_name, "a%i", false},
	{check_interface_name, "caf\xc3\xa9", false},

	{check_node_name, "gpu01", true},
	{check_node_name, "1", true},
	{check_node_name, "a-b", true},
	{check_node_name, "a--b", true},
	{check_node_name, X63, true},
	{check_node_name, X63 "4", false},
	{check_node_name, "", false},
	{check_node_name, "-a", false},
	{check_node_name, "a-", false},
	{check_node_name, "-", false},
	{check_node_name, "Gpu", false},
	{check_node_name, "a_b", false},
	{check_node_name, "a.b", false},
	{check_node_name, "a/b", false},
	{check_node_name, "a b", false},
	{check_node_name, "a\n", false},

	{check_dns_name, "mesh.example.org", true},
	{check_dns_name, "mesh", true},
	{check_dns_name, "mesh..org", false},
	{check_dns_name, "", false},
	{check_dns_name, "10.0.0.1", false},

	{check_date, "2027-06-30", true},
	{check_date, "2027-6-30", false},
	{check_date, "2027-06-3", false},
	{check_date, "2027-06-300", false},
	{check_date, "2027/06/30", false},
	{check_date, "30-06-2027", false},
	{check_date, "2027-06-3x", false},
	{check_date, "", false},
};

static void test_check_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((rows[i].check(rows[i].text) == NULL) != rows[i].is_right)
			fail_msg("row %zu: '%s'", i, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
