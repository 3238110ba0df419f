#include <string.h>

#include "chain/evidence.h"
#include "chain/limits.h"

static enum err
check_cert(struct u128 *work, uint64_t *seals, const struct hyper_header *h, const struct cert *cert)
{
	if (memcmp(&cert->core.network, &h->network, sizeof h->network) != 0)
		return ERR_NETWORK;
	if (cert->core.slot != h->slot)
		return ERR_SLOT;
	if (!hash_equal(&cert->parent, &h->prev))
		return ERR_PARENT;
	for (uint32_t i = 0; i < cert->core.blocks; i++)
		*work = u128_add(*work, cert->head[i].core.difficulty);
	*seals += cert->core.blocks;
	return cert_check(cert);
}

static enum err
check_certs(const struct hyper *h)
{
	struct u128 work = { 0 };
	uint64_t seals = 0;
	struct hash root;
	enum err e = hyper_certs_root(&root, h->cert, h->header.lanes);

	for (uint32_t i = 0; e == ERR_OK && i < h->header.lanes; i++)
		e = check_cert(&work, &seals, &h->header, &h->cert[i]);
	if (e)
		return e;
	/* para-protocol(7) HYPER BLOCK: A hyper block has at least one seal. */
	if (seals == 0 || seals != h->header.seals || u128_compare(work, h->header.difficulty) != 0)
		return ERR_COUNT;
	return hash_equal(&root, &h->header.certs_root) ? ERR_OK : ERR_MERKLE;
}

static enum err
check_endorsements(const struct hyper *h)
{
	struct hash root = hyper_endorsements_root(h->endorsement, h->endorsements);

	if (!hash_equal(&root, &h->header.endorsements_root))
		return ERR_MERKLE;
	for (uint32_t i = 0; i < h->endorsements; i++) {
		const struct endorsement *e = &h->endorsement[i];
		if (memcmp(&e->network, &h->header.network, sizeof e->network) != 0)
			return ERR_NETWORK;
		if (!hash_equal(&e->hash, &h->header.source))
			return ERR_HASH;
		if (e->slot != h->endorsement[0].slot || e->slot >= h->header.slot)
			return ERR_SLOT;
		if (endorse_check(e) != ERR_OK)
			return ERR_SIGNATURE;
	}
	return ERR_OK;
}

static enum err
check_evidence(const struct hyper *h)
{
	struct hash root = evidence_root(h->evidence, h->evidences);

	if (!hash_equal(&root, &h->header.evidence_root))
		return ERR_MERKLE;
	for (uint32_t i = 0; i < h->evidences; i++) {
		const struct evidence *e = &h->evidence[i];
		enum err err;
		if (memcmp(&e->network, &h->header.network, sizeof e->network) != 0)
			return ERR_NETWORK;
		if (e->slot > h->header.slot)
			return ERR_SLOT;
		err = evidence_check(e);
		if (err)
			return err;
	}
	return ERR_OK;
}

enum err
hyper_check(const struct hyper *h)
{
	struct hash self = hyper_hash(&h->header);
	enum err e;

	if (!sign_verify(&h->header.assembler, &self, &h->auth))
		return ERR_SIGNATURE;
	if (!hash_is_zero(&h->header.message_root))
		return ERR_MERKLE;
	e = check_certs(h);
	if (e == ERR_OK)
		e = check_endorsements(h);
	return e ? e : check_evidence(h);
}
