/* para-node: a node in the foreground, and what an operator does with its directory. para-node(1). */
#include <grp.h>
#include <string.h>

#include "json/view.h"
#include "node/node.h"
#include "overlay/overlay.h"
#include "tool/backup.h"
#include "tool/founding.h"
#include "tool/home.h"
#include "tool/nodehome.h"
#include "tool/options.h"
#include "tool/output.h"
#include "tool/rewind.h"
#include "tool/rolenames.h"
#include "tool/serve.h"
#include "tool/snapshot.h"

static const char *genesis_file, *control, *control_group, *config_file;
static const char *role;
static const char *offer, *pool;
static uint64_t pool_signer = OPTION_NONE;
static struct option_list listens, advertises, bootstraps, follows;
static bool dev, no_discovery;

static struct founding new_one = {.name = "para", .fee = OPTION_NONE, .reward = OPTION_NONE, .time_ms = OPTION_NONE};

/* --- the node --- */

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
	struct serve serve;
	char path[PATH_MAX];
	if (t->argc)
		return tool_usage(t, "no command %s", t->argv[0]);
	serve_begin(&serve, t, config_file);
	struct node_config config = {.log = serve_log, .arg = t};
	int status = config_file ? options_file(t, config_file) : TOOL_DONE;
	config.level = serve_level(t);
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
		char *miner[] = {serve_miner(path), "work", "-q", "-n", home.control, "-k", home.key_file,
		    t->passphrase_file ? "--passphrase-file" : NULL, (char *)t->passphrase_file, NULL};
		config.dir = home.dir;
		config.genesis = home.has_genesis ? &home.genesis : NULL;
		config.key = home.key;
		config.control = home.control;
		config.miner = dev ? miner : NULL;
		status = serve_node(&serve, &config);
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

static int
run_reset(struct tool *t)
{
	char dir[PATH_MAX];
	if (t->argc)
		return tool_usage(t, "no operand is wanted");
	if (reset_to == OPTION_NONE)
		return tool_usage(t, "--to HID is wanted");
	int status = home_dir(dir, t);
	return status ? status : rewind_run(t, dir, reset_to);
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
