/* SPDX-License-Identifier: MIT */

/*
 * The topology language: every key, in reading order. Rows are data; what a row's type means is in
 * load.c, what a key does is in the pass that reads its field of struct topology.
 */

#include "compiler/model/schema.h"

#include "base/cleanup.h"
#include "compiler/model/check.h"
#include "compiler/model/topology.h"

#define ROWS(table) .n_rows = sizeof(table) / sizeof((table)[0]), .rows = (table)

static const char nat_analysis[] = "it needs the analysis of NATs";
static const char key_store[] = "it needs the sealed keystore";
static const char access_filters[] = "it needs access filters";
static const char assertions[] = "it needs the proof of the artifacts";

// clang-format off

static const struct schema_word keepalive_words[] = {
	{ "auto", KEEPALIVE_AUTO, "25 seconds on each side that nobody can reach first, none elsewhere" },
	{ "off", KEEPALIVE_OFF, "none anywhere" },
	{ 0 },
};

static const struct schema_word mtu_words[] = {
	{ "auto", MTU_AUTO, "1440, or 1420 where the outer packets may be IPv6 or the path is unknown" },
	{ 0 },
};

static const struct schema_word unreachable_words[] = {
	{ "relay", 0, "relay through a gateway" },
	{ "error", 1, "fail" },
	{ 0 },
};

static const struct schema_word nat_words[] = {
	{ "none", NAT_NONE, "no box: the site's addresses are reachable from outside" },
	{ "firewall", NAT_FIREWALL, "public addresses behind a stateful firewall" },
	{ "full-cone", NAT_FULL_CONE, "endpoint-independent mapping and filtering" },
	{ "restricted-cone", NAT_RESTRICTED_CONE, "endpoint-independent mapping, address-dependent filtering" },
	{ "port-restricted-cone", NAT_PORT_RESTRICTED_CONE, "endpoint-independent mapping, address-and-port-dependent filtering" },
	{ "linux", NAT_LINUX, "netfilter masquerade that drops unsolicited packets from outside" },
	{ "symmetric", NAT_SYMMETRIC, "address-and-port-dependent mapping and filtering" },
	{ "cgnat", NAT_CGNAT, "a carrier's NAT" },
	{ "udp-blocked", NAT_UDP_BLOCKED, "UDP does not leave the site" },
	{ "unknown", NAT_UNKNOWN, "treated as the worst case" },
	{ 0 },
};

static const struct schema_word mapping_words[] = {
	{ "none", 0, "addresses and ports are left alone" },
	{ "endpoint-independent", 1, "one outer port for all destinations" },
	{ "address-dependent", 2, "one outer port per destination address" },
	{ "address-and-port-dependent", 3, "one outer port per destination address and port" },
	{ 0 },
};

static const struct schema_word filtering_words[] = {
	{ "endpoint-independent", 1, "anyone may send to a mapping" },
	{ "address-dependent", 2, "addresses it has sent to may answer" },
	{ "address-and-port-dependent", 3, "only the address and port it has sent to may answer" },
	{ 0 },
};

static const struct schema_row nat_rows[] = {
	{ .name = "mapping", .type = SCHEMA_WORD, .words = mapping_words, .later = nat_analysis,
	  .help = "How the outer port is chosen (RFC 4787 section 4.1)." },
	{ .name = "filtering", .type = SCHEMA_WORD, .words = filtering_words, .later = nat_analysis,
	  .help = "Whose packets a mapping lets in (RFC 4787 section 5)." },
	{ .name = "port_preservation", .type = SCHEMA_BOOLEAN, .later = nat_analysis,
	  .help = "Whether the outer port equals the inner one while it is free." },
	{ .name = "hairpinning", .type = SCHEMA_BOOLEAN, .later = nat_analysis,
	  .help = "Whether two hosts inside reach each other by their outer addresses." },
	{ .name = "mapping_timeout", .type = SCHEMA_INTEGER, .minimum = 1, .maximum = 86400, .later = nat_analysis,
	  .help = "Seconds after which an idle UDP mapping is forgotten." },
};

