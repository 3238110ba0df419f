/* view_impl: parts that several views share; not for others. */
#ifndef JSON_VIEW_IMPL_H
#define JSON_VIEW_IMPL_H

#include "json/fields.h"
#include "json/view.h"

/* What every seal, template and block has, without the payloads: their list or their count is the caller's. */
void view_seal_core(struct json_writer *w, const struct seal_core *core);

/* executed, state_root, outbox_root. */
void view_roots(struct json_writer *w, const struct roots *roots);

/* A certificate's core alone: all of view_cert but the voters. */
void view_cert_core(struct json_writer *w, const struct cert_core *core);

void view_signature(struct json_writer *w, const char *key, const struct signature *s);

/*
 * The members of j are exactly these (their names, NULL at the end). ERR_FIELD with the name of the first that is
 * foreign or lacks in *field.
 */
enum err view_expect(const struct json *j, const char *const *name, const char **field);

/* The member of a spec that holds what its rule has, NULL: none; and the way back. */
const char *view_rule_member(const struct json *spec);
enum err view_read_rule(struct spec *out, const struct json *member);

/* The member "coin" of a spec, and the way back as view_read_spec. */
void view_coin(struct json_writer *w, const struct coin *c);
enum err view_read_coin(struct coin *out, struct arena *arena, const char **field, const struct json *j);

#endif
