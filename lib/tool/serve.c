#include "tool/serve.h"

#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tool/clock.h"
#include "tool/output.h"

enum { FILES = 4096, HEAPS = 2, HEAP_BIG = 256 << 10, HEAP_SPARE = 1 << 20 };

struct watch {
	struct serve *serve;
	struct node *node;
};

int
serve_status(enum err e)
{
	return e == ERR_CORRUPT ? TOOL_NO : TOOL_TROUBLE;
}

void
serve_log(void *tool, enum node_log level, const char *line)
{
	uint64_t now = clock_now_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm utc;
	char text[32];
	(void)level;
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
	tool_say(tool, "%s.%03uZ %s", text, (unsigned)(now % 1000), line);
}

enum node_log
serve_level(const struct tool *t)
{
	return t->quiet ? NODE_LOG_ERROR : t->verbose ? NODE_LOG_DETAIL : NODE_LOG_EVENT;
}

/* nng spins when descriptors run out: have enough for every connection it may take. */
static void
raise_files(void)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= FILES)
		return;
	r.rlim_cur = r.rlim_max < FILES ? r.rlim_max : FILES;
	setrlimit(RLIMIT_NOFILE, &r);
}

/* A heap for each thread, and great buffers among what is small, hold on to twice the memory that is in use. */
static void
bound_heaps(void)
{
	mallopt(M_ARENA_MAX, HEAPS);
	mallopt(M_MMAP_THRESHOLD, HEAP_BIG);
	mallopt(M_TRIM_THRESHOLD, HEAP_SPARE);
}

void
serve_begin(struct serve *out, struct tool *t, const char *config_file)
{
	*out = (struct serve){.t = t, .config_file = config_file, .quiet = t->quiet, .verbose = t->verbose};
	sigemptyset(&out->signals);
	sigaddset(&out->signals, SIGTERM);
	sigaddset(&out->signals, SIGINT);
	sigaddset(&out->signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &out->signals, NULL);
	raise_files();
	bound_heaps();
}

/*
 * A reread file changes what can change while the node runs: how much it says. One that is wrong changes nothing, and
 * is no reason to end with another status.
 */
static void
reread(struct serve *s, struct node *node)
{
	struct tool before = *s->t;
	if (!s->config_file)
		return;
	s->t->quiet = s->quiet;
	s->t->verbose = s->verbose;
	if (options_file(s->t, s->config_file)) {
		*s->t = before;
		return;
	}
	if (!s->t->quiet)
		serve_log(s->t, NODE_LOG_EVENT, "read the configuration again");
	node_set_log(node, serve_level(s->t));
}

static void *
watch_signals(void *arg)
{
	struct watch *w = arg;
	int which;
	while (sigwait(&w->serve->signals, &which) == 0) {
		if (which == SIGHUP)
			reread(w->serve, w->node);
		else
			node_stop(w->node);
	}
	return NULL;
}

char *
serve_miner(char path[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof "para-mine");
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
	if (slash) {
		memcpy(slash + 1, "para-mine", sizeof "para-mine");
		if (access(path, X_OK) == 0)
			return path;
	}
	return strcpy(path, "para-mine");
}

int
serve_node(struct serve *s, const struct node_config *config)
{
	struct node_trouble trouble;
	struct watch w = {.serve = s};
	pthread_t watcher;
	enum err e = node_start(&w.node, &trouble, config);
	if (e)
		return tool_fail(s->t, serve_status(e), "%s", trouble.text[0] ? trouble.text : err_text(e));
	if (pthread_create(&watcher, NULL, watch_signals, &w) != 0) {
		node_stop(w.node);
		e = ERR_NOMEM;
	}
	enum err end = node_wait(w.node);
	if (!e) {
		pthread_cancel(watcher);
		pthread_join(watcher, NULL);
	}
	node_free(w.node);
	e = e ? e : end;
	return e ? tool_fail(s->t, serve_status(e), "%s", err_text(e)) : TOOL_DONE;
}
