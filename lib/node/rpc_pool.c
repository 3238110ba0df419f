#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "json/fields.h"
#include "json/view.h"
#include "node/lookup.h"
#include "node/params.h"
#include "node/waits.h"

enum { PAGE = 500, KEY = 36 };

/* --- payload by payload --- */

struct pool_page {
	struct json_writer *w;
	struct look *look;
	uint64_t from, next;
	unsigned count;
	const struct wait *wait;
	unsigned waits;
};

struct queued {
	struct wait *wait;
	uint32_t count;
};

static enum err
note_pooled(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct queued *q = arg;
	struct payload p;
	if (q->count == PAGE)
		return ERR_TOO_LONG;
	if (sealed_hid == 0 && payload_unpack(&p, NULL, NULL, raw) == ERR_OK)
		q->wait[q->count++] = waits_of(row, &p);
	return ERR_OK;
}

/* What the payloads of a page wait for, in the order of their rows. */
static enum err
ask_waits(struct queued *q, struct call *call, uint64_t from)
{
	struct look look;
	q->wait = calloc(PAGE, sizeof(*q->wait));
	enum err e = q->wait == NULL ? ERR_NOMEM : lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = store_each_pooled(look.t, from, note_pooled, q);
	lookup_end(&look);
	if (e == ERR_OK || e == ERR_TOO_LONG)
		waits_ask(q->wait, q->count, call->node);
	return e == ERR_TOO_LONG ? ERR_OK : e;
}

static void
put_wait(struct pool_page *page, uint64_t row)
{
	while (page->waits > 0 && page->wait->row < row) {
		page->wait++;
		page->waits--;
	}
	if (page->waits > 0 && page->wait->row == row)
		waits_put(page->w, page->wait);
}

static enum err
put_pooled(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct pool_page *page = arg;
	struct json_writer *w = page->w;
	struct payload p;
	struct hash id;
	if (page->count++ == PAGE) {
		page->next = row;
		return ERR_TOO_LONG;
	}
	if (payload_unpack(&p, &id, NULL, raw) != ERR_OK)
		return ERR_CORRUPT;
	json_put_object(w);
	view_hash(w, "payload", &id);
	enum err e = lookup_put_chain(w, page->look, p.chain);
	view_address(w, "signer", p.signer.b);
	fields_decimal(w, "seq", p.seq);
	fields_decimal(w, "fee", p.fee.units);
	fields_uint(w, "bytes", p.body.len);
	fields_uint(w, "expiry", p.expiry);
	fields_text(w, "status", sealed_hid == 0 ? "pooled" : "sealed");
	if (sealed_hid == 0)
		put_wait(page, row);
	json_end_object(w);
	return e;
}

static enum err
pool(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "from", NULL };
	struct look look;
	struct pool_page page = { .w = w, .look = &look };
	struct queued queued = { 0 };
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_uint(&page.from, call, "from", JSON_NUMBER_MAX);
	if (e == ERR_OK)
		e = ask_waits(&queued, call, page.from);
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK) {
		free(queued.wait);
		return e;
	}
	page.wait = queued.wait;
	page.waits = queued.count;
	json_put_object(w);
	json_put_key(w, "payloads");
	json_put_array(w);
	e = store_each_pooled(look.t, page.from, put_pooled, &page);
	if (page.next != 0)
		e = ERR_OK;
	json_end_array(w);
	if (page.next != 0)
		fields_uint(w, "next", page.next);
	json_end_object(w);
	lookup_end(&look);
	free(queued.wait);
	return e;
}

/* --- summed up --- */

/* What waits of one signer on one chain, or of all signers on a chain. */
struct sum {
	struct wait wait; /* of the signer's highest seq */
	uint64_t payloads, bytes, seq_least, signers, gaps;
	struct amount fee_least, fee_most;
};

struct sums {
	struct arena arena;
	struct map by_key;
	struct sum *sum;
	uint32_t count;
};

static struct sum *
sum_of(struct sums *s, const struct payload *p)
{
	uint8_t key[KEY];
	memcpy(key, &p->chain, sizeof(p->chain));
	memcpy(key + sizeof(p->chain), p->signer.b, sizeof(p->signer.b));
	struct sum *sum = map_get(&s->by_key, key);
	if (sum != NULL)
		return sum;
	sum = arena_alloc(&s->arena, 1, sizeof(*sum));
	if (sum == NULL || map_put(&s->by_key, key, sum) != ERR_OK)
		return NULL;
	*sum = (struct sum){ .wait = waits_of(0, p), .seq_least = p->seq, .signers = 1, .fee_least = p->fee,
		.fee_most = p->fee };
	return sum;
}

static enum err
add(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct payload p;
	(void)row;
	if (sealed_hid != 0)
		return ERR_OK;
	if (payload_unpack(&p, NULL, NULL, raw) != ERR_OK)
		return ERR_CORRUPT;
	struct sum *sum = sum_of(arg, &p);
	if (sum == NULL)
		return ERR_NOMEM;
	sum->payloads++;
	sum->bytes += raw.len;
	if (p.seq > sum->wait.seq)
		sum->wait.seq = p.seq;
	if (p.seq < sum->seq_least)
		sum->seq_least = p.seq;
	if (p.fee.units < sum->fee_least.units)
		sum->fee_least = p.fee;
	if (p.fee.units > sum->fee_most.units)
		sum->fee_most = p.fee;
	return ERR_OK;
}

