#include "net/lan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Datagrams thrown away in one go before it looks at the clock and at lan_stop again. */
enum { BURST = 64 };

struct lan {
	struct lan_config config;
	uint8_t beacon[LAN_BEACON_MAX];
	int socket, stop;
	pthread_t thread;
	uint64_t second; /* in which `heard` were handed up */
	unsigned heard;
};

static uint64_t
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* A network that is down or forbids broadcast is tried again next time. */
static void
say(const struct lan *lan, in_addr_t address)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)lan->config.port),
		.sin_addr.s_addr = address };
	sendto(lan->socket, lan->beacon, lan->config.beacon.len, MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof(to));
}

/* 255.255.255.255 goes nowhere without a route, and to one network where there are several. */
static void
call(const struct lan *lan)
{
	struct ifaddrs *all;
	say(lan, htonl(INADDR_LOOPBACK | 0xffffff));
	if (getifaddrs(&all) != 0) {
		say(lan, htonl(INADDR_BROADCAST));
		return;
	}
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET && i->ifa_flags & IFF_BROADCAST &&
		    i->ifa_broadaddr != NULL)
			say(lan, ((const struct sockaddr_in *)(const void *)i->ifa_broadaddr)->sin_addr.s_addr);
	}
	freeifaddrs(all);
}

static bool
allowed(struct lan *lan)
{
	uint64_t second = now_ms() / 1000;
	if (second != lan->second)
		lan->heard = 0;
	lan->second = second;
	return lan->heard++ < LAN_HEARD_MAX;
}

static void
hear(struct lan *lan)
{
	uint8_t data[LAN_BEACON_MAX];
	char address[INET_ADDRSTRLEN];
	for (int i = 0; i < BURST; i++) {
		struct sockaddr_in from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t len = recvfrom(lan->socket, data, sizeof(data), MSG_TRUNC, (struct sockaddr *)&from, &size);
		if (len < 0)
			return;
		if (len == 0 || len > LAN_BEACON_MAX || !allowed(lan))
			continue;
		inet_ntop(AF_INET, &from.sin_addr, address, sizeof(address));
		lan->config.heard(lan->config.arg, (struct bytes){ data, (size_t)len }, address);
	}
}

static void *
run(void *arg)
{
	struct lan *lan = arg;
	struct pollfd fd[] = { { .fd = lan->socket, .events = POLLIN }, { .fd = lan->stop, .events = POLLIN } };
	uint64_t next = now_ms();
	while (!(fd[1].revents & POLLIN)) {
		uint64_t now = now_ms();
		if (now >= next) {
			call(lan);
			next = now + lan->config.interval_ms;
		}
		int n = poll(fd, 2, (int)(next - now < 60000 ? next - now : 60000));
		if (n > 0 && fd[0].revents != 0)
			hear(lan);
	}
	return NULL;
}

static enum err
open_socket(struct lan *lan)
{
	static const int OPTION[] = { SO_REUSEADDR, SO_REUSEPORT, SO_BROADCAST };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)lan->config.port) };
	int on = 1, rv = 0;
	lan->stop = eventfd(0, EFD_CLOEXEC);
	lan->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (lan->stop < 0 || lan->socket < 0)
		return ERR_IO;
	for (size_t i = 0; i < sizeof(OPTION) / sizeof(*OPTION) && rv == 0; i++)
		rv = setsockopt(lan->socket, SOL_SOCKET, OPTION[i], &on, sizeof(on));
	if (rv == 0)
		rv = bind(lan->socket, (struct sockaddr *)&at, sizeof(at));
	return rv == 0 ? ERR_OK : errno == EACCES || errno == EPERM ? ERR_PERMISSION : ERR_IO;
}

static void
free_lan(struct lan *lan)
{
	int why = errno;
	if (lan->socket >= 0)
		close(lan->socket);
	if (lan->stop >= 0)
		close(lan->stop);
	free(lan);
	errno = why;
}

enum err
lan_start(struct lan **out, const struct lan_config *config)
{
	*out = NULL;
	if (config->port == 0 || config->port > UINT16_MAX || config->interval_ms == 0 || config->beacon.len == 0)
		return ERR_RANGE;
	if (config->beacon.len > LAN_BEACON_MAX)
		return ERR_TOO_LONG;
	struct lan *lan = calloc(1, sizeof(*lan));
	if (lan == NULL)
		return ERR_NOMEM;
	lan->config = *config;
	lan->socket = lan->stop = -1;
	memcpy(lan->beacon, config->beacon.data, config->beacon.len);
	enum err e = open_socket(lan);
	if (e == ERR_OK && pthread_create(&lan->thread, NULL, run, lan) != 0)
		e = ERR_NOMEM;
	if (e != ERR_OK) {
		free_lan(lan);
		return e;
	}
	*out = lan;
	return ERR_OK;
}

void
lan_stop(struct lan *lan)
{
	if (lan == NULL)
		return;
	eventfd_write(lan->stop, 1);
	pthread_join(lan->thread, NULL);
	free_lan(lan);
}
