/*
 * remote: calls to a node's control socket, as JSON-RPC 2.0. Connects at the first call, looks the socket up anew at
 * every try, and connects again when the node went away between two calls.
 * Source of the rule: para-rpc(7).
 */
#ifndef TOOL_REMOTE_H
#define TOOL_REMOTE_H

#include "json/json.h"
#include "tool/tool.h"

/* Zero-initialise; answer_free releases it, also after a failure. */
struct answer {
	int status; /* 0, or the exit status that tells of the error */
	const struct json *result; /* NULL unless status is 0; lives as long as the answer */
	struct json *document;
	char name[32];     /* the node's word for the error: "not_found"; "" when it had none */
	char message[256]; /* a sentence */
};

enum { REMOTE_TIMEOUT_MS = 30000 };

/*
 * One call. params holds a JSON object; NULL or empty: {}. Returns answer->status; prints nothing. The node is tried for
 * --connect-timeout; the answer may take timeout_ms.
 */
int remote_call(struct answer *out, struct tool *t, const char *method, const struct buf *params, unsigned timeout_ms);
void answer_free(struct answer *a);

/* The same for what runs for ever: a node that is away is tried again for away_ms. */
int remote_patient(struct answer *out, struct tool *t, const char *method, const struct buf *params, unsigned timeout_ms,
    unsigned away_ms);

/* The same, and says what failed ("para-inspect: hyper 99: not found") when it did. */
int remote_ask(struct answer *out, struct tool *t, const char *method, const struct buf *params, const char *what);

/* Pipelining: requests sent ahead, answers in their order; at most CLIENT_AHEAD under way. Same rules otherwise. */
int remote_send(struct answer *error, struct tool *t, const char *method, const struct buf *params);
int remote_receive(struct answer *out, struct tool *t);

/* Forgets the connection, so that the next call makes a new one. */
void remote_close(struct tool *t);

/* A chain operand as a JSON value: a number when it is decimal digits, else a string. */
void remote_put_chain(struct json_writer *w, const char *chain);

#endif
