/*
 * answer: a control socket without a node: to one client it answers whatever is asked with stdin.
 *
 *     answer PATH     prints "open" when it listens
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire.h"

enum { NUMBER = 4, REQUEST_MOST = 1 << 20, PATIENCE_MS = 60000 };

static int
fail(const char *what)
{
	fprintf(stderr, "answer: %s: %s\n", what, strerror(errno));
	return 1;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strncpy(at.sun_path, path, sizeof at.sun_path - 1);
	return fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0 ? fd : -1;
}

static bool
greet(int fd)
{
	static const uint8_t ours[WIRE_GREETING] = {0, 'S', 'P', 0, 0, 0x31, 0, 0};
	uint8_t theirs[WIRE_GREETING];
	return send(fd, ours, sizeof ours, MSG_NOSIGNAL) == sizeof ours &&
	    wire_pull(fd, theirs, sizeof theirs, wire_now_ms() + PATIENCE_MS);
}

/* The request's number, which the answer repeats. False: nobody asks any more. */
static bool
hear(uint8_t number[static NUMBER], int fd)
{
	static uint8_t request[REQUEST_MOST];
	uint64_t until = wire_now_ms() + PATIENCE_MS, length = 0;
	uint8_t head[WIRE_HEAD];
	if (!wire_pull(fd, head, WIRE_HEAD, until))
		return false;
	for (int i = 0; i < 8; i++)
		length = length << 8 | head[1 + i];
	if (length < NUMBER || length > sizeof request || !wire_pull(fd, request, length, until))
		return false;
	memcpy(number, request, NUMBER);
	return true;
}

int
main(int argc, char **argv)
{
	uint8_t number[NUMBER];
	char text[4096];
	size_t len = fread(text, 1, sizeof text, stdin);
	int door = argc == 2 ? listen_at(argv[1]) : -1;
	if (door < 0)
		return fail(argc == 2 ? argv[1] : "usage: answer PATH");
	puts("open");
	fflush(stdout);
	int fd = accept(door, NULL, NULL);
	if (fd < 0 || !greet(fd))
		return fail("nobody comes");
	while (hear(number, fd))
		if (!wire_claim(fd, len + NUMBER) || send(fd, number, NUMBER, MSG_NOSIGNAL) != NUMBER ||
		    send(fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
			return fail("not heard");
	return 0;
}
