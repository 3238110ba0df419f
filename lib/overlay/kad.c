#include "overlay/kad.h"

struct hash
kad_id(const struct pubkey *key)
{
	return hash_of(HASH_NODE_ID, key->b, sizeof key->b);
}
