/*
 * noheal: a node that cannot listen anew. It may not take its old socket's file away, so that the control socket stays
 * what one connect and close made of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
unlink(const char *path)
{
	size_t len = strlen(path);
	if (len < 4 || strcmp(path + len - 4, ".ipc") != 0)
		return unlinkat(AT_FDCWD, path, 0);
	errno = EACCES;
	return -1;
}
