/* SPDX-License-Identifier: MIT */

/* World: the lines that make a network what its manifest says it is. */

#include "runtime/lab/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "runtime/lab/nat.h"
#include "tests/unit/runtime/document.h"

static struct world *plan(struct document *document)
{
	struct world *world = NULL;

	if (world_plan(document->arena, document_read_good(document), &world, &document->fault) !=
	    0)
		fail_msg("%s", document->fault);
	return world;
}

static const struct world_namespace *find(const struct world *world, const char *name)
{
	vec_foreach(namespace, &world->namespaces) {
		if (strcmp((*namespace)->name, name) == 0)
			return *namespace;
	}
	fail_msg("no namespace %s", name);
	return NULL;
}

/* Lines without their indentation. */
static bool has_line(const struct text *text, const char *line)
{
	size_t length = strlen(line);

	for (const char *at = text->data; at != NULL && *at != '\0';) {
		const char *end = strchr(at, '\n');

		while (*at == '\t')
			at++;
		if (end != NULL && (size_t)(end - at) == length && strncmp(at, line, length) == 0)
			return true;
		at = end == NULL ? NULL : end + 1;
	}
	return false;
}

static void expect_line(const struct text *text, const char *line)
{
	if (!has_line(text, line))
		fail_msg("no line '%s' in:\n%s", line, text->length == 0 ? "" : text->data);
}

static void expect_no(const struct text *text, const char *part)
{
	if (text->length > 0 && strstr(text->data, part) != NULL)
		fail_msg("'%s' is in:\n%s", part, text->data);
}

/* Sites by name: r1 campus, r2 cloud, r3 home, r4 lab. Hosts: gpu01, gpu02, gw, home01, vm1. */

static void test_plan_internet(void **state)
{
	struct world *world = plan(*state);
	const struct world_namespace *internet = find(world, "internet");

	assert_ptr_equal(internet, world->namespaces.items[0]);
	assert_int_equal(world->namespaces.n_items, 1 + 4 + 5 + 2);
	expect_line(&internet->sysctls, "net/ipv4/ip_forward=1");
	expect_line(&internet->nft, "ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
				    "100.64.0.0/10 } drop");
	expect_line(&internet->ip, "route add 198.51.100.7/32 dev p1 table main");
	/* IPv6 is not translated, so campus and the lab inside it are routed; private IPv4 is not.
	 */
	expect_line(&internet->ip,
		    "route add 2001:db8:1::/48 via fe80::4:2 dev p1 onlink table main");
	expect_line(&internet->ip,
		    "route add 2001:db8:1:7::/64 via fe80::4:2 dev p1 onlink table main");
	expect_no(&internet->ip, "172.31.0.0/16");
	expect_line(&world->links, "link add p1 netns internet type veth peer name wan netns r1");
	world_finish(world);
}

static void test_plan_nested(void **state)
{
	struct world *world = plan(*state);
	const struct world_namespace *campus = find(world, "r1");
	const struct world_namespace *lab = find(world, "r4");

	expect_line(&world->links, "link add p4 netns r1 type veth peer name wan netns r4");
	expect_line(&campus->ip, "link set p4 master lan up");
	expect_line(&campus->ip,
		    "route add 2001:db8:1:7::/64 via fe80::4:5 dev lan onlink table main");
	expect_no(&campus->ip, "192.168.7.0/24");
	expect_line(&lab->ip, "address add 10.1.9.9/16 dev wan");
	expect_line(&lab->ip, "route add default via 169.254.16.2 dev wan onlink");
	expect_line(&lab->ip, "route add default via fe80::2:2 dev wan onlink");
	expect_line(&lab->ip, "address add 169.254.16.5/32 dev lan");
	world_finish(world);
}

