#include "json/game.h"

#include "crypto/work.h"
#include "json/view_impl.h"

enum { RETARGET_MOST = 65536 };

static enum err
read_miners(struct equilibrium *g, struct arena *arena, const char **field, const struct json *j)
{
	static const char *const name[] = {"cost", NULL};
	const struct json *at = json_first(j);
	size_t count = json_count(j);
	enum err e = ERR_OK;

	*field = "miners";
	if (json_kind_of(j) != JSON_ARRAY)
		return ERR_FIELD;
	if (count == 0 || count > EQUILIBRIUM_MINERS)
		return ERR_RANGE;
	g->miners = (uint32_t)count;
	g->miner = arena_alloc(arena, count, sizeof(*g->miner));
	if (!g->miner)
		return ERR_NOMEM;
	for (size_t i = 0; i < count && !e; i++, at = json_next(at)) {
		g->miner[i] = (struct equilibrium_miner){0};
		*field = "miners";
		e = view_expect(at, name, field);
		if (e)
			break;
		*field = "cost";
		e = json_decimal(&g->miner[i].cost, json_member(at, *field));
	}
	return e;
}

static enum err
read_number(uint64_t *out, const char **field, const struct json *j, const char *name, uint64_t most)
{
	enum err e;

	*field = name;
	e = json_uint(out, json_member(j, name), most);
	return e ? e : *out == 0 ? ERR_RANGE : ERR_OK;
}

static enum err
read_amounts(struct equilibrium *g, const char **field, const struct json *j)
{
	uint64_t difficulty;
	enum err e;

	*field = "difficulty";
	e = json_decimal(&difficulty, json_member(j, *field));
	if (!e && difficulty < WORK_DIFFICULTY_LEAST)
		e = ERR_RANGE;
	if (e)
		return e;
	g->difficulty = g->genesis.difficulty = difficulty;
	*field = "reward";
	e = json_decimal(&g->genesis.reward.units, json_member(j, *field));
	return e ? e : g->genesis.reward.units > EQUILIBRIUM_UNITS_MOST ? ERR_RANGE : ERR_OK;
}

static enum err
read_counts(struct equilibrium *g, uint64_t *rounds, const char **field, const struct json *j)
{
	uint64_t seals = 0, retarget = 0;
	enum err e = read_number(&seals, field, j, "seals", LIMIT_SEALS);

	if (!e)
		e = read_number(&retarget, field, j, "retarget", RETARGET_MOST);
	if (!e)
		e = read_number(rounds, field, j, "rounds", GAME_ROUNDS);
	equilibrium_start(g, (uint32_t)seals, 0);
	g->genesis.retarget = (uint32_t)retarget;
	if (e || !json_member(j, "n0"))
		return e;
	*field = "n0";
	g->by_block = true;
	return json_uint(&g->n0, json_member(j, *field), LIMIT_SEALS);
}

enum err
game_read(struct equilibrium *out, uint64_t *rounds, struct arena *arena, const char **field, const struct json *j)
{
	static const char *const name[] = {"reward", "seals", "retarget", "difficulty", "rounds", "miners", "n0", NULL};
	static const char *const by_work[] = {"reward", "seals", "retarget", "difficulty", "rounds", "miners", NULL};
	enum err e;

	*field = NULL;
	e = view_expect(j, json_member(j, "n0") ? name : by_work, field);
	if (!e)
		e = read_counts(out, rounds, field, j);
	if (!e)
		e = read_amounts(out, field, j);
	return e ? e : read_miners(out, arena, field, json_member(j, "miners"));
}
