#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# vm.panic_on_oom=2: the OOM of a cgroup makes the kernel panic, too.
# run: --panic --mem 384
# console: oomk: panic event 1 instance [0-9]*
# console: oomk: panic limit id [0-9]* max 20480 kB
# console: oomk: panic limit_cgroup /a
# console: oomk: panic end
# console: Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled

. ./lib.sh
modprobe oomk
sysctl -q vm.panic_on_oom=2
group a memory.max=20M
in_group a hog 50
