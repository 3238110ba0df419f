#include "node/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/log.h"
#include "node/timing.h"

enum { PAUSE_LEAST_MS = 500, PAUSE_MOST_MS = 30000, STEADY_MS = 10000, END_MS = 2000 };

struct child {
	pid_t pid; /* 0: not running */
	int pipe;
	uint64_t started_ms, next_ms, pause_ms;
};

static int
spawn(pid_t *pid, int in, char *const *argv)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, broken;
	sigemptyset(&none);
	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	int rc = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &broken);
	if (rc == 0)
		rc = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static void
launch(struct node *n)
{
	struct child *m = n->miner;
	int ends[2], rc = pipe2(ends, O_CLOEXEC) < 0 ? errno : 0;
	if (rc == 0) {
		rc = spawn(&m->pid, ends[0], n->config.miner);
		close(ends[0]);
		if (rc != 0)
			close(ends[1]);
	}
	m->started_ms = timing_steady_ms();
	m->next_ms = m->started_ms + m->pause_ms;
	if (rc == 0) {
		m->pipe = ends[1];
		log_detail(n, "miner %ld started", (long)m->pid);
		return;
	}
	m->pid = 0;
	m->pause_ms = m->pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : m->pause_ms * 2;
	log_error(n, "cannot run %s: %s", n->config.miner[0], strerror(rc));
}

enum err
child_start(struct node *n)
{
	if (n->config.miner == NULL)
		return ERR_OK;
	n->miner = calloc(1, sizeof(*n->miner));
	if (n->miner == NULL)
		return ERR_NOMEM;
	n->miner->pause_ms = PAUSE_LEAST_MS;
	launch(n);
	return ERR_OK;
}

static bool
ended(struct child *m, int *status)
{
	return waitpid(m->pid, status, WNOHANG) == m->pid;
}

void
child_tend(struct node *n)
{
	struct child *m = n->miner;
	int status;
	if (m == NULL)
		return;
	uint64_t now = timing_steady_ms();
	if (m->pid != 0 && ended(m, &status)) {
		close(m->pipe);
		m->pid = 0;
		m->pause_ms = now - m->started_ms >= STEADY_MS ? PAUSE_LEAST_MS : m->pause_ms * 2;
		if (m->pause_ms > PAUSE_MOST_MS)
			m->pause_ms = PAUSE_MOST_MS;
		m->next_ms = now + m->pause_ms;
		log_error(n, "the miner ended (%s %d), starting it again in %u ms", WIFEXITED(status) ? "status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), (unsigned)m->pause_ms);
	} else if (m->pid == 0 && now >= m->next_ms) {
		launch(n);
	}
}

void
child_stop(struct node *n)
{
	struct child *m = n->miner;
	int status;
	if (m == NULL)
		return;
	if (m->pid != 0) {
		close(m->pipe);
		kill(m->pid, SIGTERM);
		uint64_t end = timing_steady_ms() + END_MS;
		while (!ended(m, &status)) {
			if (timing_steady_ms() >= end)
				kill(m->pid, SIGKILL);
			usleep(5000);
		}
	}
	free(m);
	n->miner = NULL;
}
