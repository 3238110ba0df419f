/*
 * nth: a command with its n-th allocation failing, for many n. It must do its work all the same, or say what is wrong
 * and end with status 2; never by a signal, never with a result that is not the result.
 *
 *     nth [-a] [-b COMMAND] [-i FILE] [-t SECONDS] SHIM FIRST LAST STEP COMMAND [ARGUMENT...]
 *
 * -a: all allocations from the n-th on fail. -b: the shell runs this before each run. -i: the command's stdin. -t: how long it may take (10); it is asked to end
 * by SIGTERM once it says "ready". Ends with 0 when all runs were clean, and tells of some that were not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire.h"

enum { TOLD = 8 };

struct plan {
	const char *shim, *before, *input, *variable;
	int seconds;
	char **command;
};

struct outcome {
	struct buf out, err;
	int status;
	bool hung;
};

static void
become(const struct plan *p, long n, int out, int err)
{
	char number[24];
	int in = open(p->input, O_RDONLY);
	if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(99);
	snprintf(number, sizeof number, "%ld", n);
	if (n > 0) {
		setenv("LD_PRELOAD", p->shim, 1);
		setenv(p->variable, number, 1);
	}
	execvp(p->command[0], p->command);
	_exit(98);
}

static bool
take(struct buf *to, struct pollfd *from)
{
	uint8_t *room = buf_extend(to, 4096);
	ssize_t n = room ? read(from->fd, room, 4096) : 0;
	to->len -= 4096 - (n > 0 ? (size_t)n : 0);
	return n > 0;
}

static bool
contains(const struct buf *b, const char *text)
{
	return b->len > 0 && memmem(b->data, b->len, text, strlen(text)) != NULL;
}

/* Reads both pipes to their ends; asks a node that is ready to stop; kills what takes too long. */
static void
listen_to(struct outcome *o, const struct plan *p, pid_t pid, int out, int err)
{
	struct pollfd fd[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	uint64_t until = wire_now_ms() + (uint64_t)p->seconds * 1000;
	bool asked = false;
	while (fd[0].fd >= 0 || fd[1].fd >= 0) {
		uint64_t now = wire_now_ms();
		if (now >= until || poll(fd, 2, (int)(until - now)) == 0) {
			o->hung = true;
			kill(pid, SIGKILL);
			until = UINT64_MAX / 2;
			continue;
		}
		if (fd[0].fd >= 0 && fd[0].revents && !take(&o->out, &fd[0]))
			fd[0].fd = -1;
		if (fd[1].fd >= 0 && fd[1].revents && !take(&o->err, &fd[1]))
			fd[1].fd = -1;
		if (!asked && contains(&o->err, " ready on ")) {
			asked = true;
			kill(pid, SIGTERM);
		}
	}
}

static bool
run(struct outcome *o, const struct plan *p, long n)
{
	int out[2], err[2];
	memset(o, 0, sizeof *o);
	if (p->before && system(p->before) != 0)
		return false;
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return false;
	pid_t pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		become(p, n, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	listen_to(o, p, pid, out[0], err[0]);
	close(out[0]);
	close(err[0]);
	return waitpid(pid, &o->status, 0) == pid;
}

/* Are all lines of part lines of whole, in its order? A batch may go on after the line that failed. */
static bool
is_part(const struct buf *part, const struct buf *whole)
{
	size_t at = 0, from = 0;
	while (from < part->len) {
		const uint8_t *end = memchr(part->data + from, '\n', part->len - from);
		const uint8_t *found = NULL;
		size_t len = end ? (size_t)(end - part->data) - from + 1 : 0;
		if (len > 0 && at < whole->len)
			found = memmem(whole->data + at, whole->len - at, part->data + from, len);
		if (!found)
			return false;
		at = (size_t)(found - whole->data) + len;
		from += len;
	}
	return true;
}

/* Why it is not clean, or NULL. */
static const char *
wrong(const struct outcome *o, const struct outcome *whole)
{
	if (o->hung)
		return "hung";
	if (WIFSIGNALED(o->status))
		return strsignal(WTERMSIG(o->status));
	if (!is_part(&o->out, &whole->out))
		return "another result";
	if (o->status == whole->status)
		return o->out.len == whole->out.len ? NULL : "half a result";
	if (WEXITSTATUS(o->status) != 2)
		return "another exit status";
	return o->err.len > 0 ? NULL : "no message";
}

static void
drop(struct outcome *o)
{
	buf_free(&o->out);
	buf_free(&o->err);
}

static int
run_all(const struct plan *p, long first, long last, long step)
{
	struct outcome whole, one;
	long bad = 0;
	if (!run(&whole, p, 0) || whole.hung || !WIFEXITED(whole.status)) {
		fprintf(stderr, "nth: %s fails by itself: %.*s\n", p->command[0], (int)whole.err.len, whole.err.data);
		return 2;
	}
	for (long n = first; n <= last; n += step) {
		if (!run(&one, p, n))
			return 2;
		const char *why = wrong(&one, &whole);
		if (why && ++bad <= TOLD) {
			fprintf(stderr, "%s with allocation %ld failing: %s, status %d, said: %.*s\n", p->command[0], n, why,
			    WIFEXITED(one.status) ? WEXITSTATUS(one.status) : -1, (int)one.err.len, one.err.data);
		}
		drop(&one);
	}
	if (bad)
		fprintf(stderr, "%ld runs were not clean\n", bad);
	drop(&whole);
	return bad ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct plan p = {.input = "/dev/null", .variable = "NOMEM_AT", .seconds = 10};
	int c;
	while ((c = getopt(argc, argv, "+ab:i:t:")) >= 0) {
		if (c == 'a')
			p.variable = "NOMEM_FROM";
		else if (c == 'b')
			p.before = optarg;
		else if (c == 'i')
			p.input = optarg;
		else if (c == 't')
			p.seconds = atoi(optarg);
		else
			return 2;
	}
	if (argc - optind < 5)
		return 2;
	p.shim = argv[optind];
	p.command = argv + optind + 4;
	return run_all(&p, atol(argv[optind + 1]), atol(argv[optind + 2]), atol(argv[optind + 3]));
}