static void test_plan_kernel_nat(void **state)
{
	struct world *world = plan(*state);
	const struct world_namespace *campus = find(world, "r1");
	const struct world_namespace *lab = find(world, "r4");

	assert_null(campus->nat);
	assert_null(lab->nat);
	expect_line(&campus->nft,
		    "oifname \"wan\" meta nfproto ipv4 snat ip to 198.51.100.7 fully-random");
	expect_line(&lab->nft, "oifname \"wan\" meta nfproto ipv4 snat ip to 10.1.9.9");
	expect_line(&lab->nft, "iifname { \"wan\", \"nat\" } drop");
	expect_line(&lab->nft, "iifname \"wan\" meta nfproto ipv4 drop");
	expect_line(&campus->sysctls, "net/netfilter/nf_conntrack_udp_timeout=30");
	expect_line(&lab->sysctls, "net/netfilter/nf_conntrack_udp_timeout_stream=120");
	/* The kernel remembers for 120 s here, and the IPv6 firewall for 30 s: it has a set. */
	expect_line(&lab->nft, "timeout 30s");
	expect_line(&lab->nft,
		    "iifname \"wan\" ip6 daddr . udp dport . ip6 saddr . udp sport @sent6 accept");
	expect_no(&campus->nft, "@sent6");
	assert_int_equal(world->longest_timeout_s, 120);
	world_finish(world);
}

static void test_plan_ways_in(void **state)
{
	struct world *world = plan(*state);
	const struct world_namespace *cloud = find(world, "r2");

	expect_line(&find(world, "r3")->nft, "iifname \"wan\" ip daddr 198.18.0.1 udp dport 51821 "
					     "dnat ip to 192.168.1.10:51820");
	expect_line(&cloud->nft, "iifname \"wan\" ip daddr 203.0.113.40 dnat ip to 172.31.0.5");
	expect_line(&cloud->nft, "oifname \"wan\" ip saddr 172.31.0.5 snat ip to 203.0.113.40");
	expect_no(&cloud->nft, "ct state");
	world_finish(world);
}

/* A forward of campus to a host in the lab leads to the lab's router. */
static void test_plan_forward_nested(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "sites/campus/forward",
		     "[{'port': 4000, 'families': ['ipv4', 'ipv6'], 'host': 'gpu02',"
		     " 'host_port': 5000}]");
	document_set(document, "hosts/gpu02/at/lab", "['192.168.7.2', '2001:db8:1:7::2']");
	world = plan(document);
	expect_line(&find(world, "r1")->nft, "iifname \"wan\" ip daddr 198.51.100.7 udp dport 4000 "
					     "dnat ip to 10.1.9.9:5000");
	expect_line(&find(world, "r1")->nft,
		    "iifname \"wan\" ip6 daddr 2001:db8:1:7::2 udp dport 4000 accept");
	world_finish(world);
}

/* What the kernel cannot do is left to the userspace NAT, together with its static entries. */
static void test_plan_userspace_nat(void **state)
{
	static const struct {
		const char *path;
		const char *value;
	} cases[] = {
		{"sites/home/box/ipv4/filtering", "'endpoint-independent'"},
		{"sites/home/box/ipv4/filtering", "'address-dependent'"},
		{"sites/home/box/ipv4/mapping", "'address-dependent'"},
		{"sites/home/box/ipv4/mapping", "'address-and-port-dependent'"},
		{"sites/home/box/ipv4/port_preservation", "false"},
		{"sites/home/box/ipv4/hairpinning", "true"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct document *document = *state;
		json_t *before = json_deep_copy(document->json);
		const struct world_namespace *home;
		struct world *world;

		document_set(document, cases[i].path, cases[i].value);
		world = plan(document);
		home = find(world, "r3");
		assert_non_null(home->nat);
		assert_int_equal(home->nat->n_statics, 1);
		assert_int_equal(home->nat->statics[0].outer_port, 51821);
		assert_int_equal(home->nat->statics[0].inner_port, 51820);
		assert_int_equal(home->nat->n_inside, 1);
		expect_line(&home->ip, "rule add pref 100 iif lan lookup 100");
		expect_line(&home->ip, "neighbour add proxy 198.18.0.1 dev wan");
		expect_line(&home->ip, "route add 198.18.0.1/32 dev nat table main");
		expect_no(&home->ip, "address add 198.18.0.1");
		expect_no(&home->nft, "snat");
		world_finish(world);
		json_decref(document->json);
		document->json = before;
	}
}

static void test_plan_blocked(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "sites/campus/box/ipv4/blocks_udp", "true");
	world = plan(document);
	expect_line(&find(world, "r1")->nft,
		    "oifname \"wan\" meta nfproto ipv4 meta l4proto udp drop");
	expect_no(&find(world, "r1")->nft, "meta nfproto ipv6 meta l4proto udp drop");
	world_finish(world);
}

