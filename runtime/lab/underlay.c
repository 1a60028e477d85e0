/* SPDX-License-Identifier: MIT */

/*
 * The internet is a router with a port and a host route per attachment, so that any documentation
 * address works. A site's segment is a bridge in its router, which stands in the site outside as
 * any machine there does. What it translates comes from addresses of its own; the networks that it
 * does not translate are routed to it, all the way up to the internet.
 *
 * Each site's router has its own link-local address towards the inside and one towards the outside,
 * because a router's default gateway must not be one of its own addresses.
 *
 * A userspace NAT gets all IPv4 that crosses the router by a rule: from the inside everything but
 * what stays inside, from the outside what is for an outer address. Those are therefore no
 * addresses of the router, which only answers for them (proxy ARP, ip-neighbour(8)).
 */

#include "runtime/lab/underlay.h"

#include "base/arena.h"
#include "base/map.h"
#include "runtime/lab/names.h"
#include "runtime/lab/nat.h"
#include "runtime/lab/places.h"
#include "runtime/lab/router.h"
#include "runtime/lab/ways.h"
#include "runtime/lab/world.h"

#define NAT_TABLE "100"

enum {
	PER_BYTE = 250, /* how many sites share the third byte of a link-local address */
	INSIDE = 16,    /* third byte of the first router's address towards the inside */
	OUTSIDE = 32,   /* and towards the outside */
	IPV6_INSIDE = 2,
	IPV6_OUTSIDE = 4,
};

/* The side of a host that a machine on a network behind it sees. */
static const char *const machine_gateways[] = {
	[NET_IPV4] = "169.254.3.1",
	[NET_IPV6] = "fe80::3:1",
};

struct building {
	struct arena *arena;
	const struct places *places;
	struct world *world;
	struct world_namespace **routers; /* by site; of the internet, the internet itself */
	struct world_namespace **hosts;
	const char **uplinks; /* by site: the router's port in the namespace of the site outside */
	struct map routes;    /* "namespace table prefix": the first route to a prefix counts */
	size_t n_ports;
};

/* A device being plugged in. */
struct plug {
	struct world_namespace *namespace;
	const char *device;
	bool is_isolated;
};

static const char *inside_gateway(struct building *building, const struct places_site *site,
				  enum net_family family)
{
	if (family == NET_IPV6) {
		return arena_printf(building->arena, "fe80::%d:%zx", IPV6_INSIDE, site->index + 1);
	}
	return arena_printf(building->arena, "169.254.%zu.%zu", INSIDE + site->index / PER_BYTE,
			    site->index % PER_BYTE + 1);
}

static const char *outside_address(struct building *building, const struct places_site *site,
				   enum net_family family)
{
	if (family == NET_IPV6) {
		return arena_printf(building->arena, "fe80::%d:%zx", IPV6_OUTSIDE, site->index + 1);
	}
	return arena_printf(building->arena, "169.254.%zu.%zu", OUTSIDE + site->index / PER_BYTE,
			    site->index % PER_BYTE + 1);
}

/*
 * Duplicate address detection would keep IPv6 addresses unusable for a second; the larger of the
 * values for "all" and for the device counts (kernel: ip-sysctl), so every device has to be told.
 */
static void tame_device(struct world_namespace *namespace, const char *device, bool is_router)
{
	text_join(&namespace->sysctls, "net/ipv6/conf/", device, "/accept_dad=0\n");
	if (is_router) {
		text_join(&namespace->sysctls, "net/ipv4/conf/", device, "/rp_filter=0\n");
		text_join(&namespace->sysctls, "net/ipv4/conf/", device, "/send_redirects=0\n");
	}
}

static struct world_namespace *add_namespace(struct building *building, char kind, size_t number,
					     bool is_router)
{
	static const char router[] = "net/ipv4/ip_forward=1\n"
				     "net/ipv6/conf/all/forwarding=1\n"
				     "net/ipv6/conf/default/accept_dad=0\n"
				     "net/ipv4/conf/all/rp_filter=0\n"
				     "net/ipv4/conf/default/rp_filter=0\n"
				     "net/ipv4/conf/all/send_redirects=0\n"
				     "net/ipv4/conf/default/send_redirects=0\n";
	/* Hosts forward only if their artifacts turn it on; rp_filter is as systemd sets it. */
	static const char host[] = "net/ipv4/ip_forward=0\n"
				   "net/ipv6/conf/all/forwarding=0\n"
				   "net/ipv6/conf/default/accept_dad=0\n"
				   "net/ipv4/conf/all/rp_filter=2\n";
	struct world_namespace *namespace = ARENA_NEW(building->arena, struct world_namespace);

	namespace->name =
		kind == '\0' ? "internet" : arena_printf(building->arena, "%c%zu", kind, number);
	text_puts(&namespace->sysctls, is_router ? router : host);
	text_puts(&namespace->sysctls, "net/ipv4/ping_group_range=0 0\n");
	text_puts(&namespace->ip, "link set lo up\n");
	*vec_push(building->arena, &building->world->namespaces) = namespace;
	return namespace;
}

