/* lookup: what the store knows of a payload, and the views that several methods share. */
#ifndef NODE_LOOKUP_H
#define NODE_LOOKUP_H

#include "chain/cert.h"
#include "node/call.h"
#include "store/store.h"

/* A look at the store: begin, read, end. */
struct look {
	struct store_txn *t;
	struct store_tip tip;
	uint64_t executed; /* blocks up to this HID are */
	struct ledger_view ledger;
};

/* A look that failed to begin, or has ended, may be ended again. */
enum err lookup_begin(struct look *out, struct node *n);
void lookup_end(struct look *look);

/* From pooled on it is here. */
enum payload_status { LOOKUP_UNKNOWN, LOOKUP_EXPIRED, LOOKUP_REPLACED, LOOKUP_POOLED, LOOKUP_SEALED, LOOKUP_FINAL };

struct found {
	enum payload_status status;
	uint64_t row;
	struct place place; /* when sealed or final */
	bool executed;      /* the receipt is its last word */
	struct store_receipt receipt;
	struct store_left left; /* when expired or replaced */
};

/*
 * ERR_OK also for an id that nobody knows. Of copies with other signatures the one that counts; the same when the row of
 * one is known.
 */
enum err lookup_payload(struct found *out, struct look *look, const struct hash *id);
enum err lookup_copies(struct found *out, struct look *look, uint64_t row, const struct hash *id);
enum err lookup_row(struct found *out, struct look *look, uint64_t row);

/* The row at a place of kind PLACE_PAYLOAD. ERR_NOT_FOUND. */
enum err lookup_place(uint64_t *row, struct look *look, const struct place *place);

/*
 * Why a local block of hyper block hid is not here: ERR_CHAIN_NOT_FOLLOWED, ERR_NOT_HELD, or ERR_NOT_FOUND, when it should
 * be; or what went wrong.
 */
enum err lookup_missing(struct look *look, uint32_t chain, uint64_t hid);

/* The same where what is left out on purpose is none to be missed: ERR_OK then. */
enum err lookup_pass_missing(struct look *look, uint32_t chain, uint64_t hid);

/* The word for it. */
const char *lookup_word(enum payload_status status);

/* status, at and, once it is executed, the result of a payload that was found; by of one that was replaced. */
void lookup_put(struct json_writer *w, const struct found *found);

/* chain and chain_name, or the name alone. */
enum err lookup_put_chain_name(struct json_writer *w, struct look *look, uint32_t chain);
enum err lookup_put_chain(struct json_writer *w, struct look *look, uint32_t chain);

/* HID of a member: 17, "latest" or "final". ERR_PARAMS. */
enum err lookup_hid(uint64_t *out, struct call *call, struct look *look, const char *name, const struct json *j);

#endif
