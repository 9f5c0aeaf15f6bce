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

situation "somebody else is at its memory map, and oomk is unloaded"
hold slow 50
event 2
victim=$(jq '.victim[0].pid' $tmp/event)
# Holds the lock for as long as it takes to look at every page.
busy() {
	while :; do
		echo 1
	done >/proc/"$victim"/clear_refs
}
busy &
one=$!
busy &
two=$!
skipped() {
	event 2
	jq -e '.victim[0].victim.reap_skips > 0' $tmp/event >/dev/null
}
await "a try in vain of the oom_reaper" skipped
oomk show 2 >$tmp/report
kill $one $two
says $tmp/report "oom_reaper" || wrong "oomk show does not tell of the oom_reaper: $(cat $tmp/report)"

check_common
rmmod oomk
let_go