static void add_cable(struct building *building, const struct world_namespace *one,
		      const char *one_device, const struct world_namespace *other,
		      const char *other_device)
{
	text_join(&building->world->links, "link add ", one_device, " netns ", one->name,
		  " type veth peer name ", other_device, " netns ", other->name, "\n");
}

/* `way` is what follows the prefix: "dev lan", "via A dev wan onlink". */
static void add_route(struct building *building, struct world_namespace *namespace,
		      const struct net_prefix *prefix, const char *table, const char *way)
{
	char buffer[NET_PREFIX_TEXT];
	const char *text = net_prefix_format(prefix, buffer);
	const char *key = arena_printf(building->arena, "%s %s %s", namespace->name, table, text);

	if (map_put(building->arena, &building->routes, key, building) == NULL) {
		text_join(&namespace->ip, "route add ", text, " ", way, " table ", table, "\n");
	}
}

static void add_default(struct building *building, struct world_namespace *namespace,
			const struct places_site *site, enum net_family family, const char *device)
{
	text_join(&namespace->ip, "route add default via ", inside_gateway(building, site, family),
		  " dev ", device, " onlink\n");
}

static void add_host_address(struct world_namespace *namespace, const struct net_address *address,
			     unsigned int length, const char *device)
{
	char buffer[NET_ADDRESS_TEXT];

	text_printf(&namespace->ip, "address add %s/%u dev %s%s\n",
		    net_address_format(address, buffer), length, device,
		    address->family == NET_IPV6 ? " nodad" : "");
}

/* Plugs the device into the internet, or into the site's bridge. Returns the name of the port. */
static const char *plug_in(struct building *building, const struct places_site *site,
			   const struct plug *plug)
{
	struct world_namespace *router = building->routers[site->index];
	const char *port = arena_printf(building->arena, "p%zu", ++building->n_ports);

	add_cable(building, router, port, plug->namespace, plug->device);
	tame_device(router, port, true);
	text_join(&plug->namespace->ip, "link set ", plug->device, " up\n");
	if (site->index == 0) {
		text_join(&router->ip, "link set ", port, " up\n");
		text_join(&router->ip, "address add ", inside_gateway(building, site, NET_IPV6),
			  "/64 dev ", port, " nodad\n");
		return port;
	}
	text_join(&router->ip, "link set ", port, " master lan up\n");
	if (plug->is_isolated)
		text_join(&router->ip, "link set ", port, " type bridge_slave isolated on\n");
	return port;
}

/* Gives the device an address at the site: on the internet alone, elsewhere one of many. */
static void stand_at(struct building *building, const struct places_site *site,
		     const struct net_address *address, const struct plug *plug, const char *port)
{
	const struct net_prefix *lan = ways_lan(site, address);
	struct net_prefix own = net_prefix_of_host(address);

	add_host_address(plug->namespace, address, lan == NULL ? own.length : lan->length,
			 plug->device);
	if (lan == NULL) {
		add_route(building, building->routers[site->index], &own, "main",
			  arena_printf(building->arena, "dev %s", port));
	}
}

/* An address that the router answers for, and hands to the userspace NAT. */
static void stand_proxy(struct building *building, const struct places_site *site,
			const struct net_address *address)
{
	struct world_namespace *router = building->routers[site->index];
	const struct net_prefix *lan = ways_lan(site->inside, address);
	struct net_prefix own = net_prefix_of_host(address);
	char buffer[NET_ADDRESS_TEXT];

	add_route(building, router, &own, "main", "dev nat");
	text_join(&router->ip, "neighbour add proxy ", net_address_format(address, buffer),
		  " dev wan\n");
	if (lan != NULL) {
		add_route(building, router, lan, "main", "dev wan");
	} else {
		add_route(building, building->routers[site->inside->index], &own, "main",
			  arena_printf(building->arena, "dev %s", building->uplinks[site->index]));
	}
}

static void stand_router(struct building *building, const struct places_site *site,
			 const struct net_address *address)
{
	const struct plug plug = {building->routers[site->index], "wan", false};

	if (plug.namespace->nat != NULL) {
		stand_proxy(building, site, address);
	} else {
		stand_at(building, site->inside, address, &plug, building->uplinks[site->index]);
	}
}

