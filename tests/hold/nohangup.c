/* nohangup: linked before the library, it keeps lib/net/hangup.c out: a node as nng alone would have it. */
#include "net/hangup.h"

void
hangup_guard(void)
{
}
