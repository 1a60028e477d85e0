/* SPDX-License-Identifier: MIT */
#pragma once

/* Checks of single values that schema rows refer to. NULL: right; else what is expected. */

const char *check_interface_name(const char *text);
const char *check_dns_name(const char *text);

/* Names of nodes, users, devices, groups and sites (RFC 1123 labels, lower case). */
const char *check_node_name(const char *text);
const char *check_date(const char *text);
