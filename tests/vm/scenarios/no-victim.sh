#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# A cgroup runs out of memory where nobody may be killed: one event tells it, not one for each time
# that the kernel tries again; it is over when there is memory.
# run: --mem 384

. ./lib.sh
modprobe oomk
oomk watch >$tmp/watch &
watcher=$!
await "the watcher's subscription" subscribed $watcher

group stuck memory.max=20M
adjusted -1000 stuck hog 30 >$tmp/hog &
pid=$!
tries() {
	stats
	[ "$(jq .no_victim $tmp/stats)" -ge "$1" ]
}
await "the kernel tries again" tries 3
event 1
holds event '.kind is "no_victim"' '.constraint is "memcg"' '.oom_cgroup is "/stuck"' \
	'.victims_total is 0' 'has("victim") is false' 'has("chosen_points") is false' \
	".trigger.pid is $pid" '.tasks_total is 1' '.total_pages is 20 * 256' \
	"task($pid) | .skip, has(\"points\") is \"oom_score_adj_min\", false" \
	'cgroup("/stuck") | .memory_current, .memory_max is 20 * 1048576, 20 * 1048576'
stats
# One in ten seconds.
holds stats '.seen < .no_victim' '.kernel_kills is 0' '.recorded_kills is 0'
says $tmp/watch "nothing could be killed.*/stuck" || wrong "the watcher says '$(cat $tmp/watch)'"
grep -q "^summary nothing could be killed: cgroup .*/stuck.* reached its limit" /proc/oomk ||
	wrong "/proc/oomk says '$(grep '^summary' /proc/oomk)'"
dmesg | grep -q "Out of memory and no killable processes" ||
	wrong "the kernel's log knows nothing of it"

echo 40M >$cg/stuck/memory.max
await "memory" says $tmp/hog ready
kill $watcher
kill -9 $pid

check_common
