#include "fuzz.h"

#include "chain/lane.h"

static void
try_lane(const char *text)
{
	struct lane lane;
	char again[LANE_TEXT];
	struct buf b = { 0 };

	if (lane_parse(&lane, text) != ERR_OK)
		return;
	lane_print(again, &lane);
	fuzz_must(strcmp(again, text) == 0);
	lane_put(&b, &lane);
	struct reader r = wire_reader(bytes_of(&b));
	struct lane back = lane_get(&r);
	fuzz_must(wire_end(&r) == ERR_OK && lane_compare(&lane, &back) == 0);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), again[PLACE_TEXT];
	struct place place;

	if (text && place_parse(&place, text) == ERR_OK) {
		place_print(again, &place);
		fuzz_must(strcmp(again, text) == 0);
	}
	if (text)
		try_lane(text);
	free(text);
	return 0;
}
