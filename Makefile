# Para: build, checks and installation. `make help` lists the targets.

# The layers, each may include only those before it (and itself). This list builds the library and feeds the lint.
LAYERS := base crypto chain consensus ledger json store net node tool
# Layers without any effect: no clock, file, socket, thread, environment or random source (`nm -u` proves it).
PURE := base crypto chain consensus ledger json

VERSION := 0.1.0
PREFIX ?= /usr/local
CC ?= cc
CFLAGS ?= -O2 -g
B ?= build
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Werror
ALL_CFLAGS := -std=c11 $(WARN) -D_GNU_SOURCE -DPARA_VERSION='"$(VERSION)"' -Ilib $(CFLAGS)
LDLIBS := -lcjson -llmdb -lnng -lsodium -lpthread
ifdef SAN
B := build/san
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
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
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define layer
$(B)/lib/$(1).a: $(call obj,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

$(B)/libpara.a: $(foreach l,$(LAYERS),$(call obj,$(l)))
	@rm -f $@
	ar rcs $@ $^

$(BINS): $(B)/bin/%: $(B)/cmd/%.o $(B)/libpara.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# A unit test of a layer links that layer and those before it, nothing else.
define unit
$(B)/unit/$(1)/%: $(B)/tests/unit/$(1)/%.o $(call upto,$(1))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS) -lcmocka
endef
$(foreach l,$(LAYERS),$(eval $(call unit,$(l))))

clean:
	rm -rf build

.PHONY: all clean
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
