/*
 * rude: what no tool would do to a control socket.
 *
 *     rude ask PATH [MS]        sends stdin as one request, prints the reply (60000 ms)
 *     rude lines PATH           sends each line of stdin as a request over one connection, prints each reply as a line
 *     rude files PATH           the same with the file that each line names
 *     rude answers PATH MS      waits until `status` is answered, prints after how many ms; fails after MS
 *     rude churn PATH N         connects N times and closes at once
 *     rude half PATH N          closes at each byte of greeting, head and body in turn
 *     rude claim PATH BYTES     claims a request of BYTES, sends a little of it, and waits until it is cut off
 *     rude silent PATH N S      N connections that say nothing for S seconds; prints "open" once they are
 *     rude greeted PATH N S     the same after a greeting
 *     rude deaf PATH N S        N connections that ask for 2000 genesis records each and never read
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

enum { TRY_MS = 1000, CHURN_MS = 120000, REPLY_MS = 10000, CONNECTIONS = 4096 };

static const char status[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}";

static void
pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

static int
fail(const char *what)
{
	fprintf(stderr, "rude: %s: %s\n", what, strerror(errno));
	return 1;
}

/* A request over a connection of its own. */
static bool
ask_once(struct buf *reply, const char *path, struct bytes body, int ms)
{
	int fd = wire_connect(path);
	bool ok = fd >= 0 && wire_greet(fd, TRY_MS) && wire_send(fd, body) && wire_receive(reply, fd, ms);
	if (fd >= 0)
		close(fd);
	return ok;
}

static int
run_ask(const char *path, int ms)
{
	struct buf body = {0}, reply = {0};
	for (;;) {
		uint8_t *room = buf_extend(&body, 65536);
		ssize_t n = room ? read(STDIN_FILENO, room, 65536) : -1;
		if (n < 0)
			return fail("stdin");
		body.len -= 65536 - (size_t)n;
		if (n == 0)
			break;
	}
	bool ok = ask_once(&reply, path, bytes_of(&body), ms);
	if (ok)
		fwrite(reply.data, 1, reply.len, stdout);
	buf_free(&body);
	buf_free(&reply);
	return ok ? 0 : fail("no reply");
}

static bool
read_file(struct buf *out, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n = 1;
	while (f && n > 0) {
		uint8_t *room = buf_extend(out, 65536);
		n = room ? fread(room, 1, 65536, f) : 0;
		out->len -= room ? 65536 - n : 0;
	}
	bool ok = f && !ferror(f) && !out->failed;
	if (f)
		fclose(f);
	return ok;
}

static bool
ask_line(int fd, char *line, size_t len, bool file)
{
	struct buf body = {0}, reply = {0};
	line[strcspn(line, "\n")] = '\0';
	bool ok = !file || read_file(&body, line);
	struct bytes text = file ? bytes_of(&body) : (struct bytes){(const uint8_t *)line, len};
	ok = ok && wire_send(fd, text) && wire_receive(&reply, fd, REPLY_MS);
	if (ok)
		fwrite(reply.data, 1, reply.len, stdout);
	putchar('\n');
	buf_free(&body);
	buf_free(&reply);
	return ok;
}

static int
run_lines(const char *path, bool files)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int fd = wire_connect(path);
	bool ok = fd >= 0 && wire_greet(fd, TRY_MS);
	while (ok && (len = getline(&line, &cap, stdin)) > 0)
		ok = ask_line(fd, line, (size_t)len - (line[len - 1] == '\n'), files);
	free(line);
	if (fd >= 0)
		close(fd);
	return ok ? 0 : fail("no reply");
}

static int
run_answers(const char *path, int ms)
{
	uint64_t since = wire_now_ms();
	do {
		struct buf reply = {0};
		bool ok = ask_once(&reply, path, (struct bytes){(const uint8_t *)status, sizeof status - 1}, TRY_MS);
		buf_free(&reply);
		if (ok) {
			printf("%llu\n", (unsigned long long)(wire_now_ms() - since));
			return wire_now_ms() - since <= (uint64_t)ms ? 0 : 1;
		}
		pause_ms(10);
	} while (wire_now_ms() - since <= (uint64_t)ms);
	fprintf(stderr, "rude: no answer within %d ms\n", ms);
	return 1;
}

