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

	{check_ports, "tcp/22", true},
	{check_ports, "udp/60000-61000", true},
	{check_ports, "udp/1-65535", true},
	{check_ports, "tcp/80-80", true},
	{check_ports, "tcp", true},
	{check_ports, "udp", true},
	{check_ports, "icmp", true},
	{check_ports, "", false},
	{check_ports, "22", false},
	{check_ports, "ssh", false},
	{check_ports, "TCP/22", false},
	{check_ports, "sctp/22", false},
	{check_ports, "icmp/8", false},
	{check_ports, "tcp/", false},
	{check_ports, "tcp/0", false},
	{check_ports, "tcp/022", false},
	{check_ports, "tcp/65536", false},
	{check_ports, "tcp/4294967318", false},
	{check_ports, "tcp/22-", false},
	{check_ports, "tcp/-22", false},
	{check_ports, "tcp/30-22", false},
	{check_ports, "tcp/22-30-40", false},
	{check_ports, "tcp/22 ", false},
	{check_ports, "tcp/22,23", false},

	{check_date, "2027-06-30", true},
	{check_date, "2028-02-29", true},
	{check_date, "2027-02-29", false},
	{check_date, "2027-6-30", false},
	{check_date, "2027-06-3", false},
	{check_date, "2027-06-300", false},
	{check_date, "2027/06/30", false},
	{check_date, "30-06-2027", false},
	{check_date, "2027-06-3x", false},
	{check_date, "", false},

	{check_forward_port, "1", true},
	{check_forward_port, "51820", true},
	{check_forward_port, "65535", true},
	{check_forward_port, "51820/ipv6", true},
	{check_forward_port, "0", false},
	{check_forward_port, "65536", false},
	{check_forward_port, "4294967297", false},
	{check_forward_port, "051820", false},
	{check_forward_port, "", false},
	{check_forward_port, "/ipv6", false},
	{check_forward_port, "0/ipv6", false},
	{check_forward_port, "51820/", false},
	{check_forward_port, "51820/ipv4", false},
	{check_forward_port, "51820/ipv60", false},
	{check_forward_port, "51820/udp", false},
	{check_forward_port, "udp/51820", false},
	{check_forward_port, "51820-51830", false},
	{check_forward_port, "51820 ", false},
	{check_forward_port, "-1", false},

	{check_ipv4_address, "203.0.113.40", true},
	{check_ipv4_address, "2001:db8::40", false},
	{check_ipv4_address, "203.0.113.40/32", false},
	{check_ipv4_address, "203.0.113.040", false},
	{check_ipv4_address, "203.0.113", false},
	{check_ipv4_address, "vm1", false},
	{check_ipv4_address, "", false},
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
