#include "net/probe.h"

#include <unistd.h>

#include "net/sp.h"

bool
probe_answers(const char *path, int ms)
{
	int fd = sp_connect(path);
	if (fd < 0)
		return false;
	bool ok = sp_greet(fd, ms);
	close(fd);
	return ok;
}
