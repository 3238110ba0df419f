/* para-node: a node in the foreground, and what an operator does with its directory. para-node(1). */
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "json/fields.h"
#include "json/view.h"
#include "node/node.h"
#include "node/reset.h"
#include "overlay/overlay.h"
#include "tool/backup.h"
#include "tool/clock.h"
#include "tool/founding.h"
#include "tool/home.h"
#include "tool/nodehome.h"
#include "tool/options.h"
#include "tool/output.h"
#include "tool/rolenames.h"
#include "tool/snapshot.h"

enum { FILES = 4096, HEAPS = 2, HEAP_BIG = 256 << 10, HEAP_SPARE = 1 << 20 };

static const char *genesis_file, *control, *control_group, *config_file;
static const char *role;
static const char *offer, *pool;
static uint64_t pool_signer = OPTION_NONE;
static struct option_list listens, advertises, bootstraps, follows;
static bool dev, no_discovery;
static bool given_quiet, given_verbose; /* on the command line */

static struct founding new_one = {.name = "para", .fee = OPTION_NONE, .reward = OPTION_NONE, .time_ms = OPTION_NONE};

/* --- the node --- */

/* A damaged store is a verdict; everything else that keeps a node from running is trouble here. */
static int
end_status(enum err e)
{
	return e == ERR_CORRUPT ? TOOL_NO : TOOL_TROUBLE;
}

static void
log_line(void *arg, enum node_log level, const char *line)
{
	struct tool *t = arg;
	uint64_t now = clock_now_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm utc;
	char text[32];
	(void)level;
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
	tool_say(t, "%s.%03uZ %s", text, (unsigned)(now % 1000), line);
}

static enum node_log
log_level(const struct tool *t)
{
	return t->quiet ? NODE_LOG_ERROR : t->verbose ? NODE_LOG_DETAIL : NODE_LOG_EVENT;
}

struct watch {
	struct tool *t;
	struct node *node;
	sigset_t signals;
};

/*
 * A reread file changes what can change while the node runs: how much it says. One that is wrong changes nothing, and
 * is no reason to end with another status.
 */
static void
reread(struct watch *w)
{
	struct tool before = *w->t;
	if (!config_file)
		return;
	w->t->quiet = given_quiet;
	w->t->verbose = given_verbose;
	if (options_file(w->t, config_file)) {
		*w->t = before;
		return;
	}
	if (!w->t->quiet)
		log_line(w->t, NODE_LOG_EVENT, "read the configuration again");
	node_set_log(w->node, log_level(w->t));
}

static void *
watch_signals(void *arg)
{
	struct watch *w = arg;
	int which;
	while (sigwait(&w->signals, &which) == 0) {
		if (which == SIGHUP)
			reread(w);
		else
			node_stop(w->node);
	}
	return NULL;
}

static int
find_group(long *gid, struct tool *t)
{
	*gid = -1;
	if (!control_group)
		return TOOL_DONE;
	struct group *g = getgrnam(control_group);
	if (!g)
		return tool_fail(t, TOOL_TROUBLE, "no group %s", control_group);
	*gid = (long)g->gr_gid;
	return TOOL_DONE;
}

/* nng spins when descriptors run out: have enough for every connection it may take. */
static void
raise_files(void)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= FILES)
		return;
	r.rlim_cur = r.rlim_max < FILES ? r.rlim_max : FILES;
	setrlimit(RLIMIT_NOFILE, &r);
}

/* A heap for each thread, and great buffers among what is small, hold on to twice the memory that is in use. */
static void
bound_heaps(void)
{
	mallopt(M_ARENA_MAX, HEAPS);
	mallopt(M_MMAP_THRESHOLD, HEAP_BIG);
	mallopt(M_TRIM_THRESHOLD, HEAP_SPARE);
}

/* para-mine beside this program, else wherever PATH has it. */
static char *
find_miner(char path[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof "para-mine");
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
	if (slash) {
		memcpy(slash + 1, "para-mine", sizeof "para-mine");
		if (access(path, X_OK) == 0)
			return path;
	}
	return strcpy(path, "para-mine");
}

