/* SPDX-License-Identifier: MIT */
#pragma once

/* Checks of single values that schema rows refer to. NULL: right; else what is expected. */

const char *check_interface_name(const char *text);
const char *check_dns_name(const char *text);

/* Names of nodes, users, devices, groups and sites (RFC 1123 labels, lower case). */
const char *check_node_name(const char *text);
const char *check_date(const char *text);

/* A protocol, with a port or a range of them: "tcp/22", "udp/60000-61000", "icmp". */
const char *check_ports(const char *text);

/* Keys of `forward`: a UDP port, with "/ipv6" behind it where that family alone is meant. */
const char *check_forward_port(const char *text);

/* Keys of `one_to_one`: IPv4 only. */
const char *check_ipv4_address(const char *text);
