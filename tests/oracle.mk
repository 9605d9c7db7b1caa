# SPDX-License-Identifier: BSD-2-Clause
#
# The program that acts out the oracle's plans, in the ways in which people build:
# all are one source in C, to which a language adds its locks.

oracle_src   := $(wildcard tests/e2e/oracle/*.c)
oracle_dep   := $(oracle_src) $(wildcard tests/e2e/oracle/*.h tests/e2e/oracle/language/*)
puppets_dir  := $(BUILD)/tests/e2e/oracle
puppets      := $(addsuffix /puppet,$(addprefix $(puppets_dir)/,O2 O0 static cxx rust musl))
seats        := $(addprefix $(BUILD)/tests/e2e/,rust/seats rust-O0/seats musl/seats)
puppet_flags := -D_GNU_SOURCE -g -std=gnu11 -Wall -Wextra -Werror -Wshadow -pthread
language     := tests/e2e/oracle/language

# The kernel's headers are no part of musl's.
kernel_headers := -idirafter /usr/include -idirafter /usr/include/$(shell gcc -print-multiarch)

puppet-O2     := -O2
puppet-O0     := -O0
puppet-static := -O2 -static -s

$(puppets_dir)/%/puppet: $(oracle_dep)
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(puppet_flags) $(puppet-$*) $(oracle_src) $(language)/c.c -o $@

$(puppets_dir)/musl/puppet: $(oracle_dep)
	$(call say,MUSL)
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc $(puppet_flags) $(kernel_headers) -O2 -static $(oracle_src) $(language)/c.c -o $@

$(puppets_dir)/cxx/puppet: $(oracle_dep)
	$(call say,CXX)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -std=c++20 -g -O2 -Wall -Wextra -Werror -c $(language)/cxx.cc -o $(@D)/language.o
	$(Q)$(CC) $(puppet_flags) -O2 $(oracle_src) $(@D)/language.o -lstdc++ -o $@

$(puppets_dir)/rust/puppet: $(oracle_dep)
	$(call say,RUST)
	$(Q)mkdir -p $(@D)
	$(Q)$(langs_rust) -O --crate-type staticlib $(language)/rust.rs -o $(@D)/language.a
	$(Q)$(CC) $(puppet_flags) -O2 $(oracle_src) $(@D)/language.a -lgcc_s -lm -o $@
