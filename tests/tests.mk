# SPDX-License-Identifier: BSD-2-Clause
#
# How the tests are built and run. A new file below tests/ needs no new line
# here. Unit tests, the fuzz target's corpus and the programs that judge
# recordings run under sanitizers, in a build directory of their own.

PYTHON        := /usr/bin/python3
SANITIZERS    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
sanitized     := $(BUILD)/sanitized
unit_src      := $(wildcard tests/unit/*.c)
unit_obj      := $(unit_src:%.c=$(BUILD)/%.o)
CPUS          := $(shell nproc)
no_main       := $(filter-out $(BUILD)/user/main.o,$(objects))
e2e_src       := $(filter-out tests/e2e/oracle/%,$(wildcard tests/e2e/*.c tests/e2e/*/*.c))
e2e_programs  := $(e2e_src:%.c=$(BUILD)/%)
bench_src     := $(wildcard tests/bench/*.c)
bench_bin     := $(bench_src:%.c=$(BUILD)/%)
load_bin      := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/load/*.c))
fuzz_src      := $(wildcard tests/fuzz/fuzz_*.c)
fuzz_bin      := $(fuzz_src:%.c=$(BUILD)/%)

include tests/stacks.mk
include tests/langs.mk

.PHONY: install-needed install-tests-needed check unit checker-test replay-test e2e demo soak bench

install-needed:
	$(Q)sh tests/install.sh demo

install-tests-needed:
	$(Q)sh tests/install.sh tests

# Everything that CI runs. A make of its own after the installation, since it
# changes what the Makefile finds; the end-to-end tests' closing line is the last.
check:
	$(Q)$(MAKE) --no-print-directory install-tests-needed
	$(Q)$(MAKE) --no-print-directory -j$(CPUS) all $(e2e_programs) $(bench_bin)
	$(Q)$(MAKE) --no-print-directory unit checker-test replay-test man-test sanitize fuzz-test
	$(Q)$(MAKE) --no-print-directory page
	$(Q)$(MAKE) --no-print-directory textfile-test
	$(Q)$(MAKE) --no-print-directory oracle
	$(Q)$(MAKE) --no-print-directory silence
	$(Q)$(MAKE) --no-print-directory vm
	$(Q)$(MAKE) --no-print-directory e2e

$(BUILD)/tests/unit/unit: $(unit_obj) $(no_main)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS) -lcriterion -o $@

$(unit_obj): CPPFLAGS += -Itests/unit

# Criterion runs each test in a child whose sanitizer report would not fail the
# test: the reports go to files, and a file is a failure.
unit:
	$(Q)$(MAKE) --no-print-directory -j$(CPUS) BUILD=$(sanitized) SANITIZE='$(SANITIZERS)' \
		$(sanitized)/tests/unit/unit
	$(Q)rm -rf $(sanitized)/reports && mkdir -p $(sanitized)/reports
	$(Q)ASAN_OPTIONS=log_path=$(sanitized)/reports/asan UBSAN_OPTIONS=log_path=$(sanitized)/reports/ubsan \
		$(sanitized)/tests/unit/unit
	$(Q)cat $(sanitized)/reports/* 2>/dev/null; test -z "$$(ls $(sanitized)/reports)"

checker-test:
	$(call say,CHECKER)
	$(Q)$(PYTHON) -B tests/checker_test.py

# The man page tells of all that the program tells of itself.
.PHONY: man-test
man-test: $(BUILD)/dltrace $(man)
	$(call say,MANTEST)
	$(Q)$(PYTHON) -B tests/man.py --dltrace $< --man $(man)

# Golden recordings: what dltrace says of NAME.events is NAME.expected.
replay-test: $(BUILD)/dltrace
	$(call say,REPLAY)
	$(Q)$(PYTHON) -B tests/replay/run.py --dltrace $<

$(BUILD)/tests/e2e/%: tests/e2e/%.c tests/e2e/hang.h
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wshadow -pthread -Itests/e2e $< -o $@

e2e: $(BUILD)/dltrace $(e2e_programs)
	$(Q)$(PYTHON) -B tests/e2e/run.py --dltrace $(BUILD)/dltrace --programs $(BUILD)/tests/e2e $(E2E)

# Debian 12's own kernel in an emulated machine; its package is unpacked, not installed.
.PHONY: vm
vm: $(BUILD)/dltrace $(e2e_programs)
	$(Q)$(PYTHON) -B tests/vm/run.py --dltrace $< --programs $(BUILD)/tests/e2e --folder $(BUILD)/vm

# What graphviz, parsers, a validator and a browser make of the reports.
page_writer   := $(BUILD)/tests/page/page
page_obj      := $(BUILD)/tests/page/page.o $(BUILD)/tests/unit/sample_deadlock.o

$(page_obj): CPPFLAGS += -Itests/unit

$(page_writer): $(page_obj) $(no_main)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

.PHONY: page
page: $(page_writer)
	$(Q)$(PYTHON) -B tests/page/run.py --page $(page_writer) $(PAGE)

# The textfile as Debian's promtool and node_exporter take it; as root.
.PHONY: textfile-test
textfile-test: $(BUILD)/dltrace $(page_writer)
	$(Q)$(PYTHON) -B tests/textfile.py --dltrace $< --page $(page_writer) --packages $(BUILD)/prometheus

# Random programs whose wait-for graph is known; ORACLE='--seed N --seeds 1' for one of them.
include tests/oracle.mk

.PHONY: oracle
oracle: $(BUILD)/dltrace $(puppets) $(seats)
	$(Q)$(PYTHON) -B tests/e2e/oracle.py --dltrace $(BUILD)/dltrace --puppets $(puppets_dir) \
		--failures $(BUILD)/oracle-failures $(ORACLE)
	$(Q)$(PYTHON) -B tests/e2e/oracle_semlock.py --dltrace $(BUILD)/dltrace $(ORACLE)
	$(Q)$(PYTHON) -B tests/e2e/oracle_guards.py --dltrace $(BUILD)/dltrace --programs $(BUILD)/tests/e2e $(ORACLE)

# Healthy programs, in which nothing may be found: some of them for seconds, all of them for minutes.
SOAK_SECONDS ?= 60
.PHONY: silence
silence: $(BUILD)/dltrace
	$(Q)$(PYTHON) -B tests/e2e/soak.py --dltrace $< --quick

# As root, on a fresh Debian 12: install, build, hang, find. Of the programs only those that are
# shown: the others need compilers that are of no use to whoever looks at this for the first time.
demo_programs := $(addprefix $(BUILD)/tests/e2e/, \
		mutex_abba mutex_twice mutex_holder_ended join_mutex mutex_fork nested)
demo:
	$(Q)$(MAKE) --no-print-directory install-needed
	$(Q)$(MAKE) --no-print-directory -j$(CPUS) all $(demo_programs)
	$(Q)$(MAKE) --no-print-directory demo-run

.PHONY: demo-run
demo-run: $(BUILD)/dltrace $(demo_programs)
	$(Q)sh tests/demo.sh $(BUILD)/dltrace $(BUILD)/tests/e2e

# The random tests with thousands of seeds instead of hundreds, and the healthy programs.
SOAK_SEEDS ?= 20000
SOAK_TOPOLOGIES ?= 5000
soak:
	$(Q)sh tests/install.sh soak
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(PYTHON) -B tests/e2e/soak.py --dltrace $(BUILD)/dltrace --seconds $(SOAK_SECONDS)
	$(Q)DLTRACE_SEEDS=$(SOAK_SEEDS) $(MAKE) --no-print-directory unit
	$(Q)$(MAKE) --no-print-directory oracle ORACLE='--seeds $(SOAK_TOPOLOGIES) $(ORACLE)'

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(no_main)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

# What the live benchmark runs under tracers: programs of their own, without dltrace in them.
$(BUILD)/tests/bench/load/%: tests/bench/load/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wshadow -pthread $< -o $@

# What a program costs that does nothing, which no tracer of this kind can fall below.
floor := $(BUILD)/tests/bench/floor/attach $(BUILD)/tests/bench/floor/empty.bpf.o

$(BUILD)/tests/bench/floor/attach: tests/bench/floor/attach.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wshadow $< -lbpf -o $@

$(BUILD)/tests/bench/floor/empty.bpf.o: tests/bench/floor/empty.bpf.c
	$(call say,BPF)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter -mcpu=v3 \
		-Ivmlinux/$(ARCH) -c $< -o $@

# The crowd of 20,000 threads last: a machine takes a while to get over it.
bench_last := $(BUILD)/tests/bench/bench_look

# The peers and works that the live benchmark compares with, and what draws its plot.
.PHONY: bench-tools
bench-tools:
	$(Q)sh tests/install.sh bench

bench: $(BUILD)/dltrace $(bench_bin) $(load_bin) $(floor)
	$(Q)for bench in $(filter-out $(bench_last),$(bench_bin)); do $$bench || exit 1; done
	$(Q)$(PYTHON) -B tests/bench/live.py --dltrace $< --load $(BUILD)/tests/bench/load \
		--floor $(BUILD)/tests/bench/floor --out $(BUILD)/bench
	$(Q)$(bench_last)

# Fuzz targets: a few seconds each in make check, with a driver that needs nothing
# but the compiler; longer under clang's libFuzzer in make fuzz.
FUZZ_SECONDS  ?= 3
FUZZ_LONG     ?= 60
fuzz_main     := $(if $(LIBFUZZER),,$(BUILD)/tests/fuzz/driver.o)

$(fuzz_bin): $(BUILD)/%: $(BUILD)/%.o $(fuzz_main) $(no_main)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(if $(LIBFUZZER),-fsanitize=fuzzer) $^ $(LIBS) -o $@

.PHONY: fuzz-test fuzz fuzz-run sanitize
fuzz-run: $(fuzz_bin)
	$(Q)for target in $(fuzz_bin); do \
		sh tests/fuzz/run.sh $$target $(FUZZ_SECONDS) $(LIBFUZZER) || exit 1; done

fuzz-test:
	$(Q)$(MAKE) --no-print-directory BUILD=$(sanitized) SANITIZE='$(SANITIZERS)' fuzz-run

fuzz:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/libfuzzer CC=$(CLANG) LIBFUZZER=libfuzzer \
		SANITIZE='-fsanitize=fuzzer-no-link $(SANITIZERS)' FUZZ_SECONDS=$(FUZZ_LONG) fuzz-run

# The golden recordings under sanitizers.
sanitize:
	$(Q)$(MAKE) --no-print-directory -j$(CPUS) BUILD=$(sanitized) SANITIZE='$(SANITIZERS)' replay-test

-include $(unit_obj:.o=.d) $(page_obj:.o=.d) $(bench_bin:%=%.d) $(fuzz_bin:%=%.d) $(BUILD)/tests/fuzz/driver.d

# The same program with another C library, for uprobes.
$(BUILD)/tests/e2e/sem_locks_musl: tests/e2e/sem_locks.c tests/e2e/hang.h
	$(call say,MUSL)
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc -D_GNU_SOURCE -O2 -g -std=gnu11 -pthread -Itests/e2e $< -o $@

e2e: $(BUILD)/tests/e2e/sem_locks_musl

# A program and the library that it loads are one source.
$(BUILD)/tests/e2e/glibc/loader.so: tests/e2e/glibc/loader.c tests/e2e/hang.h
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -O2 -g -std=gnu11 -Wall -Wextra -Werror -fPIC -shared -DLIBRARY -Itests/e2e $< -o $@

e2e: $(BUILD)/tests/e2e/glibc/loader.so
