#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# vm.panic_on_oom=1: a cgroup's OOM is still a kill, a host OOM makes the kernel panic; what
# oomk knows is on the console before.
# run: --panic --mem 384
# console: oomk: panic event 2 instance [0-9]*
# console: oomk: panic trigger pid [0-9]* tid [0-9]* uid 0 oom_score_adj 0 comm hog
# console: oomk: panic task pid [0-9]* uid 0 oom_score_adj 0 points [0-9]* anon [0-9]* .* comm hog
# console: oomk: panic end
# console: Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled

. ./lib.sh
modprobe oomk
sysctl -q vm.panic_on_oom=1
group a memory.max=20M
killed in_group a hog 50
event 1
holds event '.kind is "kill"'
check_common
protect
adjusted 0 . hog 2000
