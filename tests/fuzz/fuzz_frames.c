#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "node/frames.h"

/* The pieces of a file that is whole, written again, are the same file. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int from = memfd_create("from", 0), to = memfd_create("to", 0);
	struct frames in, out;
	struct bytes piece;
	struct buf again = { 0 };
	uint8_t kind = 0;

	fuzz_must(from >= 0 && to >= 0 && write(from, data, len) == (ssize_t)len && lseek(from, 0, SEEK_SET) == 0);
	frames_begin(&in, from);
	frames_begin(&out, to);
	enum err e;
	while ((e = frames_next(&in, &kind, &piece)) == ERR_OK && kind != FRAMES_END)
		fuzz_must(frames_put(&out, kind, piece) == ERR_OK);
	if (e == ERR_OK) {
		fuzz_must(frames_end(&out) == ERR_OK);
		fuzz_must(buf_extend(&again, len) != NULL && pread(to, again.data, len, 0) == (ssize_t)len);
		fuzz_must(lseek(to, 0, SEEK_END) == (off_t)len);
		fuzz_must_equal(&again, data, len);
	}
	frames_free(&in);
	frames_free(&out);
	close(from);
	close(to);
	return 0;
}
