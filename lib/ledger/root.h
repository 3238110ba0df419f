/* root: how the parts of chain 0's state make one root. Source of the rule: para-protocol(7), EXECUTION. */
#ifndef LEDGER_ROOT_H
#define LEDGER_ROOT_H

#include "crypto/hash.h"

struct hash root_of_para(const struct hash *registry, const struct hash *accounts);

#endif
