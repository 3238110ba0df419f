#include "tool/nodehome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/clock.h"
#include "tool/genesisfile.h"
#include "tool/home.h"
#include "tool/keyfile.h"

enum { DEV_PERIOD_MS = 1000, DEV_DIFFICULTY = 256 };
#define DEV_UNITS UINT64_C(1000000000000000)

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The directory and those above it, the last for its owner alone. */
static int
make_directory(struct tool *t, const char *dir)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s", dir);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return TOOL_DONE;
	return tool_fail(t, TOOL_TROUBLE, "cannot make %s: %s", dir, strerror(errno));
}

static int
make_key(struct tool *t, const char *path)
{
	struct pubkey key;
	enum err e = keyfile_new(&key, path, NULL);
	if (!e || e == ERR_EXISTS)
		return TOOL_DONE;
	return tool_fail(t, TOOL_TROUBLE, "cannot make key %s: %s", path, e == ERR_IO ? strerror(errno) : err_text(e));
}

static int
load_key(struct nodehome *h, struct tool *t)
{
	int status = TOOL_DONE;
	if (t->key)
		snprintf(h->key_file, sizeof h->key_file, "%s", t->key);
	else
		status = home_path(h->key_file, t, h->dir, "node.key");
	if (!status && !t->key)
		status = make_key(t, h->key_file);
	return status ? status : keyfile_load(&h->key, t, h->key_file);
}

/* Solo, a block a second, nothing costs anything, and the faucet has it all. */
static int
dev_genesis(struct nodehome *h, struct tool *t)
{
	char path[PATH_MAX];
	struct pubkey faucet;
	bool encrypted;
	int status = home_path(path, t, h->dir, "faucet.key");
	if (!status)
		status = make_key(t, path);
	if (!status)
		status = keyfile_public(&faucet, &encrypted, t, path);
	if (status)
		return status;
	struct genesis *g = &h->genesis;
	genesis_defaults(g);
	memcpy(g->name, "dev", sizeof "dev");
	g->time_ms = clock_now_ms();
	g->period_ms = DEV_PERIOD_MS;
	g->difficulty = DEV_DIFFICULTY;
	g->register_fee.units = g->byte_fee.units = 0;
	g->solo = true;
	g->founder = arena_alloc(&h->arena, 1, sizeof *g->founder);
	g->alloc = arena_alloc(&h->arena, 1, sizeof *g->alloc);
	if (!g->founder || !g->alloc)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	g->founders = g->allocs = 1;
	g->founder[0] = *sign_key_public(h->key);
	memcpy(g->alloc[0].account, faucet.b, sizeof faucet.b);
	g->alloc[0].amount.units = DEV_UNITS;
	return TOOL_DONE;
}

/* Nothing else can spend what --dev has given it: a key that is gone is not passed over in silence. */
static int
check_faucet(const struct nodehome *h, struct tool *t)
{
	const struct genesis *g = &h->genesis;
	char path[PATH_MAX];
	struct pubkey faucet;
	bool encrypted;
	if (strcmp(g->name, "dev") != 0 || g->allocs != 1 || g->alloc[0].amount.units != DEV_UNITS)
		return TOOL_DONE;
	int status = home_path(path, t, h->dir, "faucet.key");
	if (!status && !exists(path)) {
		tool_say(t, "%s is not there: nobody can spend what the faucet holds without it", path);
		return TOOL_DONE;
	}
	if (!status)
		status = keyfile_public(&faucet, &encrypted, t, path);
	if (!status && memcmp(g->alloc[0].account, faucet.b, sizeof faucet.b) != 0)
		tool_say(t, "%s is not the key of this network's faucet", path);
	return status;
}

static int
need_solo(const struct nodehome *h, struct tool *t)
{
	return h->genesis.solo ? TOOL_DONE : tool_fail(t, TOOL_TROUBLE, "--dev: network %s is not solo", h->genesis.name);
}

/* The genesis that marks the directory is written before the store: a store without it is another's. */
static int
open_dev(struct nodehome *h, struct tool *t, bool stored)
{
	char mark[PATH_MAX];
	int status = home_path(mark, t, h->dir, "genesis.json");
	if (status)
		return status;
	if (stored && !exists(mark))
		return tool_fail(t, TOOL_TROUBLE, "%s belongs to a network that --dev did not make", h->dir);
	if (!h->has_genesis && exists(mark)) {
		status = genesisfile_read(&h->genesis, &h->arena, t, mark);
		status = status ? status : check_faucet(h, t);
	} else if (!h->has_genesis) {
		status = dev_genesis(h, t);
	}
	if (!status)
		status = need_solo(h, t);
	h->has_genesis = !status;
	return status || exists(mark) ? status : genesisfile_write(t, mark, &h->genesis);
}

/* Files that are given, before anything is made for them. */
static int
read_given(struct nodehome *h, struct tool *t, const char *genesis_file, bool dev)
{
	int status = genesis_file ? genesisfile_read(&h->genesis, &h->arena, t, genesis_file) : TOOL_DONE;
	h->has_genesis = genesis_file && !status;
	if (!status && h->has_genesis && dev)
		status = need_solo(h, t);
	return status || !t->key ? status : load_key(h, t);
}

int
nodehome_open(struct nodehome *h, struct tool *t, const char *genesis_file, bool dev, const char *control)
{
	char store[PATH_MAX];
	*h = (struct nodehome){.has_genesis = false};
	int status = home_dir(h->dir, t);
	if (!status)
		status = home_path(store, t, h->dir, "data.mdb");
	if (status)
		return status;
	bool stored = exists(store);
	if (!stored && !genesis_file && !dev)
		return tool_fail(t, TOOL_TROUBLE, "%s holds no network yet: a new one needs --genesis FILE or --dev", h->dir);
	if (control && home_check_url(t, "option --control", control))
		return TOOL_TROUBLE;
	if (control)
		snprintf(h->control, sizeof h->control, "%s", control);
	else
		snprintf(h->control, sizeof h->control, "ipc://%s/node.ipc", h->dir);
	status = read_given(h, t, genesis_file, dev);
	if (!status)
		status = make_directory(t, h->dir);
	if (!status && !h->key)
		status = load_key(h, t);
	return status || !dev ? status : open_dev(h, t, stored);
}

void
nodehome_free(struct nodehome *h)
{
	sign_key_free(h->key);
	arena_free(&h->arena);
}
