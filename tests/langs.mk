# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that hang in other C libraries and languages: musl, OpenMP, C++, Rust, Go,
# and 32-bit ones. Each folder of results below build/tests/e2e is a way to build.

LANGS_C    := -D_GNU_SOURCE -g -Wall -Wextra -Werror -pthread -Itests/e2e
langs_rust := /usr/bin/rustc --edition 2021
langs_go   := /usr/bin/go

# The 32-bit programs are those that there are for 64 bits.
compat_names := mutex_abba mutex_holder_ended sem_private sem_shared cond_never mutex_twice mutex_slow pipe_ring pipe_own \
		poll_pipe live/woken_before wait_counts futex/lookalike glibc/rwlock
langs_out := $(addprefix $(BUILD)/tests/e2e/, \
		musl-static/locks musl-static/others cxx/waits cxx-O0/waits rust/locks rust-O0/locks rust/seats rust-O0/seats \
		golang/waits $(compat_names:%=compat/%))
e2e_programs += $(langs_out)

$(BUILD)/tests/e2e/musl/%: tests/e2e/musl/%.c tests/e2e/hang.h
	$(call say,MUSL)
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc $(LANGS_C) -std=gnu11 -O2 $< -o $@

# Without symbols, and all of it in one file.
$(BUILD)/tests/e2e/musl-static/%: tests/e2e/musl/%.c tests/e2e/hang.h
	$(call say,MUSL)
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc $(LANGS_C) -std=gnu11 -O0 -static -s $< -o $@

$(BUILD)/tests/e2e/openmp/%: tests/e2e/openmp/%.c tests/e2e/hang.h
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LANGS_C) -std=gnu11 -O2 -fopenmp $< -o $@

$(BUILD)/tests/e2e/cxx/%: tests/e2e/cxx/%.cpp tests/e2e/hang.h
	$(call say,CXX)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LANGS_C) -std=c++20 -O2 $< -o $@

$(BUILD)/tests/e2e/cxx-O0/%: tests/e2e/cxx/%.cpp tests/e2e/hang.h
	$(call say,CXX)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(LANGS_C) -std=c++20 -O0 -static -s $< -o $@

$(BUILD)/tests/e2e/rust/%: tests/e2e/rust/%.rs
	$(call say,RUST)
	$(Q)mkdir -p $(@D)
	$(Q)$(langs_rust) -O $< -o $@

$(BUILD)/tests/e2e/rust-O0/%: tests/e2e/rust/%.rs
	$(call say,RUST)
	$(Q)mkdir -p $(@D)
	$(Q)$(langs_rust) -g $< -o $@

$(BUILD)/tests/e2e/golang/%: tests/e2e/golang/%.go
	$(call say,GO)
	$(Q)mkdir -p $(@D) $(BUILD)/go
	$(Q)GOCACHE=$(abspath $(BUILD)/go) GO111MODULE=off GOFLAGS= $(langs_go) build -o $@ $<

$(BUILD)/tests/e2e/compat/%: tests/e2e/%.c tests/e2e/hang.h
	$(call say,CC32)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LANGS_C) -std=gnu11 -m32 -O2 $< -o $@
