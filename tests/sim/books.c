#include "books.h"

#include <stdlib.h>
#include <string.h>

#include "chain/order.h"
#include "disk.h"
#include "ledger/account.h"
#include "ledger/audit.h"
#include "ledger/authority.h"
#include "ledger/key.h"
#include "ledger/reward.h"
#include "room.h"

/* --- the view --- */

static struct buf *
copy_of(struct bytes value)
{
	struct buf *b = room_new(1, sizeof *b);

	buf_add(b, value.data, value.len);
	return b;
}

static void
drop(struct buf *b)
{
	if (b)
		buf_free(b);
	free(b);
}

static enum err
get(void *owner, struct bytes *value, struct bytes key)
{
	const struct books *b = owner;
	const struct buf *found = sorted_get(&b->row, key);

	if (!found)
		return ERR_NOT_FOUND;
	*value = bytes_of(found);
	return ERR_OK;
}

/* An account's value that gets lost? */
static bool
forgets(struct books *b, struct bytes key)
{
	bool account = key.data[0] == KEY_STATE && key.len == 5 + sizeof(struct hash);

	if (b->flaw != BOOKS_FORGET || b->forgot || b->hid % 16 != 0 || b->hid == 0 || !account)
		return false;
	b->forgot = true;
	return true;
}

static enum err
write_row(struct books *b, struct bytes key, struct bytes value)
{
	struct buf *old = sorted_remove(&b->row, key);
	enum err e = value.len ? sorted_put(&b->row, key, copy_of(value)) : ERR_OK;

	drop(old);
	return e;
}

static enum err
put(void *owner, struct bytes key, struct bytes value)
{
	struct books *b = owner;
	const struct buf *old = sorted_get(&b->row, key);
	struct sorted *before = &b->before[b->hid];

	if (forgets(b, key))
		return ERR_OK;
	if (!sorted_get(before, key) &&
	    sorted_put(before, key, copy_of(old ? bytes_of(old) : (struct bytes){ 0 })) != ERR_OK)
		return ERR_NOMEM;
	return write_row(b, key, value);
}

static enum err
next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	const struct books *b = owner;
	const struct buf *found = sorted_next(&b->row, key, from);

	if (!found)
		return ERR_NOT_FOUND;
	*value = bytes_of(found);
	return ERR_OK;
}

/* --- blocks --- */

static void
open_block(struct books *b, uint64_t hid)
{
	b->before = room(b->before, &b->before_cap, hid + 1, sizeof *b->before);
	sorted_init(&b->before[hid], hid);
	b->hid = hid;
	b->forgot = false;
}

static void
empty(struct sorted *s)
{
	struct bytes key;

	for (struct buf *old; (old = sorted_next(s, &key, (struct bytes){ 0 })); drop(old))
		sorted_remove(s, key);
}

void
books_undo(struct books *b, uint64_t hid)
{
	struct bytes key;

	for (; b->hid > hid; b->hid--) {
		struct sorted *before = &b->before[b->hid];
		for (struct buf *old; (old = sorted_next(before, &key, (struct bytes){ 0 })); drop(old)) {
			if (b->flaw != BOOKS_NEVER_UNDO)
				write_row(b, key, bytes_of(old));
			sorted_remove(before, key);
		}
	}
}

void
books_settle(struct books *b, uint64_t hid)
{
	for (; b->settled < hid && b->settled < b->hid; b->settled++)
		empty(&b->before[b->settled + 1]);
}

/* --- execution --- */

/* Who certified the source of this block is paid, all alike: how much each vote earns is the node's matter. */
static enum err
find_payouts(struct ledger_input *input, struct arena *arena, const struct books *b, const struct stored *s)
{
	const struct hyper *h = &s->letter->hyper;
	const bool heard = b->flaw == BOOKS_PAY_HEARD;
	const struct endorsement *by = heard ? s->endorsement : h->endorsement;
	uint32_t n = heard ? s->endorsements : h->endorsements;
	struct reward_epoch epoch = { .work = { .lo = n }, .difficulty = 1, .wanted = b->genesis->seals,
		.slot = s->brief.slot };
	struct reward_vote *vote = room_in(arena, n + (size_t)1, sizeof *vote);
	struct ledger_payout *payout = room_in(arena, n + (size_t)1, sizeof *payout);

	if (!vote || !payout)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++)
		vote[i] = (struct reward_vote){ by[i].voter, by[i].voter, 1 };
	reward_split(payout, &input->payouts, b->genesis, &epoch, vote, n);
	input->payout = payout;
	return ERR_OK;
}

static uint32_t
count_payloads(const struct stored *s, uint32_t chain)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->blocks; i++)
		n += s->block[i].block.head.core.lane.chain == chain ? s->block[i].block.head.core.payloads : 0;
	return n;
}

