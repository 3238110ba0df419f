/*
 * world: a network of hosts in one process and in virtual time. Everything that happens follows from a seed: the same
 * seed gives the same world, with every compiler and on every machine.
 *
 *     sim       options, runs of many seeds          tables, cuts: worlds for figures
 *     run       two phases: faults, then healing     trouble: the faults; users, orders: payloads; hostile: liars
 *     host      a core and what drives it; miner     disk, books (coins), wire, letter, timeline
 *     law       what must hold after every step      story: the trace, and its digest
 *     rules     chains of the rules pos and bft      law_rules: what must hold there
 *     careless  nodes that break a law
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/map.h"
#include "books.h"
#include "careless.h"
#include "chance.h"
#include "disk.h"
#include "rules.h"
#include "timeline.h"

enum { PERIOD = 1000, HOSTS_MOST = 1024, SEATS = 4 * HOSTS_MOST };

#define GENESIS_MS UINT64_C(1000000000)

struct options {
	uint64_t seed;
	uint32_t hosts, rounds;  /* rounds: slots of both phases */
	uint32_t without;        /* defences switched off: consensus_config.without */
	uint32_t hostile_share;  /* of all work, in thousandths */
	bool story, calm, rough; /* calm: no faults; rough: nothing but cuts, others in nearly every slot */
	uint32_t voters;         /* the first so many of the hosts; 0: all */
	uint32_t chains, follow; /* follow: so many each node, of those with a number; 0: all. chains 0: CHAINS */
	bool drawn;              /* each follows the chains that it is a witness of, of those of follow */
	bool unwitnessed;        /* chains but chain 0 have no witnesses */
	bool siege;              /* the hostile seal chain 1 alone; of the others just one seals there, and without
	                          * witnesses no other follows it */
	bool coins;              /* every chain has one; else only those of some seeds */
	bool rules;              /* chains with rules of layer 2, and coins; else only in those of some seeds */
	enum books_flaw flaw;    /* of every ledger */
	enum rules_flaw lawless; /* of every core */
	enum careless careless;  /* every node */
	uint32_t wanted;         /* seals wanted a slot, and as many blocks between two retargets; 0: as by default */
	uint32_t hostile;        /* ways to be hostile that are allowed; UINT32_MAX: as the seed says */
};

struct host {
	struct sign_key *key;
	struct pubkey name;
	struct consensus *core; /* NULL: not running */
	struct disk disk;
	struct effects batch;   /* not on disk yet */
	bool committing, executing, mining, founder, idle; /* idle: makes no seals */
	uint64_t asked;         /* execution was asked for up to this HID */
	struct effect_work work;
	uint64_t *work_row;
	uint64_t timer_ms, nonce;
	uint64_t power;         /* tries that it makes in a ms, at least 4 ms for a seal; 0: each seal in time */
	bool greedy;            /* seals as long as the slot lasts, whether anything waits or not */
	uint32_t life;
	/* faults */
	int64_t skew_ms;
	uint64_t paused_until, clogged_until, sync_ms;
	bool gone, late;        /* gone: for good; late: has not joined yet */
	uint64_t join_slot, leave_slot; /* 0: from the beginning; never */
	uint32_t hostile;       /* enum hostile_way */
	uint32_t held;          /* letters that wait for the end of a pause */
	/* what law.c remembers of it, whatever its disk forgets */
	struct map said;        /* slot and kind -> what it signed */
	uint64_t final_seen;
	uint32_t undone;
	uint64_t sent, posts; /* objects; and what was told to one peer at once, however many they were */
};

/* The state of the network between hosts. */
struct weather {
	uint32_t loss, twice; /* thousandths */
	uint64_t delay_ms;    /* mean, one way */
	bool *cut;            /* [from * hosts + to] */
	uint32_t *told;       /* the same: the last of all commits that told something */
};

/* What goes wrong in this seed, and how often: thousandths of a slot, 0: never. */
struct plague {
	uint32_t cut, crash, pause, clog, clock;
	uint64_t cut_until; /* slot */
	uint64_t cut_most;  /* slots */
	uint64_t sides;     /* of the cut: a bit for each host */
};

