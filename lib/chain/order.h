/*
 * order: what a payload asks of a coin chain; its body is an operation byte and the arguments.
 *
 *     1 transfer    token | memo length u16 | memo | outputs u32 | outputs of account 32, amount u64
 *     2 issue       name length u8 | name | symbol length u8 | symbol | decimals u8 | cap u64
 *     3 mint        token | account 32 | amount u64
 *     4 burn        token | amount u64
 *     5 freeze      account 32
 *     6 unfreeze    account 32
 *
 * token is u8 0, the coin of the chain, or u8 1 and the id of a token. Outputs ascend by account.
 * Source of the rule: para-protocol(7), COIN ORDERS.
 */
#ifndef CHAIN_ORDER_H
#define CHAIN_ORDER_H

#include "chain/coin.h"

enum order_kind {
	ORDER_TRANSFER = 1,
	ORDER_ISSUE = 2,
	ORDER_MINT = 3,
	ORDER_BURN = 4,
	ORDER_FREEZE = 5,
	ORDER_UNFREEZE = 6
};

enum { ORDER_OUTPUT_BYTES = COIN_ALLOC_BYTES };

struct order {
	enum order_kind kind;
	bool of_token;         /* transfer, mint, burn */
	uint8_t token[32];
	struct bytes memo;     /* transfer; borrowed */
	uint32_t outputs;      /* transfer: 1 .. LIMIT_OUTPUTS */
	struct bytes output;   /* encoded, borrowed */
	uint8_t account[32];   /* mint, freeze, unfreeze */
	struct amount amount;  /* mint, burn; of a transfer the sum of its outputs */
	char name[LIMIT_NAME + 1], symbol[LIMIT_SYMBOL + 1]; /* issue */
	uint8_t decimals;
	struct amount cap;
};

/* The fields of kind are set, but for a transfer's amount. */
void order_put(struct buf *out, const struct order *o);

/*
 * The whole of body must be one order of signer. ERR_OPERATION, and of the arguments ERR_ZERO (an amount or a cap),
 * ERR_SELF, ERR_DUPLICATE (two outputs to one account), ERR_ORDER, ERR_RANGE, ERR_OVERFLOW (of their sum), ERR_NAME,
 * ERR_SYMBOL and what a decoder returns.
 */
enum err order_unpack(struct order *out, struct bytes body, const struct pubkey *signer);

/* The same for the arguments of a transfer alone. */
enum err order_unpack_transfer(struct order *out, struct bytes arguments, const struct pubkey *signer);

/* Output i of a transfer. */
struct coin_alloc order_output(const struct order *o, uint32_t i);

#endif