static const struct schema_section nat_section = {
	.title = "nat",
	.help = "A NAT in the terms of RFC 4787, where no preset fits.",
	ROWS(nat_rows),
};

static const struct schema_row network_rows[] = {
	{ .name = "name", .type = SCHEMA_TEXT, .offset = offsetof(struct topology_network, name), .is_required = true,
	  .check = check_interface_name, .example = "mlcluster",
	  .help = "Name of the network and of its WireGuard interface on every host: at most 15 of `a-z A-Z 0-9 _ = + . -`." },
	{ .name = "addresses", .type = SCHEMA_PREFIX, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_network, addresses), .is_required = true,
	  .maximum = 16, .example = "[10.77.0.0/16, \"fd4e:6fb7:b3af::/48\"]",
	  .help = "Overlay pools. Every node gets one address of each family from them; several pools of one family are used up in the order written." },
	{ .name = "listen_port", .type = SCHEMA_INTEGER, .offset = offsetof(struct topology_network, listen_port), .minimum = 1, .maximum = 65535,
	  .default_text = "51820", .example = "51820",
	  .help = "UDP port on which every node listens that has no `listen_port` of its own." },
	{ .name = "persistent_keepalive", .type = SCHEMA_INTEGER, .offset = offsetof(struct topology_network, persistent_keepalive), .minimum = 1, .maximum = 65535,
	  .words = keepalive_words, .default_text = "auto", .example = "auto",
	  .help = "Seconds between keepalives on each side that needs them to stay reachable." },
	{ .name = "mtu", .type = SCHEMA_INTEGER, .offset = offsetof(struct topology_network, mtu), .minimum = 576, .maximum = 65535,
	  .words = mtu_words, .default_text = "auto", .example = "1420",
	  .help = "MTU of the WireGuard interfaces, in bytes." },
	{ .name = "preshared_keys", .type = SCHEMA_BOOLEAN, .default_text = "false", .later = key_store,
	  .help = "Whether every pair of peers has a preshared key of its own." },
	{ .name = "unreachable", .type = SCHEMA_WORD, .words = unreachable_words, .default_text = "relay", .later = nat_analysis,
	  .help = "What becomes of pairs that NAT keeps apart." },
	{ .name = "domain", .type = SCHEMA_TEXT, .offset = offsetof(struct topology_network, domain), .check = check_dns_name, .example = "mesh.example.org",
	  .help = "DNS domain of the nodes' names in the hosts file." },
};

static const struct schema_section network_section = {
	.title = "network",
	.help = "The network as a whole.",
	.example = "network:\n  name: lab\n  addresses: [10.20.0.0/24]\n",
	.size = sizeof(struct topology_network),
	ROWS(network_rows),
};

static const struct schema_row site_rows[] = {
	{ .name = "nat", .type = SCHEMA_WORD, .offset = offsetof(struct topology_site, nat), .words = nat_words, .section = &nat_section,
	  .default_text = "unknown", .example = "symmetric",
	  .help = "The NAT or firewall between the site and the internet." },
	{ .name = "prefixes", .type = SCHEMA_PREFIX, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_site, prefixes), .example = "[10.1.0.0/16]",
	  .help = "The site's own networks. Addresses of nodes at the site are checked against them, and a node at the site never routes them into the tunnel." },
	{ .name = "inside", .type = SCHEMA_NAME, .default_text = "internet", .later = nat_analysis, .example = "campus",
	  .help = "The site that this one is nested in." },
	{ .name = "public", .type = SCHEMA_PLACE, .shape = SCHEMA_LIST, .later = nat_analysis, .example = "[198.51.100.7]",
	  .help = "The addresses of the NAT that the outside sees." },
	{ .name = "forward", .type = SCHEMA_TEXT, .shape = SCHEMA_MAP, .later = nat_analysis, .example = "{ 51821: home01 }",
	  .help = "Port forwards of the NAT: outer UDP port to host, or host:port." },
	{ .name = "one_to_one", .type = SCHEMA_TEXT, .shape = SCHEMA_MAP, .later = nat_analysis, .example = "{ 203.0.113.40: vm1 }",
	  .help = "Elastic or floating addresses: outer address to host." },
	{ .name = "client_isolation", .type = SCHEMA_BOOLEAN, .default_text = "false", .later = nat_analysis,
	  .help = "Whether hosts at the site cannot reach each other directly, as on many guest Wi-Fis." },
};

