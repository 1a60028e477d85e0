/* SPDX-License-Identifier: MIT */

/*
 * The topology language: every key, in reading order. Rows are data; what a row's type means is in
 * load.c, what a key does is in the pass that reads its field of struct topology.
 */

#include "compiler/model/schema.h"

#include "base/cleanup.h"
#include "compiler/model/check.h"
#include "compiler/model/schema_export.h"
#include "compiler/model/topology.h"

#define ROWS(table) .n_rows = sizeof(table) / sizeof((table)[0]), .rows = (table)

static const char access_filters[] = "it needs access filters";

// clang-format off

static const struct schema_word keepalive_words[] = {
	{ "auto", KEEPALIVE_AUTO, "25 seconds, fewer where a NAT forgets sooner, on each side that nobody can reach first, none elsewhere" },
	{ "off", KEEPALIVE_OFF, "none anywhere" },
	{ 0 },
};

static const struct schema_word mtu_words[] = {
	{ "auto", MTU_AUTO, "1440, or 1420 where the outer packets may be IPv6 or the path is unknown" },
	{ 0 },
};

static const struct schema_word unreachable_words[] = {
	{ "relay", UNREACHABLE_RELAY, "through a gateway that both reach, with a warning" },
	{ "error", UNREACHABLE_ERROR, "nothing is compiled until every pair has a tunnel of its own, or `links` says how it is relayed" },
	{ 0 },
};

static const struct schema_word nat_words[] = {
	{ "none", NAT_NONE, "nothing in between: hosts are reached at their own addresses; a data centre, a cloud network" },
	{ "firewall", NAT_FIREWALL, "public addresses, but only answers come in; a company or university that has enough addresses" },
	{ "full-cone", NAT_FULL_CONE, "endpoint-independent mapping and filtering; where the router's page or a test says full cone" },
	{ "restricted-cone", NAT_RESTRICTED_CONE, "endpoint-independent mapping, address-dependent filtering; where a test says restricted cone" },
	{ "port-restricted-cone", NAT_PORT_RESTRICTED_CONE,
	  "endpoint-independent mapping, address-and-port-dependent filtering; many home routers, where a test says so" },
	{ "linux", NAT_LINUX, "netfilter masquerade that drops unsolicited packets from outside; a common home router, OpenWrt, a Linux box" },
	{ "symmetric", NAT_SYMMETRIC,
	  "address-and-port-dependent mapping and filtering; most company and campus firewalls, cloud NAT gateways, pfSense as delivered" },
	{ "cgnat", NAT_CGNAT, "a carrier's NAT, taken for symmetric; mobile networks, lines without a public IPv4 address" },
	{ "udp-blocked", NAT_UDP_BLOCKED, "UDP does not leave the site; strict company and guest networks" },
	{ "unknown", NAT_UNKNOWN, "treated as the worst case, symmetric; where nobody has looked yet" },
	{ 0 },
};

static const struct schema_word mapping_words[] = {
	{ "none", NAT_MAPPING_NONE, "addresses and ports are left alone: a firewall, in both families" },
	{ "endpoint-independent", NAT_MAPPING_ENDPOINT_INDEPENDENT, "one outer port for all destinations" },
	{ "address-dependent", NAT_MAPPING_ADDRESS_DEPENDENT, "one outer port per destination address" },
	{ "address-and-port-dependent", NAT_MAPPING_ADDRESS_AND_PORT_DEPENDENT, "one outer port per destination address and port" },
	{ 0 },
};

static const struct schema_word filtering_words[] = {
	{ "endpoint-independent", NAT_FILTERING_ENDPOINT_INDEPENDENT, "anyone may send to a mapping" },
	{ "address-dependent", NAT_FILTERING_ADDRESS_DEPENDENT, "addresses it has sent to may answer" },
	{ "address-and-port-dependent", NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT, "only the address and port it has sent to may answer" },
	{ 0 },
};