/* A stream of payloads of one user into one chain, by way of one host. */
struct flow {
	uint32_t home;
	uint64_t acked, expiry; /* highest seq acknowledged; when that one expires, 0: never */
	uint64_t last;          /* highest seq that this user made */
};

struct law {
	struct hash *final; /* by HID: what anybody holds for final */
	size_t finals, final_cap;
	struct map mined;   /* seal id -> struct mined */
	struct map blocks;  /* hyper block hash -> struct fact */
	struct arena arena;
	const uint8_t *told; /* what the commit under way has sent last: the same bytes go to many */
	const char *broken; /* the first invariant that did not hold */
	char how[200];
};

struct world {
	struct options o;
	struct genesis genesis;
	struct hash genesis_hash;
	struct pubkey founder[HOSTS_MOST];
	struct host *host;
	uint32_t hosts;
	uint16_t seat[SEATS]; /* of hosts, found by name: 1 and more, 0: nobody */
	struct sign_key *user[USERS];
	struct pubkey user_name[USERS];
	struct flow (*flow)[USERS]; /* by chain */
	uint32_t chains;
	struct timeline timeline;
	struct desk desk;
	struct letter *mail;    /* what the commit under way has sent last, and the bytes that it was written from */
	const uint8_t *mail_of;
	struct weather weather;
	struct chance fate, trouble, malice; /* of the wire, of faults, of liars */
	uint64_t now_ms, delivered, certified_slots;
	uint32_t commits;
	uint64_t digest;
	char *tale;    /* the last lines of the story */
	uint64_t told; /* lines of it */
	struct law law;
	struct plague plague;
	bool healed;
	bool coins;              /* chains have them, and users send what they have */
	bool with_rules;         /* there are RULES_CHAINS */
	struct rules rules;
	uint64_t used[RULES_CHAINS]; /* payloads executed in them before everything healed */
	struct genesis_alloc alloc[USERS + 1];
	uint32_t load;       /* payloads a slot, in thousandths per flow */
	struct letter **old; /* letters that liars repeat */
	uint64_t spent_slot, spent; /* work of the hostile in this slot */
};

void world_open(struct world *w, const struct options *o);
void world_close(struct world *w);

/* The real slot. */
uint64_t world_slot(const struct world *w);
uint64_t world_slot_ms(uint64_t slot);

/* Until that time, or until a law is broken. */
void world_until(struct world *w, uint64_t ms);

/* --- story.c --- */

/* Something happened to a host: into the digest and, if anybody reads, into the story. hash may be NULL. */
void story(struct world *w, uint32_t who, const char *what, uint64_t number, const struct hash *hash);

/* Prints the end of the story, short enough to read; what is printed is forgotten. */
void story_tell(struct world *w);

/* --- law.c --- */

/* The first of them is what the world is remembered for. */
void law_break(struct world *w, uint32_t who, const char *law, const char *how);
void law_close(struct world *w);

/* What a miner's work has made. */
void law_mined(struct world *w, const struct seal_head *head, const struct hash *id);

/* An effect is about to be executed. */
void law_before(struct world *w, uint32_t who, const struct effect *e);

/* A hyper block is on disk; it is executed; hosts hold it for final; a core has taken a step. */
void law_connected(struct world *w, uint32_t who, const struct stored *s);
void law_executed(struct world *w, uint32_t who, const struct stored *s);
void law_final(struct world *w, uint32_t who);
void law_step(struct world *w, uint32_t who, const struct effects *out, size_t before);

/* --- law_rules.c --- */

void law_rules_connected(struct world *w, uint32_t who, const struct stored *s);
void law_rules_executed(struct world *w, uint32_t who, const struct stored *s);

/* All faults end; the run does. */
void law_rules_healed(struct world *w);
void law_rules_end(struct world *w);

/* --- host.c --- */

void host_start(struct world *w, uint32_t who);

/* Before it starts: it follows so many chains beside chain 0, others than its neighbours do. */
void host_follow(struct world *w, uint32_t who, uint32_t chains);
void host_crash(struct world *w, uint32_t who);