static const struct schema_section site_section = {
	.title = "site",
	.help = "A network that others see only through its NAT or firewall. Nodes at one site share a LAN and talk to each other directly. "
		"The site `internet` is always there.",
	.example = "sites:\n  campus: { nat: symmetric, prefixes: [10.1.0.0/16] }\n",
	.size = sizeof(struct topology_site),
	ROWS(site_rows),
};

#define NODE_AT(owner, path, absent)                                                                                             \
	{ .name = "at", .type = SCHEMA_PLACE, .shape = SCHEMA_PLACES, .offset = offsetof(struct owner, path at),                \
	  .default_text = (absent), .is_required = (absent) == NULL, .example = "{ internet: 203.0.113.11, campus: 10.1.2.11 }", \
	  .help = "Where the node is: for each site its address, its addresses, a DNS name, or `dynamic`. Two nodes use a site that they share, else the internet; IPv4 where both have it." }
#define NODE_PUBLIC_KEY(owner, path)                                                                                  \
	{ .name = "public_key", .type = SCHEMA_KEY, .offset = offsetof(struct owner, path public_key),                \
	  .help = "Public half of the node's key, as `wg pubkey` prints it. The private half stays on the node." }
#define NODE_ADDRESS(owner, path)                                                                                              \
	{ .name = "address", .type = SCHEMA_ADDRESS, .shape = SCHEMA_ONE_OR_LIST, .offset = offsetof(struct owner, path address), \
	  .maximum = 2, .default_text = "the next free one", .example = "10.77.0.12",                                             \
	  .help = "Overlay address, at most one of each family, in place of the one that would be given out." }
#define NODE_LISTEN_PORT(owner, path)                                                                                             \
	{ .name = "listen_port", .type = SCHEMA_INTEGER, .offset = offsetof(struct owner, path listen_port), .minimum = 1,        \
	  .maximum = 65535, .default_text = "that of the network", .example = "51821", .help = "UDP port on which the node listens." }
#define NODE_GROUPS(owner, path)                                                                                               \
	{ .name = "groups", .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .offset = offsetof(struct owner, path groups), .example = "[gpu]", \
	  .check = check_node_name, .help = "Groups it belongs to." }

static const struct schema_row server_rows[] = {
	NODE_AT(topology_node, , NULL),
	NODE_PUBLIC_KEY(topology_node, ),
	NODE_ADDRESS(topology_node, ),
	NODE_LISTEN_PORT(topology_node, ),
	{ .name = "routes", .type = SCHEMA_PREFIX, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_node, routes), .example = "[10.1.0.0/16]",
	  .help = "Networks behind the node that the others reach through it. Machines there need a route for the overlay back to the node, which forwards (it sets `ip_forward`)." },
	NODE_GROUPS(topology_node, ),
};

static const struct schema_section server_section = {
	.title = "server",
	.help = "A host of the full mesh: it has a tunnel to every other server and to every gateway.",
	.example = "servers:\n  gpu01: { at: { campus: 10.1.2.11 }, public_key: \"...\", groups: [gpu] }\n",
	.size = sizeof(struct topology_node),
	ROWS(server_rows),
};