static enum err
execute_lane(struct books *b, struct stored *s, const struct disk *d, uint32_t chain)
{
	struct arena arena = { 0 };
	struct ledger_seal *seal = room_in(&arena, s->blocks + (size_t)1, sizeof *seal);
	struct execution *item = room_in(&arena, count_payloads(s, chain) + (size_t)1, sizeof *item);
	struct ledger_input input = { .seal = seal };
	uint32_t n = 0;
	enum err e = seal && item ? ERR_OK : ERR_NOMEM;

	for (uint32_t i = 0; e == ERR_OK && i < s->blocks; i++) {
		const struct seal_head *head = &s->block[i].block.head;
		if (head->core.lane.chain != chain)
			continue;
		for (uint32_t k = 0; k < head->core.payloads; k++) {
			const struct row *row = &d->row[s->block[i].row[k]];
			item[n] = (struct execution){ .id = row->item.id, .seal = input.seals };
			if (e == ERR_OK)
				e = payload_unpack(&item[n++].payload, NULL, NULL, row->raw);
		}
		seal[input.seals++] = (struct ledger_seal){ head->core.signer, head->core.difficulty, seal_id(head) };
	}
	if (e == ERR_OK && chain == 0)
		e = find_payouts(&input, &arena, b, s);
	if (e == ERR_OK)
		e = ledger_execute(&b->view, &s->ledger.roots[chain], &(struct lane){ .chain = chain }, b->hid, b->genesis,
		    &input, item, n);
	arena_free(&arena);
	return e;
}

/* para-protocol(7) LAYER 2: the total is what was issued less what was burned and what is locked */
static enum err
read_stakes(struct books *b, struct ledger *l, const struct rules *rules)
{
	struct account a;
	struct totals t;
	enum err e = account_read_totals(&t, &b->view, RULES_POS);

	l->total.units = t.issued.units - t.burned.units - t.locked.units;
	for (uint32_t i = 0; e == ERR_OK && i < rules->stakers; i++) {
		e = account_read(&a, &b->view, RULES_POS, rules->staker[i].b);
		l->stake[i] = a.balance;
	}
	return e;
}

static enum err
read_authorities(struct books *b, struct stored *s)
{
	struct authority_state now;
	struct authority_set *set = room_in(&s->arena, 1, sizeof *set);
	enum err e = authority_read(&now, &b->view, RULES_BFT);

	if (e == ERR_OK && now.hid == b->hid) {
		*set = (struct authority_set){ .chain = RULES_BFT, .hid = now.hid, .keys = now.in_force };
		s->ledger.brought = set;
	}
	return e;
}

enum err
books_execute(struct books *b, struct stored *s, const struct disk *d, const struct pubkey *user)
{
	enum err e = ERR_OK;

	open_block(b, s->brief.hid);
	for (uint32_t chain = 0; e == ERR_OK && chain < d->chains; chain++) {
		e = execute_lane(b, s, d, chain);
		for (uint32_t i = 0; e == ERR_OK && i < USERS; i++)
			e = ledger_seq(&b->view, &s->ledger.last_seq[chain][i], chain, &user[i]);
	}
	if (e == ERR_OK && d->rules)
		e = read_authorities(b, s);
	return e == ERR_OK && d->rules ? read_stakes(b, &s->ledger, d->rules) : e;
}

bool
books_add_up(struct books *b, uint32_t chain)
{
	struct coin_audit audit;

	return audit_coins(&b->view, &audit, chain) == ERR_OK && audit.valid;
}

/* --- the beginning --- */

static int
compare_accounts(const void *x, const void *y)
{
	return memcmp(x, y, sizeof(struct pubkey));
}

/* The same to each user. */
static void
allot(struct buf *out, const struct pubkey *user, uint64_t units)
{
	struct pubkey to[USERS];

	memcpy(to, user, sizeof to);
	qsort(to, USERS, sizeof to[0], compare_accounts);
	for (uint32_t i = 0; i < USERS; i++) {
		struct coin_alloc a = { .amount = { units } };
		memcpy(a.account, to[i].b, sizeof a.account);
		coin_alloc_put(out, &a);
	}
}

static enum err
register_coin(struct books *b, const char *name, const struct spec *with, const struct sign_key *key, uint64_t seq)
{
	struct spec spec = { .engine = ENGINE_COIN, .rule = with->rule, .authorities = with->authorities,
		.witnesses = SPEC_WITNESSES, .body_bytes = 100, .coin = with->coin };
	struct ledger_seal seal = { .signer = *sign_key_public(key), .work = 1 };
	struct ledger_input input = { .seal = &seal, .seals = 1 };
	struct payload p = { .seq = seq, .fee = { 2 * BOOKS_COIN } };
	struct execution item = { .outcome = OUTCOME_VOID };
	struct buf body = { 0 };
	struct roots roots;
	enum err e;

	strcpy(spec.name, name);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	p.body = bytes_of(&body);
	e = payload_sign(&p, &item.id, key);
	item.payload = p;
	if (e == ERR_OK)
		e = ledger_execute(&b->view, &roots, &(struct lane){ 0 }, 0, b->genesis, &input, &item, 1);
	buf_free(&body);
	return e ? e : item.err;
}