/* Counts what the kernel connected; where nobody accepts any more the queue is full until the node listens anew. */
static int
run_churn(const char *path, int n)
{
	uint64_t since = wire_now_ms();
	for (int done = 0; done < n;) {
		int fd = wire_connect(path);
		if (fd >= 0) {
			close(fd);
			done++;
		} else if (wire_now_ms() - since > CHURN_MS) {
			return fail("connect");
		} else {
			pause_ms(1);
		}
	}
	return 0;
}

static int
run_half(const char *path, int n)
{
	uint8_t whole[WIRE_GREETING + WIRE_HEAD + 4 + sizeof status - 1] = {0, 'S', 'P', 0, 0, 0x30, 0, 0, 1};
	whole[WIRE_GREETING + WIRE_HEAD - 1] = 4 + sizeof status - 1;
	whole[WIRE_GREETING + WIRE_HEAD] = 0x80;
	memcpy(whole + WIRE_GREETING + WIRE_HEAD + 4, status, sizeof status - 1);
	for (int i = 0; i < n; i++) {
		int fd = wire_connect(path);
		if (fd < 0) {
			pause_ms(1);
			continue;
		}
		if (write(fd, whole, (size_t)i % (sizeof whole + 1)) < 0)
			return fail("write");
		close(fd);
	}
	return 0;
}

static int
run_claim(const char *path, uint64_t length)
{
	int fd = wire_connect(path);
	char byte;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	if (fd < 0 || !wire_greet(fd, TRY_MS) || !wire_claim(fd, length))
		return fail("claim");
	for (int i = 0; i < 1000; i++) {
		if (poll(&p, 1, 10) == 1 && read(fd, &byte, 1) <= 0)
			return 0;
		if (send(fd, status, sizeof status, MSG_NOSIGNAL) < 0 && errno == EPIPE)
			return 0;
	}
	fprintf(stderr, "rude: not cut off\n");
	return 1;
}

static bool
be_silent(int fd)
{
	(void)fd;
	return true;
}

static bool
only_greet(int fd)
{
	return wire_greet(fd, TRY_MS);
}

/* A batch whose reply fills every buffer between here and the node. */
static bool
never_read(int fd)
{
	struct buf body = {0};
	buf_add_text(&body, "[");
	for (int i = 0; i < 1000; i++) {
		buf_add_text(&body, i ? "," : "");
		buf_add_text(&body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"genesis\"}");
	}
	buf_add_text(&body, "]");
	bool ok = wire_greet(fd, TRY_MS) && wire_send(fd, bytes_of(&body));
	buf_free(&body);
	return ok;
}

/* Connections that a full queue or a lack of descriptors refuses are simply fewer. */
static int
run_many(const char *path, int n, int seconds, bool (*start)(int fd))
{
	int opened = 0;
	for (int i = 0; i < n && i < CONNECTIONS; i++) {
		int fd = wire_connect(path);
		if (fd < 0)
			pause_ms(1);
		else if (start(fd))
			opened++;
		else
			close(fd);
	}
	printf("open %d\n", opened);
	fflush(stdout);
	pause_ms(1000 * seconds);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "", *path = argv[2];
	long n = argc > 3 ? atol(argv[3]) : 60000;
	int seconds = argc > 4 ? atoi(argv[4]) : 10;
	if (strcmp(what, "ask") == 0)
		return run_ask(path, (int)n);
	if (strcmp(what, "lines") == 0)
		return run_lines(path, false);
	if (strcmp(what, "files") == 0)
		return run_lines(path, true);
	if (strcmp(what, "answers") == 0)
		return run_answers(path, (int)n);
	if (strcmp(what, "churn") == 0)
		return run_churn(path, (int)n);
	if (strcmp(what, "half") == 0)
		return run_half(path, (int)n);
	if (strcmp(what, "claim") == 0)
		return run_claim(path, (uint64_t)n);
	if (strcmp(what, "silent") == 0)
		return run_many(path, (int)n, seconds, be_silent);
	if (strcmp(what, "greeted") == 0)
		return run_many(path, (int)n, seconds, only_greet);
	if (strcmp(what, "deaf") == 0)
		return run_many(path, (int)n, seconds, never_read);
	fprintf(stderr, "usage: rude ask|lines|files|answers|churn|half|claim|silent|greeted|deaf PATH [N [S]]\n");
	return 2;
}
