/* SPDX-License-Identifier: MIT */

/*
 * One process for each namespace that probes. It asks all its addresses in rounds, each a second or
 * so after the other, and goes on at once with those that answer: a second time, because the first
 * answer may come from a queue, and then with a TTL of 1, 2, 3, which names the hosts on the way
 * one by one, because each in turn is where the packet dies (RFC 792, RFC 4443 section 3.3).
 */

#include "runtime/lab/probe.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "runtime/lab/command.h"

enum {
	N_SEQUENCES = 1 << 16,
	ANSWERS_WANTED = 2,
	TOKEN_SIZE = 8,
	HEADER_SIZE = 8, /* of an echo request, either family */
	IPV6_HEADER_SIZE = 40,
	/*
	 * Rounds and their beginning differ between any two hosts. Each round may start a
	 * handshake, and where both ends start one at the same moment, WireGuard drops both and
	 * waits for five seconds.
	 */
	ROUND_LEAST_MS = 600,
	ROUND_SPREAD_MS = 800,
	FIRST_SPREAD_MS = 300,
};

/* A request on its way: what its sequence number stands for. */
struct sent {
	struct probe *probe;
	unsigned int ttl;
};

struct prober {
	struct probe_source *source;
	int sockets[NET_N_FAMILIES];
	uint16_t identifier;
	uint16_t sequence; /* of the next request */
	uint64_t chance;   /* state of the generator */
	struct sent *sent; /* N_SEQUENCES of them, by sequence number */
};

/* A message that came in. */
struct arrival {
	enum net_family family;
	struct net_address from;
	unsigned int ttl;
	const uint8_t *icmp;
	size_t length;
};

/* A number below `bound` (xorshift64). */
static uint64_t chance(struct prober *prober, uint64_t bound)
{
	prober->chance ^= prober->chance << 13;
	prober->chance ^= prober->chance >> 7;
	prober->chance ^= prober->chance << 17;
	return prober->chance % bound;
}

static bool is_done(const struct probe *probe)
{
	return probe->n_answers >= ANSWERS_WANTED &&
	       (!probe->wants_path || probe->is_traced || probe->n_hops == PROBE_MOST_HOPS);
}

