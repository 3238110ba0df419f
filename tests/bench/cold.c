/*
 * How long a command takes from its start to its end: the median of some runs, in ms.
 * usage: cold RUNS COMMAND...
 */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { RUNS_MOST = 1000 };

extern char **environ;

static double
run_ms(char **command)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;
	double begin = bench_wall();
	if (posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) ||
	    posix_spawnp(&pid, command[0], &actions, NULL, command, environ))
		bench_fail("cannot start the command");
	if (waitpid(pid, &status, 0) != pid || status)
		bench_fail("the command failed");
	posix_spawn_file_actions_destroy(&actions);
	return 1e3 * (bench_wall() - begin);
}

int
main(int argc, char **argv)
{
	static double ms[RUNS_MOST];
	size_t runs = argc < 3 ? 0 : strtoul(argv[1], NULL, 10);
	if (runs < 1 || runs > RUNS_MOST)
		bench_fail("usage: cold RUNS COMMAND...");
	for (size_t i = 0; i < runs; i++)
		ms[i] = run_ms(argv + 2);
	printf("%.2f\n", bench_part(ms, runs, 0.5));
	return 0;
}
