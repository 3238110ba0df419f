/*
 * game: the miners' game (consensus/equilibrium.h) as a JSON document, strict.
 *
 *     {"reward":"1000000000","seals":64,"retarget":16,"difficulty":"65536","rounds":200,
 *      "miners":[{"cost":"1000"},{"cost":"1200"}]}
 *
 * seals is n*; difficulty is the least, where the game begins; cost is in base units for 2^20 tries. With a member "n0"
 * (a number) the naive rule is played.
 */
#ifndef JSON_GAME_H
#define JSON_GAME_H

#include "base/arena.h"
#include "consensus/equilibrium.h"
#include "json/json.h"

enum { GAME_ROUNDS = 1000000 };

/*
 * *rounds: 1 .. GAME_ROUNDS. The miners live in the arena. An unknown, missing or refused member is named in *field
 * (static or borrowed from j) as in json/view.h. ERR_FIELD, ERR_RANGE, ERR_NUMBER, ERR_OVERFLOW, ERR_NOMEM.
 */
enum err game_read(struct equilibrium *out, uint64_t *rounds, struct arena *arena, const char **field,
    const struct json *j);

#endif
