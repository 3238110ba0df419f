/*
 * books: the ledger of one host, over a view in memory. Chain 0 has PARA, paid to those who certify; chain 1 is a coin
 * that is mined, chain 2 one that is minted, locked and burned; with rules those chains have coins too. Each block can be taken back until it is settled.
 */
#ifndef SIM_BOOKS_H
#define SIM_BOOKS_H

#include "base/sorted.h"
#include "ledger/ledger.h"

enum { BOOKS_COIN = 100000000 }; /* base units of a PARA */

struct disk;
struct rules;
struct stored;

/* What is wrong with the view, to show that a law finds it. */
enum books_flaw { BOOKS_SOUND, BOOKS_FORGET /* the first account of every 16th block */, BOOKS_NEVER_UNDO,
	BOOKS_PAY_HEARD /* whose endorsements this host has heard, not whose a block carries */ };

struct books {
	struct ledger_view view;
	const struct genesis *genesis;
	struct sorted row;     /* of struct buf */
	struct sorted *before; /* by HID: what a block found where it wrote; empty where there was nothing */
	size_t before_cap;
	uint64_t hid, settled; /* the block executed last; those up to this one stay */
	enum books_flaw flaw;
	bool forgot;
};

/* The genesis, with its accounts, and the coins that `user` registered at birth; user: USERS of them; rules may be NULL. */
struct books *books_new(const struct genesis *g, const struct pubkey *user, const struct rules *rules,
    enum books_flaw flaw);
void books_free(struct books *b);

/* Executes a block: its ledger is set. */
enum err books_execute(struct books *b, struct stored *s, const struct disk *d, const struct pubkey *user);

/* Back to what stood after block hid. */
void books_undo(struct books *b, uint64_t hid);
void books_settle(struct books *b, uint64_t hid);

/* Is nothing of a chain's coins lost, and nothing come from nowhere? */
bool books_add_up(struct books *b, uint32_t chain);

#endif
