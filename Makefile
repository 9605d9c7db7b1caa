# SPDX-License-Identifier: BSD-2-Clause
#
#   make            build/dltrace
#   make demo       as root: install what is missing, build, hang some programs, find each
#   make check      as root: install what the tests need, build, run unit, replay and e2e tests
#   make soak       the long versions of the random tests
#   make bench      measured goals, as tables
#   make bench-tools  as root: install what the benchmarks compare with
#   make vmlinux    regenerate the trimmed kernel type headers
#   make format     apply .clang-format
# V=1 shows the commands.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

BUILD   ?= build
VERSION := 0.1
CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
CLANG   ?= clang
BPFTOOL ?= $(firstword $(shell command -v bpftool 2>/dev/null) /usr/sbin/bpftool)
ARCH    := $(subst x86_64,x86,$(subst aarch64,arm64,$(shell uname -m)))

ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
say = @printf '  %-8s %s\n' '$(1)' '$(patsubst $(BUILD)/%,%,$@)';
endif

CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Werror -Wpadded -Wno-error=padded -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wformat=2 -Wno-padded
CPPFLAGS += -I. -Iuser -I$(BUILD) -D_GNU_SOURCE -DDLTRACE_VERSION='"$(VERSION)"'
override CFLAGS += -std=gnu11 $(WARNINGS) $(SANITIZE)
LIBS     := -lbpf -ldw -lelf -ljson-c -lcap-ng -lm
override LDFLAGS += $(SANITIZE)

# One program: everything below user/, and the skeleton of everything below bpf/.
layers  := core kinds python probe source report
sources := $(wildcard user/*.c $(layers:%=user/%/*.c))
objects := $(sources:%.c=$(BUILD)/%.o)
bpf_src := $(wildcard bpf/*.bpf.c)
bpf_obj := $(bpf_src:%.c=$(BUILD)/%.o)
skel    := $(BUILD)/bpf/dltrace.skel.h

man     := $(BUILD)/dltrace.8

.PHONY: all
all: $(BUILD)/dltrace $(man)

$(BUILD)/dltrace: $(objects) | $(BUILD)/layers.ok
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/%.o: %.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# Only the loader, and who tries what can be loaded, know the skeleton.
$(BUILD)/user/source/bpf.o $(BUILD)/user/source/trial.o: $(skel)

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call say,BPF)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -D__TARGET_ARCH_$(ARCH) -O2 -g -std=gnu11 -Wall -Wextra -Werror \
		-Wno-unused-parameter \
		-mcpu=v3 -I. -Ivmlinux/$(ARCH) -MMD -MP -c $< -o $@

$(BUILD)/bpf/dltrace.bpf.linked: $(bpf_obj)
	$(call say,GEN-OBJ)
	$(Q)$(BPFTOOL) gen object $@ $^

$(skel): $(BUILD)/bpf/dltrace.bpf.linked
	$(call say,GEN-SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name dltrace > $@

$(man): user/share/dltrace.8.scd
	$(call say,MAN)
	$(Q)scdoc < $< > $@

# The direction of dependencies is part of the design, so breaking it breaks the build.
$(BUILD)/layers.ok: tests/layers.sh $(sources) $(wildcard user/*.h user/*/*.h)
	$(call say,LAYERS)
	$(Q)mkdir -p $(@D)
	$(Q)sh tests/layers.sh
	$(Q)touch $@

-include tests/tests.mk

.PHONY: print-libs
print-libs:
	@echo $(LIBS)

.PHONY: vmlinux
vmlinux:
	$(Q)sh vmlinux/generate.sh

.PHONY: format
format:
	$(Q)clang-format -i $(sources) $(wildcard bpf/*.c bpf/*.h user/*.h user/*/*.h tests/*/*.c tests/*/*.h)

.PHONY: install
install: $(BUILD)/dltrace $(man)
	install -D -m 0755 $< $(DESTDIR)/usr/sbin/dltrace
	install -D -m 0644 $(man) $(DESTDIR)/usr/share/man/man8/dltrace.8

.PHONY: clean
clean:
	$(Q)rm -rf $(BUILD)

-include $(objects:.o=.d) $(bpf_obj:.o=.d)