static const struct schema_row nat_rows[] = {
	{ .name = "mapping", .type = SCHEMA_WORD, .offset = offsetof(struct topology_nat, mapping), .words = mapping_words,
	  .default_text = "address-and-port-dependent", .example = "endpoint-independent",
	  .help = "How the outer port is chosen (RFC 4787 section 4.1)." },
	{ .name = "filtering", .type = SCHEMA_WORD, .offset = offsetof(struct topology_nat, filtering), .words = filtering_words,
	  .default_text = "address-and-port-dependent", .example = "address-dependent",
	  .help = "Whose packets a mapping lets in (RFC 4787 section 5)." },
	{ .name = "port_preservation", .type = SCHEMA_BOOLEAN, .offset = offsetof(struct topology_nat, port_preservation),
	  .default_text = "false", .example = "true",
	  .help = "Whether the outer port equals the inner one while it is free. Hosts whose port cannot be foretold are reached through a forward or a gateway." },
	{ .name = "hairpinning", .type = SCHEMA_BOOLEAN, .offset = offsetof(struct topology_nat, hairpinning),
	  .default_text = "false", .example = "true",
	  .help = "Whether two hosts inside reach each other by their outer addresses. No preset does." },
	{ .name = "mapping_timeout", .type = SCHEMA_INTEGER, .offset = offsetof(struct topology_nat, mapping_timeout), .minimum = 1, .maximum = 86400,
	  .default_text = "30", .example = "120",
	  .help = "Seconds after which an idle UDP mapping is forgotten. Keepalives are sent more often." },
};

static const struct schema_section nat_section = {
	.title = "nat",
	.help = "A NAT in the terms of RFC 4787, where no preset fits. What is left out is taken for the worst case. NATs translate IPv4 only: "
		"in IPv6 a site with one has a stateful firewall, which `forward` opens.",
	.example = "sites:\n  office: { nat: { mapping: endpoint-independent, filtering: address-dependent, port_preservation: true } }\n",
	.size = sizeof(struct topology_nat),
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
	{ .name = "preshared_keys", .type = SCHEMA_BOOLEAN, .offset = offsetof(struct topology_network, preshared_keys),
	  .default_text = "false", .example = "true",
	  .help = "Whether every pair of peers has a preshared key of its own: from the keystore where it is open, else from files on the hosts." },
	{ .name = "unreachable", .type = SCHEMA_WORD, .offset = offsetof(struct topology_network, unreachable), .words = unreachable_words,
	  .default_text = "relay", .example = "error",
	  .help = "What becomes of pairs of servers that NAT keeps apart." },
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
	  .section_offset = offsetof(struct topology_site, nat_terms), .section_value = NAT_IN_TERMS,
	  .default_text = "unknown", .example = "symmetric",
	  .help = "The NAT or firewall between the site and what it is inside of: a word, or its terms one by one." },
	{ .name = "inside", .type = SCHEMA_NAME, .offset = offsetof(struct topology_site, inside), .default_text = "internet", .example = "campus",
	  .help = "The site that this one is nested in, such as the campus around a lab's own router. Its packets pass the boxes of both." },
	{ .name = "public", .type = SCHEMA_PLACE, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_site, public), .example = "[198.51.100.7]",
	  .help = "What others see the site's translated packets come from: the router's IPv4 address in the site outside, its DNS name, or `dynamic`. "
		  "With several addresses nobody can foretell which one a host gets." },
	{ .name = "prefixes", .type = SCHEMA_PREFIX, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_site, prefixes), .example = "[10.1.0.0/16]",
	  .help = "The site's own networks. Addresses of nodes at the site are checked against them, and a node at the site never routes them into the tunnel." },
	{ .name = "forward", .type = SCHEMA_TEXT, .shape = SCHEMA_MAP, .offset = offsetof(struct topology_site, forward),
	  .pairs = "outer UDP ports to hosts", .key_check = check_forward_port, .example = "{ 51821: home01, 51820/ipv6: home02 }",
	  .help = "What the router or firewall lets in, as its own page says it: the outer UDP port, and the host it leads to. `51821: home01` leads to the host's `listen_port`, "
		  "`51821: home01:51820` names that port as well, and a device is `user/device`. A router translates IPv4 only, so a plain port forwards IPv4; "
		  "`51820/ipv6` opens its IPv6 firewall for the host's own address, and leaves the port as it is. At a firewall that translates nothing a plain port is "
		  "open in both families. For a host of a site inside this one the router of that site needs a forward too." },
	{ .name = "one_to_one", .type = SCHEMA_TEXT, .shape = SCHEMA_MAP, .offset = offsetof(struct topology_site, one_to_one),
	  .pairs = "outer IPv4 addresses to hosts", .key_check = check_ipv4_address, .example = "{ 203.0.113.40: vm1 }",
	  .help = "Addresses outside that are one host's alone, with all their ports: elastic or floating addresses of a cloud, 1:1 NAT of a firewall." },
	{ .name = "client_isolation", .type = SCHEMA_BOOLEAN, .offset = offsetof(struct topology_site, client_isolation),
	  .default_text = "false", .example = "true",
	  .help = "Whether hosts at the site cannot reach each other directly, as on many guest Wi-Fis." },
};

