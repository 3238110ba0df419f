#include "node/intact.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "chain/order.h"
#include "ledger/verify.h"
#include "node/log.h"
#include "node/roles.h"

/* Whose key a row of the state has: the tree holds hashes of accounts, and payloads their names. */
struct whose {
	struct hash key;
	uint8_t account[32];
};

static bool
is_whose(struct whose *w, const uint8_t account[static 32])
{
	struct hash key = state_key(account);
	memcpy(w->account, account, sizeof(w->account));
	return hash_equal(&key, &w->key);
}

/* Its signer, or who gets something by it. */
static bool
payload_names(struct whose *w, struct bytes raw)
{
	struct payload p;
	struct order o;
	struct hash id;
	if (payload_unpack(&p, &id, NULL, raw) != ERR_OK)
		return false;
	if (is_whose(w, p.signer.b))
		return true;
	if (p.body.len == 0)
		return false;
	struct bytes rest = { p.body.data + 1, p.body.len - 1 };
	if (order_unpack_transfer(&o, rest, &p.signer) != ERR_OK)
		return false;
	for (uint32_t i = 0; i < o.outputs; i++) {
		struct coin_alloc to = order_output(&o, i);
		if (is_whose(w, to.account))
			return true;
	}
	return false;
}

static bool
genesis_names(struct whose *w, struct store_txn *t)
{
	struct arena arena = { 0 };
	struct buf raw = { 0 };
	struct genesis g;
	bool found = false;
	enum err e = store_get_genesis(t, &raw);
	if (e == ERR_OK)
		e = genesis_unpack(&g, &arena, bytes_of(&raw));
	for (uint32_t i = 0; e == ERR_OK && !found && i < g.allocs; i++)
		found = is_whose(w, g.alloc[i].account);
	buf_free(&raw);
	arena_free(&arena);
	return found;
}

static bool
find_whose(struct whose *w, struct store_txn *t, uint64_t rows)
{
	struct bytes raw;
	for (uint64_t row = 0; row < rows; row++) {
		if (store_get_payload(t, &raw, row) == ERR_OK && payload_names(w, raw))
			return true;
	}
	return genesis_names(w, t);
}

static void
tell_value(char *wrong, size_t size, struct store_txn *t, const char *chain, uint32_t number, const struct hash *key)
{
	struct whose w = { .key = *key };
	struct store_tip tip = { .next_row = 0 };
	uint8_t totals[32];
	char text[2 * sizeof(struct hash) + 1];
	account_of_totals(totals, number);
	if (is_whose(&w, totals)) {
		snprintf(wrong, size, "the supply of chain %s does not match its tree", chain);
		return;
	}
	store_get_tip(t, &tip);
	if (find_whose(&w, t, tip.next_row)) {
		account_print(text, w.account);
		snprintf(wrong, size, "the account %s of chain %s does not match its tree", text, chain);
		return;
	}
	hex_encode(text, key->b, sizeof(key->b));
	snprintf(wrong, size, "the account with key %s of chain %s does not match its tree", text, chain);
}

static void
tell_state(char *wrong, size_t size, struct store_txn *t, struct ledger_view *view, uint32_t number,
    const struct verify_fault *fault)
{
	struct registered chain = { .number = number };
	char name[LIMIT_NAME + 1];
	if (ledger_chain(view, &chain, number) == ERR_OK)
		snprintf(name, sizeof(name), "%s", chain.spec.name);
	else
		snprintf(name, sizeof(name), "%" PRIu32, number);
	switch (fault->what) {
	case VERIFY_VALUE:
		tell_value(wrong, size, t, name, number, &fault->key);
		break;
	case VERIFY_TREE:
		snprintf(wrong, size, "the state of chain %s does not match its root", name);
		break;
	case VERIFY_REGISTRY:
		snprintf(wrong, size, "the registry of chains does not match the entry of chain %s", name);
		break;
	}
}

/* Of chains that are followed: what is coming or going is not whole yet, or not any more. */
static enum err
check_states(struct store_txn *t, char *wrong, size_t size, bool whole)
{
	struct ledger_view view = store_ledger(t);
	struct arena arena = { 0 };
	struct lane_state *lane = NULL;
	struct verify_fault fault;
	struct roles roles;
	uint32_t lanes = 0;
	enum err e = roles_read(&roles, &arena, t);
	if (e == ERR_OK)
		e = store_get_lanes(t, &lane, &lanes, &arena);
	for (uint32_t i = 0; e == ERR_OK && i < lanes; i++) {
		const struct roots *done = &lane[i].executed;
		uint32_t number = lane[i].lane.chain;
		if (lane[i].lane.depth != 0 || roles_fact(&roles, number) != NULL || (done->executed == 0 && number != 0))
			continue;
		e = whole ? verify_chain(&view, &fault, number, done->executed > 0 ? &done->state : NULL) :
		    verify_values(&view, &fault, number);
		if (e == ERR_CORRUPT)
			tell_state(wrong, size, t, &view, number, &fault);
	}
	arena_free(&arena);
	return e;
}

static void
tell_payload(char *wrong, size_t size, const struct store_fault *fault)
{
	char at[PLACE_TEXT];
	if (!fault->of_row) {
		snprintf(wrong, size, "ids of payloads name none");
	} else if (fault->placed) {
		place_print(at, &fault->place);
		snprintf(wrong, size, "the payload at %s is not the one that was stored", at);
	} else {
		snprintf(wrong, size, "the payload of row %" PRIu64 " is not the one that was stored", fault->row);
	}
}

enum err
intact_check(struct store *s, char *wrong, size_t size)
{
	struct store_fault fault;
	struct store_txn *t;
	enum err e = store_begin_read(&t, s);
	if (e != ERR_OK)
		return e;
	if (store_bytes(t) < STORE_TINY) {
		e = store_whole(t, &fault);
		if (e == ERR_CORRUPT)
			tell_payload(wrong, size, &fault);
		if (e == ERR_OK)
			e = check_states(t, wrong, size, true);
	}
	store_abort(t);
	return e;
}

void
intact_log(struct node *n)
{
	char wrong[INTACT_TEXT] = "";
	struct store_txn *t;
	if (store_begin_read(&t, n->store) != ERR_OK)
		return;
	check_states(t, wrong, sizeof(wrong), false);
	store_abort(t);
	if (wrong[0] != '\0')
		log_error(n, "%s: %s", wrong, err_text(ERR_CORRUPT));
}

enum err
intact_account(struct call *call, struct look *look, const struct registered *chain,
    const uint8_t account[static 32])
{
	char text[ACCOUNT_TEXT];
	enum err e = verify_account(&look->ledger, chain->number, account);
	if (e != ERR_CORRUPT)
		return e;
	account_print(text, account);
	snprintf(call->message, sizeof(call->message), "the account %s of chain %s does not match its tree: %s", text,
	    chain->spec.name, err_text(e));
	return e;
}

enum err
intact_tell(struct call *call, const struct registered *chain, enum err e)
{
	if (e == ERR_CORRUPT && call->message[0] == '\0')
		snprintf(call->message, sizeof(call->message), "the state of chain %s does not match its tree: %s",
		    chain->spec.name, err_text(e));
	return e;
}
