#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MOST ((uint64_t)256 << 20)

uint64_t
wire_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int
wire_connect(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	strncpy(to.sun_path, path, sizeof to.sun_path - 1);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

static bool
push(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;
	while (len > 0) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		if (poll(&p, 1, 5000) != 1)
			return false;
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return false;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool
wire_pull(int fd, void *data, size_t len, uint64_t until)
{
	uint8_t *at = data;
	while (len > 0) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		uint64_t now = wire_now_ms();
		if (now >= until || poll(&p, 1, (int)(until - now)) != 1)
			return false;
		ssize_t n = recv(fd, at, len, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool
wire_greet(int fd, int ms)
{
	static const uint8_t ours[WIRE_GREETING] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
	uint8_t theirs[WIRE_GREETING];
	return push(fd, ours, sizeof ours) && wire_pull(fd, theirs, sizeof theirs, wire_now_ms() + (uint64_t)ms) &&
	    memcmp(ours, theirs, 4) == 0;
}

bool
wire_claim(int fd, uint64_t length)
{
	uint8_t head[WIRE_HEAD] = {1};
	for (int i = 0; i < 8; i++)
		head[1 + i] = (uint8_t)(length >> (56 - 8 * i));
	return push(fd, head, sizeof head);
}

bool
wire_send(int fd, struct bytes body)
{
	static const uint8_t number[4] = {0x80, 0, 0, 1};
	return wire_claim(fd, body.len + sizeof number) && push(fd, number, sizeof number) && push(fd, body.data, body.len);
}

bool
wire_receive(struct buf *out, int fd, int ms)
{
	uint64_t until = wire_now_ms() + (uint64_t)ms, length = 0;
	uint8_t head[WIRE_HEAD], number[4];
	if (!wire_pull(fd, head, sizeof head, until))
		return false;
	for (int i = 0; i < 8; i++)
		length = length << 8 | head[1 + i];
	if (length < sizeof number || length > REPLY_MOST || !wire_pull(fd, number, sizeof number, until))
		return false;
	uint8_t *room = buf_extend(out, length - sizeof number);
	return room && wire_pull(fd, room, length - sizeof number, until);
}