static void route_into_nat(struct building *building, const struct places_site *site)
{
	struct world_namespace *router = building->routers[site->index];

	/* Made here, because routes need it before the NAT runs and takes hold of it. */
	text_puts(&router->ip, "tuntap add dev nat mode tun\n"
			       "link set nat up\n"
			       "rule add pref 100 iif lan lookup " NAT_TABLE "\n"
			       "route add default dev nat table " NAT_TABLE "\n");
	vec_foreach(prefix, &site->prefixes) {
		if (prefix->address.family == NET_IPV4)
			add_route(building, router, prefix, NAT_TABLE, "dev lan");
	}
}

static void set_up_lan(struct building *building, const struct places_site *site)
{
	struct world_namespace *router = building->routers[site->index];

	text_puts(&router->ip, "link add lan type bridge mcast_snooping 0\n");
	text_join(&router->ip, "address add ", inside_gateway(building, site, NET_IPV4),
		  "/32 dev lan\n");
	text_join(&router->ip, "address add ", inside_gateway(building, site, NET_IPV6),
		  "/64 dev lan nodad\n");
	text_puts(&router->ip, "link set lan up\n");
	vec_foreach(prefix, &site->prefixes)
		add_route(building, router, prefix, "main", "dev lan");
}

static void set_up_wan(struct building *building, const struct places_site *site)
{
	struct world_namespace *router = building->routers[site->index];
	const struct plug plug = {router, "wan", site->inside->site->client_isolation};

	tame_device(router, "wan", true);
	building->uplinks[site->index] = plug_in(building, site->inside, &plug);
	vec_foreach(public, &site->public)
		stand_router(building, site, &public->address);
	vec_foreach(entry, &site->one_to_one)
		stand_router(building, site, &entry->outer.address);
	text_join(&router->ip, "address add ", outside_address(building, site, NET_IPV4),
		  "/32 dev wan\n");
	text_join(&router->ip, "address add ", outside_address(building, site, NET_IPV6),
		  "/64 dev wan nodad\n");
	add_default(building, router, site->inside, NET_IPV4, "wan");
	add_default(building, router, site->inside, NET_IPV6, "wan");
}

/* Where it is not translated, the prefix is known further and further out. */
static void announce(struct building *building, const struct places_site *site,
		     const struct net_prefix *prefix)
{
	enum net_family family = prefix->address.family;

	for (; site->inside != NULL && !places_translates(site, family); site = site->inside) {
		const struct places_site *outside = site->inside;
		struct world_namespace *router = building->routers[outside->index];
		const char *way =
			arena_printf(building->arena, "via %s dev %s onlink",
				     outside_address(building, site, family),
				     outside->index == 0 ? building->uplinks[site->index] : "lan");

		if (outside->index == 0 && net_address_scope(&prefix->address) != NET_SCOPE_GLOBAL)
			return;
		add_route(building, router, prefix, "main", way);
		if (router->nat != NULL && family == NET_IPV4)
			add_route(building, router, prefix, NAT_TABLE, way);
	}
}

static void add_routers(struct building *building)
{
	const struct places *places = building->places;

	vec_foreach(site, &places->sites) {
		struct world_namespace *router =
			add_namespace(building, site->index == 0 ? '\0' : 'r', site->index, true);

		building->routers[site->index] = router;
		if (site->index == 0) {
			text_join(&router->ip, "address add ",
				  inside_gateway(building, site, NET_IPV4), "/32 dev lo\n");
			router_write_internet(&router->nft);
			continue;
		}
		router->nat = router_nat(building->arena, places, site);
		router_write_sysctls(site->site, &router->sysctls);
		router_write_rules(places, site, &router->nft);
		set_up_lan(building, site);
		if (router->nat != NULL)
			route_into_nat(building, site);
	}
	/* Only now, because the bridge of a site around it has to be there. */
	vec_foreach(site, &places->sites) {
		if (site->index != 0)
			set_up_wan(building, site);
	}
	vec_foreach(site, &places->sites) {
		vec_foreach(prefix, &site->prefixes)
			announce(building, site, prefix);
	}
}

static const char *device_of(struct building *building, const struct places_host *host,
			     const struct places_attachment *attachment)
{
	return arena_printf(building->arena, "eth%td", attachment - host->attachments.items);
}

static void add_ways(struct building *building, const struct places_host *host,
		     struct world_namespace *namespace)
{
	struct ways ways = ways_of(building->arena, building->places, host);

