# Para: build, checks and installation. `make help` lists the targets.

# The layers, each may include only those before it (and itself). This list builds the library and feeds the lint.
LAYERS := base crypto chain consensus overlay ledger json store net node tool
# Layers without any effect: no clock, file, socket, thread, environment or random source (`nm -u` proves it).
PURE := base crypto chain consensus overlay ledger json

VERSION := 0.1.0
PREFIX ?= /usr/local
CC ?= cc
CFLAGS ?= -O2 -g
B ?= build
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Werror
ALL_CFLAGS := -std=c11 $(WARN) -D_GNU_SOURCE -DPARA_VERSION='"$(VERSION)"' -Ilib $(CFLAGS)
LDLIBS := -lcjson -llmdb -lnng -lsodium -lsystemd -lpthread

# Debian's packages: what the build needs, and what the checks need beside it.
BUILD_DEPS := gcc libc6-dev make libsodium-dev liblmdb-dev libnng-dev libcjson-dev libsystemd-dev jq
CHECK_DEPS := binutils libcmocka-dev bats parallel clang libclang-rt-dev shellcheck mandoc man-db graphviz zsh \
	procps sqlite3 systemd libseccomp-dev
# SAN=1: with sanitizers. SAN=fuzz: by clang, with what libFuzzer needs too; checks and fuzz targets share that build.
ifdef SAN
B := build/$(if $(filter fuzz,$(SAN)),fuzz,san)
SANITIZE := -fsanitize=address,undefined
ifeq ($(SAN),fuzz)
CC := clang
SANITIZE := -fsanitize=fuzzer-no-link,address,undefined
endif
ALL_CFLAGS += $(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += $(SANITIZE)
endif

# Unrolled arithmetic without pointers: a sanitizer finds nothing there but takes minutes to compile it.
KERNELS := $(patsubst %,lib/crypto/work_%.o,sse2 avx2 avx512)
$(KERNELS:%=$(B)/%): ALL_CFLAGS := $(filter-out -fsanitize%,$(ALL_CFLAGS))

# `make V=1` shows the commands.
ifdef V
say =
else
say = @echo '  $(1)';
endif

src = $(wildcard lib/$(1)/*.c)
obj = $(patsubst %.c,$(B)/%.o,$(call src,$(1)))
# The archives a layer may link, itself first.
upto = $(shell printf '%s\n' $(LAYERS) | awk '{l = "$(B)/lib/" $$1 ".a " l} $$1 == "$(1)" {print l; exit}')

TOOLS := $(patsubst cmd/%.c,%,$(wildcard cmd/para-*.c))
BINS := $(TOOLS:%=$(B)/bin/%)
UNITS := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/unit/*/test_*.c))

all: $(B)/libpara.a $(BINS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC $<)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define layer
$(B)/lib/$(1).a: $(call obj,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR $$@)ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

$(B)/libpara.a: $(foreach l,$(LAYERS),$(call obj,$(l)))
	@rm -f $@
	$(call say,AR $@)ar rcs $@ $^

$(BINS): $(B)/bin/%: $(B)/cmd/%.o $(B)/libpara.a
	@mkdir -p $(@D)
	$(call say,LD $@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# A unit test of a layer links that layer and those before it, nothing else.
define unit
$(B)/unit/$(1)/%: $(B)/tests/unit/$(1)/%.o $(call upto,$(1))
	@mkdir -p $$(@D)
	$$(call say,LD $$@)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS) -lcmocka
endef
$(foreach l,$(LAYERS),$(eval $(call unit,$(l))))

# The crowd of the consensus layer lives in stores there.
$(B)/tests/unit/chain/test_seal.o $(B)/tests/unit/node/test_branches.o $(B)/tests/unit/node/test_restarts.o $(B)/tests/unit/node/test_lookup.o: ALL_CFLAGS += -Itests

# Each member of a crowd checks the same signatures: the tests with one remember what came of it.
CROWDED := $(patsubst tests/%.c,$(B)/%,$(shell grep -lE 'include ".*(crowd|tied).h"' tests/unit/*/test_*.c))
$(CROWDED): LDFLAGS += -Wl,--wrap=sign_verify

# Fail at each allocation in turn.
$(B)/unit/ledger/test_state_set $(B)/unit/overlay/test_space_bounds: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# One hinders the executor, the other hears what the core is told.
$(B)/unit/node/test_executor: LDFLAGS += -Wl,--wrap=results_run
$(B)/unit/node/test_results: LDFLAGS += -Wl,--wrap=consensus_follows,--wrap=consensus_step

units: $(UNITS)

unit: units
	tests/check.sh unit

lint: all
	tests/check.sh lint

check: deps
	tests/check.sh all

demo: deps-build
	@$(MAKE) --no-print-directory all
	share/demo.sh $(B)/bin

deps:
	@share/deps.sh $(BUILD_DEPS) $(CHECK_DEPS)

deps-build:
	@share/deps.sh $(BUILD_DEPS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	    $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/lib/systemd/system
	install $(BINS) $(DESTDIR)$(PREFIX)/bin
	for page in man/*; do \
	    install -D -m 644 "$$page" "$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page#man/}" || exit 1; done
	install -m 644 completions/bash/* $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 completions/zsh/* $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	for unit in $(notdir $(wildcard share/systemd/*.service)); do sed 's|@PREFIX@|$(PREFIX)|' share/systemd/$$unit | \
	    install -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit || exit 1; done
	install -D -m 644 share/systemd/para.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/para.conf

# Fuzz targets: every decoder of the pure layers, with clang's libFuzzer. fuzz-smoke runs each for FUZZ_SECONDS, fuzz
# for RUNS inputs, on a copy of its corpus.
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 1
RUNS ?= 10000000

ifeq ($(SAN),fuzz)
$(FUZZ:%=$(B)/fuzz_%): $(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(call upto,$(lastword $(PURE)))
	$(call say,LD $@)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ -lcjson -lsodium

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
SIM_CARELESS := ,--wrap=work_meets,--wrap=pool_flush,--wrap=pool_droppable

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

clean:
	rm -rf build

help:
	@echo 'make           build tools and library into build/'
	@echo 'make demo      install what the build lacks, build, run the main job'
	@echo 'make check     install what the checks lack, run all of them'
	@echo 'make unit      unit tests only; lint: lints only; SAN=1: with sanitizers'
	@echo 'make fuzz      every decoder, RUNS=10000000 inputs each'
	@echo 'make sim       networks in virtual time: SEEDS=20 FROM=1 NODES=7; sim-tables'
	@echo 'make soak      hours of it: 2000 networks, torn images, kill -9, full disks, failing memory; SEED=N'
	@echo 'make schedule  random schedules against the rules of finality, RUNS=1000000 CORE=2000'
	@echo 'make bench     speed against bare counterparts, a JSON line each; ONLY=mine: some'
	@echo 'make deps      install the packages that build and checks need'
	@echo 'make install   into PREFIX (/usr/local), under DESTDIR'

.PHONY: all units unit lint check demo deps deps-build install clean help
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
