/*
 * registry: the chains that chain 0 knows, and the root over them.
 *
 *     registry root = Merkle root over the chains, ascending by number; leaf of number u32 | HID u64 | owner 32 |
 *     spec hash 32
 */
#ifndef LEDGER_REGISTRY_H
#define LEDGER_REGISTRY_H

#include "ledger/ledger.h"

/* Of the spec, whole. Writes the chain under its number and name, and raises the count to number + 1. The name and number are free. */
enum err registry_add(struct ledger_view *view, const struct registered *chain);

/* Computed when the registry has changed since it was kept, else read. */
enum err registry_root(struct ledger_view *view, struct hash *root);

/* A chain's whole spec, its lists in the arena. */
enum err registry_spec(struct ledger_view *view, struct spec *out, struct arena *arena, uint32_t number);

#endif