static int
compare_allocs(const void *x, const void *y)
{
	return memcmp(((const struct coin_alloc *)x)->account, ((const struct coin_alloc *)y)->account, 32);
}

/* To each host; and a tenth of it to each user that is none. Returns to how many. */
static uint32_t
allot_stakes(struct buf *out, const struct pubkey *user, const struct rules *rules)
{
	struct coin_alloc to[USERS + LIMIT_AUTHORITIES];
	uint32_t n = 0;

	for (; n < rules->stakers; n++) {
		to[n].amount.units = 1000000;
		memcpy(to[n].account, rules->staker[n].b, sizeof to[n].account);
	}
	for (uint32_t i = 0; i < USERS; i++) {
		if (bsearch(&user[i], rules->staker, rules->stakers, sizeof user[i], compare_accounts))
			continue;
		to[n].amount.units = 100000;
		memcpy(to[n++].account, user[i].b, sizeof user[i].b);
	}
	qsort(to, n, sizeof to[0], compare_allocs);
	for (uint32_t i = 0; i < n; i++)
		coin_alloc_put(out, &to[i]);
	return n;
}

static enum err
register_rules(struct books *b, const struct pubkey *user, const struct rules *rules, const struct sign_key *owner)
{
	struct coin coin = { .symbol = "STAKE", .issuance = COIN_TOKEN, .flags = COIN_BURN, .cap = { 1000000000 },
		.minter = user[0] };
	struct spec spec = { .rule = { .kind = RULE_POS, .tickets = RULES_TICKETS } };
	struct buf stake = { 0 }, alloc = { 0 };
	enum err e;

	coin.allocs = allot_stakes(&stake, user, rules);
	allot(&alloc, user, 100000);
	coin.alloc = bytes_of(&stake);
	spec.coin = coin;
	e = register_coin(b, "stakes", &spec, owner, 3);
	coin.allocs = USERS;
	coin.alloc = bytes_of(&alloc);
	spec = (struct spec){ .rule.kind = RULE_BFT, .authorities = rules->authorities, .coin = coin };
	strcpy(spec.coin.symbol, "VOTE");
	if (e == ERR_OK)
		e = register_coin(b, "board", &spec, owner, 4);
	spec = (struct spec){ .rule = { .kind = RULE_POW, .difficulty = RULES_EFFORT }, .coin = coin };
	strcpy(spec.coin.symbol, "HARD");
	if (e == ERR_OK)
		e = register_coin(b, "hard", &spec, owner, 5);
	buf_free(&stake);
	buf_free(&alloc);
	return e;
}

static enum err
register_coins(struct books *b, const struct pubkey *user, const struct rules *rules)
{
	const uint8_t seed[32] = { 3 };
	struct sign_key *owner = sign_key_new(seed);
	struct buf alloc = { 0 }, lock = { 0 };
	struct coin_lock l = { .amount = { 50000 }, .cliff = 20, .end = 300 };
	struct coin gold = { .symbol = "AU", .issuance = COIN_MINED, .flags = COIN_BURN, .cap = { 1000000000 },
		.reward = { 1001 }, .halving = 100, .allocs = USERS };
	struct coin bond = { .symbol = "BOND", .issuance = COIN_TOKEN, .flags = COIN_BURN, .cap = { 1000000000 },
		.minter = user[0], .allocs = USERS, .locks = 1 };
	enum err e;

	allot(&alloc, user, 100000);
	memcpy(l.account, user[1].b, sizeof l.account);
	coin_lock_put(&lock, &l);
	gold.alloc = bond.alloc = bytes_of(&alloc);
	bond.lock = bytes_of(&lock);
	e = register_coin(b, "gold", &(struct spec){ .coin = gold }, owner, 1);
	if (e == ERR_OK)
		e = register_coin(b, "bonds", &(struct spec){ .coin = bond }, owner, 2);
	if (e == ERR_OK && rules)
		e = register_rules(b, user, rules, owner);
	buf_free(&alloc);
	buf_free(&lock);
	sign_key_free(owner);
	return e;
}

struct books *
books_new(const struct genesis *g, const struct pubkey *user, const struct rules *rules, enum books_flaw flaw)
{
	struct books *b = room_new(1, sizeof *b);

	b->view = (struct ledger_view){ b, get, put, next };
	b->genesis = g;
	b->flaw = flaw;
	sorted_init(&b->row, 1);
	open_block(b, 0);
	if (ledger_begin(&b->view, g) == ERR_OK && register_coins(b, user, rules) == ERR_OK)
		return b;
	books_free(b);
	return NULL;
}

void
books_free(struct books *b)
{
	if (!b)
		return;
	empty(&b->row);
	empty(&b->before[0]);
	for (uint64_t hid = b->settled + 1; hid <= b->hid; hid++)
		empty(&b->before[hid]);
	free(b->before);
	free(b);
}
