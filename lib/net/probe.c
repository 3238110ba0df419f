#include "net/probe.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What a req0 peer says first on any nng stream: zero, "SP", version 0, protocol 0x30, reserved. */
static const unsigned char GREETING[8] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };

const char *
probe_path(const char *url)
{
	return strncmp(url, "ipc://", 6) == 0 ? url + 6 : NULL;
}

static bool
shake(int fd, int ms)
{
	unsigned char in[8];
	size_t got = 0;
	if (send(fd, GREETING, sizeof(GREETING), MSG_NOSIGNAL) != (ssize_t)sizeof(GREETING))
		return false;
	while (got < sizeof(in)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, ms) != 1)
			return false;
		ssize_t n = recv(fd, in + got, sizeof(in) - got, 0);
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return memcmp(in, GREETING, 4) == 0;
}

bool
probe_answers(const char *path, int ms)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(to.sun_path))
		return false;
	memcpy(to.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	/* A full backlog is EAGAIN: nobody accepts there. */
	bool ok = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 && shake(fd, ms);
	close(fd);
	return ok;
}
