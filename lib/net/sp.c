#include "net/sp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { GREETING = 8 };

static const uint8_t ASKS[GREETING] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };
static const uint8_t ANSWERS[GREETING] = { 0, 'S', 'P', 0, 0, 0x31, 0, 0 };

const char *
sp_path(const char *url)
{
	return strncmp(url, "ipc://", 6) == 0 ? url + 6 : NULL;
}

int64_t
sp_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
sp_connect(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(to.sun_path))
		return -1;
	memcpy(to.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* A full backlog is EAGAIN: nobody accepts there. */
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

bool
sp_greet(int fd, int ms)
{
	uint8_t in[GREETING];
	size_t got = 0;
	int64_t until = sp_now_ms() + ms;
	if (send(fd, ASKS, GREETING, MSG_NOSIGNAL) != GREETING)
		return false;
	while (got < GREETING) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = until - sp_now_ms();
		int ready = poll(&p, 1, left > 0 ? (int)left : 0);
		if (ready < 0 && errno == EINTR)
			continue;
		ssize_t n = ready == 1 ? recv(fd, in + got, GREETING - got, 0) : -1;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return memcmp(in, ANSWERS, GREETING) == 0;
}

static void
put(uint8_t *out, uint64_t value, int bytes)
{
	for (int i = bytes; i-- > 0; value >>= 8)
		out[i] = (uint8_t)value;
}

static uint64_t
get(const uint8_t *in, int bytes)
{
	uint64_t value = 0;
	for (int i = 0; i < bytes; i++)
		value = value << 8 | in[i];
	return value;
}

void
sp_write_head(uint8_t out[static SP_HEAD], uint32_t id, size_t body_len)
{
	out[0] = 1;
	put(out + 1, (uint64_t)body_len + SP_ID, 8);
	put(out + 9, id, SP_ID);
}

bool
sp_read_head(uint32_t *id, uint64_t *body_len, const uint8_t in[static SP_HEAD])
{
	uint64_t length = get(in + 1, 8);
	if (in[0] != 1 || length < SP_ID)
		return false;
	*id = (uint32_t)get(in + 9, SP_ID);
	*body_len = length - SP_ID;
	return true;
}
