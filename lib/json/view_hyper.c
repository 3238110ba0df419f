#include "chain/account.h"
#include "json/view_impl.h"

void
view_roots(struct json_writer *w, const struct roots *roots)
{
	fields_uint(w, "executed", roots->executed);
	view_hash(w, "state_root", &roots->state);
	view_hash(w, "outbox_root", &roots->outbox);
}

void
view_cert_core(struct json_writer *w, const struct cert_core *core)
{
	view_lane(w, "lane", &core->lane);
	fields_uint(w, "slot", core->slot);
	fields_uint(w, "blocks", core->blocks);
	view_hash(w, "blocks_root", &core->blocks_root);
	fields_uint(w, "payloads", core->payloads);
	fields_uint(w, "bytes", core->bytes);
	view_hash(w, "tip", &core->tip);
	fields_uint(w, "tip_lid", core->tip_lid);
	view_roots(w, &core->roots);
	json_put_key(w, "targets");
	json_put_array(w);
	for (uint32_t i = 0; i < core->targets; i++) {
		json_put_object(w);
		fields_uint(w, "chain", core->target[i].chain);
		fields_uint(w, "messages", core->target[i].messages);
		view_hash(w, "root", &core->target[i].root);
		json_end_object(w);
	}
	json_end_array(w);
}

void
view_cert(struct json_writer *w, const struct cert *cert)
{
	view_cert_core(w, &cert->core);
	json_put_key(w, "voters");
	json_put_array(w);
	for (uint32_t i = 0; i < cert->lists; i++) {
		char text[ACCOUNT_TEXT];

		account_print(text, cert->list[i].voter.b);
		json_put_text(w, text);
	}
	json_end_array(w);
}

void
view_hyper_header(struct json_writer *w, const struct hyper_header *h, const struct hash *hash,
    const struct signature *auth)
{
	char work[U128_TEXT];

	u128_print(work, h->difficulty);
	fields_uint(w, "hid", h->hid);
	view_hash(w, "hash", hash);
	view_hash(w, "prev", &h->prev);
	fields_uint(w, "slot", h->slot);
	json_put_key(w, "time");
	json_put_time(w, h->time_ms);
	fields_text(w, "difficulty", work);
	fields_uint(w, "seals", h->seals);
	view_hash(w, "merkle_root", &h->certs_root);
	view_hash(w, "message_root", &h->message_root);
	view_hash(w, "shard_root", &h->map_root);
	view_hash(w, "source", &h->source);
	view_hash(w, "endorsements_root", &h->endorsements_root);
	view_hash(w, "evidence_root", &h->evidence_root);
	view_hash(w, "script", &h->rules);
	view_address(w, "assembler", h->assembler.b);
	view_signature(w, "signature", auth);
}

void
view_endorsement(struct json_writer *w, const struct endorsement *e)
{
	fields_uint(w, "slot", e->slot);
	view_hash(w, "hash", &e->hash);
	view_hash(w, "source", &e->source);
	view_address(w, "voter", e->voter.b);
	view_signature(w, "signature", &e->signature);
}
