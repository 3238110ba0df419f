#include "net/hangup.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

void
hangup_guard(void)
{
}

ssize_t
readv(int fd, const struct iovec *to, int parts)
{
	ssize_t n = syscall(SYS_readv, fd, to, parts);
	if (n != 0)
		return n;
	errno = ECONNRESET;
	return -1;
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t n = syscall(SYS_sendmsg, fd, message, flags);
	if (n < 0 && errno == EPIPE)
		errno = ECONNRESET;
	return n;
}
