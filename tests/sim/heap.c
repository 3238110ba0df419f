#include "heap.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);

/* Sizes in classes, four to a doubling: the lowest is 32 bytes, the highest half of SLAB. Longer ones are the system's. */
enum { LEAST = 5, STEPS = 4, SLAB = 1 << 22, CLASSES = (21 - LEAST) * STEPS + 1, HUGE = CLASSES };

struct piece {
	alignas(max_align_t) size_t size; /* as asked for */
	uint32_t class;
	enum heap_owner owner;
	alignas(max_align_t) struct piece *next; /* of the free ones; what is in use has its bytes here */
};

enum { HEAD = offsetof(struct piece, next) };

struct slab {
	alignas(max_align_t) struct slab *next;
	alignas(max_align_t) uint8_t data[];
};

static struct piece *idle[CLASSES];
static struct slab *slabs; /* the first one is being cut */
static size_t slab_left;
static uint64_t taken[HEAP_OWNERS];
static enum heap_owner owner;
static uint64_t left = UINT64_MAX; /* pieces to be given */

enum heap_owner
heap_for(enum heap_owner who)
{
	enum heap_owner before = owner;

	owner = who;
	return before;
}

void
heap_end(uint64_t pieces)
{
	left = pieces;
}

uint64_t
heap_taken(enum heap_owner who)
{
	return taken[who];
}

void
heap_rest(void)
{
	if (taken[HEAP_WORLD] || taken[HEAP_CORES])
		return;
	for (struct slab *next; slabs; slabs = next) {
		next = slabs->next;
		munmap(slabs, SLAB);
	}
	memset(idle, 0, sizeof idle);
	slab_left = 0;
}

static uint32_t
class_of(size_t size)
{
	uint32_t bits, part;

	if (size <= (size_t)1 << LEAST)
		return 0;
	if (size > SLAB / 2)
		return HUGE;
	bits = 63 - (uint32_t)__builtin_clzl(size - 1);
	part = (uint32_t)((size - 1) >> (bits - 2) & (STEPS - 1));
	return (bits - LEAST) * STEPS + part + 1;
}

static size_t
size_of(uint32_t class)
{
	size_t low = (size_t)1 << (LEAST + class / STEPS);

	return low + low / STEPS * (class % STEPS);
}

static void *
ask_system(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static struct piece *
cut(size_t size)
{
	if (slab_left < size) {
		struct slab *s = ask_system(SLAB);
		if (!s)
			return NULL;
		s->next = slabs;
		slabs = s;
		slab_left = SLAB - sizeof *s;
	}
	slab_left -= size;
	return (struct piece *)(void *)((uint8_t *)slabs + sizeof *slabs + slab_left);
}

static struct piece *
take(size_t all)
{
	uint32_t class = class_of(all);
	struct piece *p;

	if (class == HUGE) {
		p = ask_system(all);
	} else if ((p = idle[class])) {
		idle[class] = p->next;
	} else {
		p = cut(size_of(class));
	}
	if (p)
		p->class = class;
	return p;
}

void *
__wrap_malloc(size_t size)
{
	struct piece *p = size < PTRDIFF_MAX && left ? take(size + HEAD) : NULL;

	if (!p)
		return NULL;
	left--;
	p->size = size;
	p->owner = owner;
	taken[owner] += size;
	return (uint8_t *)p + HEAD;
}

static struct piece *
piece_of(void *p)
{
	return (struct piece *)(void *)((uint8_t *)p - HEAD);
}

void
__wrap_free(void *at)
{
	struct piece *p = at ? piece_of(at) : NULL;

	if (!p)
		return;
	taken[p->owner] -= p->size;
	if (p->class == HUGE) {
		munmap(p, p->size + HEAD);
		return;
	}
	p->next = idle[p->class];
	idle[p->class] = p;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *p = size && n > SIZE_MAX / size ? NULL : __wrap_malloc(n * size);

	return p ? memset(p, 0, n * size) : NULL;
}

void *
__wrap_realloc(void *at, size_t size)
{
	struct piece *p = at ? piece_of(at) : NULL;
	void *wider;

	if (p && p->class != HUGE && size < SLAB && size + HEAD <= size_of(p->class)) {
		taken[p->owner] += size - p->size;
		p->size = size;
		return at;
	}
	wider = __wrap_malloc(size);
	if (!p || !wider)
		return wider;
	memcpy(wider, at, p->size < size ? p->size : size);
	__wrap_free(at);
	return wider;
}