static void test_plan_firewall_filters(void **state)
{
	struct document *document = *state;
	const struct world_namespace *cloud;
	struct world *world;

	document_set(document, "sites/cloud/box/ipv4/filtering", "'endpoint-independent'");
	document_set(document, "sites/cloud/box/ipv4/mapping_timeout", "40");
	document_set(document, "sites/cloud/box/ipv6/filtering", "'address-dependent'");
	document_set(document, "sites/cloud/box/ipv6/mapping_timeout", "50");
	world = plan(document);
	cloud = find(world, "r2");
	expect_line(&cloud->nft, "timeout 40s");
	expect_line(&cloud->nft, "iifname \"wan\" ip daddr . udp dport @sent4 accept");
	expect_line(&cloud->nft, "timeout 50s");
	expect_line(&cloud->nft, "iifname \"wan\" ip6 daddr . udp dport . ip6 saddr @sent6 accept");
	expect_no(&cloud->sysctls, "nf_conntrack");
	world_finish(world);
}

static void test_plan_pool(void **state)
{
	struct document *document = *state;
	struct net_address address;
	struct world *world;

	document_set(document, "sites/lab/public", "['10.1.9.9', '10.1.9.12']");
	world = plan(document);
	expect_line(&find(world, "r4")->nft,
		    "oifname \"wan\" meta nfproto ipv4 snat ip to numgen random mod 2 map "
		    "{ 0 : 10.1.9.9, 1 : 10.1.9.12 }");
	assert_false(world_outer_address(world, &world->manifest->hosts[1],
					 &world->manifest->hosts[0], NET_IPV4, &address));
	world_finish(world);
}

static void test_plan_isolation(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "sites/campus/client_isolation", "true");
	world = plan(document);
	expect_line(&find(world, "r1")->nft, "iifname \"lan\" oifname \"lan\" drop");
	expect_line(&find(world, "r1")->ip, "link set p4 type bridge_slave isolated on");
	expect_line(&find(world, "r1")->ip, "link set p5 type bridge_slave isolated on");
	world_finish(world);
}

/* Out through the internet; to campus, and the networks routed inside it, through campus. */
static void test_plan_ways(void **state)
{
	struct document *document = *state;
	const struct world_namespace *gw;
	struct world *world;

	document_set(document, "sites/lab/box/ipv4/mapping", "'none'");
	document_set(document, "sites/lab/public", "[]");
	world = plan(document);
	gw = find(world, "h2");
	expect_line(&gw->ip, "address add 203.0.113.1/32 dev eth0");
	expect_line(&gw->ip, "address add 10.1.0.1/16 dev eth1");
	expect_line(&gw->ip, "route add default via 169.254.16.1 dev eth0 onlink");
	expect_line(&gw->ip,
		    "route add 192.168.7.0/24 via 169.254.16.2 dev eth1 onlink table main");
	expect_line(&find(world, "r1")->ip,
		    "route add 192.168.7.0/24 via 169.254.32.5 dev lan onlink table main");
	expect_no(&find(world, "internet")->ip, "192.168.7.0/24");
	expect_line(&gw->sysctls, "net/ipv4/conf/all/rp_filter=2");
	world_finish(world);
}

/* Of two sites that let it out, a host takes the first; of one that blocks UDP, the other. */
static void test_plan_way_around_block(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "hosts/gpu01/at",
		     "{'campus': ['10.1.2.11'], 'home': ['192.168.1.11']}");
	world = plan(document);
	expect_line(&find(world, "h0")->ip, "route add default via 169.254.16.2 dev eth0 onlink");
	world_finish(world);
	document_set(document, "sites/campus/box/ipv4/blocks_udp", "true");
	world = plan(document);
	expect_line(&find(world, "h0")->ip, "route add default via 169.254.16.4 dev eth1 onlink");
	world_finish(world);
}

static void test_plan_machines(void **state)
{
	struct world *world = plan(*state);

	assert_int_equal(world->machines.n_items, 2);
	/* On the campus LAN, behind the gateway's address there. */
	expect_line(&find(world, "m0")->ip, "address add 10.1.255.254/16 dev eth0");
	expect_line(&find(world, "m0")->ip, "route add default via 10.1.0.1 dev eth0 onlink");
	/* On a segment of its own. */
	expect_line(&find(world, "m1")->ip, "address add 10.50.255.254/32 dev eth0");
	expect_line(&find(world, "h2")->ip, "route add 10.50.0.0/16 dev lan1 table main");
	assert_ptr_equal(world->machines.items[1].host, world->hosts[2].host);
	world_finish(world);
}

