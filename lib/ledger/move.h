/*
 * move: how coins move: what the engines of chain 0 and of coin chains share. Errors as engine.h's apply returns them.
 * Source of the rule: para-protocol(7), ACCOUNTS.
 */
#ifndef LEDGER_MOVE_H
#define LEDGER_MOVE_H

#include "chain/order.h"
#include "ledger/account.h"
#include "ledger/engine.h"

/* The least fee of a payload: byte_fee for each byte of it, and extra. ERR_FEE_LOW when p pays less. */
enum err move_check_fee(const struct payload *p, struct amount byte_fee, struct amount extra);

/* Could p's signer, with this account, pay its fee in block hid, and amount beside it of what the order names? ERR_FROZEN,
 * ERR_FEE, ERR_FUNDS. */
enum err move_check(const struct account *a, uint64_t hid, const struct payload *p, const struct order *o);

/* What has left its locks is in the signer's balance then, and the fee out of it. ERR_FROZEN, ERR_FEE. */
enum err move_charge(struct stage *s, const struct payload *p);

/* ERR_FUNDS, ERR_ACCOUNT, ERR_TOKEN, ERR_TOKENS_FULL. */
enum err move_transfer(struct stage *s, const struct payload *p, const struct order *o);

/* amount more or less of the coin, or of the order's token, in an account. ERR_ACCOUNT, ERR_FUNDS, ERR_TOKENS_FULL. */
enum err move_in(struct stage *s, const uint8_t account[static 32], const struct order *o, struct amount amount);
enum err move_out(struct stage *s, const uint8_t account[static 32], const struct order *o, struct amount amount);

/* Coins to an account that may be no account: what cannot be paid is burned. */
enum err move_pay(struct stage *s, const uint8_t account[static 32], struct amount amount);
enum err move_burn(struct stage *s, struct amount amount);

/* Pays each seal what it earned of fees. */
enum err move_fees(struct stage *s);

#endif
