/*
 * proxy: TCP between nodes of one machine, which can be cut without a privilege. Each node advertises its door here.
 *
 *     proxy FILE N     N doors; prints their ports, a line each, then passes bytes until it is killed
 *
 * FILE, read anew all the time, has a line per node in the order of the doors: PORT KEY GROUP. Who dials is known by
 * the key in its hello, the first frame. Bytes pass between nodes of the same group; of other groups they wait, with
 * their connections open, as behind a cable that is cut.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NODES = 16, PIPES = 512, ROOM = 65536, TICK_MS = 20, KEY_AT = 15, KEY = 32 };

struct node {
	int door;
	unsigned port;
	char key[2 * KEY + 1];
	int group;
};

/* Bytes on their way from one socket to the other. */
struct way {
	uint8_t data[ROOM];
	size_t at, len;
};

struct pipe {
	int fd[2]; /* who dialled, and the node */
	struct way way[2];
	int from, to; /* nodes; from is -1 until its hello came */
};

static struct node node[NODES];
static struct pipe *pipes[PIPES];
static int nodes;

static void
read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	for (int i = 0; f && i < nodes; i++) {
		struct node was = node[i];
		if (fscanf(f, "%u %64s %d", &node[i].port, node[i].key, &node[i].group) != 3) {
			node[i] = was;
			break;
		}
	}
	if (f)
		fclose(f);
}

static int
find_key(const uint8_t *key)
{
	char text[2 * KEY + 1];
	for (int i = 0; i < KEY; i++)
		snprintf(text + 2 * i, 3, "%02x", key[i]);
	for (int i = 0; i < nodes; i++)
		if (strcmp(text, node[i].key) == 0)
			return i;
	return -1;
}

static int
make_socket(struct sockaddr_in *a, unsigned port)
{
	*a = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void
open_door(int i)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;
	node[i].door = make_socket(&a, 0);
	if (node[i].door < 0 || bind(node[i].door, (struct sockaddr *)&a, len) || listen(node[i].door, 64) ||
	    getsockname(node[i].door, (struct sockaddr *)&a, &len)) {
		perror("proxy");
		exit(2);
	}
	printf("%u\n", ntohs(a.sin_port));
}

static void
drop(struct pipe **p)
{
	close((*p)->fd[0]);
	close((*p)->fd[1]);
	free(*p);
	*p = NULL;
}

static void
enter(int i)
{
	struct sockaddr_in a;
	int fd = accept4(node[i].door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), at = 0;
	int other = make_socket(&a, node[i].port);
	while (at < PIPES && pipes[at])
		at++;
	struct pipe *p = at < PIPES && fd >= 0 && other >= 0 ? calloc(1, sizeof *p) : NULL;
	if (!p || connect(other, (struct sockaddr *)&a, sizeof a)) {
		close(fd);
		close(other);
		free(p);
		return;
	}
	fcntl(other, F_SETFL, O_NONBLOCK);
	*p = (struct pipe){.fd = {fd, other}, .from = -1, .to = i};
	pipes[at] = p;
}

static bool
passes(const struct pipe *p)
{
	return p->from >= 0 && node[p->from].group == node[p->to].group;
}

static void
look_at_hello(struct pipe *p)
{
	if (p->from < 0 && p->way[0].len >= KEY_AT + KEY)
		p->from = find_key(p->way[0].data + KEY_AT);
}

/* From side s to the other; false when the connection is over. */
static bool
move(struct pipe *p, int s)
{
	struct way *w = &p->way[s];
	if (w->len < ROOM && (p->from < 0 || w->len == 0)) {
		ssize_t n = recv(p->fd[s], w->data + w->len, ROOM - w->len, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		w->len += n > 0 ? (size_t)n : 0;
	}
	look_at_hello(p);
	if (!passes(p) || w->at == w->len)
		return true;
	ssize_t n = send(p->fd[!s], w->data + w->at, w->len - w->at, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN;
	w->at += (size_t)n;
	if (w->at == w->len)
		w->at = w->len = 0;
	return true;
}

static short
interest(const struct pipe *p, int s)
{
	const struct way *in = &p->way[s], *out = &p->way[!s];
	bool open = p->from < 0 ? s == 0 && in->len < ROOM : passes(p) && in->len == 0;
	return (short)((open ? POLLIN : 0) | (passes(p) && out->at < out->len ? POLLOUT : 0));
}

static void
turn(void)
{
	struct pollfd fd[NODES + 2 * PIPES];
	int n = 0;
	for (int i = 0; i < nodes; i++)
		fd[n++] = (struct pollfd){.fd = node[i].door, .events = POLLIN};
	for (int i = 0; i < PIPES; i++)
		for (int s = 0; pipes[i] && s < 2; s++) {
			short events = interest(pipes[i], s);
			if (events)
				fd[n++] = (struct pollfd){.fd = pipes[i]->fd[s], .events = events};
		}
	poll(fd, (nfds_t)n, TICK_MS);
	for (int i = 0; i < nodes; i++)
		if (fd[i].revents & POLLIN)
			enter(i);
	for (int i = 0; i < PIPES; i++)
		for (int s = 0; pipes[i] && s < 2; s++)
			if ((passes(pipes[i]) || (pipes[i]->from < 0 && s == 0)) && !move(pipes[i], s))
				drop(&pipes[i]);
}

int
main(int argc, char **argv)
{
	nodes = argc == 3 ? atoi(argv[2]) : 0;
	if (nodes < 1 || nodes > NODES) {
		fprintf(stderr, "usage: proxy FILE NODES\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < nodes; i++)
		open_door(i);
	fflush(stdout);
	for (;;) {
		read_file(argv[1]);
		turn();
	}
}
