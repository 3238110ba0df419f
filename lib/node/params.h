/*
 * params: members of a call's params. Each reader leaves *out as it was when the member is absent; a member that is
 * wrong is ERR_PARAMS, and the call's message names it.
 */
#ifndef NODE_PARAMS_H
#define NODE_PARAMS_H

#include "ledger/ledger.h"
#include "node/call.h"

/* ERR_PARAMS for a member that is not among the names, which NULL ends. */
enum err params_known(struct call *call, const char *const *names);

/* The member, which must be there. */
enum err params_need(const struct json **out, struct call *call, const char *name);

enum err params_uint(uint64_t *out, struct call *call, const char *name, uint64_t max);
enum err params_bool(bool *out, struct call *call, const char *name);
enum err params_text(const char **out, struct call *call, const char *name);
enum err params_decimal(uint64_t *out, struct call *call, const char *name);
enum err params_hash(struct hash *out, struct call *call, const char *name);
enum err params_address(struct pubkey *out, struct call *call, const char *name);

/* Member `chain`, a number or a name, which must be there. ERR_CHAIN_UNKNOWN. */
enum err params_chain(struct registered *out, struct call *call, struct ledger_view *view);

/* ERR_PARAMS: accounts are asked for, and a chain for data has none. */
enum err params_accounts(struct call *call, const struct registered *chain);

/* A chain operand: a number or a name. */
enum err params_chain_of(struct registered *out, struct call *call, const struct json *j, struct ledger_view *view);

/* A place whose chain may be a name. ERR_PARAMS, ERR_CHAIN_UNKNOWN. */
enum err params_place(struct place *out, struct call *call, const char *text, struct ledger_view *view);

/* The message for what may come true later; returns ERR_BUSY. */
enum err params_unready(struct call *call, const char *message);

/* Fills the call's message: "NAME: what". Returns ERR_PARAMS. */
enum err params_wrong(struct call *call, const char *name, const char *what);

/* How many bytes of UTF-8 text to repeat in a message: at most `most`, and no character in part. */
int params_cut(const char *text, int most);

#endif
