#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The lower 32 bits of the kernel's tick counter wrap 300 s after boot. A victim that cannot die is
# waited for meanwhile, and what comes of kills before and after is told as ever.
# once: how oomk waits is the same on every kernel
# stress: 6.1-debug
# run: --mem 384 --icount

. ./lib.sh
modprobe oomk
oomk watch --since 0 --json >$tmp/watch &
watcher=$!
group a memory.max=4M

# has_wrapped yes|no
has_wrapped() {
	same "wrapped" "$(awk '$1 == "jiffies:" {
		print $2 < 4294967296 ? "no" : "yes"
		exit
	}' /proc/timer_list)" "$1"
}

situation "before"
killed in_group a hog 10
event_over 1
like_kernel 1 "chosen.pid is $pid" 'chosen.victim.exit_delay_ns < 1000000000'

situation "across"
sleep $((294 - $(boot_ms) / 1000))
hold a 10
has_wrapped no
sleep 9
await "the watcher's word that one is stuck" says $tmp/watch '"seq":2,.*"state":"stuck"'
told=$(boot_ms)
has_wrapped yes
event 2
# The kernel's timers may be late by an eighth of the delay.
like_kernel 2 'chosen.victim.state is "stuck"' 'chosen.victim.alive_ns >= 10000 * 1000000' \
	"chosen.victim | .killed_boot_ns + .alive_ns | . > 300 * 1000000000 and . <= $told * 1000000" \
	'chosen.victim.alive_ns < 11500 * 1000000'
let_go
event_over 2
holds event 'chosen.victim | .state is "exited"' 'chosen.victim.exit_delay_ns > 10000 * 1000000' \
	"chosen.victim.exit_boot_ns >= $told * 1000000"

situation "after"
killed in_group a hog 10
event_over 3
like_kernel 3 "chosen.pid is $pid" 'chosen.victim.exit_delay_ns < 1000000000'

situation "all"
await "the watcher's last word" says $tmp/watch '"seq":3,.*"state":"exited"'
kill $watcher
jq -s 'map(select(.message == "event"))' $tmp/watch >$tmp/events
holds events 'map(.seq) is [1, 2, 3]' 'map(.time_boot_ns) is map(.time_boot_ns) | sort'
check_common
