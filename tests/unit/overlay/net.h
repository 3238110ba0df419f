/*
 * net: some nodes' overlays in one process and in virtual time. What one sends arrives at the other end of the link after
 * a delay that a seed draws, in order; dials, refusals and hang-ups too. A stranger is a link end without an overlay, of
 * which the test itself says what is sent.
 */
#ifndef TESTS_OVERLAY_NET_H
#define TESTS_OVERLAY_NET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "overlay/message.h"
#include "overlay/peers.h"

enum { NODES = 24, LINKS = 4096, MAILS = 65536, NOTES = NOTE_PARTED + 1, BOOTS = 3, NET_PERIOD = 1000 };

struct node {
	struct overlay *o;
	struct sign_key *key;
	const char *url, *boot[BOOTS];
	int64_t skew_ms;
	unsigned objects, notes[NOTES], dials, closes, saves, failures;
	enum err why;              /* of the last CLOSE */
	enum err note_err[NOTES];
	char note_url[NOTES][OVERLAY_URL];
	int64_t note_ms;
	uint64_t last_object;      /* its number */
	size_t last_len;           /* its bytes */
	unsigned asked[MESSAGE_CHAINS + 1]; /* requests for blocks, by the number of chains named */
	unsigned seen[128];        /* how often, by number */
	struct pubkey object_from;
	/* what a stranger hears */
	unsigned heard[MESSAGE_AFTER];
	struct message_hello hello;
	uint32_t request;          /* of the last FIND_VALUE */
	struct hash target;        /* likewise */
	struct contact value;      /* of the last STORE, or first of the last VALUE */
	unsigned values;
	bool hung_up, tells_url;   /* tells_url: can be dialled, as it says; knows nobody */
};

struct mail {
	uint64_t at, order, link, tag;
	unsigned to;
	enum overlay_event_type type;
	bool incoming;
	struct bytes raw;
	char address[OVERLAY_URL];
};

struct net_link {
	unsigned end[2];      /* dialler, host */
	bool open[2];
	uint64_t last[2];     /* when the last mail towards this end arrives */
};

struct net {
	struct network network[2];
	struct hash genesis[2];
	struct node node[NODES];
	unsigned nodes;
	struct net_link link[LINKS];
	unsigned links;
	struct mail *mail; /* a heap by (at, order) */
	size_t mails;
	uint64_t now, order, random, delay_ms, steps;
};

/* True while an overlay works: allocations that a test lets fail are its own. */
static bool net_inside;

