#include "json/view_impl.h"

/* Each type's function decodes the whole before it writes a byte. */
static void
begin(struct json_writer *w, enum object_type type, const struct network *network)
{
	json_put_object(w);
	fields_text(w, "type", object_name(type));
	fields_hex(w, "network", network->b, sizeof(network->b));
}

static enum err
show_payload(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct payload p;
	struct hash id;
	enum err e = payload_unpack(&p, &id, NULL, raw);

	(void)arena;
	if (e)
		return e;
	begin(w, OBJECT_PAYLOAD, &p.network);
	view_payload(w, &p, &id);
	json_end_object(w);
	return ERR_OK;
}

static void
put_payloads(struct json_writer *w, const struct seal *seal)
{
	json_put_key(w, "payloads");
	json_put_array(w);
	for (uint32_t i = 0; i < seal->head.core.payloads; i++) {
		json_put_object(w);
		view_payload(w, &seal->payload[i].payload, &seal->payload[i].id);
		json_end_object(w);
	}
	json_end_array(w);
}

static enum err
show_seal(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct seal seal;
	struct hash id;
	enum err e = seal_unpack(&seal, arena, raw);

	if (e)
		return e;
	id = seal_id(&seal.head);
	begin(w, OBJECT_SEAL, &seal.head.core.network);
	view_hash(w, "seal", &id);
	view_seal_core(w, &seal.head.core);
	view_signature(w, "signature", &seal.head.auth);
	fields_decimal(w, "nonce", seal.head.nonce);
	put_payloads(w, &seal);
	json_end_object(w);
	return ERR_OK;
}

static enum err
show_template(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct seal seal;
	enum err e = seal_template_unpack(&seal, arena, raw);

	if (e)
		return e;
	begin(w, OBJECT_TEMPLATE, &seal.head.core.network);
	view_seal_core(w, &seal.head.core);
	view_signature(w, "signature", &seal.head.auth);
	put_payloads(w, &seal);
	json_end_object(w);
	return ERR_OK;
}

static enum err
show_block(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct block block;
	struct hash hash;
	enum err e = block_unpack(&block, raw);

	(void)arena;
	if (e)
		return e;
	hash = block_hash(&block);
	begin(w, OBJECT_BLOCK, &block.head.core.network);
	view_block(w, &block, &hash);
	fields_uint(w, "payloads", block.head.core.payloads);
	json_end_object(w);
	return ERR_OK;
}

static void
put_entry(struct json_writer *w, const struct list_entry *entry)
{
	json_put_object(w);
	view_lane(w, "lane", &entry->lane);
	view_roots(w, &entry->roots);
	json_put_key(w, "seals");
	json_put_array(w);
	for (uint32_t i = 0; i < entry->count; i++)
		json_put_hex(w, entry->id[i].b, sizeof(entry->id[i].b));
	json_end_array(w);
	json_end_object(w);
}

static enum err
show_list(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct list list;
	enum err e = list_unpack(&list, arena, raw);

	if (e)
		return e;
	begin(w, OBJECT_LIST, &list.network);
	fields_uint(w, "slot", list.slot);
	view_address(w, "voter", list.voter.b);
	view_hash(w, "parent", &list.parent);
	json_put_key(w, "entries");
	json_put_array(w);
	for (uint32_t i = 0; i < list.count; i++)
		put_entry(w, &list.entry[i]);
	json_end_array(w);
	view_signature(w, "signature", &list.signature);
	json_end_object(w);
	return ERR_OK;
}

/* The members of a certificate and the heads it carries. */
static void
put_cert(struct json_writer *w, const struct cert *cert, const struct hash *hash)
{
	view_hash(w, "hash", hash);
	view_cert(w, cert);
	json_put_key(w, "seals");
	json_put_array(w);
	for (uint32_t i = 0; i < cert->core.blocks; i++) {
		json_put_object(w);
		view_seal_head(w, &cert->head[i]);
		json_end_object(w);
	}
	json_end_array(w);
}

static enum err
show_cert(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct cert cert;
	struct hash hash;
	enum err e = cert_unpack(&cert, arena, raw);

	if (!e)
		e = cert_hash(&hash, &cert.core);
	if (e)
		return e;
	begin(w, OBJECT_CERT, &cert.core.network);
	put_cert(w, &cert, &hash);
	json_end_object(w);
	return ERR_OK;
}

static enum err
show_endorsement(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct endorsement endorsement;
	enum err e = endorse_unpack(&endorsement, raw);

	(void)arena;
	if (e)
		return e;
	begin(w, OBJECT_ENDORSEMENT, &endorsement.network);
	view_endorsement(w, &endorsement);
	json_end_object(w);
	return ERR_OK;
}

