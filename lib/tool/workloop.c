#include "tool/workloop.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain/seal.h"
#include "json/fields.h"
#include "json/view.h"
#include "tool/clock.h"
#include "tool/miner.h"
#include "tool/output.h"
#include "tool/remote.h"

enum { WAIT_MS = 20000, PAUSE_MS = 200, AWAY_MS = 60000 };

struct job {
	char id[128];
	struct seal_core core;
	struct signature auth;
	uint64_t left_ms, effort;
};

static bool
has_parent(void)
{
	struct stat st;
	return fstat(STDIN_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

/* Ends the process at a signal or with its parent. A miner holds nothing that needs an orderly end. */
static void *
watch(void *arg)
{
	char dropped[256];
	struct pollfd p[2] = {{*(int *)arg, POLLIN, 0}, {has_parent() ? STDIN_FILENO : -1, POLLIN, 0}};
	while (poll(p, 2, -1) >= 0 && !p[0].revents)
		if (p[1].revents && read(STDIN_FILENO, dropped, sizeof dropped) <= 0)
			break;
	_exit(TOOL_DONE);
}

static bool
start_watch(void)
{
	static int signals;
	sigset_t set;
	pthread_t thread;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* Before any other thread is made, so that all of them inherit it. */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	return signals >= 0 && pthread_create(&thread, NULL, watch, &signals) == 0 && pthread_detach(thread) == 0;
}

static void
put_work_params(struct buf *out, const struct sign_key *key, const struct option_list *chains)
{
	struct json_writer w = json_writer(out);
	json_put_object(&w);
	view_address(&w, "signer", sign_key_public(key)->b);
	if (chains->count > 0) {
		json_put_key(&w, "chains");
		json_put_array(&w);
		for (size_t i = 0; i < chains->count; i++)
			remote_put_chain(&w, chains->item[i]);
		json_end_array(&w);
	}
	fields_uint(&w, "wait_ms", WAIT_MS);
	json_end_object(&w);
}

/* False when there is no job, or not a decent one: what is signed names the signer itself, whatever a node says. */
static bool
read_job(struct job *out, struct tool *t, const struct json *j, const struct sign_key *key)
{
	const char *id;
	uint8_t core[SEAL_CORE];
	if (json_kind_of(json_member(j, "job")) == JSON_NULL)
		return false;
	struct reader r = wire_reader((struct bytes){core, sizeof core});
	bool whole = json_text(&id, json_member(j, "job")) == ERR_OK && strlen(id) < sizeof out->id &&
	    json_hex(core, sizeof core, json_member(j, "core")) == ERR_OK &&
	    json_decimal(&out->effort, json_member(j, "effort")) == ERR_OK &&
	    json_uint(&out->left_ms, json_member(j, "left_ms"), JSON_NUMBER_MAX) == ERR_OK;
	if (whole)
		seal_core_get(&r, &out->core);
	if (!whole || wire_end(&r) || memcmp(&out->core.signer, sign_key_public(key), sizeof(struct pubkey)) != 0 ||
	    out->core.difficulty < WORK_DIFFICULTY_LEAST || out->effort < out->core.difficulty) {
		tool_note(t, "node gives work that is none");
		return false;
	}
	strcpy(out->id, id);
	out->auth = seal_sign(&out->core, key);
	return true;
}

static void
report(struct tool *t, const struct job *job, const struct miner_result *found, const struct json *answer)
{
	const char *status = "", *error;
	json_text(&status, json_member(answer, "status"));
	struct json_writer *w = output_begin(t);
	view_hash(w, "seal", &found->work);
	view_lane(w, "lane", &job->core.lane);
	fields_uint(w, "slot", job->core.slot);
	fields_text(w, "status", status);
	if (json_text(&error, json_member(answer, "error")) == ERR_OK)
		fields_text(w, "error", error);
	fields_decimal(w, "hashes", found->hashes);
	fields_uint(w, "ms", found->ms);
	output_end(t);
	output_flush(t);
}

static void
hand_in(struct tool *t, const struct job *job, const struct miner_result *found)
{
	struct buf params = {0};
	struct answer a;
	struct json_writer w = json_writer(&params);
	json_put_object(&w);
	fields_text(&w, "job", job->id);
	fields_hex(&w, "auth", job->auth.b, sizeof job->auth.b);
	fields_decimal(&w, "nonce", found->nonce);
	json_end_object(&w);
	if (remote_call(&a, t, "work_done", &params, REMOTE_TIMEOUT_MS))
		tool_note(t, "work_done: %s", a.message);
	else
		report(t, job, found, a.result);
	answer_free(&a);
	buf_free(&params);
}

static int
search(struct tool *t, const struct job *job, const struct work_kernel *kernel, unsigned threads)
{
	struct miner_result found;
	struct miner_job search = {.kernel = kernel, .threads = threads,
	    .digest = seal_digest(&job->core, &job->auth), .difficulty = job->effort,
	    .until_ms = clock_steady_ms() + job->left_ms};
	enum err e = miner_search(&found, &search);
	if (!e)
		hand_in(t, job, &found);
	else if (e != ERR_TIMEOUT)
		return tool_fail(t, tool_status_of(e), "kernel %s: %s", kernel->name, err_text(e));
	else
		tool_detail(t, "slot %llu ended before a seal was found", (unsigned long long)job->core.slot);
	return TOOL_DONE;
}

int
workloop_run(struct tool *t, const struct sign_key *key, const struct option_list *chains, unsigned threads)
{
	struct buf params = {0};
	int status = TOOL_DONE;
	if (!start_watch())
		return tool_fail(t, TOOL_TROUBLE, "cannot watch for signals");
	const struct work_kernel *kernel = miner_kernel();
	tool_detail(t, "kernel %s", kernel->name);
	put_work_params(&params, key, chains);
	for (bool met = false; !status; met = true) {
		struct answer a;
		struct job job;
		uint64_t begin = clock_steady_ms();
		if (remote_patient(&a, t, "work", &params, WAIT_MS + REMOTE_TIMEOUT_MS, met ? AWAY_MS : 0) &&
		    a.status != TOOL_LATER)
			status = tool_fail(t, a.status, "work: %s", a.message);
		else if (!a.status && read_job(&job, t, a.result, key))
			status = search(t, &job, kernel, threads);
		/* A node that is busy answers at once: asking again at once would keep it so. */
		else if (clock_steady_ms() - begin < PAUSE_MS)
			clock_sleep_ms(PAUSE_MS);
		answer_free(&a);
	}
	buf_free(&params);
	return status;
}
