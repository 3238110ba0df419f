/* para-send: hands payloads and seals to a node. para-send(1). */
#include <string.h>

#include "tool/options.h"
#include "tool/submit.h"

static const char *until = "pooled";
static uint64_t timeout_s = 60;

static int
run(struct tool *t)
{
	static const char *const names[] = {
	    [SUBMIT_POOLED] = "pooled", [SUBMIT_SEALED] = "sealed", [SUBMIT_FINAL] = "final"};
	for (enum submit_until i = SUBMIT_POOLED; i <= SUBMIT_FINAL; i++)
		if (strcmp(until, names[i]) == 0)
			return submit_run(t, i, timeout_s);
	return tool_usage(t, "option --wait: '%s' is none of pooled, sealed, final", until);
}

static const struct option_entry options[] = {
    {0, "wait", "pooled|sealed|final", "until all are so (pooled)", OPTION_TEXT, &until, 0, 0},
    {0, "timeout", "S", "wait S seconds for each (60)", OPTION_NUMBER, &timeout_s, 0, 31536000},
    {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}};

static const struct command commands[] = {
    {"", NULL, "Hands the payload and seal lines of stdin to a node.", OPTIONS_NODE | OPTIONS_OUTPUT, options, run,
        NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	return options_main(&(struct program){"para-send", "submits payloads and seals.", commands}, argc, argv);
}
