#include "node/worker.h"

#include <stdlib.h>
#include <unistd.h>

/* nng has two threads for each processor, 16 at most. */
enum { INPLACE_MOST = 8 };

static struct task *
pop(struct task_list *list)
{
	struct task *task = list->first;
	if (task == NULL)
		return NULL;
	list->first = task->next;
	if (list->first == NULL)
		list->last = &list->first;
	return task;
}

static struct task *
next_task(struct tasks *t)
{
	pthread_mutex_lock(&t->mutex);
	while (t->quick.first == NULL && t->heavy.first == NULL && !t->stopping)
		pthread_cond_wait(&t->wake, &t->mutex);
	struct task *task = pop(&t->quick);
	if (task == NULL)
		task = pop(&t->heavy);
	pthread_mutex_unlock(&t->mutex);
	return task;
}

static void *
work(void *arg)
{
	struct node *n = arg;
	struct task *task;
	while ((task = next_task(&n->tasks)) != NULL)
		task->run(n, task);
	return NULL;
}

enum err
worker_start(struct node *n)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned count = processors < 2 ? 2 : processors > 64 ? 64 : (unsigned)processors;
	n->worker = calloc(count, sizeof(*n->worker));
	if (n->worker == NULL)
		return ERR_NOMEM;
	n->tasks.inplace_most = processors < 1 ? 1 : processors > INPLACE_MOST ? INPLACE_MOST : (unsigned)processors;
	while (n->workers < count && pthread_create(&n->worker[n->workers], NULL, work, n) == 0)
		n->workers++;
	return n->workers >= 2 ? ERR_OK : ERR_NOMEM;
}

void
worker_push(struct node *n, struct task *task, bool heavy)
{
	struct tasks *t = &n->tasks;
	struct task_list *list = heavy ? &t->heavy : &t->quick;
	task->next = NULL;
	pthread_mutex_lock(&t->mutex);
	*list->last = task;
	list->last = &task->next;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->mutex);
}

bool
worker_inplace(struct node *n, struct task *task)
{
	struct tasks *t = &n->tasks;
	bool free = atomic_fetch_add(&t->inplace, 1) < t->inplace_most;
	if (free)
		task->run(n, task);
	atomic_fetch_sub(&t->inplace, 1);
	return free;
}

void
worker_stop(struct node *n)
{
	pthread_mutex_lock(&n->tasks.mutex);
	n->tasks.stopping = true;
	pthread_cond_broadcast(&n->tasks.wake);
	pthread_mutex_unlock(&n->tasks.mutex);
	for (unsigned i = 0; i < n->workers; i++)
		pthread_join(n->worker[i], NULL);
	free(n->worker);
	n->worker = NULL;
	n->workers = 0;
}
