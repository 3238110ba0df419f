#include <inttypes.h>
#include <stdio.h>

#include "node/audit_state.h"

struct walk {
	struct audit *audit;
	size_t count; /* of the state */
	bool wrong;
};

static enum err
see(void *arg, const struct store_before *before)
{
	struct walk *w = arg;
	bool there;
	if (before->what != STORE_OF_STATE)
		return ERR_OK;
	const struct bytes *value = audit_memory_before(&w->audit->memory, &there, before->key);
	w->count++;
	w->wrong |= value == NULL || there != before->there || (there && !bytes_equal(*value, before->value));
	return ERR_OK;
}

/* What the block changed is noted as it was before it: a block that is not final may have to be taken back. */
enum err
audit_undo(struct audit *a, uint64_t hid)
{
	struct walk w = { .audit = a };
	char place[32];
	snprintf(place, sizeof(place), "%" PRIu64, hid);
	enum err e = store_each_before(a->t, hid, see, &w);
	if (e == ERR_NOT_FOUND)
		audit_say(a, place, "cannot be taken back: no notes");
	else if (e == ERR_CORRUPT)
		audit_say(a, place, "cannot be taken back: %s", err_text(e));
	else if (e == ERR_OK && (w.wrong || w.count != a->memory.before.count))
		audit_say(a, place, "the notes of what was before it are wrong");
	return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? ERR_OK : e;
}
