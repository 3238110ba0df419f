#include "tool/play.h"

#include "json/fields.h"
#include "json/game.h"
#include "tool/document.h"
#include "tool/output.h"

enum { FILE_MOST = 1 << 20 };

static void
print_round(struct tool *t, const struct equilibrium_round *r)
{
	struct json_writer *w = output_begin(t);

	fields_uint(w, "round", r->round);
	fields_uint(w, "seals", r->seals);
	fields_decimal(w, "difficulty", r->difficulty);
	fields_decimal(w, "spent", r->spent.units);
	fields_decimal(w, "paid", r->paid.units);
	output_end(t);
}

static int
play(struct tool *t, struct equilibrium *game, uint64_t rounds)
{
	struct equilibrium_round r;
	enum err e = equilibrium_check(game);

	while (!e && game->round < rounds) {
		e = equilibrium_play(&r, game);
		if (!e)
			print_round(t, &r);
	}
	if (e)
		return tool_fail(t, TOOL_NO, "round %llu: %s", (unsigned long long)game->round, err_text(e));
	return TOOL_DONE;
}

int
play_file(struct tool *t, const char *path)
{
	struct arena arena = {0};
	struct equilibrium game;
	struct json *document;
	const char *shown, *field = NULL;
	uint64_t rounds = 0;
	int status = document_read(&document, &shown, t, path, FILE_MOST, TOOL_NO);

	if (status)
		return status;
	enum err e = game_read(&game, &rounds, &arena, &field, document);
	if (!e)
		status = play(t, &game, rounds);
	else
		status = tool_fail(t, e == ERR_NOMEM ? TOOL_TROUBLE : TOOL_NO, "%s is no game of miners: %s%s%s", shown,
		    err_text(e), field ? ": " : "", field ? field : "");
	json_free(document);
	arena_free(&arena);
	return status;
}
