/*
 * How long a node takes from its start until it has answered a first request: the best of some runs, in ms.
 * usage: start URL RUNS COMMAND...
 */
#include <fcntl.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static const char request[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}";

extern char **environ;

static pid_t
spawn(char **command)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	if (posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) ||
	    posix_spawnp(&pid, command[0], &actions, NULL, command, environ))
		bench_fail("cannot start the node");
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void
ask(const char *url)
{
	nng_socket s;
	char *reply;
	size_t len;
	int e;
	if (nng_req0_open(&s))
		bench_fail("cannot open a socket");
	for (int i = 0; (e = nng_dial(s, url, NULL, 0)) != 0 && i < 60000; i++)
		usleep(1000);
	if (e || nng_send(s, (void *)request, sizeof request - 1, 0) || nng_recv(s, &reply, &len, NNG_FLAG_ALLOC))
		bench_fail("the node does not answer");
	if (!memmem(reply, len, "\"result\"", 8))
		bench_fail("the node answers with an error");
	nng_free(reply, len);
	nng_close(s);
}

int
main(int argc, char **argv)
{
	double best = 1e9;
	if (argc < 4)
		bench_fail("usage: start URL RUNS COMMAND...");
	for (int runs = atoi(argv[2]); runs > 0; runs--) {
		int status;
		double begin = bench_wall();
		pid_t pid = spawn(argv + 3);
		ask(argv[1]);
		double ms = 1e3 * (bench_wall() - begin);
		best = ms < best ? ms : best;
		kill(pid, SIGTERM);
		if (waitpid(pid, &status, 0) != pid || status)
			bench_fail("the node did not end well");
	}
	printf("%.2f\n", best);
	return 0;
}