static int
run_until_stopped(struct tool *t, const struct node_config *config, const sigset_t *signals)
{
	struct node_trouble trouble;
	struct watch w = {t, NULL, *signals};
	pthread_t watcher;
	enum err e = node_start(&w.node, &trouble, config);
	if (e)
		return tool_fail(t, end_status(e), "%s", trouble.text[0] ? trouble.text : err_text(e));
	if (pthread_create(&watcher, NULL, watch_signals, &w) != 0) {
		node_stop(w.node);
		e = ERR_NOMEM;
	}
	enum err end = node_wait(w.node);
	if (!e) {
		pthread_cancel(watcher);
		pthread_join(watcher, NULL);
	}
	node_free(w.node);
	e = e ? e : end;
	return e ? tool_fail(t, end_status(e), "%s", err_text(e)) : TOOL_DONE;
}

/* tcp://HOST:PORT */
static int
check_urls(struct tool *t, const char *option, const struct option_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *url = list->item[i], *colon = strrchr(url, ':');
		if (strncmp(url, "tcp://", 6) != 0 || colon < url + 7 || !colon[1] || strlen(url) >= OVERLAY_URL)
			return tool_usage(t, "--%s %s: not of the form tcp://HOST:PORT", option, url);
	}
	return TOOL_DONE;
}

/* Digits, and K, M or G for KiB, MiB or GiB; at most 2^44. */
static int
read_size(uint64_t *out, struct tool *t, const char *option, const char *text)
{
	static const char unit[] = "KMG";
	size_t len = text ? strlen(text) : 0;
	const char *suffix = len ? strchr(unit, text[len - 1]) : NULL;
	unsigned shift = suffix ? 10 * (unsigned)(suffix - unit + 1) : 0;
	*out = 0;
	if (text && number_parse(out, text, len - (suffix != NULL), (UINT64_C(1) << 44) >> shift) != ERR_OK)
		return tool_usage(t, "--%s %s: not a size, such as 500M", option, text);
	*out <<= shift;
	return TOOL_DONE;
}

static int
set_pool(struct node_config *c, struct tool *t)
{
	c->pool_signer = pool_signer == OPTION_NONE ? 0 : (uint32_t)pool_signer;
	return read_size(&c->pool_bytes, t, "pool", pool);
}

static int
set_network(struct node_config *c, struct tool *t)
{
	int status = check_urls(t, "listen", &listens);
	if (!status)
		status = check_urls(t, "advertise", &advertises);
	if (!status)
		status = check_urls(t, "bootstrap", &bootstraps);
	c->listen = listens.item;
	c->listens = (unsigned)listens.count;
	c->advertise = advertises.item;
	c->advertises = (unsigned)advertises.count;
	c->bootstrap = bootstraps.item;
	c->bootstraps = (unsigned)bootstraps.count;
	c->discovery = !no_discovery;
	return status ? status : read_size(&c->offer, t, "offer", offer);
}

static int
run_node(struct tool *t)
{
	struct nodehome home;
	char path[PATH_MAX];
	sigset_t signals;
	if (t->argc)
		return tool_usage(t, "no command %s", t->argv[0]);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	raise_files();
	bound_heaps();
	given_quiet = t->quiet;
	given_verbose = t->verbose;
	struct node_config config = {.log = log_line, .arg = t};
	int status = config_file ? options_file(t, config_file) : TOOL_DONE;
	config.level = log_level(t);
	if (!status)
		status = set_network(&config, t);
	if (!status)
		status = set_pool(&config, t);
	if (!status)
		status = rolenames_read(&config, t, role, &follows);
	if (!status)
		status = find_group(&config.group, t);
	if (status)
		return status;
	status = nodehome_open(&home, t, genesis_file, dev, control);
	if (!status) {
		char *miner[] = {find_miner(path), "work", "-q", "-n", home.control, "-k", home.key_file,
		    t->passphrase_file ? "--passphrase-file" : NULL, (char *)t->passphrase_file, NULL};
		config.dir = home.dir;
		config.genesis = home.has_genesis ? &home.genesis : NULL;
		config.key = home.key;
		config.control = home.control;
		config.miner = dev ? miner : NULL;
		status = run_until_stopped(t, &config, &signals);
	}
	nodehome_free(&home);
	return status;
}

/* --- genesis --- */

static int
run_genesis(struct tool *t)
{
	struct genesis g;
	struct arena arena = {0};
	if (t->argc)
		return tool_usage(t, "no operand is wanted");
	int status = founding_make(&g, &arena, t, &new_one);
	if (!status) {
		view_genesis(output_begin(t), &g);
		output_end(t);
	}
	arena_free(&arena);
	return status;
}