static const struct schema_section site_section = {
	.title = "site",
	.help = "A network that others see only through its NAT or firewall. Nodes at one site share a LAN and talk to each other directly. "
		"Sites nest: each lies inside another one, and all of them inside `internet`, which is always there.",
	.example = "sites:\n"
		   "  campus: { nat: symmetric, public: [198.51.100.7], prefixes: [10.1.0.0/16] }\n"
		   "  lab: { inside: campus, nat: linux, public: [10.1.9.9] }\n"
		   "  home: { nat: linux, public: [home.example.net], forward: { 51821: home01 } }\n"
		   "  cloud: { nat: none, one_to_one: { 203.0.113.40: vm1 } }\n",
	.size = sizeof(struct topology_site),
	ROWS(site_rows),
};

#define NODE_AT(owner, path, absent)                                                                                             \
	{ .name = "at", .type = SCHEMA_PLACE, .shape = SCHEMA_PLACES, .offset = offsetof(struct owner, path at), .takes_ranges = true, \
	  .default_text = (absent), .is_required = (absent) == NULL, .example = "{ internet: 203.0.113.11, campus: 10.1.2.11 }", \
	  .help = "Where the node is: for each site its address, its addresses, a DNS name, or `dynamic`. Two nodes meet on a LAN that they share, else where they get a direct tunnel: over IPv4 where that works, else over IPv6." }
#define NODE_PUBLIC_KEY(owner, path)                                                                                  \
	{ .name = "public_key", .type = SCHEMA_KEY, .offset = offsetof(struct owner, path public_key),                \
	  .default_text = "that of the lock",                                                                         \
	  .help = "Public half of the node's key, as `wg pubkey` prints it. The private half stays on the node. Where it is absent, the key that was made for the node stands in the lock." }
#define NODE_ADDRESS(owner, path)                                                                                              \
	{ .name = "address", .type = SCHEMA_ADDRESS, .shape = SCHEMA_ONE_OR_LIST, .offset = offsetof(struct owner, path address), \
	  .maximum = 2, .takes_ranges = true, .default_text = "the next free one", .example = "10.77.0.12",                       \
	  .help = "Overlay address, at most one of each family, in place of the one that would be given out." }