/* Its clock has been set. */
void host_tick(struct world *w, uint32_t who);
void host_handle(struct world *w, const struct happening *h);

/* Something happens to it in this life of its. */
void host_plan(struct world *w, uint32_t who, enum happening_kind kind, uint64_t at_ms);

/* Its core takes the event, or the seal: bare without its body; from NULL: of its own miner. */
void host_step(struct world *w, uint32_t who, struct event *event);
void host_step_seal(struct world *w, uint32_t who, const struct seal *s, const struct hash *id, bool bare,
    const struct pubkey *from);

/* A payload, as a user hands it in. */
void host_pay(struct world *w, uint32_t who, struct bytes raw);
uint64_t host_now(const struct world *w, uint32_t who);

/* --- miner.c --- */

/* The core has answered with work; the miner wants some; it is done with it, or there was none. */
void miner_begin(struct world *w, uint32_t who, const struct effect_work *work);
void miner_ask(struct world *w, uint32_t who);
void miner_done(struct world *w, uint32_t who);

/* --- wire.c --- */

/* Sends, unless it is lost. The letter stays the caller's. */
void wire_post(struct world *w, uint32_t from, uint32_t to, struct letter *l, uint64_t extra_ms);

/* The host's name is known from now on. */
void wire_seat(struct world *w, uint32_t who);

/* UINT32_MAX: nobody. */
uint32_t wire_find(const struct world *w, const struct pubkey *name);
bool wire_cut(const struct world *w, uint32_t from, uint32_t to);

/* --- sync.c: a host that is behind asks another one for blocks and bodies --- */

void sync_ask(struct world *w, uint32_t who);

/* Gives a core the blocks from `first` on that another disk holds, at most `most`. */
void sync_give(struct world *w, uint32_t from, uint32_t to, uint64_t first, uint64_t most);

/* --- trouble.c, users.c: at each slot --- */

void trouble_slot(struct world *w, uint64_t slot);
void trouble_open(struct world *w);
void trouble_heal(struct world *w);
void users_open(struct world *w);
void users_slot(struct world *w, uint64_t slot);
void users_acked(struct world *w, uint32_t who, const struct effect_reply *r);

/* --- orders.c: the body of a payload of a chain with a coin --- */

void orders_body(struct buf *out, const struct world *w, uint32_t chain, uint32_t user, uint64_t seq, uint64_t expiry);

/* Has everything that was acknowledged been executed in the blocks that this host holds for final? */
bool users_served(const struct world *w, uint32_t who);

/* --- hostile.c --- */

enum hostile_way {
	HOSTILE_SILENT = 1, HOSTILE_TWO_FACED = 2, HOSTILE_WITHHOLD = 4, HOSTILE_LIAR = 8, HOSTILE_SPAM = 16,
	HOSTILE_REPLAY = 32, HOSTILE_GARBAGE = 64, HOSTILE_FALSE_SOURCE = 128, HOSTILE_PATIENT = 256,
	HOSTILE_HALF_SEAL = 512, HOSTILE_FALSE_ROOT = 1024, HOSTILE_LAWLESS = 2048, /* asks for no rule of layer 2 */
	HOSTILE_IDLE = 4096 /* seals without work */
};

/* True when the liar has dealt with the object that its core wanted to send. */
bool hostile_send(struct world *w, uint32_t who, uint32_t to, struct letter *l);

/* May this host, being hostile, spend work on another seal? */
bool hostile_may_mine(struct world *w, uint32_t who, const struct seal_core *core);
void hostile_open(struct world *w);
void hostile_slot(struct world *w);

/* A letter arrives at a hostile host; true: its core is not to see it. */
bool hostile_hear(struct world *w, uint32_t who, struct letter *l);
void hostile_close(struct world *w);

/* --- run.c --- */

/* Everybody honest has the same tip, and whatever was acknowledged is final. */
bool world_settled(const struct world *w);

/* One seed. NULL: every law held. The text lives in the world. */
const char *run_seed(struct world *w, const struct options *o);

#endif