static int
compare_sums(const void *a, const void *b)
{
	const struct wait *x = &((const struct sum *)a)->wait, *y = &((const struct sum *)b)->wait;
	if (x->chain != y->chain)
		return x->chain < y->chain ? -1 : 1;
	return memcmp(x->signer.b, y->signer.b, sizeof(x->signer.b));
}

/* What each waits for: the core is asked for many at a time, but not for all. */
static enum err
ask_sums(struct sums *s, struct node *n)
{
	struct wait *wait = arena_alloc(&s->arena, s->count + (size_t)1, sizeof(*wait));
	if (wait == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < s->count; i++)
		wait[i] = s->sum[i].wait;
	for (uint32_t i = 0; i < s->count; i += PAGE)
		waits_ask(wait + i, s->count - i < PAGE ? s->count - i : PAGE, n);
	for (uint32_t i = 0; i < s->count; i++) {
		s->sum[i].wait = wait[i];
		s->sum[i].gaps = wait[i].missing != 0;
	}
	return ERR_OK;
}

/* In order, with what each waits for. */
static enum err
arrange(struct sums *s, struct node *n)
{
	const struct sum *sum;
	s->sum = arena_alloc(&s->arena, s->by_key.count + 1, sizeof(*s->sum));
	if (s->sum == NULL)
		return ERR_NOMEM;
	for (size_t at = 0; (sum = map_next(&s->by_key, &at)) != NULL;)
		s->sum[s->count++] = *sum;
	qsort(s->sum, s->count, sizeof(*s->sum), compare_sums);
	return ask_sums(s, n);
}

/* The signers of a chain are one sum. */
static void
merge(struct sums *s)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct sum *x = &s->sum[i];
		struct sum *last = &s->sum[kept > 0 ? kept - 1 : 0];
		if (kept == 0 || last->wait.chain != x->wait.chain) {
			s->sum[kept++] = *x;
			continue;
		}
		last->payloads += x->payloads;
		last->bytes += x->bytes;
		last->signers++;
		last->gaps += x->gaps;
		if (x->fee_least.units < last->fee_least.units)
			last->fee_least = x->fee_least;
		if (x->fee_most.units > last->fee_most.units)
			last->fee_most = x->fee_most;
	}
	s->count = kept;
}

static enum err
collect(struct sums *s, struct node *n, bool signers)
{
	struct look look;
	enum err e = lookup_begin(&look, n);
	if (e != ERR_OK)
		return e;
	map_init(&s->by_key, KEY, n->map_seed);
	e = store_each_pooled(look.t, 0, add, s);
	lookup_end(&look);
	if (e == ERR_OK)
		e = arrange(s, n);
	if (e == ERR_OK && !signers)
		merge(s);
	return e;
}

static enum err
put_sum(struct json_writer *w, struct look *look, const struct node *n, const struct sum *sum, bool signers)
{
	json_put_object(w);
	enum err e = lookup_put_chain(w, look, sum->wait.chain);
	if (signers)
		view_address(w, "signer", sum->wait.signer.b);
	else
		fields_uint(w, "signers", sum->signers);
	fields_uint(w, "payloads", sum->payloads);
	if (signers)
		fields_uint(w, "payloads_most", n->config.pool_signer);
	fields_uint(w, "bytes", sum->bytes);
	if (!signers)
		fields_uint(w, "bytes_most", n->config.pool_bytes);
	fields_decimal(w, "fee_least", sum->fee_least.units);
	fields_decimal(w, "fee_most", sum->fee_most.units);
	if (signers) {
		fields_decimal(w, "seq_least", sum->seq_least);
		fields_decimal(w, "seq_most", sum->wait.seq);
		waits_put(w, &sum->wait);
	} else {
		fields_uint(w, "gaps", sum->gaps);
	}
	json_end_object(w);
	return e;
}

static enum err
put_page(struct json_writer *w, struct node *n, const struct sums *s, uint64_t from, bool signers)
{
	struct look look;
	uint64_t i = from;
	enum err e = lookup_begin(&look, n);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	json_put_key(w, "sums");
	json_put_array(w);
	for (; e == ERR_OK && i < s->count && i - from < PAGE; i++)
		e = put_sum(w, &look, n, &s->sum[i], signers);
	json_end_array(w);
	if (i < s->count)
		fields_uint(w, "next", i);
	json_end_object(w);
	lookup_end(&look);
	return e;
}

static enum err
sums(struct call *call, struct json_writer *w, bool signers)
{
	static const char *const names[] = { "from", NULL };
	struct sums s = { 0 };
	uint64_t from = 0;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_uint(&from, call, "from", UINT32_MAX);
	if (e == ERR_OK)
		e = collect(&s, call->node, signers);
	if (e == ERR_OK)
		e = put_page(w, call->node, &s, from, signers);
	map_free(&s.by_key);
	arena_free(&s.arena);
	return e;
}

static enum err
by_chain(struct call *call, struct json_writer *w)
{
	return sums(call, w, false);
}

static enum err
by_signer(struct call *call, struct json_writer *w)
{
	return sums(call, w, true);
}

const struct method rpc_pool_methods[] = {
	{ "pool", pool, NULL, false },
	{ "pool_by_chain", by_chain, NULL, false },
	{ "pool_by_signer", by_signer, NULL, false },
	{ NULL, NULL, NULL, false }
};
