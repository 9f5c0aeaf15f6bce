# SPDX-License-Identifier: GPL-2.0-or-later
#
# Targets for people. What the module is made of stands in Kbuild, what the
# client is made of in client/Makefile. Everything built goes to build/.

KDIR ?= /lib/modules/$(shell uname -r)/build
# kbuild puts objects beside sources, so it gets a tree of links to them.
MODULE_TREE ?= $(CURDIR)/build/module

all: module client

module:
	@mkdir -p $(MODULE_TREE)
	@cp -rsf $(addprefix $(CURDIR)/,Kbuild dkms.conf module tests) $(MODULE_TREE)
	$(MAKE) -C $(KDIR) M=$(MODULE_TREE) modules

client:
	$(MAKE) -C client

demo:
	tests/setup demo
	demo/run

test:
	tests/setup
	tests/run

test-all:
	tests/setup
	tests/run all

stress:
	tests/setup
	tests/run stress

kunit:
	tests/kunit/run

# SECONDS= for each target of the client; REQUESTS= to the module on the debug kernel.
fuzz:
	tests/setup
	tests/fuzz/run $(or $(SECONDS),600)
	tests/vm/scenario tests/vm/scenarios/fuzz.sh --kernel 6.1-debug \
		-- $(or $(REQUESTS),1000000) 20000

bench:
	tests/setup bench
	bench/run

coverage:
	tests/coverage

lint:
	tests/lint

spec-check:
	tests/spec-check

deb:
	deploy/deb

install uninstall:
	deploy/node $@

clean:
	rm -rf build

.PHONY: all module client demo test test-all stress kunit fuzz bench coverage lint spec-check deb install uninstall clean
