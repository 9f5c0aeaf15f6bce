#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# A victim that needs long to die: a tracer holds it where it still owns its memory. It is reported
# as stuck, then as reaped by the oom_reaper, and at last as exited.
# run: --mem 384

. ./lib.sh
modprobe oomk stuck_ms=500
oomk watch --since 0 --json >$tmp/watch &
watcher=$!

group slow memory.max=20M
hold slow 50
event 1
holds event '[.victim[].victim.state] | inside(["alive", "stuck"])' \
	'chosen.victim | has("exit_boot_ns", "exit_delay_ns") is false, false'

state_is() {
	event 1
	jq -e --arg state "$1" '.victim[0].victim.state == $state' $tmp/event >/dev/null
}
await "state stuck" state_is stuck
holds event 'chosen.victim.alive_ns >= 500 * 1000000' 'chosen.victim.alive_ns < 10 * 1000000000'

reaped() {
	event 1
	jq -e '.victim[0].victim | has("reaped_pages")' $tmp/event >/dev/null
}
await "the oom_reaper" reaped
like_kernel 1
dmesg | grep "oom_reaper: reaped process $(jq '.victim[0].pid' $tmp/event) " >/dev/null ||
	wrong "the kernel's log knows of no reaping"
holds event 'chosen | near(.victim.reaped_pages; .rss_anon + .rss_shmem + .rss_file; 16)' \
	'chosen.victim | .reap_boot_ns > .killed_boot_ns' 'chosen.victim.state is "stuck"'

let_go
await "state exited" state_is exited
holds event 'chosen.victim | .exit_boot_ns - .killed_boot_ns is chosen.victim.exit_delay_ns' \
	'chosen.victim | .exit_boot_ns > .reap_boot_ns'

await "the watcher's word of the exit" says $tmp/watch '"state":"exited"'
kill $watcher
jq -s '{outcomes: map(select(.message == "outcome"))}' $tmp/watch >$tmp/outcomes
holds outcomes '.outcomes | map(.victim.state) | unique is ["exited", "stuck"]' \
	'.outcomes[0].victim | .state, has("alive_ns") is "stuck", true' \
	'.outcomes | map(select(.victim.reaped_pages)) | length > 0' \
	'.outcomes[-1].victim.state is "exited"' '[.outcomes[].seq] | unique is [1]'

situation "somebody else is at its memory map"
# Holds the lock for as long as it takes to look at every page.
busy() {
	while :; do
		echo 1
	done >/proc/"$1"/clear_refs
}
# Of every victim, whether the oom_reaper found the lock taken: it comes once, at any moment.
seq=1
skips=null
while [ "$skips" = null ] && [ $seq -lt 20 ]; do
	seq=$((seq + 1))
	hold slow 50
	event $seq
	victim=$(jq '.victim[0].pid' $tmp/event)
	busy "$victim" &
	one=$!
	busy "$victim" &
	two=$!
	met() {
		event $seq
		jq -e '.victim[0].victim | has("reap_skips") or has("reaped_pages")' $tmp/event >/dev/null
	}
	await "the oom_reaper" met
	skips=$(jq '.victim[0].victim.reap_skips' $tmp/event)
	oomk show $seq >$tmp/report
	kill $one $two
	let_go
done
[ "$skips" != null ] || fail "the oom_reaper never tried in vain"
says $tmp/report "oom_reaper" || wrong "oomk show does not tell of the oom_reaper: $(cat $tmp/report)"

situation "it is gone when its memory is, and not before"
tracing=/sys/kernel/tracing
# Kernels for tests have no events for functions.
if [ -e $tracing/kprobe_events ]; then
	echo boot >$tracing/trace_clock
	echo 'r:freed exit_mmap' >$tracing/kprobe_events
	echo 1 >$tracing/events/kprobes/freed/enable
	group large memory.max=150M
	killed in_group large hog 200
	exited() {
		event $((seq + 1))
		says $tmp/event '"state":"exited"'
	}
	await "the exit of event $((seq + 1))" exited
	# "hog-123 [000] ..... 45.678901: freed: (...)", in seconds, cut to microseconds. Not only once:
	# until it became a hog it was a shell.
	sed -n "s/^.*-$pid .* \([0-9]*\)\.\([0-9]*\): freed: .*/\1\2/p" $tracing/trace >$tmp/freed
	[ "$(wc -l <$tmp/freed)" -ge 2 ] || wrong "exit_mmap() was not seen"
	holds event "chosen.pid is $pid" \
		"chosen.victim.exit_boot_ns / 1000 >= $(tail -n 1 $tmp/freed)"
	echo 0 >$tracing/events/kprobes/freed/enable
else
	echo "not compared with the kernel's own time of it: there is no kprobe_events"
fi

situation "oomk is unloaded while a victim is alive"
hold slow 50
check_common
rmmod oomk
let_go
