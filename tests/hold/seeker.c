/*
 * seeker: one that knows a single node of a network, and asks it who follows a chain.
 *
 *     seeker PORT CHAIN     prints the URLs that stand under the chain there, one a line
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "guest.h"
#include "wire.h"

enum { REQUEST = 7, PATIENCE_MS = 10000 };

static int
fail(const char *what)
{
	fprintf(stderr, "seeker: %s: %s\n", what, strerror(errno));
	return 1;
}

/* para-protocol(7) OVERLAY: Who follows a chain stores its contact under Hash(para.followers, network id, chain) */
static struct hash
place_of(const struct network *network, uint32_t chain)
{
	const uint8_t number[4] = {(uint8_t)chain, (uint8_t)(chain >> 8), (uint8_t)(chain >> 16), (uint8_t)(chain >> 24)};
	struct hasher h;
	hash_init(&h, HASH_FOLLOWERS);
	hash_add(&h, network->b, sizeof network->b);
	hash_add(&h, number, sizeof number);
	return hash_end(&h);
}

static void
print(const struct message_nodes *found)
{
	struct contact c;
	for (unsigned i = 0; i < found->values; i++)
		if (message_contact_get(&c, found->value[i]) == ERR_OK)
			puts(c.url);
}

/* Other messages come in between. */
static bool
ask(struct guest *g, uint32_t chain)
{
	const struct message question = {.type = MESSAGE_FIND_VALUE, .network = g->network, .request = REQUEST,
	    .target = place_of(&g->network, chain)};
	struct arena arena = {0};
	struct buf raw = {0};
	struct message m = {.type = MESSAGE_BYE};
	uint64_t until = wire_now_ms() + PATIENCE_MS;
	bool ok = guest_say(g, &question);
	while (ok && m.type != MESSAGE_VALUE) {
		ok = guest_pull(&raw, g->fd, until);
		if (ok && message_peek(bytes_of(&raw)) == MESSAGE_VALUE)
			ok = message_unpack(&m, &arena, bytes_of(&raw)) == ERR_OK && m.request == REQUEST;
	}
	if (ok)
		print(&m.nodes);
	buf_free(&raw);
	arena_free(&arena);
	return ok;
}

int
main(int argc, char **argv)
{
	const uint8_t seed[32] = {'s', 'e', 'e', 'k', (uint8_t)getpid(), (uint8_t)(getpid() >> 8)};
	if (argc != 3) {
		fputs("usage: seeker PORT CHAIN\n", stderr);
		return 2;
	}
	if (!hash_start())
		return fail("crypto");
	struct guest g = {.key = sign_key_new(seed), .fd = guest_dial((unsigned)atoi(argv[1]), 0)};
	bool ok = g.key && g.fd >= 0 && guest_prove(&g) && ask(&g, (uint32_t)atoi(argv[2]));
	sign_key_free(g.key);
	return ok ? 0 : fail("no answer");
}
