#include "chain/account.h"

#include <string.h>

#include "base/bech32.h"
#include "crypto/hash.h"

static const char prefix[] = "para";

void
account_print(char out[static ACCOUNT_TEXT], const uint8_t account[static 32])
{
	char text[BECH32_MAX + 1] = "";

	bech32_encode(text, prefix, account, 32);
	memcpy(out, text, ACCOUNT_TEXT);
}

enum err
account_parse(uint8_t account[static 32], const char *text)
{
	return bech32_decode(account, 32, prefix, text);
}

static void
tagged(uint8_t out[static 32], const char *tag, uint32_t chain, const void *rest, size_t len)
{
	const uint8_t number[4] = { (uint8_t)chain, (uint8_t)(chain >> 8), (uint8_t)(chain >> 16), (uint8_t)(chain >> 24) };
	struct hasher h;
	struct hash id;

	hash_init(&h, HASH_ACCOUNT);
	hash_add(&h, tag, strlen(tag));
	hash_add(&h, number, sizeof number);
	hash_add(&h, rest, len);
	id = hash_end(&h);
	memcpy(out, id.b, sizeof id.b);
}

void
account_of_token(uint8_t out[static 32], uint32_t chain, const char *name)
{
	tagged(out, "token", chain, name, strlen(name));
}

void
account_of_totals(uint8_t out[static 32], uint32_t chain)
{
	tagged(out, "totals", chain, "", 0);
}

void
account_of_rewards(uint8_t out[static 32], uint32_t chain, uint64_t hid, uint32_t part)
{
	uint8_t rest[12];

	for (int i = 0; i < 8; i++)
		rest[i] = (uint8_t)(hid >> 8 * i);
	for (int i = 0; i < 4; i++)
		rest[8 + i] = (uint8_t)(part >> 8 * i);
	tagged(out, "rewards", chain, rest, sizeof rest);
}

void
account_of_authorities(uint8_t out[static 32], uint32_t chain)
{
	tagged(out, "authorities", chain, "", 0);
}

void
account_of_generation(uint8_t out[static 32], uint32_t chain, uint32_t generation)
{
	uint8_t rest[4];

	for (int i = 0; i < 4; i++)
		rest[i] = (uint8_t)(generation >> 8 * i);
	tagged(out, "authorities", chain, rest, sizeof rest);
}