	for (enum net_family family = NET_IPV4; family < NET_N_FAMILIES; family++) {
		const struct places_attachment *way = ways.by_default[family];

		if (way != NULL) {
			add_default(building, namespace, way->site, family,
				    device_of(building, host, way));
		}
	}
	vec_foreach(route, &ways.routes) {
		add_route(building, namespace, &route->prefix, "main",
			  arena_printf(building->arena, "via %s dev %s onlink",
				       inside_gateway(building, route->through->site,
						      route->prefix.address.family),
				       device_of(building, host, route->through)));
	}
}

static void add_host(struct building *building, const struct places_host *host)
{
	struct world_namespace *namespace = add_namespace(building, 'h', host->host->index, false);
	struct world_host *entry = &building->world->hosts[host->host->index];

	building->hosts[host->host->index] = namespace;
	vec_foreach(attachment, &host->attachments) {
		const struct places_site *site = attachment->site;
		const struct plug plug = {namespace, device_of(building, host, attachment),
					  site->site->client_isolation};
		const char *port;

		tame_device(namespace, plug.device, false);
		port = plug_in(building, site, &plug);
		vec_foreach(own, &attachment->addresses)
			stand_at(building, site, &own->address, &plug, port);
	}
	add_ways(building, host, namespace);
	*entry = (struct world_host){
		.host = host->host,
		.namespace = namespace,
		.hosts_file = names_hosts_file(building->arena, building->places, host),
	};
}

/* On a segment between the host and itself alone: the network that it stands for. */
static const char *add_own_segment(struct building *building, const struct places_machine *machine,
				   const struct plug *plug, const char *device)
{
	struct world_namespace *host = building->hosts[machine->host->host->index];
	enum net_family family = machine->address.family;

	add_cable(building, host, device, plug->namespace, plug->device);
	tame_device(host, device, false);
	text_join(&host->ip, "link set ", device, " up\n");
	text_join(&host->ip, "address add ", machine_gateways[family],
		  family == NET_IPV4 ? "/32" : "/64", " dev ", device,
		  family == NET_IPV4 ? "\n" : " nodad\n");
	add_route(building, host, &machine->prefix, "main",
		  arena_printf(building->arena, "dev %s", device));
	text_join(&plug->namespace->ip, "link set ", plug->device, " up\n");
	add_host_address(plug->namespace, &machine->address, net_family_bits(family), plug->device);
	return machine_gateways[family];
}

/* Among the other machines of the site; the host is its router there. */
static const char *add_to_lan(struct building *building, const struct places_machine *machine,
			      const struct plug *plug)
{
	const struct places_site *site = machine->attachment->site;
	char buffer[NET_ADDRESS_TEXT];

	(void)plug_in(building, site, plug); /* the port matters on the internet only */
	stand_at(building, site, &machine->address, plug, NULL);
	vec_foreach(own, &machine->attachment->addresses) {
		if (own->address.family == machine->address.family) {
			return arena_printf(building->arena, "%s",
					    net_address_format(&own->address, buffer));
		}
	}
	return inside_gateway(building, site, machine->address.family);
}

static void add_machine(struct building *building, const struct places_machine *machine,
			size_t number)
{
	/* Never isolated: the machines behind a gateway are not its fellow guests. */
	const struct plug plug = {add_namespace(building, 'm', number, false), "eth0", false};
	const char *via;

	tame_device(plug.namespace, plug.device, false);
	if (machine->attachment != NULL) {
		via = add_to_lan(building, machine, &plug);
	} else {
		via = add_own_segment(building, machine, &plug,
				      arena_printf(building->arena, "lan%zu", number));
	}
	text_join(&plug.namespace->ip, "route add default via ", via, " dev eth0 onlink\n");
	*vec_push(building->arena, &building->world->machines) = (struct world_machine){
		.host = machine->host->host,
		.prefix = machine->prefix,
		.address = machine->address,
		.namespace = plug.namespace,
	};
}

void underlay_build(struct arena *arena, const struct places *places, struct world *world)
{
	size_t n_hosts = places->manifest->n_hosts;
	struct building building = {
		.arena = arena,
		.places = places,
		.world = world,
		.routers = ARENA_ARRAY(arena, struct world_namespace *, places->sites.n_items),
		.hosts = ARENA_ARRAY(arena, struct world_namespace *, n_hosts),
		.uplinks = ARENA_ARRAY(arena, const char *, places->sites.n_items),
	};

	world->hosts = ARENA_ARRAY(arena, struct world_host, n_hosts);
	add_routers(&building);
	for (size_t i = 0; i < n_hosts; i++)
		add_host(&building, &places->hosts[i]);
	vec_foreach(machine, &places->machines)
		add_machine(&building, machine, (size_t)(machine - places->machines.items));
}
