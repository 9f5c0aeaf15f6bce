#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# A process exceeds memory.high, which only slows it down: that is pressure and no event. When
# memory.high is lifted it is killed at memory.max, and the event tells of the pressure before.
# run: --mem 384

. ./lib.sh
modprobe oomk
oomk watch --json >$tmp/watch &
watcher=$!
await "the watcher's subscription" subscribed $watcher

situation "memory.high"
group pod
group pod/high memory.high=10M memory.max=40M
(in_group pod/high hog 100) >$tmp/hog &
await "word of pressure" says $tmp/watch '"message":"pressure"'
high() {
	sed -n 's/^high //p' $cg/pod/high/memory.events.local
}
exceeded() {
	[ "$(high)" -ge 5 ]
}
await "more events of memory.high" exceeded
stats
holds stats '.seen is 0' '.no_victim is 0'
same "kills so far" "$(kernel_kills)" "$kills_before"
same "events at the watcher" "$(grep -c '"message":"event"' $tmp/watch)" 0
jq -s '.[0]' $tmp/watch >$tmp/pressure
holds pressure '.message is "pressure"' '.kind is "memcg"' \
	".cgroup_id is $(stat -c %i $cg/pod/high)" '.max_events is 0' '.high_events > 0' \
	".high_events <= $(high)" '.first_boot_ns <= .time_boot_ns' 'has("to_kill_ns") is false'

situation "memory.max after it"
victim=$(cat $cg/pod/high/cgroup.procs)
echo max >$cg/pod/high/memory.high
await "the kill" gone "$victim"
event_over 1
like_kernel 1 "chosen.pid is $victim" '.oom_cgroup is "/pod/high"' \
	'cgroup("/pod/high") | .memory_high, .memory_max is "max", 40 * 1048576' \
	"cgroup(\"/pod/high\").events_high is $(high)" \
	".pressure.high_events is $(high)" '.pressure.max_events is cgroup("/pod/high").events_max' \
	'.pressure.max_events > 0' '.pressure.to_kill_ns is .time_boot_ns - .pressure.first_boot_ns' \
	".pressure.first_boot_ns is $(jq .first_boot_ns $tmp/pressure)" \
	".pressure.cgroup_id is $(stat -c %i $cg/pod/high)" \
	'cgroup("/pod") | .events_high, .events_max is cgroup("/pod/high") | .events_high, .events_max'
oomk show 1 | grep -q "^    events .*max [1-9][0-9]*, high $(high)$" ||
	wrong "oomk show does not tell of the pressure: $(oomk show 1)"

situation "reclaim that no limit asks for"
if [ -e $cg/pod/memory.reclaim ]; then
	group quiet
	sleeper $tmp/ready in_group quiet hog 4
	stats
	jq '.hook[] | select(.name == "memcg_events").hits' $tmp/stats >$tmp/before
	echo 1M >$cg/quiet/memory.reclaim 2>/dev/null || :
	stats
	holds stats ".hook[] | select(.name == \"memcg_events\").hits > $(cat $tmp/before)"
	kill "$pid"
fi
kill $watcher
jq -s 'map(select(.message == "pressure").cgroup_id) | unique' $tmp/watch >$tmp/pressures
holds pressures ". is [$(stat -c %i $cg/pod/high)]"

check_common
