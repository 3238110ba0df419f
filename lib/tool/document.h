/*
 * document: a file, or stdin, that is one JSON document.
 */
#ifndef TOOL_DOCUMENT_H
#define TOOL_DOCUMENT_H

#include "json/json.h"
#include "tool/tool.h"

/*
 * The document at path, to be freed; "-" and NULL are stdin. A file that cannot be read or has more than `most` bytes is
 * TOOL_TROUBLE, one that is not JSON `bad`, each with its message: what is wrong, and at which byte. Names *shown what
 * was read, for messages of the caller.
 */
int document_read(struct json **out, const char **shown, struct tool *t, const char *path, size_t most, int bad);

#endif
