#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/pages_impl.h"

#define META_MAGIC 0xbeefc0deu

enum { META_VERSION = 1, META_BYTES = 136, META_REST = 24 };

static uint16_t
u16_at(const uint8_t *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static uint32_t
u32_at(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static uint64_t
u64_at(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static enum err
read_at(uint8_t *out, int fd, size_t len, uint64_t offset)
{
	while (len > 0) {
		ssize_t n = pread(fd, out, len, (off_t)offset);

		if (n == 0)
			return ERR_CORRUPT;
		if (n < 0 && errno != EINTR)
			return store_error(errno);
		if (n > 0) {
			out += n;
			len -= (size_t)n;
			offset += (uint64_t)n;
		}
	}
	return ERR_OK;
}

enum err
page_read(uint8_t *out, int fd, uint64_t number, size_t page_bytes)
{
	return number > INT64_MAX / page_bytes - 1 ? ERR_CORRUPT : read_at(out, fd, page_bytes, number * page_bytes);
}

struct page
page_of(const uint8_t *at)
{
	return (struct page){.number = u64_at(at), .flags = u16_at(at + 10), .lower = u16_at(at + 12),
	    .upper = u16_at(at + 14), .count = u32_at(at + 12), .at = at};
}

enum err
page_node(struct node *out, const struct page *page, size_t page_bytes, uint32_t i)
{
	size_t offset = u16_at(page->at + PAGE_HEAD + 2 * i), room;
	const uint8_t *at = page->at + offset;
	size_t key_len;

	if (offset < page->upper || offset + NODE_HEAD > page_bytes)
		return ERR_CORRUPT;
	room = page_bytes - offset - NODE_HEAD;
	key_len = u16_at(at + 6);
	if (key_len > KEY_MOST || key_len > room)
		return ERR_CORRUPT;
	out->flags = u16_at(at + 4);
	out->key = (struct bytes){at + NODE_HEAD, key_len};
	out->len = u32_at(at);
	out->child = out->len | (uint64_t)out->flags << 32;
	out->data = at + NODE_HEAD + key_len;
	if (page->flags & PAGE_BRANCH)
		return ERR_OK;
	return (out->flags & NODE_BIG ? 8 : out->len) > room - key_len ? ERR_CORRUPT : ERR_OK;
}

struct tree
tree_of(const uint8_t *at)
{
	return (struct tree){.flags = u16_at(at + 4), .depth = u16_at(at + 6), .branches = u64_at(at + 8),
	    .leaves = u64_at(at + 16), .overflows = u64_at(at + 24), .entries = u64_at(at + 32),
	    .root = u64_at(at + 40)};
}

static enum err
read_meta(struct meta *out, const uint8_t *at, uint64_t number)
{
	struct page page = page_of(at);
	const uint8_t *meta = at + PAGE_HEAD, *trees = meta + META_REST;

	if (page.number != number || !(page.flags & PAGE_META) || u32_at(meta) != META_MAGIC ||
	    u32_at(meta + 4) != META_VERSION)
		return ERR_CORRUPT;
	out->page_bytes = u32_at(trees);
	out->free = tree_of(trees);
	out->main = tree_of(trees + TREE_BYTES);
	out->last = u64_at(trees + 2 * TREE_BYTES);
	out->txn_id = u64_at(trees + 2 * TREE_BYTES + 8);
	if (out->page_bytes < 512 || out->page_bytes > PAGE_MOST || (out->page_bytes & (out->page_bytes - 1)))
		return ERR_CORRUPT;
	return ERR_OK;
}

/* Transactions write the metas by turns: page n has an id of n's parity, and the other is its neighbour. */
static bool
metas_agree(const struct meta meta[static 2])
{
	uint64_t even = meta[0].txn_id, odd = meta[1].txn_id;

	if (meta[0].page_bytes != meta[1].page_bytes)
		return false;
	if (even == 0 && odd == 0)
		return true;
	return even % 2 == 0 && odd % 2 == 1 && (even > odd ? even - odd : odd - even) == 1;
}

enum err
meta_read(struct meta meta[static 2], int fd)
{
	uint8_t at[PAGE_HEAD + META_BYTES];
	enum err e = read_at(at, fd, sizeof(at), 0);

	if (!e)
		e = read_meta(&meta[0], at, 0);
	if (!e)
		e = read_at(at, fd, sizeof(at), meta[0].page_bytes);
	if (!e)
		e = read_meta(&meta[1], at, 1);
	if (e)
		return e;
	return metas_agree(meta) ? ERR_OK : ERR_CORRUPT;
}

enum err
pages_head(struct pages_head *out, int fd)
{
	struct meta meta[2], *newest;
	struct stat st;
	enum err e;

	memset(out, 0, sizeof(*out));
	if (fstat(fd, &st) < 0)
		return store_error(errno);
	out->size = (uint64_t)st.st_size;
	if (out->size == 0)
		return ERR_OK;
	e = meta_read(meta, fd);
	if (e)
		return e;
	newest = &meta[meta[1].txn_id > meta[0].txn_id];
	if (newest->last > INT64_MAX / newest->page_bytes - 1)
		return ERR_CORRUPT;
	out->needed = (newest->last + 1) * newest->page_bytes;
	return ERR_OK;
}
