#include "trial.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIAL_SECONDS = 20 };

__attribute__((format(printf, 2, 3))) static void
because(const struct trial *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->why, WHY_BYTES, format, args);
	va_end(args);
}

static bool
lay_down(const struct trial *t, const struct image *image)
{
	char path[PATH_MAX];
	size_t done = 0;
	int fd;

	if (strchr(image->name, '/')) {
		snprintf(path, sizeof(path), "%s/%.*s", t->dir, (int)strcspn(image->name, "/"), image->name);
		if (mkdir(path, 0700) < 0)
			return false;
	}
	snprintf(path, sizeof(path), "%s/%s", t->dir, image->name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	while (fd >= 0 && done < image->size) {
		ssize_t n = write(fd, image->data + done, image->size - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return fd >= 0 && close(fd) == 0 && done == image->size;
}

/* The story goes on where the image ends: freed pages are used again. */
static enum verdict
write_more(const struct trial *t, struct store *store, uint64_t n)
{
	for (int i = 0; i < STORY_MORE; i++) {
		enum err e = story_write(t->story, store, ++n);
		const char *wrong = e ? err_text(e) : story_check(t->story, store, n);

		if (wrong) {
			because(t, "in new transaction %llu: %s", (unsigned long long)n, wrong);
			return STUCK;
		}
	}
	return GOOD;
}

/* Transactions that may be there: those acknowledged, and the one that was under way. */
static enum verdict
examine(const struct trial *t, struct store *store, uint64_t acked)
{
	uint64_t n, least = acked > 0 ? acked - 1 : 0;
	enum err e = story_reached(store, &n);
	const char *wrong;

	if (e || n > acked) {
		because(t, "the tip is transaction %llu: %s", (unsigned long long)n, err_text(e));
		return WRONG;
	}
	if (n < least) {
		because(t, "transaction %llu is the last", (unsigned long long)n);
		return LOST;
	}
	wrong = story_check(t->story, store, n);
	if (wrong) {
		because(t, "after transaction %llu: %s", (unsigned long long)n, wrong);
		return WRONG;
	}
	return write_more(t, store, n);
}

/* A node that was still making its store makes it again; any other expects one. */
static enum verdict
open_image(const struct trial *t, const struct image *image)
{
	struct store *store;
	enum err e = lay_down(t, image) ? ERR_OK : ERR_IO;
	enum verdict verdict;

	if (!e)
		e = store_open(&store, t->dir, image->acked > 0 ? STORE_WRITE : STORE_CREATE);
	if (e) {
		because(t, "%s", err_text(e));
		return REFUSED;
	}
	verdict = examine(t, store, image->acked);
	store_close(store);
	return verdict;
}

/* LMDB's last words are not for the screen. */
static void
child_run(const struct trial *t, const struct image *image)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	alarm(TRIAL_SECONDS);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	_exit(open_image(t, image));
}

enum verdict
trial_run(const struct trial *t, const struct image *image)
{
	pid_t child;
	int status;

	t->why[0] = '\0';
	child = fork();
	if (child == 0)
		child_run(t, image);
	if (child < 0 || waitpid(child, &status, 0) != child) {
		because(t, "no child");
		return DIED;
	}
	trial_clear(t->dir);
	if (WIFEXITED(status) && WEXITSTATUS(status) < DIED)
		return (enum verdict)WEXITSTATUS(status);
	because(t, "ended with status %#x", (unsigned)status);
	return DIED;
}

void
trial_clear(const char *dir)
{
	static const char *const name[] = {"data.mdb", "lock.mdb", "lock", "new/data.mdb", "new/lock.mdb", "new"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, name[i]);
		remove(path);
	}
}
