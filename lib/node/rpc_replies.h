/*
 * rpc_replies: how the core's replies reach the calls that wait for them. Each runs with the table of parked calls
 * locked, on the writer's thread; true: the call has all it waited for.
 */
#ifndef NODE_RPC_REPLIES_H
#define NODE_RPC_REPLIES_H

#include "node/call.h"

bool rpc_submit_see(struct call *call, uint32_t index, const void *reply); /* a struct effect_reply */
bool rpc_seal_see(struct call *call, uint32_t index, const void *reply);   /* a struct effect_reply */
bool rpc_work_see(struct call *call, uint32_t index, const void *work);    /* a struct effect_work */

#endif