static inline uint64_t
net_draw(struct net *n)
{
	uint64_t z = n->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline struct net *
net_new(uint64_t seed)
{
	struct net *n = calloc(1, sizeof *n);

	assert_non_null(n);
	n->mail = calloc(MAILS, sizeof *n->mail);
	assert_non_null(n->mail);
	n->random = seed;
	n->now = 1000000;
	n->delay_ms = 20;
	for (int i = 0; i < 2; i++) {
		memset(n->genesis[i].b, i + 1, sizeof n->genesis[i].b);
		memcpy(n->network[i].b, n->genesis[i].b, sizeof n->network[i].b);
	}
	return n;
}

static inline void
net_free(struct net *n)
{
	for (unsigned i = 0; i < n->nodes; i++) {
		overlay_free(n->node[i].o);
		sign_key_free(n->node[i].key);
	}
	for (size_t i = 0; i < n->mails; i++)
		free((void *)n->mail[i].raw.data);
	free(n->mail);
	free(n);
}

static inline bool
net_is_before(const struct mail *a, const struct mail *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static inline void
net_post(struct net *n, struct mail mail)
{
	size_t at = n->mails++;

	assert_true(n->mails < MAILS);
	mail.order = ++n->order;
	for (; at > 0 && net_is_before(&mail, &n->mail[(at - 1) / 2]); at = (at - 1) / 2)
		n->mail[at] = n->mail[(at - 1) / 2];
	n->mail[at] = mail;
}

static inline struct mail
net_fetch(struct net *n)
{
	struct mail first = n->mail[0], last = n->mail[--n->mails];
	size_t at = 0;

	for (size_t child; (child = 2 * at + 1) < n->mails; at = child) {
		if (child + 1 < n->mails && net_is_before(&n->mail[child + 1], &n->mail[child]))
			child++;
		if (!net_is_before(&n->mail[child], &last))
			break;
		n->mail[at] = n->mail[child];
	}
	n->mail[at] = last;
	return first;
}

static inline uint64_t
net_delay(struct net *n)
{
	return n->delay_ms / 2 + net_draw(n) % (n->delay_ms + 1);
}

/* In order per link and direction. */
static inline void
net_mail(struct net *n, uint64_t link, int side, struct mail mail)
{
	struct net_link *l = &n->link[link];
	uint64_t at = n->now + net_delay(n);

	l->last[side] = at > l->last[side] ? at : l->last[side];
	mail.at = l->last[side];
	mail.to = l->end[side];
	mail.link = link * 2 + (unsigned)side;
	net_post(n, mail);
}

static inline void
net_effects(struct net *n, unsigned who, struct overlay_effects *e);

static inline enum err
net_step(struct net *n, unsigned who, struct overlay_event *event)
{
	struct overlay_effects effects = {0};

	event->now_ms = n->now + (uint64_t)n->node[who].skew_ms;
	net_inside = true;
	enum err e = overlay_step(n->node[who].o, &effects, event);
	net_inside = false;
	n->steps++;
	net_effects(n, who, &effects);
	overlay_effects_free(&effects);
	return e;
}

static inline uint64_t
net_open(struct net *n, unsigned from, unsigned to, uint64_t tag)
{
	uint64_t link = n->links++;
	struct mail mail = {.type = OVERLAY_OPENED, .tag = tag};

	assert_true(link < LINKS);
	n->link[link] = (struct net_link){.end = {from, to}, .open = {true, true}};
	snprintf(mail.address, sizeof mail.address, "%s", strchr(n->node[to].url, '/') + 2);
	net_mail(n, link, 0, mail);
	mail.incoming = true;
	mail.tag = 0;
	snprintf(mail.address, sizeof mail.address, "%s", strchr(n->node[from].url, '/') + 2);
	net_mail(n, link, 1, mail);
	return link * 2;
}

static inline void
net_dial(struct net *n, unsigned who, const char *url, uint64_t tag)
{
	n->node[who].dials++;
	for (unsigned i = 0; i < n->nodes; i++) {
		if (n->node[i].o && strcmp(n->node[i].url, url) == 0) {
			net_open(n, who, i, tag);
			return;
		}
	}
	net_post(n, (struct mail){.at = n->now + net_delay(n), .to = who, .type = OVERLAY_FAILED, .tag = tag});
}

static inline void
net_send(struct net *n, uint64_t end, struct bytes raw)
{
	struct mail mail = {.type = OVERLAY_MESSAGE_IN};
	uint8_t *copy = malloc(raw.len + 1);

	assert_non_null(copy);
	memcpy(copy, raw.data, raw.len);
	mail.raw = (struct bytes){copy, raw.len};
	if (n->link[end / 2].open[end % 2])
		net_mail(n, end / 2, !(end % 2), mail);
	else
		free(copy);
}

static inline void
net_hang_up(struct net *n, uint64_t end)
{
	struct net_link *l = &n->link[end / 2];

	if (!l->open[end % 2])
		return;
	l->open[end % 2] = false;
	net_mail(n, end / 2, !(end % 2), (struct mail){.type = OVERLAY_CLOSED});
}

static inline void
net_note(struct node *node, const struct overlay_effect *e)
{
	node->notes[e->note]++;
	node->note_err[e->note] = e->err;
	if (e->note <= NOTE_REFUSES && e->note != NOTE_GONE)
		snprintf(node->note_url[e->note], OVERLAY_URL, "%s", e->url ? e->url : "");
	if (e->note == NOTE_CLOCK)
		node->note_ms = e->ms;
}

static inline void
net_effects(struct net *n, unsigned who, struct overlay_effects *effects)
{
	struct node *node = &n->node[who];

	for (size_t i = 0; i < effects->count; i++) {
		const struct overlay_effect *e = &effects->item[i];
		switch (e->type) {
		case OVERLAY_SEND: net_send(n, e->link, e->raw); break;
		case OVERLAY_DIAL: net_dial(n, who, e->url, e->tag); break;
		case OVERLAY_CLOSE:
			node->closes++;
			node->why = e->err;
			net_hang_up(n, e->link);
			break;
		case OVERLAY_OBJECT:
			node->objects++;
			node->object_from = e->key;
			node->last_object = e->raw.data[OBJECT_HEAD];
			node->last_len = e->raw.len;
			node->seen[node->last_object % 128]++;
			break;
		case OVERLAY_ASKED_BLOCKS: node->asked[e->chains]++; break;
		case OVERLAY_SAVE: node->saves++; break;
		case OVERLAY_NOTE: net_note(node, e); break;
		default: break;
		}
	}
}

static inline void
net_say(struct net *n, uint64_t end, const struct message *m);

static inline void
net_stranger(struct net *n, struct node *node, const struct mail *mail)
{
	struct arena arena = {0};
	struct message m = {0};

	node->hung_up |= mail->type == OVERLAY_CLOSED;
	if (mail->type == OVERLAY_MESSAGE_IN && message_unpack(&m, &arena, mail->raw) == ERR_OK) {
		node->heard[m.type]++;
		if (m.type == MESSAGE_HELLO)
			node->hello = m.hello;
		if (m.type == MESSAGE_FIND_VALUE) {
			node->request = m.request;
			node->target = m.target;
		}
		if (m.type == MESSAGE_STORE)
			assert_int_equal(message_contact_get(&node->value, m.store.value), ERR_OK);
		if (m.type == MESSAGE_VALUE && (node->values = m.nodes.values) > 0)
			assert_int_equal(message_contact_get(&node->value, m.nodes.value[0]), ERR_OK);
	}
	if (m.type == MESSAGE_FIND_NODE && node->tells_url)
		net_say(n, mail->link, &(struct message){.type = MESSAGE_NODES, .network = m.network, .request = m.request});
	arena_free(&arena);
}

static inline void
net_deliver(struct net *n)
{
	struct mail mail = net_fetch(n);
	struct node *node = &n->node[mail.to];
	struct overlay_event event = {.type = mail.type, .link = mail.link, .tag = mail.tag, .incoming = mail.incoming,
	    .address = mail.address, .raw = mail.raw};
	bool gone = mail.type != OVERLAY_FAILED && !n->link[mail.link / 2].open[mail.link % 2];

	n->now = mail.at > n->now ? mail.at : n->now;
	if (mail.type == OVERLAY_CLOSED)
		n->link[mail.link / 2].open[mail.link % 2] = false;
	if (!gone && node->o) {
		bool failed = net_step(n, mail.to, &event) != ERR_OK;
		node->failures += failed;
		if (failed && mail.type == OVERLAY_OPENED)
			net_hang_up(n, mail.link);
	} else if (!gone) {
		net_stranger(n, node, &mail);
	}
	free((void *)mail.raw.data);
}

/* A deadline that does not move on when it was served is a busy loop. */
static inline void
net_wake(struct net *n, unsigned who)
{
	struct overlay_event event = {.type = OVERLAY_TIME};

	net_step(n, who, &event);
	assert_true(overlay_deadline_ms(n->node[who].o) > n->now + (uint64_t)n->node[who].skew_ms);
}

static inline void
net_run(struct net *n, uint64_t ms)
{
	uint64_t until = n->now + ms;

	for (;;) {
		uint64_t next = n->mails ? n->mail[0].at : UINT64_MAX;
		int who = -1;
		for (unsigned i = 0; i < n->nodes; i++) {
			uint64_t due = n->node[i].o ? overlay_deadline_ms(n->node[i].o) : UINT64_MAX;
			due = due == UINT64_MAX ? due : due - (uint64_t)n->node[i].skew_ms;
			if (due < next) {
				next = due;
				who = (int)i;
			}
		}
		if (next > until)
			break;
		n->now = next > n->now ? next : n->now;
		if (who < 0)
			net_deliver(n);
		else
			net_wake(n, (unsigned)who);
	}
	n->now = until;
}

/* A place without an overlay: its key is its number, its address of a range of its own. */
static inline unsigned
net_place(struct net *n, const char *url)
{
	unsigned who = n->nodes++;
	uint8_t seed[32] = {(uint8_t)(who + 1)};

	assert_true(who < NODES);
	n->node[who] = (struct node){.key = sign_key_new(seed), .url = url};
	assert_non_null(n->node[who].key);
	return who;
}

static inline struct overlay_config
net_config(struct net *n, unsigned who, int network)
{
	struct node *node = &n->node[who];
	unsigned boots = 0;

	while (boots < BOOTS && node->boot[boots])
		boots++;
	return (struct overlay_config){.network = n->network[network], .genesis_hash = n->genesis[network],
	    .key = node->key, .role = ROLE_FULL, .version = "0.1.0", .advertise = &node->url, .advertised = 1,
	    .bootstrap = node->boot, .bootstraps = boots, .seed = net_draw(n), .period_ms = NET_PERIOD,
	    .least_difficulty = 256};
}

static inline void
net_start(struct net *n, unsigned who, int network)
{
	struct overlay_config config = net_config(n, who, network);
	struct overlay_event event = {.type = OVERLAY_TIME};

	assert_int_equal(overlay_new(&n->node[who].o, &config), ERR_OK);
	assert_int_equal(net_step(n, who, &event), ERR_OK);
}

/* A node that knows of one other, or of none (NULL). */
static inline unsigned
net_add(struct net *n, const char *url, const char *boot)
{
	unsigned who = net_place(n, url);

	n->node[who].boot[0] = boot;
	net_start(n, who, 0);
	return who;
}

static inline unsigned
net_peers(struct net *n, unsigned who)
{
	return overlay_peers(n->node[who].o, NULL, 0);
}

/* How a peer looks from a node; false: it is none. */
static inline bool
net_look(struct net *n, unsigned who, unsigned other, struct peer_view *out)
{
	struct peer_view view[NODES];
	unsigned count = overlay_peers(n->node[who].o, view, NODES);

	for (unsigned i = 0; i < count && i < NODES; i++) {
		if (memcmp(view[i].key.b, sign_key_public(n->node[other].key)->b, sizeof view[i].key.b) == 0) {
			*out = view[i];
			return true;
		}
	}
	return false;
}

/* An endorsement in form: an object of the chain with a number of its own. */
static inline void
net_object(struct net *n, struct buf *out, uint64_t number)
{
	struct endorsement e = {.network = n->network[0], .slot = number};

	endorse_put(out, &e);
}

static inline void
net_publish(struct net *n, unsigned who, const struct pubkey *to, uint64_t number)
{
	struct overlay_event event = {.type = OVERLAY_PUBLISH};
	struct buf raw = {0};

	net_object(n, &raw, number);
	event.raw = bytes_of(&raw);
	if (to)
		event.key = *to;
	assert_int_equal(net_step(n, who, &event), ERR_OK);
	buf_free(&raw);
}

/* --- strangers --- */

static inline void
net_say(struct net *n, uint64_t end, const struct message *m)
{
	struct buf raw = {0};

	message_put(&raw, m);
	assert_false(raw.failed);
	net_send(n, end, bytes_of(&raw));
	buf_free(&raw);
}

static inline struct message
net_hello(struct net *n, unsigned who)
{
	struct message m = {.type = MESSAGE_HELLO, .network = n->network[0]};

	m.hello = (struct message_hello){.role = ROLE_FULL, .key = *sign_key_public(n->node[who].key), .nonce = {1},
	    .genesis = n->genesis[0], .clock_ms = n->now, .version = "0.1.0"};
	if (n->node[who].tells_url)
		snprintf(m.hello.url, sizeof m.hello.url, "%s", n->node[who].url);
	return m;
}

/* The stranger says hello and hears the host's; returns its end of the link. */
static inline uint64_t
net_greet(struct net *n, const struct message *hello, unsigned stranger, unsigned host)
{
	uint64_t end = net_open(n, stranger, host, 0);

	n->node[stranger].hung_up = false;
	net_say(n, end, hello);
	net_run(n, 200);
	return end;
}

/* Then it proves its key. */
static inline void
net_prove(struct net *n, const struct message *hello, unsigned stranger, uint64_t end)
{
	struct message auth = {.type = MESSAGE_AUTH, .network = n->network[0]};

	assert_true(n->node[stranger].heard[MESSAGE_HELLO] > 0);
	struct hash hash = message_auth_hash(&hello->hello, &n->node[stranger].hello, true);
	auth.auth = sign_make(n->node[stranger].key, &hash);
	net_say(n, end, &auth);
	net_run(n, 200);
}

/* The stranger shakes hands in earnest, if it is let in; returns its end of the link. */
static inline uint64_t
net_befriend(struct net *n, unsigned stranger, unsigned host)
{
	struct message hello = net_hello(n, stranger);
	uint64_t end = net_greet(n, &hello, stranger, host);

	if (!n->node[stranger].hung_up)
		net_prove(n, &hello, stranger, end);
	return end;
}

#endif
