#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# vm.panic_on_oom=2: the OOM of a cgroup makes the kernel panic, too.
# run: --panic --mem 384
# console: oomk: event 1: panic instead of a kill, asked by hog\[[0-9]*\]
# console: Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled

. ./lib.sh
modprobe oomk
sysctl -q vm.panic_on_oom=2
group a memory.max=20M
in_group a hog 50