/* Names mean the nearest place that has them. */
static void test_plan_names(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "hosts/gw/at/campus", "['vpn.example.net']");
	document_set(document, "hosts/gw/at/internet", "['vpn.example.net']");
	world = plan(document);
	assert_non_null(strstr(world->hosts[1].hosts_file, "\n10.1.255.254 vpn.example.net\n"));
	assert_null(strstr(world->hosts[1].hosts_file, "198.18.0.1 vpn.example.net"));
	assert_non_null(strstr(world->hosts[4].hosts_file, "\n198.18.0.1 vpn.example.net\n"));
	assert_null(strstr(world->hosts[4].hosts_file, "10.1.255.254"));
	assert_non_null(strstr(world->hosts[4].hosts_file, " home.example.net\n"));
	world_finish(world);
}

static void test_plan_roaming(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "hosts/gpu01/kind", "'device'");
	document_set(document, "hosts/gpu01/at", "{}");
	world = plan(document);
	expect_line(&find(world, "r5")->nft, "iifname \"lan\" oifname \"lan\" drop");
	expect_line(&find(world, "r5")->nft,
		    "oifname \"wan\" meta nfproto ipv4 snat ip to 198.18.0.2 fully-random");
	expect_line(&find(world, "h0")->ip, "address add 198.19.3.254/22 dev eth0");
	world_finish(world);
}

/* A device at a second gateway: a machine beside the first, which has the address that is written.
 */
static void test_plan_device_twice(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "hosts/home01/kind", "'device'");
	document_set(document, "hosts/vm1/kind", "'device'");
	document_set(document, "sites/cloud/one_to_one", "{}");
	document_set(document, "hosts/vm1/at", "{'home': ['192.168.1.10']}");
	document_set(document, "hosts/vm1/public_key",
		     "'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='");
	document_set(document, "hosts/vm1/device", "'home01'");
	world = plan(document);
	expect_line(&find(world, "h3")->ip, "address add 192.168.1.10/24 dev eth0");
	expect_line(&find(world, "h4")->ip, "address add 192.168.1.254/24 dev eth0");
	world_finish(world);
}

/* Nothing that is invented is, or holds, what somebody wrote down. */
static void test_plan_invents_what_is_free(void **state)
{
	struct document *document = *state;
	struct world *world;

	document_set(document, "hosts/vm1/at", "{'internet': ['198.18.0.1']}");
	document_set(document, "sites/cloud/one_to_one", "{}");
	document_set(document, "sites/cloud/prefixes", "['198.18.0.2/31']");
	document_set(document, "hosts/gpu01/kind", "'device'");
	document_set(document, "hosts/gpu01/at", "{}");
	document_set(document, "network/addresses", "['198.19.0.0/24']");
	world = plan(document);
	expect_line(&find(world, "r3")->nft,
		    "oifname \"wan\" meta nfproto ipv4 snat ip to 198.18.0.4");
	expect_line(&find(world, "h0")->ip, "address add 198.19.7.254/22 dev eth0");
	world_finish(world);
}

/* The internet does not carry private addresses, so another one stands for a router's there. */
static void test_plan_private_public(void **state)
{
	struct document *document = *state;
	struct net_address address;
	struct world *world;

	document_set(document, "sites/campus/public", "['100.64.3.4']");
	world = plan(document);
	expect_no(&find(world, "r1")->ip, "100.64.3.4");
	expect_line(&find(world, "r1")->ip, "address add 198.18.0.1/32 dev wan");
	assert_false(world_outer_address(world, &world->manifest->hosts[0],
					 &world->manifest->hosts[4], NET_IPV4, &address));
	world_finish(world);
}

static void expect_outer(const struct world *world, size_t host, size_t seen_by,
			 enum net_family family, const char *expected)
{
	struct net_address address;
	char buffer[NET_ADDRESS_TEXT];
	bool is_known = world_outer_address(world, &world->manifest->hosts[host],
					    &world->manifest->hosts[seen_by], family, &address);

	assert_int_equal(is_known, expected != NULL);
	if (is_known)
		assert_string_equal(net_address_format(&address, buffer), expected);
}

