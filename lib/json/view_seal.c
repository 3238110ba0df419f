#include "json/view_impl.h"

void
view_seal_core(struct json_writer *w, const struct seal_core *core)
{
	view_lane(w, "lane", &core->lane);
	fields_uint(w, "slot", core->slot);
	view_hash(w, "prev_hyper", &core->prev_hyper);
	fields_decimal(w, "difficulty", core->difficulty);
	fields_uint(w, "bytes", core->bytes);
	view_hash(w, "merkle_root", &core->root);
	view_hash(w, "script", &core->script);
	view_address(w, "signer", core->signer.b);
	view_address(w, "voter", core->voter.b);
	fields_uint(w, "index", core->index);
}

void
view_seal_head(struct json_writer *w, const struct seal_head *head)
{
	struct hash id = seal_id(head);

	view_hash(w, "seal", &id);
	view_seal_core(w, &head->core);
	fields_uint(w, "payloads", head->core.payloads);
	view_signature(w, "signature", &head->auth);
	fields_decimal(w, "nonce", head->nonce);
}

void
view_block(struct json_writer *w, const struct block *block, const struct hash *hash)
{
	struct hash id = seal_id(&block->head);

	view_hash(w, "hash", hash);
	view_hash(w, "prev", &block->prev);
	fields_uint(w, "lid", block->lid);
	view_hash(w, "seal", &id);
	view_seal_core(w, &block->head.core);
	view_signature(w, "signature", &block->head.auth);
	fields_decimal(w, "nonce", block->head.nonce);
}
