/* lookup: one iterative lookup of kad.h: who is known near the target, who was asked, who answered. */
#ifndef OVERLAY_LOOKUP_H
#define OVERLAY_LOOKUP_H

#include "overlay/table.h"

enum {
	LOOKUP_CANDIDATES = 64,
	LOOKUP_ASKED = 128,   /* most requests of one lookup */
	LOOKUP_BAD = 3        /* silent contacts of one teller, and the rest of what it told is dropped */
};

enum candidate_state { CANDIDATE_NEW, CANDIDATE_ASKED, CANDIDATE_ANSWERED, CANDIDATE_FAILED };

struct candidate {
	struct contact contact;
	struct hash id, teller; /* teller: id of who told of it; zero: the own table, or several */
	struct range range;
	enum candidate_state state;
	unsigned hop, bad, good; /* bad, good: contacts it told of that failed, answered */
	uint32_t request;
	uint64_t asked_ms;
};

struct lookup {
	enum kad_purpose purpose;
	uint64_t tag;
	struct hash target;
	bool ended;
	unsigned candidates, asked, givers; /* givers: nodes that had values */
	struct candidate candidate[LOOKUP_CANDIDATES]; /* nearest first */
	unsigned values;
	uint16_t value_len[MESSAGE_VALUES];
	uint8_t value[MESSAGE_VALUES][MESSAGE_VALUE_BYTES];
};

/* Begins with the nearest of the table. NULL when memory ran out. */
struct lookup *lookup_new(enum kad_purpose purpose, const struct hash *target, uint64_t tag, const struct table *t);

/* Who was asked by this request; NULL: nobody. It borrows until the next call that changes the lookup. */
struct candidate *lookup_find(struct lookup *l, uint32_t request);

void lookup_answer(struct lookup *l, struct candidate *from, const struct hash *self, const struct contact *contact,
    unsigned n);
void lookup_values(struct lookup *l, struct candidate *from, const struct bytes *value, unsigned n);
void lookup_failed(struct lookup *l, struct candidate *from);

/* Whom to ask next, now counted as asked; NULL: nobody now. Sets `ended`. */
struct candidate *lookup_next(struct lookup *l, uint32_t request, uint64_t now_ms);

void lookup_result(const struct lookup *l, struct kad_result *out);

#endif
