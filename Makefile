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
LDLIBS := -lcjson -llmdb -llz4 -lnng -lsodium -lsystemd -lpthread

# Debian's packages: what the build needs, and what the checks need beside it.
BUILD_DEPS := gcc libc6-dev make libsodium-dev liblmdb-dev liblz4-dev libnng-dev libcjson-dev \
	libsystemd-dev jq
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

include tests/tests.mk

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