/* --- backup --- */

static int
run_backup(struct tool *t)
{
	char dir[PATH_MAX];
	if (t->argc != 1)
		return tool_usage(t, "one FILE is wanted, or -");
	int status = home_dir(dir, t);
	return status ? status : backup_run(t, dir, t->argv[0]);
}

/* --- snapshots --- */

static const char *expect;

static int
run_snapshot(struct tool *t)
{
	char dir[PATH_MAX];
	if (t->argc != 1)
		return tool_usage(t, "one FILE is wanted, or -");
	int status = home_dir(dir, t);
	return status ? status : snapshot_export(t, dir, t->argv[0]);
}

static int
run_import(struct tool *t)
{
	char dir[PATH_MAX];
	if (t->argc != 1)
		return tool_usage(t, "one FILE is wanted, or -");
	int status = home_dir(dir, t);
	return status ? status : snapshot_import(t, dir, t->argv[0], expect);
}

/* --- reset --- */

static uint64_t reset_to = OPTION_NONE;

static void
warn_loss(void *arg, const struct reset_loss *loss)
{
	uint64_t first = loss->tip_hid - loss->hypers + 1;
	if (!loss->hypers) {
		tool_say(arg, "hyper %" PRIu64 " is the tip: nothing to leave", loss->tip_hid);
		return;
	}
	tool_say(arg, "leaving hyper %" PRIu64 " to %" PRIu64 ", %" PRIu64 " of them final: the chain loses %" PRIu64
	    " blocks; their %" PRIu64 " payloads wait again, and what was built on them is lost",
	    first, loss->tip_hid, loss->final_hid < first ? 0 : loss->final_hid - first + 1, loss->blocks, loss->payloads);
}

static void
print_loss(struct tool *t, const struct reset_loss *loss)
{
	struct json_writer *w = output_begin(t);
	fields_uint(w, "hid", reset_to);
	fields_uint(w, "final_hid", loss->kept_final_hid);
	fields_uint(w, "hypers", loss->hypers);
	fields_uint(w, "blocks", loss->blocks);
	fields_uint(w, "payloads", loss->payloads);
	output_end(t);
}

static int
run_reset(struct tool *t)
{
	char dir[PATH_MAX];
	struct reset_loss loss;
	if (t->argc)
		return tool_usage(t, "no operand is wanted");
	if (reset_to == OPTION_NONE)
		return tool_usage(t, "--to HID is wanted");
	int status = home_dir(dir, t);
	if (status)
		return status;
	enum err e = reset_run(&loss, dir, &(struct reset_config){reset_to, warn_loss, t});
	if (e == ERR_LOCKED)
		return tool_fail(t, TOOL_TROUBLE, "a node runs on %s: stop it first", dir);
	if (e == ERR_PARAMS)
		return tool_fail(t, TOOL_NO, "%s began with a snapshot: what led to it cannot be executed again", dir);
	if (e == ERR_RANGE)
		return tool_fail(t, TOOL_TROUBLE, "the chain in %s ends at hyper %" PRIu64, dir, loss.tip_hid);
	if (e)
		return tool_fail(t, end_status(e), "cannot reset %s: %s", dir,
		    e == ERR_IO ? strerror(errno) : err_text(e));
	print_loss(t, &loss);
	return TOOL_DONE;
}

#define END {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}

static const struct option_entry node_options[] = {
    {0, "genesis", "FILE", "the network of a new directory", OPTION_TEXT, &genesis_file, 0, 0},
    {0, "dev", NULL, "a network of its own: one voter, a block a second, a miner", OPTION_FLAG, &dev, 0, 0},
    {0, "listen", "URL", "let other nodes connect at tcp://HOST:PORT", OPTION_LIST, &listens, 0, 0},
    {0, "advertise", "URL", "tell others to connect there (where it listens)", OPTION_LIST, &advertises, 0, 0},
    {0, "bootstrap", "URL", "a node to begin with", OPTION_LIST, &bootstraps, 0, 0},
    {0, "role", "ROLE", "full, partial or light (as the directory has it; full)", OPTION_TEXT, &role, 0, 0},
    {0, "follow", "NAMES", "a partial node's chains: names with commas between them", OPTION_LIST, &follows, 0, 0},
    {0, "offer", "SIZE", "bytes of bodies to keep for others (0); K, M, G", OPTION_TEXT, &offer, 0, 0},
    {0, "pool", "SIZE", "bytes of payloads that may wait (256M); K, M, G", OPTION_TEXT, &pool, 0, 0},
    {0, "pool-signer", "N", "payloads of one signer that may wait, per chain (200000)", OPTION_NUMBER, &pool_signer, 1,
        UINT32_MAX},
    {0, "no-discovery", NULL, "do not look for nodes of this LAN", OPTION_FLAG, &no_discovery, 0, 0},
    {0, "control", "URL", "control socket (ipc://DIR/node.ipc)", OPTION_TEXT, &control, 0, 0},
    {0, "control-group", "NAME", "let this group use the control socket", OPTION_TEXT, &control_group, 0, 0},
    {0, "config", "FILE", "read options from FILE: name = value lines", OPTION_TEXT, &config_file, 0, 0}, END};

