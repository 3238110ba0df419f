#include "node/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "node/timing.h"

/* Jobs at once: more than a slot has seals; and how long one is remembered beyond its slot's seal phase: a late seal
 * gets its reason. */
enum { JOBS = LIMIT_SEALS, LATE_MS = 10000 };

static void
free_job(struct job *job)
{
	free(job->row);
	free(job);
}

static void
forget_oldest(struct parked *p)
{
	struct job *job = p->oldest_job;
	p->oldest_job = job->next;
	map_remove(&p->jobs, &job->number);
	free_job(job);
}

/* Deadlines never fall from one job to the next: the oldest end first. */
static void
sweep(struct parked *p, uint64_t before_ms)
{
	while (p->jobs.count > 0 && (p->jobs.count >= JOBS || p->oldest_job->deadline_ms < before_ms))
		forget_oldest(p);
}

static struct job *
new_job(const struct effect_work *work)
{
	struct job *job = calloc(1, sizeof(*job));
	if (job == NULL)
		return NULL;
	*job = (struct job){ .core = work->core, .deadline_ms = work->deadline_ms,
		.row = calloc((size_t)work->core.payloads + 1, sizeof(*job->row)) };
	if (job->row == NULL) {
		free(job);
		return NULL;
	}
	if (work->core.payloads > 0)
		memcpy(job->row, work->row, work->core.payloads * sizeof(*job->row));
	return job;
}

uint64_t
jobs_put(struct node *n, const struct effect_work *work)
{
	struct parked *p = &n->parked;
	sweep(p, timing_now_ms() - LATE_MS);
	struct job *job = new_job(work);
	if (job == NULL)
		return 0;
	job->number = ++p->next_id;
	if (map_put(&p->jobs, &job->number, job) != ERR_OK) {
		free_job(job);
		return 0;
	}
	if (p->jobs.count == 1)
		p->oldest_job = job;
	else
		p->newest_job->next = job;
	p->newest_job = job;
	return job->number;
}

enum err
jobs_get(struct job *out, struct arena *arena, struct node *n, uint64_t number)
{
	struct parked *p = &n->parked;
	enum err e = ERR_NOT_FOUND;
	pthread_mutex_lock(&p->mutex);
	struct job *job = map_get(&p->jobs, &number);
	if (job != NULL) {
		*out = *job;
		out->row = arena_alloc(arena, (size_t)job->core.payloads + 1, sizeof(*out->row));
		e = out->row == NULL ? ERR_NOMEM : ERR_OK;
		if (e == ERR_OK)
			memcpy(out->row, job->row, job->core.payloads * sizeof(*out->row));
	}
	pthread_mutex_unlock(&p->mutex);
	return e;
}

void
jobs_free(struct node *n)
{
	while (n->parked.jobs.count > 0)
		forget_oldest(&n->parked);
}
