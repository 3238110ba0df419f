/*
 * account: what stands in the state of a chain that keeps accounts, in canonical form: a kind byte, then
 *
 *     0 account    seq u64 | balance u64 | frozen u8 | locks u8 | tokens u16 | locks of amount u64, released u64,
 *                  cliff u64, end u64, in the order they came | tokens of id 32, balance u64, ascending by id
 *     1 token      name length u8 | name | symbol length u8 | symbol | decimals u8 | issuer 32 | cap u64 | issued u64 |
 *                  burned u64
 *     2 totals     issued u64 | burned u64 | locked u64
 *     3 rewards    count u32 | count of account 32, voter 32, amount u64
 *     4 authorities  see ledger/authority.h
 *
 * Of a lock `released` units are in the balance already, the rest is not. An account that holds nothing and has used no
 * seq has no value. For every coin: balances + what is locked + rewards on their way = issued - burned; `locked` of the
 * totals is the two in the middle. Source of the rule: para-protocol(7), ACCOUNTS.
 */
#ifndef LEDGER_ACCOUNT_H
#define LEDGER_ACCOUNT_H

#include "chain/coin.h"
#include "ledger/state_set.h"

enum { ACCOUNT_TOKENS = 256 };

struct lock {
	struct amount amount, released;
	uint64_t cliff, end; /* HIDs */
};

struct held {
	uint8_t token[32];
	struct amount balance; /* 1 and more */
};

struct account {
	uint64_t seq;
	struct amount balance;
	bool frozen;
	uint8_t locks;
	uint16_t tokens;
	struct lock lock[COIN_ACCOUNT_LOCKS]; /* the first `locks` of them have a value */
	struct held token[ACCOUNT_TOKENS];
};

struct token {
	char name[LIMIT_NAME + 1], symbol[LIMIT_SYMBOL + 1];
	uint8_t decimals;
	uint8_t issuer[32];
	struct amount cap, issued, burned;
};

struct totals {
	struct amount issued, burned, locked;
};

enum value_kind { VALUE_ACCOUNT = 0, VALUE_TOKEN = 1, VALUE_TOTALS = 2, VALUE_REWARDS = 3, VALUE_AUTHORITIES = 4 };

/* ERR_ACCOUNT: a value of another kind. ERR_CORRUPT: one that this layer never writes. */
enum err account_unpack(struct account *out, struct bytes value);
enum err account_token_unpack(struct token *out, struct bytes value);
enum err account_totals_unpack(struct totals *out, struct bytes value);

/* What is not there is an account that holds nothing. ERR_ACCOUNT. */
enum err account_load(struct account *out, struct state_set *set, const uint8_t id[static 32]);
enum err account_store(struct state_set *set, const uint8_t id[static 32], const struct account *a);

/* As one that is not there. */
bool account_is_empty(const struct account *a);

/* Straight from the view, for questions. */
enum err account_read(struct account *out, struct ledger_view *view, uint32_t chain, const uint8_t id[static 32]);
enum err account_read_token(struct token *out, struct ledger_view *view, uint32_t chain, const uint8_t id[static 32]);
enum err account_read_totals(struct totals *out, struct ledger_view *view, uint32_t chain);

/* ERR_NOT_FOUND, ERR_ACCOUNT. */
enum err account_load_token(struct token *out, struct state_set *set, const uint8_t id[static 32]);
enum err account_store_token(struct state_set *set, const uint8_t id[static 32], const struct token *t);
enum err account_load_totals(struct totals *out, struct state_set *set);
enum err account_store_totals(struct state_set *set, const struct totals *t);

/* Coins of the chain into an account. ERR_ACCOUNT. */
enum err account_credit(struct state_set *set, const uint8_t id[static 32], struct amount amount);

/* What the locks hold still, and what they have let go at hid that is not in the balance. */
struct amount account_locked(const struct account *a);
struct amount account_due(const struct account *a, uint64_t hid);

/* Moves what is due into the balance. */
void account_release(struct account *a, uint64_t hid);

/* The balance of a token, 0 for none; and its change. ERR_TOKENS_FULL. */
struct amount account_holds(const struct account *a, const uint8_t token[static 32]);
enum err account_hold(struct account *a, const uint8_t token[static 32], struct amount balance);

#endif
