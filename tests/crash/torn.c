/*
 * torn: power failures of the store. A story of transactions is recorded, write by write; images of what a disk may
 * hold when the power fails somewhere in it are opened, read through and written to.
 *
 *     torn [--images N] [--seed S]     TAP
 *     torn --seed S --image I          one image once more
 *
 * The controls take the syncs away, which is what LMDB does with MDB_NOSYNC and MDB_NOMETASYNC: the same writes in the
 * same order, fewer barriers between them. So the store needs no such option for a test that can fail.
 */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/number.h"
#include "trial.h"

enum { CONTROL_IMAGES = 60, TOLD_MOST = 10 };

struct torn {
	struct story story;
	struct record record;
	struct image image;
	struct trial trial;
	char dir[PATH_MAX - 16];
	const char *program;
	uint64_t seed;
	unsigned tests, failed;
};

struct tally {
	uint64_t of[VERDICTS], images;
};

static const char *const verdict_name[VERDICTS] = {"good", "refused", "lost", "wrong", "stuck", "died"};

static volatile sig_atomic_t stopped;

static void
stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void
tell(struct torn *t, bool ok, const char *what)
{
	t->tests++;
	t->failed += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", t->tests, what);
	fflush(stdout);
}

static void
tell_image(const struct torn *t, uint64_t number, enum verdict verdict)
{
	const struct image *image = &t->image;

	printf("# image %llu, crash in event %zu of %zu, %llu acknowledged: %s: %s\n", (unsigned long long)number,
	    image->point, t->record.count, (unsigned long long)image->acked, verdict_name[verdict], t->trial.why);
	printf("# again: %s --seed %llu --image %llu\n", t->program, (unsigned long long)t->seed,
	    (unsigned long long)number);
}

static void
tell_tally(const char *name, const struct tally *tally)
{
	printf("# %s:", name);
	for (int i = 0; i < VERDICTS; i++)
		if (tally->of[i] > 0)
			printf(" %llu %s", (unsigned long long)tally->of[i], verdict_name[i]);
	putchar('\n');
}

static struct tally
run_images(struct torn *t, enum image_syncs syncs, uint64_t images)
{
	struct tally tally = {0};

	for (uint64_t i = 0; i < images && !stopped; i++) {
		enum verdict verdict;

		image_make(&t->image, &t->record, syncs, t->seed, i);
		verdict = trial_run(&t->trial, &t->image);
		if (syncs == IMAGE_ALL_SYNCS && verdict != GOOD && tally.images - tally.of[GOOD] < TOLD_MOST)
			tell_image(t, i, verdict);
		tally.of[verdict]++;
		tally.images++;
	}
	return tally;
}

static void
run_torn(struct torn *t, uint64_t images)
{
	struct tally tally = run_images(t, IMAGE_ALL_SYNCS, images);
	char what[120];

	tell_tally("as recorded", &tally);
	snprintf(what, sizeof(what), "%llu torn images: nothing acknowledged is lost, every value is right",
	    (unsigned long long)images);
	tell(t, tally.of[GOOD] == images, what);
}

/* Good are those whose crash came just after the system had written everything back. */
static void
control_no_sync(struct torn *t)
{
	struct tally tally = run_images(t, IMAGE_NO_SYNC, CONTROL_IMAGES);

	tell_tally("as with MDB_NOSYNC", &tally);
	tell(t, tally.images == CONTROL_IMAGES && tally.of[GOOD] < CONTROL_IMAGES / 4,
	    "control: without syncs images are bad");
}

static void
control_no_meta_sync(struct torn *t)
{
	struct tally tally = run_images(t, IMAGE_NO_META_SYNC, CONTROL_IMAGES);

	tell_tally("as with MDB_NOMETASYNC", &tally);
	/* A head that names pages beyond the file is refused. */
	tell(t, tally.of[LOST] > 0 && tally.of[LOST] + tally.of[GOOD] + tally.of[REFUSED] == CONTROL_IMAGES,
	    "control: without syncs of the head acknowledged transactions are lost");
}

