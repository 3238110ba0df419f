#include "base/err.h"

static const struct {
	const char *name, *text;
} table[] = {
	[ERR_OK] = {"ok", "no error"},
	[ERR_TRUNCATED] = {"truncated", "input ends too early"},
	[ERR_TRAILING] = {"trailing", "bytes are left after the end"},
	[ERR_TOO_LONG] = {"too_long", "longer than its limit"},
	[ERR_TYPE] = {"type", "another type of object"},
	[ERR_VERSION] = {"version", "unknown version"},
	[ERR_NETWORK] = {"network", "belongs to another network"},
	[ERR_NOT_CANONICAL] = {"not_canonical", "not the canonical encoding"},
	[ERR_RANGE] = {"range", "value is out of range"},
	[ERR_OVERFLOW] = {"overflow", "number is too large"},
	[ERR_HEX] = {"hex", "not lower-case hexadecimal of the right length"},
	[ERR_BECH32] = {"bech32", "not bech32m text with the right prefix, length and checksum"},
	[ERR_NUMBER] = {"number", "not a plain decimal number"},
	[ERR_JSON] = {"json", "not valid JSON"},
	[ERR_FIELD] = {"field", "a field is missing, unknown or of the wrong type"},
	[ERR_NAME] = {"name", "not a valid name"},
	[ERR_SYMBOL] = {"symbol", "not a symbol: 1 to 12 of A-Z and 0-9"},
	[ERR_SIGNATURE] = {"signature", "signature does not verify"},
	[ERR_WORK] = {"work", "proof of work does not meet its difficulty"},
	[ERR_MERKLE] = {"merkle", "Merkle path or root does not match"},
	[ERR_COUNT] = {"count", "count does not match its items"},
	[ERR_ORDER] = {"order", "items are not in their order"},
	[ERR_LINK] = {"link", "does not link to its predecessor"},
	[ERR_HASH] = {"hash", "hash does not match its content"},
	[ERR_CERTIFICATE] = {"certificate", "lane certificate does not verify"},
	[ERR_VOTES] = {"votes", "not enough votes"},
	[ERR_CHAIN_UNKNOWN] = {"chain_unknown", "no such chain"},
	[ERR_CHAIN_NOT_FOLLOWED] = {"chain_not_followed", "this node does not follow the chain"},
	[ERR_NOT_HELD] = {"not_held", "older than the snapshot that this node began with"},
	[ERR_LANE] = {"lane", "not a lane of this chain"},
	[ERR_SLOT] = {"slot", "belongs to another slot"},
	[ERR_LATE] = {"late", "came after its deadline"},
	[ERR_PARENT] = {"parent", "previous hyper block is unknown"},
	[ERR_DIFFICULTY] = {"difficulty", "difficulty is not the one the rule demands"},
	[ERR_SCRIPT] = {"script", "script hash is not the one of the chain's rules"},
	[ERR_VOTER] = {"voter", "has no vote here"},
	[ERR_DUPLICATE] = {"duplicate", "was there already"},
	[ERR_EXPIRED] = {"expired", "has expired"},
	[ERR_SEQ_USED] = {"seq_used", "seq was used already"},
	[ERR_SEQ_TAKEN] = {"seq_taken", "another payload with this seq is in a block"},
	[ERR_SEQ_GAP] = {"seq_gap", "the payload with the seq before it is missing"},
	[ERR_FEE_RAISE] = {"fee_raise", "another payload with this seq waits: only a fee a tenth higher replaces it"},
	[ERR_BODY_SIZE] = {"body_size", "body is larger than the chain allows"},
	[ERR_POOL_FULL] = {"pool_full", "pool is full: it holds as many bytes as it may"},
	[ERR_POOL_SIGNER] = {"pool_signer", "pool is full for this signer: it holds as many payloads of one chain as it may"},
	[ERR_SEALS_FULL] = {"seals_full", "hyper block has no room for more seals"},
	[ERR_OPERATION] = {"operation", "not an operation of this chain"},
	[ERR_NAME_TAKEN] = {"name_taken", "name is taken"},
	[ERR_ENGINE] = {"engine", "engine or rule is not known"},
	[ERR_EFFORT] = {"effort", "proof of work does not meet the chain's own difficulty"},
	[ERR_AUTHORITY] = {"authority", "signer is no authority of this chain"},
	[ERR_STAKE] = {"stake", "signer has no stake in this chain"},
	[ERR_TICKET] = {"ticket", "signer's stake won no such ticket in this slot"},
	[ERR_FEE_LOW] = {"fee_low", "fee is lower than the chain demands"},
	[ERR_FEE] = {"fee", "balance does not cover the fee"},
	[ERR_FUNDS] = {"funds", "balance is too small"},
	[ERR_ZERO] = {"zero", "amount is zero"},
	[ERR_SELF] = {"self", "transfer to oneself"},
	[ERR_CAP] = {"cap", "more than the supply cap"},
	[ERR_HALVING] = {"halving", "halving is zero"},
	[ERR_RIGHT] = {"right", "signer has no right to do this"},
	[ERR_FROZEN] = {"frozen", "account is frozen"},
	[ERR_TOKEN] = {"token", "no such token"},
	[ERR_TOKENS_FULL] = {"tokens_full", "account holds as many tokens as it may"},
	[ERR_ACCOUNT] = {"account", "not an account that can hold coins"},
	[ERR_NOMEM] = {"nomem", "out of memory"},
	[ERR_IO] = {"io", "reading or writing failed"},
	[ERR_DISK_FULL] = {"disk_full", "disk is full"},
	[ERR_MAP_FULL] = {"map_full", "database has reached its map size"},
	[ERR_CORRUPT] = {"corrupt", "stored data is corrupt"},
	[ERR_SCHEMA] = {"schema", "store has another schema version"},
	[ERR_LOCKED] = {"locked", "in use by another process"},
	[ERR_EXISTS] = {"exists", "exists already"},
	[ERR_NOT_FOUND] = {"not_found", "not found"},
	[ERR_PERMISSION] = {"permission", "permission denied"},
	[ERR_PASSPHRASE] = {"passphrase", "wrong passphrase or damaged key file"},
	[ERR_UNREACHABLE] = {"unreachable", "node is not reachable"},
	[ERR_TIMEOUT] = {"timeout", "timed out"},
	[ERR_BUSY] = {"busy", "node is busy"},
	[ERR_LIGHT] = {"light", "a light node seals and signs nothing"},
	[ERR_METHOD] = {"method", "no such method"},
	[ERR_PARAMS] = {"params", "wrong parameters"},
	[ERR_STOPPING] = {"stopping", "node is stopping"},
	[ERR_INTERNAL] = {"internal", "internal error"},
};

_Static_assert(sizeof table / sizeof table[0] == ERR_COUNT_OF, "every error has a name and a text");

const char *
err_text(enum err e)
{
	return (unsigned)e < ERR_COUNT_OF ? table[e].text : "unknown error";
}

const char *
err_name(enum err e)
{
	return (unsigned)e < ERR_COUNT_OF ? table[e].name : "unknown";
}
