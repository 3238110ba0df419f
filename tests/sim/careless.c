#include "careless.h"

#include "consensus/difficulty.h"
#include "consensus/pool.h"
#include "consensus/tree.h"

static enum careless careless;

void
careless_be(enum careless how)
{
	careless = how;
}

bool __wrap_work_meets(const struct hash *work, uint64_t difficulty);
bool __real_work_meets(const struct hash *work, uint64_t difficulty);
void __wrap_pool_flush(struct pool *p, struct effects *out, uint64_t final_hid);
void __real_pool_flush(struct pool *p, struct effects *out, uint64_t final_hid);
size_t __wrap_pool_droppable(const struct pool *p, uint64_t final_hid, uint64_t next_hid);
size_t __real_pool_droppable(const struct pool *p, uint64_t final_hid, uint64_t next_hid);
void __wrap_tree_fold(struct node *node);
void __real_tree_fold(struct node *node);
uint64_t __wrap_difficulty_slot(const struct genesis *g, uint64_t d, uint64_t parent_slot, uint64_t slot);
uint64_t __real_difficulty_slot(const struct genesis *g, uint64_t d, uint64_t parent_slot, uint64_t slot);

bool
__wrap_work_meets(const struct hash *work, uint64_t difficulty)
{
	return careless == CARELESS_WORK || __real_work_meets(work, difficulty);
}

bool
careless_worked(const struct hash *work, uint64_t difficulty)
{
	return __real_work_meets(work, difficulty);
}

void
__wrap_pool_flush(struct pool *p, struct effects *out, uint64_t final_hid)
{
	__real_pool_flush(p, out, careless == CARELESS_POOL ? p->tip_hid : final_hid);
}

size_t
__wrap_pool_droppable(const struct pool *p, uint64_t final_hid, uint64_t next_hid)
{
	return __real_pool_droppable(p, careless == CARELESS_POOL ? next_hid : final_hid, next_hid);
}

void
__wrap_tree_fold(struct node *node)
{
	if (careless != CARELESS_FOLD)
		__real_tree_fold(node);
}

uint64_t
__wrap_difficulty_slot(const struct genesis *g, uint64_t d, uint64_t parent_slot, uint64_t slot)
{
	return careless == CARELESS_GAPS ? d : __real_difficulty_slot(g, d, parent_slot, slot);
}
