#include "node/parked.h"

#include "node/worker.h"

enum err
parked_init(struct node *n)
{
	map_init(&n->parked.calls, sizeof(uint64_t), n->map_seed);
	map_init(&n->parked.jobs, sizeof(uint64_t), n->map_seed);
	n->parked.deadline_ms = UINT64_MAX;
	return ERR_OK;
}

void
parked_free(struct node *n)
{
	map_free(&n->parked.calls);
	map_free(&n->parked.jobs);
}

uint64_t
parked_number(struct node *n)
{
	pthread_mutex_lock(&n->parked.mutex);
	uint64_t number = ++n->parked.next_id;
	pthread_mutex_unlock(&n->parked.mutex);
	return number;
}

uint64_t
parked_tag(uint64_t number, uint32_t index)
{
	return number << PARKED_INDEX_BITS | index;
}

static void
run_resumed(struct node *n, struct task *task)
{
	struct call *call = (struct call *)task;
	(void)n;
	call->resume(call);
}

/* Under the lock: out of the table, on to a worker. */
static void
resume(struct parked *p, struct call *call, enum err e)
{
	map_remove(&p->calls, &call->number);
	p->polls -= call->poll;
	call->err = e;
	call->task.run = run_resumed;
	worker_push(call->node, &call->task, false);
}

static enum err
admit(struct parked *p, struct call *call)
{
	if (p->closed)
		return ERR_STOPPING;
	if (call->poll && p->polls >= NODE_POLLS)
		return ERR_BUSY;
	enum err e = map_put(&p->calls, &call->number, call);
	if (e != ERR_OK)
		return e;
	p->polls += call->poll;
	if (call->deadline_ms < p->deadline_ms) {
		p->deadline_ms = call->deadline_ms;
		pthread_cond_signal(&p->wake);
	}
	return ERR_OK;
}

enum err
parked_put(struct call *call, uint64_t seen)
{
	struct node *n = call->node;
	struct parked *p = &n->parked;
	pthread_mutex_lock(&p->mutex);
	enum err e = admit(p, call);
	if (e == ERR_OK && (call->kind & PARKED_CHAIN) && atomic_load(&n->generation) != seen)
		resume(p, call, ERR_OK);
	pthread_mutex_unlock(&p->mutex);
	return e;
}

struct call *
parked_take(struct node *n, uint64_t number)
{
	struct parked *p = &n->parked;
	pthread_mutex_lock(&p->mutex);
	struct call *call = map_remove(&p->calls, &number);
	if (call != NULL)
		p->polls -= call->poll;
	pthread_mutex_unlock(&p->mutex);
	return call;
}

void
parked_tell(struct node *n, uint64_t tag, bool (*see)(struct call *call, uint32_t index, const void *arg),
    const void *arg)
{
	struct parked *p = &n->parked;
	uint64_t number = tag >> PARKED_INDEX_BITS;
	pthread_mutex_lock(&p->mutex);
	struct call *call = map_get(&p->calls, &number);
	if (call != NULL && see(call, (uint32_t)(tag & ((1 << PARKED_INDEX_BITS) - 1)), arg))
		resume(p, call, ERR_OK);
	pthread_mutex_unlock(&p->mutex);
}

static bool
due(const struct call *call, int kinds, uint64_t now_ms)
{
	return (call->kind & kinds) != 0 && call->deadline_ms <= now_ms;
}

/* Resumes calls of these kinds that are due by now_ms; the least deadline of the others. */
static uint64_t
sweep(struct parked *p, int kinds, uint64_t now_ms, enum err e)
{
	struct task *found = NULL;
	uint64_t least = UINT64_MAX;
	size_t at = 0;
	for (struct call *call; (call = map_next(&p->calls, &at)) != NULL;) {
		if (due(call, kinds, now_ms)) {
			call->task.next = found;
			found = &call->task;
		} else if (call->deadline_ms < least) {
			least = call->deadline_ms;
		}
	}
	while (found != NULL) {
		struct call *call = (struct call *)found;
		found = found->next;
		resume(p, call, e);
	}
	return least;
}

void
parked_fail(struct node *n, int kinds, enum err e)
{
	pthread_mutex_lock(&n->parked.mutex);
	sweep(&n->parked, kinds, UINT64_MAX, e);
	pthread_mutex_unlock(&n->parked.mutex);
}

uint64_t
parked_expire(struct node *n, uint64_t now_ms)
{
	struct parked *p = &n->parked;
	pthread_mutex_lock(&p->mutex);
	p->deadline_ms = sweep(p, PARKED_ALL, now_ms, ERR_TIMEOUT);
	uint64_t next = p->deadline_ms;
	pthread_mutex_unlock(&p->mutex);
	return next;
}

void
parked_close(struct node *n)
{
	pthread_mutex_lock(&n->parked.mutex);
	n->parked.closed = true;
	sweep(&n->parked, PARKED_ALL & ~PARKED_WRITES, UINT64_MAX, ERR_STOPPING);
	pthread_mutex_unlock(&n->parked.mutex);
}
