/* para-key: makes and reads key files, checks addresses. para-key(1). */
#include <errno.h>
#include <string.h>

#include "chain/account.h"
#include "json/fields.h"
#include "json/view.h"
#include "tool/input.h"
#include "tool/keyfile.h"
#include "tool/options.h"
#include "tool/output.h"

static bool ask_passphrase;

static void
print_key(struct tool *t, const struct pubkey *key, const char *file)
{
	struct json_writer *w = output_begin(t);
	view_address(w, "address", key->b);
	fields_hex(w, "public_key", key->b, sizeof key->b);
	fields_text(w, "file", file);
	output_end(t);
}

/* The passphrase of a new key, or none, without text. */
static int
new_passphrase(struct secret *out, struct tool *t, const char *file)
{
	enum err e;
	if (!t->passphrase_file && !ask_passphrase)
		return TOOL_DONE;
	e = t->passphrase_file ? secret_read(out, t->passphrase_file) : secret_ask(out, file, true);
	if (e == ERR_PERMISSION)
		return tool_fail(t, TOOL_TROUBLE, "stdin is no terminal: give --passphrase-file");
	if (e == ERR_PASSPHRASE)
		return tool_fail(t, TOOL_TROUBLE, "the passphrases differ");
	if (e)
		return tool_fail(t, TOOL_TROUBLE, "cannot read the passphrase: %s",
		    e == ERR_IO ? strerror(errno) : err_text(e));
	if (out->len > 0)
		return TOOL_DONE;
	secret_free(out);
	return tool_fail(t, TOOL_TROUBLE, "the passphrase is empty");
}

static int
run_new(struct tool *t)
{
	struct secret pass = {0};
	struct pubkey key;
	if (t->argc != 1)
		return tool_usage(t, "one FILE is wanted");
	const char *file = t->argv[0];
	if (!json_is_text((struct bytes){(const uint8_t *)file, strlen(file)}))
		return tool_usage(t, "the name of the file is no text");
	if (new_passphrase(&pass, t, file))
		return TOOL_TROUBLE;
	enum err e = keyfile_new(&key, file, pass.text ? &pass : NULL);
	int error = errno;
	secret_free(&pass);
	if (e)
		return tool_fail(t, TOOL_TROUBLE, "cannot make key %s: %s", file,
		    e == ERR_IO ? strerror(error) : err_text(e));
	print_key(t, &key, file);
	return TOOL_DONE;
}

static int
run_show(struct tool *t)
{
	struct operands o;
	const char *file;
	operands_start(&o);
	while ((file = operands_next(&o, t))) {
		struct pubkey key;
		bool encrypted;
		if (!keyfile_public(&key, &encrypted, t, file))
			print_key(t, &key, file);
	}
	operands_end(&o, t);
	return TOOL_DONE;
}

static int
run_check(struct tool *t)
{
	struct operands o;
	const char *text;
	uint8_t account[32];
	operands_start(&o);
	while ((text = operands_next(&o, t))) {
		enum err e = account_parse(account, text);
		if (e)
			tool_fail(t, TOOL_NO, "%s: %s", text, err_text(e));
	}
	operands_end(&o, t);
	return TOOL_DONE;
}

static const struct option_entry new_options[] = {
    {'P', "passphrase", NULL, "ask on the terminal for a passphrase, twice", OPTION_FLAG, &ask_passphrase, 0, 0},
    {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}};

static const struct command commands[] = {
    {"new", "FILE", "Makes a new key in a new file.", OPTIONS_PASSPHRASE | OPTIONS_OUTPUT, new_options, run_new, NULL},
    {"show", "[FILE...]", "Prints the public half of key files.", OPTIONS_TABLE, NULL, run_show, NULL},
    {"check", "[ADDRESS...]", "Checks the form of addresses.", 0, NULL, run_check, NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	return options_main(&(struct program){"para-key", "keys and addresses.", commands}, argc, argv);
}
