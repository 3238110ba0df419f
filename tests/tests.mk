# The checks beyond unit tests and lints, and what some tests need beside their layer; the Makefile includes this.

# The crowd of the consensus layer lives in stores there.
$(B)/tests/unit/chain/test_seal.o $(B)/tests/unit/node/test_branches.o $(B)/tests/unit/node/test_restarts.o $(B)/tests/unit/node/test_lookup.o: ALL_CFLAGS += -Itests

# Each member of a crowd checks the same signatures: the tests with one remember what came of it.
CROWDED := $(patsubst tests/%.c,$(B)/%,$(shell grep -lE 'include ".*(crowd|tied|court).h"' tests/unit/*/test_*.c))
$(CROWDED): LDFLAGS += -Wl,--wrap=sign_verify

# Fail at each allocation in turn.
$(B)/unit/ledger/test_state_set $(B)/unit/overlay/test_space_bounds: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# One hinders the executor, the other hears what the core is told.
$(B)/unit/node/test_executor: LDFLAGS += -Wl,--wrap=results_run
$(B)/unit/node/test_results: LDFLAGS += -Wl,--wrap=consensus_follows,--wrap=consensus_step

# Fuzz targets: every decoder, with clang's libFuzzer. fuzz-smoke runs each for FUZZ_SECONDS, fuzz
# for RUNS inputs, on a copy of its corpus.
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 1
RUNS ?= 10000000

ifeq ($(SAN),fuzz)
$(FUZZ:%=$(B)/fuzz_%): $(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/libpara.a
	$(call say,LD $@)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

fuzz-build: $(FUZZ:%=$(B)/fuzz_%)

fuzz-smoke: $(FUZZ:%=fuzz-smoke-%)

fuzz: $(FUZZ:%=fuzz-%)

$(FUZZ:%=fuzz-smoke-%): fuzz-smoke-%: $(B)/fuzz_%
	@tests/fuzz/run.sh $< -max_total_time=$(FUZZ_SECONDS)

$(FUZZ:%=fuzz-%): fuzz-%: $(B)/fuzz_%
	@tests/fuzz/run.sh $< -runs=$(RUNS)
else
fuzz-build fuzz-smoke fuzz $(FUZZ:%=fuzz-smoke-%) $(FUZZ:%=fuzz-%):
	@$(MAKE) --no-print-directory SAN=fuzz CFLAGS='-O1 -g1' $@
endif

.PHONY: fuzz-build fuzz-smoke fuzz $(FUZZ:%=fuzz-smoke-%) $(FUZZ:%=fuzz-%)

# The store through power failures: images of a recorded run, torn where no sync came between. SEED repeats a soak.
CRASH := $(patsubst %.c,$(B)/%.o,$(wildcard tests/crash/*.c))
SEED ?= $(shell date +%s)

$(B)/crash/torn: $(CRASH) $(call upto,store)
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

crash: $(B)/crash/torn

# Longer runs of the same tests: power failures, kill -9 under load, full disks, rude clients, failing allocations.
soak: all crash hold $(B)/sim/sim
	$(B)/sim/sim --seeds 2000 --from $(SEED)
	$(B)/crash/torn --images 20000 --seed $(SEED)
	PATH=$(CURDIR)/$(B)/bin:$$PATH CRASH_ROUNDS=1000 HOLD_POINTS=50 HOLD_CHURN=100000 HOLD_KILLS=1000 HOLD_STEP=1 \
	    bats tests/tools/crash.bats tests/tools/hold*.bats

.PHONY: crash soak

# The rules of finality under random schedules: `make schedule RUNS=1000000 CORE=2000`.
SIM_IDEAL := -Wl,--wrap=sign_make,--wrap=sign_verify,--wrap=seal_id,--wrap=block_hash,--wrap=hash_of
SCHEDULE := $(patsubst %.c,$(B)/%.o,$(wildcard tests/sim/schedule*.c) tests/sim/ideal.c)
schedule: RUNS = 1000000
CORE ?= 2000
$(B)/tests/sim/schedule_core.o: ALL_CFLAGS += -Itests/unit/consensus

$(B)/sim/schedule: $(SCHEDULE) $(call upto,consensus)
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) $(SIM_IDEAL) -o $@ $^ -lsodium -lcmocka

schedule: $(B)/sim/schedule
	$(B)/sim/schedule --runs $(RUNS) --core $(CORE)

.PHONY: schedule

# Networks in virtual time, from seeds, with ideal signatures: `make sim SEEDS=200 FROM=1 NODES=7`.
SIM := $(patsubst %.c,$(B)/%.o,$(filter-out tests/sim/schedule%,$(wildcard tests/sim/*.c)))
SEEDS ?= 20
FROM ?= 1
NODES ?= 7
# Sanitizers watch malloc itself.
SIM_HEAP := $(if $(SAN),,-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free)
SIM_LAWLESS := ,--wrap=rule_seal,--wrap=rule_stake,--wrap=rule_fill,--wrap=rule_effort,--wrap=rule_quorum
SIM_CARELESS := ,--wrap=work_meets,--wrap=pool_flush,--wrap=pool_droppable,--wrap=tree_fold,--wrap=difficulty_slot

$(B)/sim/sim: $(SIM) $(call upto,ledger)
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) $(SIM_IDEAL),--wrap=hyper_keep,--wrap=hyper_drop$(SIM_LAWLESS)$(SIM_CARELESS) $(SIM_HEAP) -o $@ $^ -lsodium -lm

sim: $(B)/sim/sim
	$(B)/sim/sim --seeds $(SEEDS) --from $(FROM) -n $(NODES)

sim-tables: $(B)/sim/sim
	$(B)/sim/sim --tables

.PHONY: sim sim-tables

# What the tests of tests/tools need: clients that misbehave, runners, a service manager, and shims for LD_PRELOAD.
HOLD := $(patsubst %,$(B)/hold/%,rude nth notify confine proxy stranger seeker answer noheal.so nomem.so skew.so para-node-deaf)

$(B)/hold/%.so: tests/hold/%.c Makefile
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(filter-out -fsanitize%,$(ALL_CFLAGS)) -fPIC -shared -o $@ $<

$(B)/hold/%: $(B)/tests/hold/%.o $(B)/tests/hold/wire.o $(B)/lib/base.a
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) -o $@ $^ $(HOLD_LIBS)

$(B)/hold/confine: HOLD_LIBS := -lseccomp

$(B)/hold/stranger $(B)/hold/seeker: $(B)/hold/%: $(B)/tests/hold/%.o $(B)/tests/hold/guest.o $(B)/tests/hold/wire.o $(call upto,overlay)
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) -o $@ $^ -lsodium

$(B)/hold/para-node-deaf: $(B)/cmd/para-node.o $(B)/tests/hold/nohangup.o $(B)/libpara.a
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

hold: $(HOLD)

.PHONY: hold

# Measurements: every program under tests/bench, against its bare counterpart. `make bench ONLY="mine read"` takes some.
BENCH := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))

$(B)/tests/bench/execute.o: ALL_CFLAGS += -Itests

$(BENCH): $(B)/bench/%: $(B)/tests/bench/%.o $(B)/libpara.a
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench: all $(BENCH)
	@tests/bench/run.sh $(B) $(ONLY)

.PHONY: bench