static const struct option_entry genesis_options[] = {
    {0, "name", "NAME", "name of the network (para)", OPTION_TEXT, &new_one.name, 0, 0},
    {0, "time", "MS", "start of slot 0, ms since 1970 (now)", OPTION_NUMBER, &new_one.time_ms, 0, (UINT64_C(1) << 53) - 1},
    {0, "period", "MS", "length of a slot (10000)", OPTION_NUMBER, &new_one.period_ms, 50, 3600000},
    {0, "founder", "ADDRESS", "a node key that votes from the start", OPTION_LIST, &new_one.founders, 0, 0},
    {0, "alloc", "ADDRESS=AMOUNT", "units that an account starts with", OPTION_LIST, &new_one.allocs, 0, 0},
    {0, "epoch", "W", "blocks of an epoch (64)", OPTION_NUMBER, &new_one.epoch, 1, 65536},
    {0, "seals", "N", "seals wanted a slot (64)", OPTION_NUMBER, &new_one.seals, 1, 8192},
    {0, "difficulty", "N", "least difficulty of a seal (65536)", OPTION_NUMBER, &new_one.difficulty, 256, UINT64_MAX},
    {0, "fee", "N", "fee of a registration; 0: bytes of chain 0 are free too", OPTION_NUMBER, &new_one.fee, 0, UINT64_MAX},
    {0, "reward", "N", "units a slot pays at first", OPTION_NUMBER, &new_one.reward, 0, UINT64_MAX},
    {0, "solo", NULL, "development: the only founder votes alone", OPTION_FLAG, &new_one.solo, 0, 0}, END};

static const struct option_entry reset_options[] = {
    {0, "to", "HID", "the last hyper block that stays; 0: the genesis alone", OPTION_NUMBER, &reset_to, 0, UINT64_MAX - 1}, END};

static const struct option_entry import_options[] = {
    {0, "expect", "HASH", "a hyper block that must be in the snapshot", OPTION_TEXT, &expect, 0, 0},
    {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}};

static const struct command commands[] = {
    {"", NULL, "Runs a node in the foreground.", OPTIONS_DIR | OPTIONS_KEY, node_options, run_node, NULL},
    {"genesis", NULL, "Prints the genesis of a new network.", OPTIONS_OUTPUT, genesis_options, run_genesis, NULL},
    {"follow", "CHAIN", "Makes a running node follow a chain.", OPTIONS_NODE | OPTIONS_OUTPUT, NULL, rolenames_follow,
        NULL},
    {"unfollow", "CHAIN", "Makes a running node leave a chain; frees its disk.", OPTIONS_NODE | OPTIONS_OUTPUT, NULL,
        rolenames_unfollow, NULL},
    {"backup", "FILE", "Copies the store of a running node to FILE.", OPTIONS_DIR | OPTIONS_OUTPUT, NULL, run_backup,
        NULL},
    {"snapshot", "FILE", "Writes the final state of a running node to FILE.", OPTIONS_DIR | OPTIONS_OUTPUT, NULL,
        run_snapshot, NULL},
    {"import", "FILE", "Makes a new directory of a snapshot.", OPTIONS_DIR | OPTIONS_OUTPUT, import_options, run_import,
        NULL},
    {"reset", NULL, "Leaves the blocks after one, final ones too.", OPTIONS_DIR | OPTIONS_OUTPUT, reset_options, run_reset,
        NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	return options_main(&(struct program){"para-node", "a node of a network.", commands}, argc, argv);
}
