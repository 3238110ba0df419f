/*
 * nodehome: what lies in a node's data directory beside its store, and how a new one is made.
 *
 *     DIR/node.key       the voter's key, made at the first start
 *     DIR/genesis.json   --dev only: the network's genesis; marks the directory as one of --dev
 *     DIR/faucet.key     --dev only: holds all units
 *     DIR/node.ipc       the control socket
 */
#ifndef TOOL_NODEHOME_H
#define TOOL_NODEHOME_H

#include <limits.h>

#include "chain/genesis.h"
#include "crypto/sign.h"
#include "tool/tool.h"

struct nodehome {
	char dir[PATH_MAX], key_file[PATH_MAX], control[PATH_MAX + 16];
	struct sign_key *key;
	struct arena arena;
	struct genesis genesis; /* when has_genesis */
	bool has_genesis;
};

/*
 * Makes what lacks and loads key and genesis; nothing is made where no network is and none is given. dev: a network of
 * its own, of genesis_file when it is not NULL. control NULL: the socket in the directory. 0, or a status with the
 * message printed. nodehome_free in any case.
 */
int nodehome_open(struct nodehome *out, struct tool *t, const char *genesis_file, bool dev, const char *control);
void nodehome_free(struct nodehome *h);

#endif