/* RFC 1071. The kernel does it for ICMPv6, not for ICMP. */
static uint16_t checksum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static socklen_t fill_address(const struct net_address *address, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *four = (struct sockaddr_in *)ret;

	*ret = (struct sockaddr_storage){0};
	if (address->family == NET_IPV4) {
		four->sin_family = AF_INET;
		memcpy(&four->sin_addr, address->bytes, 4);
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	memcpy(&six->sin6_addr, address->bytes, 16);
	return sizeof(*six);
}

static void send_request(struct prober *prober, struct probe *probe)
{
	bool is_ipv4 = probe->to.family == NET_IPV4;
	int ttl = probe->n_answers < ANSWERS_WANTED ? PROBE_TTL : (int)probe->n_hops + 1;
	int socket_fd = prober->sockets[probe->to.family];
	uint8_t packet[HEADER_SIZE + TOKEN_SIZE] = {0};
	struct sockaddr_storage to;
	socklen_t to_size = fill_address(&probe->to, &to);

	packet[0] = is_ipv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	put16(packet + 4, prober->identifier);
	put16(packet + 6, prober->sequence);
	memset(packet + HEADER_SIZE, 'w', TOKEN_SIZE);
	if (is_ipv4)
		put16(packet + 2, checksum(packet, sizeof(packet)));
	prober->sent[prober->sequence++] = (struct sent){probe, (unsigned int)ttl};
	if (is_ipv4) {
		(void)setsockopt(socket_fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	} else {
		(void)setsockopt(socket_fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof(ttl));
	}
	/* No route or no session yet: the next round tries again. */
	(void)sendto(socket_fd, packet, sizeof(packet), 0, (struct sockaddr *)&to, to_size);
}

/* The request that a message is about, where it is one of ours. */
static struct sent *find_sent(struct prober *prober, const uint8_t *echo, size_t length)
{
	struct sent *sent;

	if (length < HEADER_SIZE || get16(echo + 4) != prober->identifier)
		return NULL;
	sent = &prober->sent[get16(echo + 6)];
	return sent->probe == NULL ? NULL : sent;
}

static void take_answer(struct prober *prober, const struct arrival *arrival)
{
	struct sent *sent = find_sent(prober, arrival->icmp, arrival->length);
	struct probe *probe;

	/* Whoever answers must be the one who was asked. */
	if (sent == NULL || net_address_compare(&sent->probe->to, &arrival->from) != 0)
		return;
	probe = sent->probe;
	if (is_done(probe))
		return;
	probe->n_answers++;
	probe->answer_ttl = arrival->ttl;
	if (sent->ttl == probe->n_hops + 1)
		probe->is_traced = true;
	sent->probe = NULL;
	if (!is_done(probe))
		send_request(prober, probe);
}

/* The packet that died is quoted behind eight bytes, from its IP header on. */
static void take_expiry(struct prober *prober, const struct arrival *arrival)
{
	const uint8_t *quoted = arrival->icmp + HEADER_SIZE;
	size_t header = IPV6_HEADER_SIZE;
	size_t length;
	struct sent *sent;

	if (arrival->length <= HEADER_SIZE)
		return;
	length = arrival->length - HEADER_SIZE;
	if (arrival->family == NET_IPV4)
		header = (size_t)(quoted[0] & 15) * 4;
	if (length < header)
		return;
	sent = find_sent(prober, quoted + header, length - header);
	if (sent == NULL || sent->ttl != sent->probe->n_hops + 1 || is_done(sent->probe))
		return;
	sent->probe->hops[sent->probe->n_hops++] = arrival->from;
	if (!is_done(sent->probe))
		send_request(prober, sent->probe);
	sent->probe = NULL;
}

static void take(struct prober *prober, const struct arrival *arrival)
{
	bool is_ipv4 = arrival->family == NET_IPV4;

	if (arrival->length < HEADER_SIZE)
		return;
	if (arrival->icmp[0] == (is_ipv4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY)) {
		take_answer(prober, arrival);
	} else if (arrival->icmp[0] == (is_ipv4 ? ICMP_TIME_EXCEEDED : ICMP6_TIME_EXCEEDED)) {
		take_expiry(prober, arrival);
	}
}

/* A raw IPv4 socket sees the IP header, an IPv6 one does not (raw(7), RFC 3542 section 3). */
static void receive_ipv4(struct prober *prober)
{
	uint8_t packet[2048];
	ssize_t size = recv(prober->sockets[NET_IPV4], packet, sizeof(packet), MSG_DONTWAIT);
	struct arrival arrival = {.family = NET_IPV4, .from.family = NET_IPV4};
	size_t header;

	if (size < (ssize_t)sizeof(struct iphdr))
		return;
	header = (size_t)(packet[0] & 15) * 4;
	if ((size_t)size < header)
		return;
	memcpy(arrival.from.bytes, packet + offsetof(struct iphdr, saddr), 4);
	arrival.ttl = packet[offsetof(struct iphdr, ttl)];
	arrival.icmp = packet + header;
	arrival.length = (size_t)size - header;
	take(prober, &arrival);
}

static unsigned int hop_limit_of(struct msghdr *message)
{
	for (struct cmsghdr *each = CMSG_FIRSTHDR(message); each != NULL;
	     each = CMSG_NXTHDR(message, each)) {
		int limit;

		if (each->cmsg_level != IPPROTO_IPV6 || each->cmsg_type != IPV6_HOPLIMIT)
			continue;
		memcpy(&limit, CMSG_DATA(each), sizeof(limit));
		return (unsigned int)limit;
	}
	return 0;
}

static void receive_ipv6(struct prober *prober)
{
	uint8_t packet[2048];
	uint8_t control[128];
	struct sockaddr_in6 from;
	struct iovec piece = {.iov_base = packet, .iov_len = sizeof(packet)};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size = recvmsg(prober->sockets[NET_IPV6], &message, MSG_DONTWAIT);
	struct arrival arrival = {.family = NET_IPV6, .from.family = NET_IPV6};

	if (size < 0)
		return;
	memcpy(arrival.from.bytes, &from.sin6_addr, 16);
	arrival.ttl = hop_limit_of(&message);
	arrival.icmp = packet;
	arrival.length = (size_t)size;
	take(prober, &arrival);
}

/* Only what answers bring: nothing of the requests that others send here. */
static int open_ipv4(void)
{
	uint32_t unwanted = ~(1U << ICMP_ECHOREPLY | 1U << ICMP_TIME_EXCEEDED);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	/* raw(7): ICMP_FILTER is option 1 of level SOL_RAW, in a header of the kernel's only. */
	if (fd >= 0)
		(void)setsockopt(fd, SOL_RAW, 1, &unwanted, sizeof(unwanted));
	return fd;
}

static int open_ipv6(void)
{
	struct icmp6_filter wanted;
	int yes = 1;
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);

	ICMP6_FILTER_SETBLOCKALL(&wanted);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &wanted);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &wanted);
	if (fd >= 0) {
		(void)setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &wanted, sizeof(wanted));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &yes, sizeof(yes));
	}
	return fd;
}

