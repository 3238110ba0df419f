#include "node/waits.h"

#include <string.h>

#include "json/fields.h"
#include "node/inside.h"

struct wait
waits_of(uint64_t row, const struct payload *p)
{
	return (struct wait){ .row = row, .chain = p->chain, .signer = p->signer, .seq = p->seq };
}

/* The payloads of a signer often follow each other; one question is enough for them. */
static bool
same_queue(const struct wait *a, const struct wait *b)
{
	return a->chain == b->chain && memcmp(a->signer.b, b->signer.b, sizeof(a->signer.b)) == 0;
}

void
waits_ask(struct wait *wait, uint32_t count, struct node *n)
{
	uint64_t missing = 0;
	pthread_mutex_lock(&n->core.mutex);
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || !same_queue(&wait[i], &wait[i - 1]))
			missing = consensus_missing_seq(n->core.consensus, wait[i].chain, &wait[i].signer);
		wait[i].missing = missing < wait[i].seq ? missing : 0;
	}
	pthread_mutex_unlock(&n->core.mutex);
}

void
waits_put(struct json_writer *w, const struct wait *wait)
{
	if (wait->missing != 0)
		fields_decimal(w, "waits_for", wait->missing);
}
