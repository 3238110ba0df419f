/*
 * confine: `confine PROGRAM [ARGUMENT...]` runs a program as a hardened unit would have it run. Standard input lists
 * the system calls it may make, one name a line; the first forbidden one ends it. As MemoryDenyWriteExecute and
 * RestrictAddressFamilies=AF_UNIX have it, no memory is writable and executable, and no socket but a local one is made.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* These are allowed in part; the rules that say how follow below. */
static bool
is_partial(int nr)
{
	return nr == SCMP_SYS(socket) || nr == SCMP_SYS(mmap) || nr == SCMP_SYS(mprotect) || nr == SCMP_SYS(pkey_mprotect);
}

static int
allow_listed(scmp_filter_ctx c)
{
	char name[64];
	int allowed = 0;
	while (fgets(name, sizeof(name), stdin) != NULL) {
		name[strcspn(name, "\n")] = '\0';
		int nr = seccomp_syscall_resolve_name(name);
		/* Below zero: another architecture's. */
		if (nr >= 0 && !is_partial(nr) && seccomp_rule_add(c, SCMP_ACT_ALLOW, nr, 0) < 0)
			return -1;
		allowed += nr >= 0;
	}
	return allowed;
}

static bool
restrict_the_rest(scmp_filter_ctx c)
{
	const struct scmp_arg_cmp local = { 0, SCMP_CMP_EQ, AF_UNIX, 0 }, other = { 0, SCMP_CMP_NE, AF_UNIX, 0 };
	const struct scmp_arg_cmp no_write = { 2, SCMP_CMP_MASKED_EQ, PROT_WRITE, 0 };
	const struct scmp_arg_cmp no_run = { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 };
	return seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &local) == 0 &&
	    seccomp_rule_add_array(c, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, &other) == 0 &&
	    seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_write) == 0 &&
	    seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_run) == 0 &&
	    seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_run) == 0;
}

int
main(int argc, char **argv)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (argc < 2 || c == NULL || allow_listed(c) <= 0 || !restrict_the_rest(c)) {
		fprintf(stderr, "usage: confine PROGRAM [ARGUMENT...] <NAMES\n");
		return 2;
	}
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || seccomp_load(c) < 0) {
		perror("confine");
		return 2;
	}
	seccomp_release(c);
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 2;
}
