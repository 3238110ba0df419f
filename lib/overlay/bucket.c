#include "overlay/bucket.h"

enum { LONGEST_MS = 1000000 };

static int64_t
fill(int64_t level, uint64_t ms, uint32_t rate, uint32_t burst)
{
	level += (int64_t)ms * rate;
	return level < (int64_t)burst * 1000 ? level : (int64_t)burst * 1000;
}

struct bucket
bucket_full(const struct bucket_rate *rate, uint64_t now_ms)
{
	return (struct bucket){.messages = (int64_t)rate->messages_burst * 1000, .bytes = (int64_t)rate->bytes_burst * 1000,
	    .at_ms = now_ms};
}

bool
bucket_take(struct bucket *b, const struct bucket_rate *rate, size_t bytes, uint64_t now_ms)
{
	uint64_t ms = now_ms > b->at_ms ? now_ms - b->at_ms : 0;

	b->at_ms += ms;
	ms = ms < LONGEST_MS ? ms : LONGEST_MS;
	b->messages = fill(b->messages, ms, rate->messages, rate->messages_burst);
	b->bytes = fill(b->bytes, ms, rate->bytes, rate->bytes_burst);
	if (b->messages < 1000 || b->bytes <= 0)
		return false;
	b->messages -= 1000;
	b->bytes -= (int64_t)bytes * 1000;
	return true;
}
