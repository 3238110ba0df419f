#include "chain/object.h"

static const char *const names[] = { NULL, "payload", "seal", "template", "block", "list", "certificate", "endorsement",
	"hyper", "genesis", "spec", "proof", "evidence", "have", "want",
	"account_proof" };

void
object_put(struct buf *out, enum object_type type, const struct network *network)
{
	wire_put_u8(out, (uint8_t)type);
	wire_put_u8(out, OBJECT_VERSION);
	buf_add(out, network->b, sizeof network->b);
}

void
object_get(struct reader *r, enum object_type type, struct network *network)
{
	if (wire_get_u8(r) != type)
		wire_fail(r, ERR_TYPE);
	if (wire_get_u8(r) != OBJECT_VERSION)
		wire_fail(r, ERR_VERSION);
	wire_get(r, network->b, sizeof network->b);
}

enum object_type
object_peek(struct bytes in)
{
	if (in.len < OBJECT_HEAD || object_name(in.data[0]) == NULL || in.data[1] != OBJECT_VERSION)
		return 0;
	return in.data[0];
}

const char *
object_name(enum object_type type)
{
	return (size_t)type < sizeof names / sizeof *names ? names[type] : NULL;
}