#define NODE_LISTEN_PORT(owner, path)                                                                                             \
	{ .name = "listen_port", .type = SCHEMA_INTEGER, .offset = offsetof(struct owner, path listen_port), .minimum = 1,        \
	  .maximum = 65535, .default_text = "that of the network", .example = "51821",                    \
	  .help = "UDP port on which the node listens. Where it is absent, and hosts behind one NAT would share that of the network, the next free one is given out and kept in the lock." }
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
	.example = "servers:\n"
		   "  gpu01: { at: { campus: 10.1.2.11 }, public_key: \"...\", groups: [gpu] }\n"
		   "  \"cpu[01-64]\": { at: { campus: \"10.1.3.[11-74]\" }, groups: [cpu] }\n",
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
	{ .name = "devices", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology_user, devices), .section = &device_section, .takes_ranges = true,
	  .default_text = "the user is the one device", .example = "{ laptop: { public_key: \"...\" } }",
	  .help = "The user's devices by name." },
	{ .name = "gateways", .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_user, gateways), .maximum = 16,
	  .default_text = "the only gateway", .example = "[gw, gw2]",
	  .help = "The gateways through which the user's devices reach the network, the usual one first. For each further one a device has a second file, such as `lab-gw2.conf` beside `lab.conf`, "
		  "with the same key and addresses of its own, and is named `user/device@gw2`. WireGuard gives an address to one peer only and never fails over, so the person switches by hand, "
		  "one tunnel at a time, and is then seen at the other addresses. A gateway more at the end changes nothing that is installed; in another order the first one's addresses move with the first place." },
	NODE_GROUPS(topology_user, own.),
	{ .name = "expires", .type = SCHEMA_DATE, .offset = offsetof(struct topology_user, expires), .check = check_date,
	  .example = "2027-06-30", .help = "The user's last day. From the day after, the user's devices are left out of the network, and what `links` or `forward` say of them is "
					   "passed over. Their addresses stay theirs in the lock, so that a later date brings the same network back." },
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
	  .maximum = 2, .example = "[gpu01, vm1]", .help = "The two nodes. A device is `user/device`, and at a further gateway of its user `user/device@gateway`." },
	{ .name = "via", .type = SCHEMA_NAME, .offset = offsetof(struct topology_link, via), .default_text = "a tunnel of their own where NAT allows one",
	  .example = "gw",
	  .help = "Gateway that relays for the pair. It is what the author wants, so nothing warns about it." },
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
	.example = "links:\n  - { between: [gpu01, vm1], persistent_keepalive: 15, mtu: 1380 }\n  - { between: [gpu02, home01], via: gw }\n",
	.size = sizeof(struct topology_link),
	ROWS(link_rows),
};

#define ASSERT_PAIR(key, text)                                                                                                  \
	{ .name = #key, .type = SCHEMA_NAME, .shape = SCHEMA_LIST, .maximum = 2, .offset = offsetof(struct topology_assertion, key), \
	  .example = "[alice, gpu01]", .help = (text) }

static const struct schema_row assertion_rows[] = {
	ASSERT_PAIR(reach, "The first and the second reach each other, through however many gateways."),
	ASSERT_PAIR(deny, "Nothing gets through between the two. There are no access filters yet, so that every port of a node that is reached is open, and this fails for every pair that reaches each other."),
	ASSERT_PAIR(direct, "The two have a tunnel of their own: nobody relays for them."),
	ASSERT_PAIR(relayed, "The two reach each other through a gateway."),
	{ .name = "via", .type = SCHEMA_NAME, .offset = offsetof(struct topology_assertion, via), .default_text = "any gateway", .example = "gw",
	  .help = "The gateway of `relayed`." },
	{ .name = "survives", .type = SCHEMA_NAME, .offset = offsetof(struct topology_assertion, survives), .example = "gw2",
	  .help = "Losing this gateway, server or site cuts nobody off who is left. Configurations are static, so nothing is planned anew when it is lost: pairs that it relays lose each other, "
		  "a device keeps what its tunnels to further gateways reach, and the networks in its `routes` are lost. With a site go the sites inside it, the nodes that are nowhere else, "
		  "and the tunnels that lead through it." },
	{ .name = "ports", .type = SCHEMA_PORTS, .shape = SCHEMA_LIST, .offset = offsetof(struct topology_assertion, ports), .check = check_ports, .default_text = "all", .example = "[tcp/22, udp/60000-61000]",
	  .help = "Protocols and ports of `reach` and `deny`: `tcp/22`, `udp/60000-61000`, `tcp`, `udp` or `icmp`. There are no access filters yet, so that they decide nothing: all are open, or none is." },
};

