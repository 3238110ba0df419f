/*
 * emit: adds effects at the end of a list.
 */
#ifndef OVERLAY_EMIT_H
#define OVERLAY_EMIT_H

#include "overlay/message.h"

/* Room for n more effects, so that adding these cannot fail. ERR_NOMEM. */
enum err emit_reserve(struct overlay_effects *e, size_t n);

/* A zeroed effect; room for it is reserved. */
struct overlay_effect *emit_add(struct overlay_effects *e, enum overlay_effect_type type);

/* A copy in the arena; data is NULL when memory ran out. */
struct bytes emit_copy(struct overlay_effects *e, struct bytes in);

/* The same of a text; NULL when memory ran out. */
const char *emit_text(struct overlay_effects *e, const char *text);

/* The encoded message, in the arena; data is NULL when memory ran out. */
struct bytes emit_pack(struct overlay_effects *e, const struct message *m);

#endif