/* Receives until the time has come, or there is nothing more to wait for. */
static void listen_until(struct prober *prober, uint64_t until_ms, size_t *n_waiting)
{
	struct pollfd polled[NET_N_FAMILIES] = {
		{.fd = prober->sockets[NET_IPV4], .events = POLLIN},
		{.fd = prober->sockets[NET_IPV6], .events = POLLIN},
	};
	uint64_t now_ms;

	while (*n_waiting > 0 && (now_ms = command_now_ms()) < until_ms) {
		if (poll(polled, NET_N_FAMILIES, (int)(until_ms - now_ms)) <= 0)
			continue;
		if (polled[NET_IPV4].revents != 0)
			receive_ipv4(prober);
		if (polled[NET_IPV6].revents != 0)
			receive_ipv6(prober);
		*n_waiting = 0;
		for (size_t i = 0; i < prober->source->n_probes; i++)
			*n_waiting += !is_done(&prober->source->probes[i]);
	}
}

/* The process of one source. */
static int probe_all(void *context)
{
	struct prober *prober = context;
	struct probe_source *source = prober->source;
	uint64_t end_ms;
	size_t n_waiting = source->n_probes;

	prober->identifier = (uint16_t)getpid();
	prober->chance = command_now_ms() << 16 | (uint64_t)getpid();
	prober->sockets[NET_IPV4] = open_ipv4();
	prober->sockets[NET_IPV6] = open_ipv6();
	if (prober->sockets[NET_IPV4] < 0 || prober->sockets[NET_IPV6] < 0) {
		(void)dprintf(STDERR_FILENO, "cannot send echo requests: %s", strerror(errno));
		return 1;
	}
	command_sleep_ms(chance(prober, FIRST_SPREAD_MS));
	end_ms = command_now_ms() + (uint64_t)PROBE_WINDOW_S * 1000;
	while (n_waiting > 0 && command_now_ms() < end_ms) {
		uint64_t next_ms =
			command_now_ms() + ROUND_LEAST_MS + chance(prober, ROUND_SPREAD_MS);

		for (size_t i = 0; i < source->n_probes; i++) {
			if (!is_done(&source->probes[i]))
				send_request(prober, &source->probes[i]);
		}
		listen_until(prober, next_ms < end_ms ? next_ms : end_ms, &n_waiting);
	}
	return 0;
}

struct probe *probes_create(size_t n_probes)
{
	void *memory = mmap(NULL, (n_probes + 1) * sizeof(struct probe), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void probes_destroy(struct probe *probes, size_t n_probes)
{
	if (probes != NULL)
		(void)munmap(probes, (n_probes + 1) * sizeof(struct probe));
}

int probes_run(struct arena *arena, struct probe_source *sources, size_t n_sources,
	       struct text *fault)
{
	struct command *commands = ARENA_ARRAY(arena, struct command, n_sources);
	struct prober *probers = ARENA_ARRAY(arena, struct prober, n_sources);
	/* One for all: each child writes to a copy of its own. */
	struct sent *sent = ARENA_ARRAY(arena, struct sent, N_SEQUENCES);
	int r;

	for (size_t i = 0; i < n_sources; i++) {
		probers[i].source = &sources[i];
		probers[i].sent = sent;
		commands[i].subject = sources[i].name;
		commands[i].body = probe_all;
		commands[i].context = &probers[i];
		commands[i].place.net = sources[i].net;
	}
	r = commands_run(arena, commands, n_sources, n_sources);
	commands_describe_fault(commands, n_sources, fault);
	commands_finish(commands, n_sources);
	return r;
}