static enum err
put_lanes(struct json_writer *w, const struct hyper *h)
{
	enum err e = ERR_OK;

	json_put_key(w, "lanes");
	json_put_array(w);
	for (uint32_t i = 0; i < h->header.lanes && !e; i++) {
		struct hash hash;

		e = cert_hash(&hash, &h->cert[i].core);
		json_put_object(w);
		put_cert(w, &h->cert[i], &hash);
		json_end_object(w);
	}
	json_end_array(w);
	return e;
}

static enum err
show_hyper(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct hyper h;
	struct hash hash;
	enum err e = hyper_unpack(&h, arena, raw);

	if (e)
		return e;
	hash = hyper_hash(&h.header);
	begin(w, OBJECT_HYPER, &h.header.network);
	view_hyper_header(w, &h.header, &hash, &h.auth);
	e = put_lanes(w, &h);
	json_put_key(w, "endorsements");
	json_put_array(w);
	for (uint32_t i = 0; i < h.endorsements; i++) {
		json_put_object(w);
		view_endorsement(w, &h.endorsement[i]);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
	return e;
}

static enum err
show_genesis(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct genesis g;
	struct hash hash;
	struct network network;
	enum err e = genesis_unpack(&g, arena, raw);

	if (!e)
		e = genesis_hash(&hash, &g);
	if (e)
		return e;
	network = genesis_network(&hash);
	begin(w, OBJECT_GENESIS, &network);
	view_hash(w, "hash", &hash);
	view_genesis(w, &g);
	json_end_object(w);
	return ERR_OK;
}

static enum err
show_spec(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct spec spec;
	struct hash hash;
	enum err e = spec_unpack(&spec, raw);

	(void)arena;
	if (e)
		return e;
	hash = spec_hash(&spec);
	json_put_object(w);
	fields_text(w, "type", object_name(OBJECT_SPEC));
	view_hash(w, "hash", &hash);
	view_spec(w, &spec);
	json_end_object(w);
	return ERR_OK;
}

static void
put_anchor(struct json_writer *w, const struct anchor *a, const struct hash *hash)
{
	json_put_key(w, "certificate");
	json_put_object(w);
	view_cert_core(w, &a->cert);
	json_end_object(w);
	json_put_key(w, "hyper");
	json_put_object(w);
	view_hyper_header(w, &a->header, hash, &a->auth);
	json_end_object(w);
}

static enum err
show_proof(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct proof proof;
	struct place at;
	struct hash block, hyper;
	enum err e = proof_unpack(&proof, arena, raw);

	if (e)
		return e;
	at = proof_place(&proof);
	block = block_hash(&proof.block);
	hyper = hyper_hash(&proof.anchor.header);
	begin(w, OBJECT_PROOF, &proof.anchor.header.network);
	view_payload(w, &proof.payload, &proof.id);
	view_place(w, "at", &at);
	fields_uint(w, "hid", proof.anchor.header.hid);
	view_hash(w, "hash", &hyper);
	json_put_key(w, "block");
	json_put_object(w);
	view_block(w, &proof.block, &block);
	json_end_object(w);
	put_anchor(w, &proof.anchor, &hyper);
	json_end_object(w);
	return ERR_OK;
}

static enum err
show_account_proof(struct json_writer *w, struct arena *arena, struct bytes raw)
{
	struct account_proof proof;
	struct hash hyper;
	enum err e = account_proof_unpack(&proof, arena, raw);

	if (e)
		return e;
	hyper = hyper_hash(&proof.anchor.header);
	begin(w, OBJECT_ACCOUNT_PROOF, &proof.anchor.header.network);
	view_proven(w, &proof);
	fields_uint(w, "hid", proof.anchor.header.hid);
	view_hash(w, "hash", &hyper);
	fields_hex(w, "value", proof.value.data, proof.value.len);
	put_anchor(w, &proof.anchor, &hyper);
	json_end_object(w);
	return ERR_OK;
}

enum err
view_object(struct json_writer *w, struct bytes raw)
{
	static enum err (*const show[])(struct json_writer *, struct arena *, struct bytes) = {
	    [OBJECT_PAYLOAD] = show_payload, [OBJECT_SEAL] = show_seal, [OBJECT_TEMPLATE] = show_template,
	    [OBJECT_BLOCK] = show_block, [OBJECT_LIST] = show_list, [OBJECT_CERT] = show_cert,
	    [OBJECT_ENDORSEMENT] = show_endorsement, [OBJECT_HYPER] = show_hyper, [OBJECT_GENESIS] = show_genesis,
	    [OBJECT_SPEC] = show_spec, [OBJECT_PROOF] = show_proof,
	    [OBJECT_ACCOUNT_PROOF] = show_account_proof};
	size_t type = raw.len > 0 ? raw.data[0] : 0;
	struct arena arena = {0};
	enum err e;

	if (type >= sizeof(show) / sizeof(*show) || !show[type])
		return raw.len > 0 ? ERR_TYPE : ERR_TRUNCATED;
	e = show[type](w, &arena, raw);
	arena_free(&arena);
	return e;
}
