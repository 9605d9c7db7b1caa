# SPDX-License-Identifier: BSD-2-Clause
#
# The program of the stack tests, built in the ways in which people build: what a
# report can say of each is another thing.

stacks_ways := O0 O2 O2-fp stripped static debuglink no-rules
stacks_dir  := $(BUILD)/tests/e2e/stacks
stacks_bin  := $(stacks_ways:%=$(stacks_dir)/transfer-%)
CXX         := g++
stacks_cc   := -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Werror -Wshadow -pthread -Itests/e2e

flags-O0        := -g -O0
flags-O2        := -g -O2 -fomit-frame-pointer
flags-O2-fp     := -g -O2 -fno-omit-frame-pointer
flags-stripped  := -O2 -s
flags-static    := -g -O2 -static
flags-debuglink := -g -O2
flags-no-rules  := -g -O2 -fno-asynchronous-unwind-tables -fno-exceptions -fomit-frame-pointer

$(stacks_bin): $(stacks_dir)/transfer-%: tests/e2e/stacks/transfer.c tests/e2e/hang.h
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(stacks_cc) $(flags-$*) $< -o $@
	$(Q)if [ $* = debuglink ]; then objcopy --only-keep-debug $@ $@.debug && \
		objcopy --strip-all --add-gnu-debuglink=$@.debug $@; fi

cxx_build = $(Q)mkdir -p $(@D) && $(CXX) -std=c++20 -Wall -Wextra -Werror -pthread -g -$* $< -o $@

$(stacks_dir)/ledger-%: tests/e2e/stacks/ledger.cc
	$(call say,CXX)
	$(cxx_build)

$(stacks_dir)/shared-%: tests/e2e/stacks/shared.cc
	$(call say,CXX)
	$(cxx_build)

mangling-v0 := -C symbol-mangling-version=v0

$(stacks_dir)/clerk-%: tests/e2e/stacks/clerk.rs
	$(call say,RUST)
	$(Q)mkdir -p $(@D)
	$(Q)$(langs_rust) -O -g $(mangling-$*) $< -o $@

$(stacks_dir)/transfer-musl: tests/e2e/stacks/transfer.c tests/e2e/hang.h
	$(call say,MUSL)
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc $(stacks_cc) -g -O2 $< -o $@

stacks_bin   += $(foreach level,O0 O2,$(stacks_dir)/ledger-$(level) $(stacks_dir)/shared-$(level)) \
		$(stacks_dir)/transfer-musl $(stacks_dir)/clerk-v0 $(stacks_dir)/clerk-legacy
e2e_programs += $(stacks_bin)

# What stacks cost a report.
.PHONY: bench-stacks compare
bench-stacks: $(BUILD)/dltrace $(stacks_bin)
	$(Q)$(PYTHON) -B tests/bench/stacks.py --dltrace $< --programs $(BUILD)/tests/e2e

# The same hung programs under gdb, bcc, py-spy and the kernel's own log.
compare: $(BUILD)/dltrace $(stacks_bin)
	$(Q)$(PYTHON) -B tests/compare.py --dltrace $< --programs $(BUILD)/tests/e2e --out $(BUILD)/compare