static const struct schema_row gateway_rows[] = {
	NODE_AT(topology_node, , NULL),
	NODE_PUBLIC_KEY(topology_node, ),
	NODE_ADDRESS(topology_node, ),
	NODE_LISTEN_PORT(topology_node, ),
	{ .name = "routes", .type = SCHEMA_PREFIX, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_node, routes), .example = "[10.1.0.0/16]",
	  .help = "Networks behind the gateway that the others reach through it. Machines there need a route for the overlay back to the gateway." },
	{ .name = "exit", .type = SCHEMA_BOOLEAN, .default_text = "false", .later = access_filters,
	  .help = "Whether users may reach the internet through the gateway." },
	NODE_GROUPS(topology_node, ),
};

static const struct schema_section gateway_section = {
	.title = "gateway",
	.help = "A hub: it takes part in the full mesh, and users reach the network through it.",
	.example = "gateways:\n  gw: { at: { internet: 203.0.113.1, campus: 10.1.0.1 }, public_key: \"...\" }\n",
	.size = sizeof(struct topology_node),
	ROWS(gateway_rows),
};

static const struct schema_row device_rows[] = {
	NODE_AT(topology_node, , "anywhere on the internet"),
	NODE_PUBLIC_KEY(topology_node, ),
	NODE_ADDRESS(topology_node, ),
	NODE_LISTEN_PORT(topology_node, ),
};

static const struct schema_section device_section = {
	.title = "device",
	.help = "One device of a user. It has a key and addresses of its own; two machines never share them.",
	.example = "devices:\n  laptop: { public_key: \"...\" }\n  phone: { public_key: \"...\" }\n",
	.size = sizeof(struct topology_node),
	ROWS(device_rows),
};

static const struct schema_row user_rows[] = {
	{ .name = "devices", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology_user, devices), .section = &device_section,
	  .default_text = "the user is the one device", .example = "{ laptop: { public_key: \"...\" } }",
	  .help = "The user's devices by name." },
	{ .name = "gateways", .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_user, gateways),
	  .default_text = "the only gateway", .example = "[gw]",
	  .help = "The gateway through which the user's devices reach the network." },
	NODE_GROUPS(topology_user, own.),
	{ .name = "expires", .type = SCHEMA_DATE, .check = check_date, .later = key_store, .example = "2027-06-30",
	  .help = "Day after which the user is left out." },
	NODE_PUBLIC_KEY(topology_user, own.),
	NODE_AT(topology_user, own., "anywhere on the internet"),
	NODE_ADDRESS(topology_user, own.),
	NODE_LISTEN_PORT(topology_user, own.),
};

static const struct schema_section user_section = {
	.title = "user",
	.help = "Somebody, or something, that reaches the network through a gateway. A user with several devices lists them under `devices`; "
		"without that key the user is one device, and `public_key`, `at`, `address` and `listen_port` stand directly here.",
	.example = "users:\n  alice: { devices: { laptop: { public_key: \"...\" } } }\n  node1: { public_key: \"...\" }\n",
	.size = sizeof(struct topology_user),
	ROWS(user_rows),
};

static const struct schema_row access_rows[] = {
	{ .name = "from", .type = SCHEMA_NAME, .later = access_filters, .help = "User or group that may." },
	{ .name = "to", .type = SCHEMA_NAME, .later = access_filters, .help = "Node or group that is reached." },
	{ .name = "ports", .type = SCHEMA_PORTS, .shape = SCHEMA_LIST, .later = access_filters, .example = "[tcp/22]", .help = "Protocols and ports." },
};

static const struct schema_section access_section = {
	.title = "access",
	.help = "What users may reach. Absent: everyone reaches everyone.",
	.example = "access:\n  - { from: research, to: gpu, ports: [tcp/22, tcp/8888] }\n",
	ROWS(access_rows),
};

