/* SPDX-License-Identifier: MIT */

/*
 * A NAT on a TUN device. The kernel routes what crosses the box into the device, and what comes
 * back out of it to where it then belongs; TTLs, neighbours and fragments stay its business.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "runtime/lab/nat.h"

enum {
	LARGEST_PACKET = 65535,
};

CLEANUP_DEFINE(struct nat *, nat_destroy)

static uint64_t now_ms(void)
{
	struct timespec now;

	/* Cannot fail: every Linux has this clock. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int bring_up(const char *device)
{
	cleanup_(file_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_flags = 0};

	if (fd < 0)
		return -errno;
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return -errno;
	request.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

/* Makes the open /dev/net/tun the device of that name, and brings it up. */
static int attach(int fd, const char *device)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};

	if (strlen(device) >= sizeof(request.ifr_name))
		return -ENAMETOOLONG;
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		return -errno;
	return bring_up(device);
}

/* Translates what waits in the device. Returns when nothing does: 0, or negative errno. */
static int drain(struct nat *nat, int fd)
{
	uint8_t packet[LARGEST_PACKET];

	for (;;) {
		ssize_t n = read(fd, packet, sizeof(packet));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		/* What the kernel does not take is lost, as on any router. */
		if (nat_translate(nat, packet, (size_t)n, now_ms()))
			(void)!write(fd, packet, (size_t)n);
	}
}

int nat_run(const struct nat_config *config)
{
	cleanup_(nat_destroy) struct nat *nat = nat_create(config);
	cleanup_(file_close) int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct pollfd waiting = {.fd = fd, .events = POLLIN};
	int r;

	if (fd < 0)
		return -errno;
	r = attach(fd, config->device);
	while (r == 0) {
		if (poll(&waiting, 1, -1) < 0 && errno != EINTR)
			return -errno;
		r = drain(nat, fd);
	}
	return r;
}
