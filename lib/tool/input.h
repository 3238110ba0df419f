/*
 * input: lines of stdin or a file, with a bound, and operands that come from the command line or from stdin.
 *
 * Output is flushed whenever the input pauses, so that a pipeline never waits for a full buffer.
 */
#ifndef TOOL_INPUT_H
#define TOOL_INPUT_H

#include "base/bytes.h"
#include "chain/limits.h"
#include "tool/tool.h"

/* The longest line: the largest seal in hex and some JSON around it. */
enum { INPUT_LINE = 2 * LIMIT_SEAL_BYTES + 65536 };

struct input {
	const char *name; /* NULL: stdin */
	int fd;
	uint64_t line; /* of the line handed out last; 0: none yet */
	struct buf held;
	size_t at;
	bool end, failed; /* failed: it ended because it could not be read */
};

/* path NULL or "-" is stdin. 0, or TOOL_TROUBLE with the message printed. */
int input_open(struct input *in, struct tool *t, const char *path);
void input_close(struct input *in);

/*
 * The next line without its newline, borrowed until the next call. False at the end. A line over INPUT_LINE is reported
 * (status 1) and skipped; a read error is reported and ends the input. Results held back are flushed before it waits.
 */
bool input_next(struct input *in, struct bytes *line, struct tool *t);

/* Is another line there without waiting? True at the end of the input too. */
bool input_ready(struct input *in);

/* All that is left, appended; TOOL_TROUBLE with the message printed when it is over most bytes. */
int input_all(struct input *in, struct buf *out, struct tool *t, size_t most);

/* The operands of the command, or the lines of stdin when there are none or one is "-". Empty lines are skipped. */
struct operands {
	int at;
	bool lines; /* the operand handed out last is a line of in */
	struct input in;
	struct buf text;
};

void operands_start(struct operands *o);

/*
 * NUL-terminated, borrowed until the next call; NULL at the end. A line with a NUL inside is reported and skipped.
 * Until the next call tool_fail names the line of an operand that came from stdin.
 */
const char *operands_next(struct operands *o, struct tool *t);
void operands_end(struct operands *o, struct tool *t);

/* Calls one for every operand, the rest too after one that fails. TOOL_DONE: t->status tells. */
int operands_each(struct tool *t, int (*one)(struct tool *, const char *));

#endif
