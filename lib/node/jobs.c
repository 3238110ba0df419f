#include "node/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "node/timing.h"

/* Jobs at once, and how long one is remembered beyond its slot's seal phase: a late seal gets its reason. */
enum { JOBS = 512, LATE_MS = 10000 };

static void
forget(struct parked *p, struct job *job)
{
	map_remove(&p->jobs, &job->number);
	free(job->row);
	free(job);
}

static void
sweep(struct parked *p, uint64_t before_ms)
{
	struct job *old[JOBS], *job;
	size_t at = 0, count = 0;
	while ((job = map_next(&p->jobs, &at)) != NULL) {
		if (job->deadline_ms < before_ms)
			old[count++] = job;
	}
	while (count > 0)
		forget(p, old[--count]);
}

uint64_t
jobs_put(struct node *n, const struct effect_work *work)
{
	struct parked *p = &n->parked;
	sweep(p, timing_now_ms() - LATE_MS);
	if (p->jobs.count >= JOBS)
		return 0;
	struct job *job = calloc(1, sizeof(*job));
	uint64_t *row = calloc((size_t)work->core.payloads + 1, sizeof(*row));
	if (job == NULL || row == NULL) {
		free(job);
		free(row);
		return 0;
	}
	if (work->core.payloads > 0)
		memcpy(row, work->row, work->core.payloads * sizeof(*row));
	*job = (struct job){ ++p->next_id, work->core, row, work->deadline_ms };
	if (map_put(&p->jobs, &job->number, job) != ERR_OK) {
		free(row);
		free(job);
		return 0;
	}
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
	sweep(&n->parked, UINT64_MAX);
}
