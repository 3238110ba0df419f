#include "tool/miner.h"

#include <pthread.h>
#include <stdatomic.h>

#include "tool/clock.h"

enum {
	BATCH = 4096,      /* tries between two looks at the clock and the other threads */
	ALONE = 1 << 15,   /* tries before threads are worth their start */
	THREADS_MOST = 1024
};

/* Tries of one kernel in about ns nanoseconds, of a target nobody reaches. */
static double
speed(const struct work_kernel *kernel, uint64_t ns)
{
	struct hash digest = {{1}}, target = {{0}};
	uint64_t nonce, tries = 0, begin = clock_steady_ns(), now;
	do {
		kernel->search(&nonce, &digest, &target, tries, 1024);
		tries += 1024;
		now = clock_steady_ns();
	} while (now - begin < ns);
	return (double)tries * 1e9 / (double)(now - begin);
}

const struct work_kernel *
miner_kernel(void)
{
	size_t n;
	const struct work_kernel *all = work_kernels(&n), *best = all;
	double most = 0;
	for (size_t i = 0; i < n; i++) {
		double now = speed(&all[i], 1000000);
		if (now > most) {
			most = now;
			best = &all[i];
		}
	}
	return best;
}

struct meter {
	const struct work_kernel *kernel;
	uint64_t ns;
	double speed;
};

static void *
measure_one(void *arg)
{
	struct meter *m = arg;
	m->speed = speed(m->kernel, m->ns);
	return NULL;
}

double
miner_measure(const struct work_kernel *kernel, unsigned threads, unsigned ms)
{
	struct meter meter[THREADS_MOST];
	pthread_t thread[THREADS_MOST];
	unsigned started = 1;
	double sum = 0;
	threads = threads > THREADS_MOST ? THREADS_MOST : threads;
	for (unsigned i = 0; i < threads; i++)
		meter[i] = (struct meter){kernel, (uint64_t)ms * 1000000, 0};
	while (started < threads && !pthread_create(&thread[started], NULL, measure_one, &meter[started]))
		started++;
	measure_one(&meter[0]);
	for (unsigned i = 0; i < started; i++) {
		if (i > 0)
			pthread_join(thread[i], NULL);
		sum += meter[i].speed;
	}
	return sum;
}

/* What the threads of one search share. Batches of nonces are handed out in order. */
struct search {
	const struct miner_job *job;
	struct hash target;
	atomic_uint_fast64_t next, tried;
	atomic_bool over;
	pthread_mutex_t lock; /* guards what follows */
	bool found;
	uint64_t nonce;
};

static bool
give_up(const struct search *s)
{
	const struct miner_job *job = s->job;
	return job->until_ms && clock_steady_ms() >= job->until_ms;
}

static void
search_until(struct search *s, uint64_t last)
{
	uint64_t first, nonce;
	while (!atomic_load(&s->over) && (first = atomic_fetch_add(&s->next, BATCH)) < last) {
		bool found = s->job->kernel->search(&nonce, &s->job->digest, &s->target, first, BATCH);
		atomic_fetch_add(&s->tried, found ? nonce - first + 1 : BATCH);
		if (found) {
			pthread_mutex_lock(&s->lock);
			/* Of two that are found at once the lower stays: one job, one result. */
			if (!s->found || nonce < s->nonce)
				s->nonce = nonce;
			s->found = true;
			pthread_mutex_unlock(&s->lock);
		}
		if (found || give_up(s))
			atomic_store(&s->over, true);
	}
}

static void *
search_thread(void *arg)
{
	search_until(arg, UINT64_MAX - BATCH);
	return NULL;
}

static void
search_together(struct search *s)
{
	pthread_t thread[THREADS_MOST];
	unsigned wanted = s->job->threads > THREADS_MOST ? THREADS_MOST : s->job->threads, started = 1;
	while (started < wanted && !pthread_create(&thread[started], NULL, search_thread, s))
		started++;
	search_thread(s);
	for (unsigned i = 1; i < started; i++)
		pthread_join(thread[i], NULL);
}

enum err
miner_search(struct miner_result *out, const struct miner_job *job)
{
	struct search s = {.job = job, .target = work_target(job->difficulty), .lock = PTHREAD_MUTEX_INITIALIZER};
	uint64_t begin = clock_steady_ms();
	search_until(&s, ALONE);
	atomic_store(&s.next, ALONE);
	if (!atomic_load(&s.over))
		search_together(&s);
	*out = (struct miner_result){.nonce = s.nonce, .hashes = atomic_load(&s.tried),
	    .ms = clock_steady_ms() - begin};
	if (!s.found)
		return ERR_TIMEOUT;
	out->work = work_hash(&job->digest, s.nonce);
	return work_meets(&out->work, job->difficulty) ? ERR_OK : ERR_WORK;
}