static void test_outer_address(void **state)
{
	struct document *document = *state;
	struct world *world = plan(document);

	expect_outer(world, 0, 2, NET_IPV4, "10.1.2.11");    /* gpu01 and gw, on campus */
	expect_outer(world, 0, 3, NET_IPV4, "198.51.100.7"); /* from home01 */
	expect_outer(world, 1, 0, NET_IPV4, "10.1.9.9");     /* gpu02 in the lab, from campus */
	expect_outer(world, 1, 3, NET_IPV4, "198.51.100.7"); /* and from home01 */
	expect_outer(world, 2, 3, NET_IPV4, "203.0.113.1");  /* gw has both */
	expect_outer(world, 3, 2, NET_IPV4, "198.18.0.1");   /* a name is known */
	expect_outer(world, 4, 2, NET_IPV4, "203.0.113.40"); /* one-to-one */
	expect_outer(world, 0, 2, NET_IPV6, NULL);           /* gw has no IPv6 */
	expect_outer(world, 2, 0, NET_IPV6, NULL);
	world_finish(world);
	document_set(document, "sites/home/public", "[]");
	document_set(document, "hosts/vm1/at",
		     "{'cloud': ['172.31.0.5'], 'campus': ['10.1.2.12']}");
	world = plan(document);
	expect_outer(world, 3, 2, NET_IPV4, NULL); /* home01: nobody knows the router's address */
	expect_outer(world, 4, 3, NET_IPV4, NULL); /* vm1: through the cloud or through campus */
	expect_outer(world, 4, 0, NET_IPV4, "10.1.2.12");
	world_finish(world);
}

static void test_plan_is_repeatable(void **state)
{
	struct world *one = plan(*state);
	struct world *other = plan(*state);

	assert_string_equal(one->links.data, other->links.data);
	for (size_t i = 0; i < one->namespaces.n_items; i++) {
		assert_string_equal(one->namespaces.items[i]->ip.data,
				    other->namespaces.items[i]->ip.data);
		assert_string_equal(one->namespaces.items[i]->name,
				    other->namespaces.items[i]->name);
	}
	world_finish(one);
	world_finish(other);
}

static void test_plan_faults(void **state)
{
	static const struct {
		const char *path;
		const char *value;
		const char *fault;
	} cases[] = {
		{"hosts/gpu01/at/campus", "['10.1.9.9']",
		 "host 'gpu01' and the router of site 'lab' have one address, '10.1.9.9': the lab "
		 "gives each a machine of its own"},
		{"hosts/gpu01/at/campus", "['10.1.0.1']",
		 "host 'gpu01' and host 'gw' have one address, '10.1.0.1': the lab gives each a "
		 "machine of its own"},
		{"hosts/gw/routes", "['10.50.0.1/32', '10.50.0.1/32']",
		 "there is no address left for a machine behind host 'gw'"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct document *document = *state;
		json_t *before = json_deep_copy(document->json);
		struct world *world = NULL;
		const char *fault = NULL;

		document_set(document, cases[i].path, cases[i].value);
		assert_int_equal(
			world_plan(document->arena, document_read_good(document), &world, &fault),
			MANIFEST_E_CONTENT);
		assert_string_equal(fault, cases[i].fault);
		json_decref(document->json);
		document->json = before;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCUMENT_TEST(test_plan_internet),
		DOCUMENT_TEST(test_plan_nested),
		DOCUMENT_TEST(test_plan_kernel_nat),
		DOCUMENT_TEST(test_plan_ways_in),
		DOCUMENT_TEST(test_plan_forward_nested),
		DOCUMENT_TEST(test_plan_userspace_nat),
		DOCUMENT_TEST(test_plan_blocked),
		DOCUMENT_TEST(test_plan_firewall_filters),
		DOCUMENT_TEST(test_plan_pool),
		DOCUMENT_TEST(test_plan_isolation),
		DOCUMENT_TEST(test_plan_ways),
		DOCUMENT_TEST(test_plan_way_around_block),
		DOCUMENT_TEST(test_plan_machines),
		DOCUMENT_TEST(test_plan_names),
		DOCUMENT_TEST(test_plan_roaming),
		DOCUMENT_TEST(test_plan_device_twice),
		DOCUMENT_TEST(test_plan_invents_what_is_free),
		DOCUMENT_TEST(test_plan_private_public),
		DOCUMENT_TEST(test_outer_address),
		DOCUMENT_TEST(test_plan_is_repeatable),
		DOCUMENT_TEST(test_plan_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