static const struct schema_section assertion_section = {
	.title = "assertion",
	.help = "What must hold, checked at every compile: unit tests of the network. Each entry says one of `reach`, `deny`, `direct`, `relayed` and `survives`. "
		"A name is that of a node, of a user, which stands for all devices at each of their gateways, of a group, or of a site, which stands for the nodes at it and at sites inside it. "
		"Where a name stands for several, each of their pairs has to hold, and `[gpu, gpu]` is every pair within the group. What is said of users who have expired is passed over.",
	.example = "assert:\n"
		   "  - { reach: [alice, gpu], ports: [tcp/22] }\n"
		   "  - { direct: [gpu, gpu] }\n"
		   "  - { relayed: [gpu02, home01], via: gw }\n"
		   "  - { survives: gw2 }\n",
	.size = sizeof(struct topology_assertion),
	ROWS(assertion_rows),
};

static const struct schema_row topology_rows[] = {
	{ .name = "network", .type = SCHEMA_SECTION, .offset = offsetof(struct topology, network), .section = &network_section, .is_required = true,
	  .example = "{ name: lab, addresses: [10.20.0.0/24] }", .help = "The network as a whole." },
	{ .name = "sites", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, sites), .section = &site_section,
	  .help = "Sites by name." },
	{ .name = "gateways", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, gateways), .section = &gateway_section, .takes_ranges = true,
	  .help = "Gateways by name." },
	{ .name = "servers", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, servers), .section = &server_section, .takes_ranges = true,
	  .help = "Servers by name." },
	{ .name = "users", .type = SCHEMA_SECTION, .shape = SCHEMA_MAP, .offset = offsetof(struct topology, users), .section = &user_section, .takes_ranges = true,
	  .help = "Users by name." },
	{ .name = "access", .type = SCHEMA_SECTION, .shape = SCHEMA_LIST, .section = &access_section, .later = access_filters,
	  .help = "What users may reach." },
	{ .name = "links", .type = SCHEMA_SECTION, .shape = SCHEMA_LIST, .offset = offsetof(struct topology, links), .section = &link_section,
	  .help = "What the author knows about single pairs." },
	{ .name = "assert", .type = SCHEMA_SECTION, .shape = SCHEMA_LIST, .offset = offsetof(struct topology, assertions), .section = &assertion_section,
	  .help = "What must hold." },
	{ .name = "include", .type = SCHEMA_TEXT, .shape = SCHEMA_LIST, .offset = offsetof(struct topology, include), .example = "[users.yaml]",
	  .help = "Further files, in or below the topology's folder, whose sections are added to these: large networks split by owner." },
};

const char schema_ranges[] =
	"Servers, gateways, users and devices of one kind may be written in one line, as Slurm writes its host lists: `gpu[01-03,07]` is four nodes, and "
	"`rack[1-2]n[01-40]` is 80 of them, the number on the right running fastest. Zeros in front are kept. What stands below such a name holds for each of its "
	"nodes. Only their addresses differ: each of `at` and `address`, but `dynamic`, is a host list as well, of as many values, and the nth node has the nth of them. "
	"Numbers are decimal, in IPv6 addresses too: `fd00::[9-10]` is `fd00::9` and `fd00::10`. An address, a route or a `public_key` that several nodes would share "
	"is an error; their keys come from the lock. A host list stands in quotes. Wherever else nodes are named, they are named one by one, as they are in the lock.";

// clang-format on

const struct schema_section schema_topology = {
	.title = "topology",
	.help = "One YAML file, kept in git, that says who is in the network and where.",
	.size = sizeof(struct topology),
	ROWS(topology_rows),
};

const char *schema_nat_text(int preset)
{
	if (preset == NAT_IN_TERMS)
		return "in its own terms";
	for (const struct schema_word *word = nat_words; word->text != NULL; word++) {
		if (word->value == preset)
			return word->text;
	}
	unreachable();
}
