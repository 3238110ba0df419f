/* prove: checks proofs on stdin by themselves, and whether their hyper block is one that somebody trusts. */
#ifndef TOOL_PROVE_H
#define TOOL_PROVE_H

#include "tool/tool.h"

/*
 * A line of results for each proof. Anchored: the hyper block is the one in header (a file with its hash, its encoding
 * in hex, or the JSON of `para-inspect hyper`), or the node, asked at once, knows it. A proof that is not valid, or
 * that whoever was asked does not know, is TOOL_NO.
 */
int prove_run(struct tool *t, const char *header);

#endif