static const struct schema_row link_rows[] = {
	{ .name = "between", .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_link, between), .is_required = true,
	  .maximum = 2, .example = "[gpu01, vm1]", .help = "The two nodes. A device is `user/device`." },
	{ .name = "via", .type = SCHEMA_NAME, .later = nat_analysis, .example = "gw", .help = "Gateway that relays for the pair, acknowledged." },
	{ .name = "persistent_keepalive", .type = SCHEMA_INTEGER, .offset = offsetof(struct topology_link, persistent_keepalive), .minimum = 1, .maximum = 65535,
	  .words = keepalive_words, .default_text = "that of the network", .example = "15",
	  .help = "Seconds between keepalives, in both directions of this pair." },
	{ .name = "mtu", .type = SCHEMA_INTEGER, .offset = offsetof(struct topology_link, mtu), .minimum = 576, .maximum = 65535,
	  .default_text = "that of the network", .example = "1380",
	  .help = "Largest packet between the two, in bytes, where their path is narrower than that of the rest." },
};

static const struct schema_section link_section = {
	.title = "link",
	.help = "What the author knows about a single pair.",
	.example = "links:\n  - { between: [gpu01, vm1], persistent_keepalive: 15, mtu: 1380 }\n",
	.size = sizeof(struct topology_link),
	ROWS(link_rows),
};

static const struct schema_row assert_rows[] = {
	{ .name = "reach", .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .maximum = 2, .later = assertions, .help = "The first reaches the second." },
	{ .name = "deny", .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .maximum = 2, .later = assertions, .help = "The first does not reach the second." },
	{ .name = "direct", .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .maximum = 2, .later = assertions, .help = "The two have a tunnel of their own." },
	{ .name = "survives", .type = SCHEMA_NAME, .later = assertions, .help = "Losing it cuts nobody off." },
	{ .name = "ports", .type = SCHEMA_PORTS, .shape = SCHEMA_LIST, .later = assertions, .help = "Protocols and ports of `reach` and `deny`." },
};

static const struct schema_section assert_section = {
	.title = "assert",
	.help = "What must hold, checked at every compile: unit tests of the network.",
	.example = "assert:\n  - { reach: [alice, gpu01], ports: [tcp/22] }\n",
	ROWS(assert_rows),
};

static const struct schema_row topology_rows[] = {
	{ .name = "network", .type = SCHEMA_SECTION, .offset = offsetof(struct topology, network), .section = &network_section, .is_required = true,
	  .example = "{ name: lab, addresses: [10.20.0.0/24] }", .help = "The network as a whole." },
	{ .name = "sites", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, sites), .section = &site_section,
	  .help = "Sites by name." },
	{ .name = "gateways", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, gateways), .section = &gateway_section,
	  .help = "Gateways by name." },
	{ .name = "servers", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, servers), .section = &server_section,
	  .help = "Servers by name." },
	{ .name = "users", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, users), .section = &user_section,
	  .help = "Users by name." },
	{ .name = "access", .type = SCHEMA_SECTION, .shape = SCHEMA_LIST, .section = &access_section, .later = access_filters,
	  .help = "What users may reach." },
	{ .name = "links", .type = SCHEMA_SECTION, .shape = SCHEMA_LIST, .offset = offsetof(struct topology, links), .section = &link_section,
	  .help = "What the author knows about single pairs." },
	{ .name = "assert", .type = SCHEMA_SECTION, .shape = SCHEMA_LIST, .section = &assert_section, .later = assertions,
	  .help = "What must hold." },
	{ .name = "include", .type = SCHEMA_TEXT, .shape = SCHEMA_LIST, .offset = offsetof(struct topology, include), .example = "[users.yaml]",
	  .help = "Further files, in or below the topology's folder, whose sections are added to these: large networks split by owner." },
};

// clang-format on

const struct schema_section schema_topology = {
	.title = "topology",
	.help = "One YAML file, kept in git, that says who is in the network and where.",
	.size = sizeof(struct topology),
	ROWS(topology_rows),
};

const char *schema_nat_text(int preset)
{
	for (const struct schema_word *word = nat_words; word->text != NULL; word++) {
		if (word->value == preset)
			return word->text;
	}
	unreachable();
}
