#include "fuzz.h"

#include "net/frame.h"

enum { MOST = 20000 };

/* Comes in pieces of the first byte's length; what was cut out stands in the stream, and memory follows what came. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t piece = len > 0 ? data[0] + (size_t)1 : 1, at = len > 0, whole = 1, want, room;
	struct inbox in;
	bool over = false;

	if (inbox_init(&in) != ERR_OK)
		return 0;
	while (!over) {
		switch (inbox_next(&in, &want, MOST)) {
		case INBOX_READ: {
			uint8_t *space = inbox_space(&in, &room);
			size_t n = piece < room ? piece : room;
			fuzz_must(room > 0);
			n = n < len - at ? n : len - at;
			memcpy(space, data + at, n);
			at += n;
			inbox_came(&in, n);
			over = n == 0;
			break;
		}
		case INBOX_WANT:
			fuzz_must(want > 0 && want <= FRAME_STEP);
			over = inbox_grow(&in, want) != ERR_OK;
			break;
		case INBOX_WHOLE: {
			struct parcel *p = inbox_take(&in);
			fuzz_must(p->len >= 1 && p->len <= MOST && whole + 4 + p->len <= at);
			fuzz_must(memcmp(p->data, data + whole + 4, p->len) == 0);
			whole += 4 + p->len;
			free(p);
			break;
		}
		default:
			over = true;
		}
	}
	inbox_free(&in);
	return 0;
}
