/*
 * pages_impl: LMDB's file, as far as a walk through it needs it (data format 1, 64-bit, little-endian).
 *
 *     page    number u64 | pad u16 | flags u16 | lower u16, upper u16, or for overflow pages: count u32 | 16: pointers
 *     node    low u16, high u16 | flags u16 | key length u16 | key | data, or a page number with NODE_BIG
 *             low, high: the data's length; in a branch the child's number, whose highest part are the flags
 *     tree    page size u32 | flags u16 | depth u16 | branch, leaf, overflow pages, entries, root: u64 each
 *     meta    page 0 and 1 by turns, at 16: magic u32 | version u32 | address, map size u64 | tree of the free list |
 *             main tree | last page u64 | transaction u64
 */
#ifndef STORE_PAGES_IMPL_H
#define STORE_PAGES_IMPL_H

#include "store/store_impl.h"

enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8, PAGE_KINDS = 0x6f };
enum { NODE_BIG = 1, NODE_TREE = 2 };
enum { PAGE_HEAD = 16, NODE_HEAD = 8, TREE_BYTES = 48, PAGE_MOST = 65536, KEY_MOST = 511 };

struct tree {
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries, root;
};

struct page {
	uint64_t number;
	uint16_t flags, lower, upper;
	uint32_t count;
	const uint8_t *at;
};

struct node {
	uint16_t flags;
	struct bytes key;
	uint64_t child;   /* of a branch */
	uint64_t len;     /* of a leaf's data */
	const uint8_t *data; /* of a leaf: the data, or the overflow page's number */
};

struct meta {
	uint64_t page_bytes, last, txn_id;
	struct tree free, main;
};

/* Reads page `number`; ERR_CORRUPT beyond the file's end. */
enum err page_read(uint8_t *out, int fd, uint64_t number, size_t page_bytes);

struct page page_of(const uint8_t *at);

/* ERR_CORRUPT when the node does not lie inside its page. */
enum err page_node(struct node *out, const struct page *page, size_t page_bytes, uint32_t i);

struct tree tree_of(const uint8_t *at);

/* The metas of both first pages. ERR_CORRUPT when they do not fit each other. */
enum err meta_read(struct meta meta[static 2], int fd);

#endif
