#include "node/budget.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The largest seal in hex with some JSON around it; all requests; the parts of the memory that they may be. */
#define MESSAGE_BYTES ((size_t)36 << 20)
#define TOTAL_BYTES ((size_t)256 << 20)
enum { MESSAGE_PART = 16, TOTAL_PART = 6 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
of_machine(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	return pages > 0 && size > 0 ? (size_t)pages * (size_t)size : SIZE_MAX;
}

static size_t
of_process(void)
{
	struct rlimit r;
	return getrlimit(RLIMIT_DATA, &r) == 0 && r.rlim_cur != RLIM_INFINITY ? r.rlim_cur : SIZE_MAX;
}

/* A file that says "max" has no number. */
static size_t
of_file(const char *path)
{
	unsigned long long bytes;
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return SIZE_MAX;
	int n = fscanf(f, "%llu", &bytes);
	fclose(f);
	return n == 1 ? (size_t)bytes : SIZE_MAX;
}

/* The group of this process and all above it. */
static size_t
of_groups(void)
{
	char group[PATH_MAX], path[PATH_MAX + 64];
	size_t bytes = SIZE_MAX;
	FILE *f = fopen("/proc/self/cgroup", "re");
	if (f == NULL)
		return bytes;
	if (fscanf(f, "0::%4000s", group) != 1)
		group[0] = '\0';
	fclose(f);
	for (char *slash; (slash = strrchr(group, '/')) != NULL; *slash = '\0') {
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max", group);
		bytes = least(bytes, of_file(path));
	}
	return bytes;
}

struct budget
budget_read(void)
{
	size_t memory = least(of_machine(), least(of_process(), of_groups()));
	struct budget b = { least(MESSAGE_BYTES, memory / MESSAGE_PART), least(TOTAL_BYTES, memory / TOTAL_PART) };
	return b;
}
