#include "guest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

enum { PER_HOST = 4 };

int
guest_dial(unsigned port, unsigned number)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)}, from = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	from.sin_addr.s_addr = htonl(number == 0 ? INADDR_LOOPBACK : 0x7f010001 + number / PER_HOST);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof from) == 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
		fcntl(fd, F_SETFL, O_NONBLOCK);
		return fd;
	}
	close(fd);
	return -1;
}

static bool
push_all(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t until = wire_now_ms() + GUEST_TRY_MS;
	while (len > 0 && wire_now_ms() < until) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		poll(&p, 1, GUEST_TURN_MS);
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return false;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return len == 0;
}

bool
guest_push(int fd, const struct buf *body)
{
	uint8_t head[GUEST_HEAD] = {(uint8_t)body->len, (uint8_t)(body->len >> 8), (uint8_t)(body->len >> 16), (uint8_t)(body->len >> 24)};
	return push_all(fd, head, GUEST_HEAD) && push_all(fd, body->data, body->len);
}

bool
guest_pull(struct buf *out, int fd, uint64_t until)
{
	uint8_t head[GUEST_HEAD];
	out->len = 0;
	if (!wire_pull(fd, head, GUEST_HEAD, until))
		return false;
	size_t len = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
	uint8_t *room = buf_extend(out, len);
	return room && wire_pull(fd, room, len, until);
}

bool
guest_say(struct guest *g, const struct message *m)
{
	struct buf raw = {0};
	message_put(&raw, m);
	bool ok = !raw.failed && guest_push(g->fd, &raw);
	buf_free(&raw);
	return ok;
}

bool
guest_prove(struct guest *g)
{
	struct buf raw = {0};
	struct arena arena = {0};
	struct message theirs, own = {.type = MESSAGE_HELLO};
	uint64_t until = wire_now_ms() + GUEST_TRY_MS;
	bool ok = guest_pull(&raw, g->fd, until) && message_unpack(&theirs, &arena, bytes_of(&raw)) == ERR_OK &&
	    theirs.type == MESSAGE_HELLO;
	if (ok) {
		own.network = g->network = theirs.network;
		own.hello = theirs.hello;
		own.hello.key = *sign_key_public(g->key);
		own.hello.url[0] = '\0';
		struct hash hash = message_auth_hash(&own.hello, &theirs.hello, true);
		const struct message auth = {.type = MESSAGE_AUTH, .network = g->network, .auth = sign_make(g->key, &hash)};
		ok = guest_say(g, &own) && guest_say(g, &auth) && guest_pull(&raw, g->fd, until) &&
		    message_peek(bytes_of(&raw)) == MESSAGE_AUTH;
	}
	buf_free(&raw);
	arena_free(&arena);
	return ok;
}