static bool
same_file(const struct image *image, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t at = 0;
	int c = EOF;

	while (f && (c = getc(f)) != EOF && at < image->size && image->data[at] == c)
		at++;
	if (f)
		fclose(f);
	return f && c == EOF && at == image->size;
}

static enum err
tell_story(const struct story *story, const char *dir)
{
	struct store *store;
	enum err e = store_open(&store, dir, STORE_CREATE);

	if (e)
		return e;
	record_ack();
	for (uint64_t n = 1; n <= STORY_TXNS && !e; n++) {
		e = story_write(story, store, n);
		record_ack();
	}
	store_close(store);
	return e;
}

/* False when there is nothing to make images of. */
static bool
record_story(struct torn *t)
{
	char path[PATH_MAX];
	enum err e;

	snprintf(path, sizeof(path), "%s/data.mdb", t->dir);
	record_start(&t->record, t->dir);
	e = tell_story(&t->story, t->dir);
	record_stop();
	t->image.data = malloc(record_extent(&t->record) + 1);
	if (!e && (t->record.failed || !t->image.data))
		e = ERR_NOMEM;
	if (e) {
		printf("# the story: %s\n", err_text(e));
		tell(t, false, "a story is recorded");
		return false;
	}
	image_make_whole(&t->image, &t->record);
	printf("# %zu events, %zu bytes, seed %llu\n", t->record.count, t->image.size, (unsigned long long)t->seed);
	tell(t, same_file(&t->image, path), "a story is recorded, and the record is the whole file");
	trial_clear(t->dir);
	return true;
}

static void
run_one(struct torn *t, uint64_t number)
{
	enum verdict verdict;

	image_make(&t->image, &t->record, IMAGE_ALL_SYNCS, t->seed, number);
	verdict = trial_run(&t->trial, &t->image);
	tell_image(t, number, verdict);
	tell(t, verdict == GOOD, "one torn image");
}

static bool
begin(struct torn *t)
{
	const char *tmp = getenv("TMPDIR");
	struct sigaction on = {.sa_handler = stop, .sa_flags = SA_RESTART};

	t->trial = (struct trial){.story = &t->story, .dir = t->dir};
	t->trial.why = mmap(NULL, WHY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t->trial.why == MAP_FAILED || !hash_start() || story_new(&t->story) != ERR_OK)
		return false;
	snprintf(t->dir, sizeof(t->dir), "%s/para-torn-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	sigaction(SIGINT, &on, NULL);
	sigaction(SIGTERM, &on, NULL);
	sigaction(SIGHUP, &on, NULL);
	return mkdtemp(t->dir) != NULL;
}

static void
end(struct torn *t)
{
	trial_clear(t->dir);
	rmdir(t->dir);
	free(t->image.data);
	record_free(&t->record);
	story_free(&t->story);
}

static bool
read_options(int argc, char **argv, uint64_t *images, uint64_t *image, uint64_t *seed)
{
	static const struct option options[] = {{"images", required_argument, NULL, 'n'},
	    {"image", required_argument, NULL, 'i'}, {"seed", required_argument, NULL, 's'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		uint64_t *to = c == 'n' ? images : c == 'i' ? image : seed;

		if (c == '?' || number_parse(to, optarg, strlen(optarg), UINT64_MAX - 1))
			return false;
	}
	return optind == argc;
}

int
main(int argc, char **argv)
{
	static struct torn t;
	uint64_t images = 300, image = UINT64_MAX;

	t.program = argv[0];
	t.seed = 1;
	if (!read_options(argc, argv, &images, &image, &t.seed)) {
		fprintf(stderr, "usage: torn [--images N | --image I] [--seed S]\n");
		return 2;
	}
	if (!begin(&t)) {
		perror("torn");
		return 2;
	}
	if (record_story(&t)) {
		if (image != UINT64_MAX) {
			run_one(&t, image);
		} else {
			run_torn(&t, images);
			control_no_sync(&t);
			control_no_meta_sync(&t);
		}
	}
	printf("1..%u\n", t.tests);
	end(&t);
	return t.failed > 0 || stopped;
}
