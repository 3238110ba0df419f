/*
 * view: how objects of the chain look as JSON, the same everywhere: in the node's answers and in `para-seal show`.
 * Keys as the tools' contract has them: hid, slot, lid, chain, counts and bytes are numbers; amounts, fee, seq,
 * difficulty and hashes are strings. Each call writes one object's members, so that the caller may add its own:
 *
 *     json_put_object(w); view_payload(w, &p, &id); ... json_end_object(w);
 */
#ifndef JSON_VIEW_H
#define JSON_VIEW_H

#include "chain/genesis.h"
#include "chain/hyper.h"
#include "chain/proof.h"
#include "chain/spec.h"
#include "json/json.h"
#include "ledger/account_proof.h"

void view_hash(struct json_writer *w, const char *key, const struct hash *h);
void view_address(struct json_writer *w, const char *key, const uint8_t account[static 32]);
void view_lane(struct json_writer *w, const char *key, const struct lane *lane);
void view_place(struct json_writer *w, const char *key, const struct place *place);

/* payload, chain, signer, seq, fee, expiry, bytes (of the body), body or body_base64, signature. */
void view_payload(struct json_writer *w, const struct payload *p, const struct hash *id);

/*
 * What a payload asks of a chain with this engine: order, null when it is none that the engine knows; nothing where
 * bodies are data. kind, and by kind: transfer token (null: the chain's coin), amount (the sum), outputs[] (address,
 * amount), memo or memo_base64; issue name, symbol, decimals, cap; mint token, address, amount; burn token, amount;
 * freeze and unfreeze address; of chain 0 also register spec; authorities of_chain, authorities[].
 */
void view_order(struct json_writer *w, enum spec_engine engine, const struct payload *p);

/*
 * seal, lane, slot, prev_hyper, difficulty, bytes, merkle_root, script, signer, voter, index, payloads (their count),
 * signature, nonce.
 */
void view_seal_head(struct json_writer *w, const struct seal_head *head);

/*
 * hash, prev, lid, seal, lane, slot, prev_hyper, difficulty, bytes, merkle_root, script, signer, voter, index,
 * signature, nonce. `payloads`, their count or a list of them, is the caller's.
 */
void view_block(struct json_writer *w, const struct block *block, const struct hash *hash);

/*
 * lane, slot, blocks, blocks_root, payloads, bytes, tip, tip_lid, executed, state_root, outbox_root, targets[] (chain,
 * messages, root), voters[] (addresses).
 */
void view_cert(struct json_writer *w, const struct cert *cert);

/*
 * hid, hash, prev, slot, time, difficulty, seals, merkle_root, message_root, shard_root, source, endorsements_root,
 * evidence_root, script, assembler, signature. `lanes` is the caller's.
 */
void view_hyper_header(struct json_writer *w, const struct hyper_header *h, const struct hash *hash,
    const struct signature *auth);

/* slot, hash, source, voter, signature. */
void view_endorsement(struct json_writer *w, const struct endorsement *e);

/* Every member of the record; what `para-chain spec` prints and `create` reads. */
void view_spec(struct json_writer *w, const struct spec *spec);

/* What its rule has: rule_difficulty of pow, tickets of pos, authorities of bft. */
void view_rule(struct json_writer *w, const struct rule *rule, const struct authorities *a);

/* A coin's parameters without its lists: symbol .. cross. */
void view_coin_terms(struct json_writer *w, const struct coin *c);

void view_genesis(struct json_writer *w, const struct genesis *g);

/*
 * The way back, strict: an unknown or missing member is ERR_FIELD with its name in *field (static or borrowed from j),
 * and so is the name of one whose value is refused. *field is NULL when j is no object, or when the record as a whole
 * does not pass spec_check or genesis_check. Lists are in the arena.
 */
enum err view_read_spec(struct spec *out, struct arena *arena, const char **field, const struct json *j);
enum err view_read_genesis(struct genesis *out, struct arena *arena, const char **field, const struct json *j);

/*
 * What an account's proof shows: chain, address, executed_hid, present, and what stands there after that hyper block:
 * balance, locked, seq, frozen, tokens[] (token, balance), as if all were 0 when it is not present. Of what is no account
 * `kind` instead: token, totals, rewards, authorities or unknown.
 */
void view_proven(struct json_writer *w, const struct account_proof *p);

/*
 * Any encoded object, decoded and written as one whole JSON object: "type" and "network" first, then the members above,
 * and what the object holds: payloads[] of seals and templates, entries[] of lists, lanes[] with seals[] and
 * endorsements[] of hyper blocks; proofs: the payload's members, at, hid, hash, block{}, certificate{}, hyper{}; account
 * proofs: the members of view_proven, hid, hash, value (hex), certificate{}, hyper{}.
 * The decoder's error, before a byte is written; ERR_NOMEM.
 */
enum err view_object(struct json_writer *w, struct bytes raw);

#endif
