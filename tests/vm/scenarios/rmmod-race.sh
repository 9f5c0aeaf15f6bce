#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The module comes and goes while kills go on and a watcher listens. The kernel survives it, the
# watcher goes on by itself and sees what the new module sees.
# run: --mem 384 --one-thread

. ./lib.sh
sysctl -q vm.oom_dump_tasks=0
modprobe oomk
oomk watch --since 0 --json >$tmp/watch 2>$tmp/notes &
watcher=$!
group race memory.max=2M

kill_on_and_on() {
	while [ ! -e $tmp/over ]; do
		(in_group race hog 10) || :
	done 2>/dev/null
	echo over >$tmp/killing.over
}
kill_on_and_on &

# A dump or a read that is under way holds the module for a moment.
unloaded() {
	rmmod oomk 2>/dev/null
}

i=0
while [ $i -lt 8 ]; do
	events=$(grep -c '"message":"event"' $tmp/watch) || :
	more() {
		[ "$(grep -c '"message":"event"' $tmp/watch)" -gt "$events" ]
	}
	await "events after load $i" more
	await "unloading $i" unloaded
	modprobe oomk
	i=$((i + 1))
done
echo over >$tmp/over
await "the end of the kills" [ -e $tmp/killing.over ]

gone $watcher && wrong "the watcher is gone"
stats
jq -s 'map(select(.message == "event").seq)' $tmp/watch >$tmp/seqs
await "the newest event at the watcher" says $tmp/watch "\"seq\":$(jq .seen $tmp/stats),"
kill $watcher
# Each load counts from 1: in each run of rising numbers none is missing.
holds seqs '[range(1; length) as $i | select(.[$i] != .[$i - 1] + 1 and .[$i] != 1)] is []' \
	'map(select(. == 1)) | length > 8'
jq -s 'map(select(.message == "event"))' $tmp/watch >$tmp/events
holds events 'group_by(.instance) | length == ([.[][] | select(.seq == 1)] | length) and
	all(.[]; map(.seq) | . == unique)' "last.instance == $(jq .instance $tmp/stats)"
says $tmp/notes "module was unloaded" || wrong "the watcher said nothing of the module's unloading"
kills_before=$(($(kernel_kills) - $(jq .kernel_kills $tmp/stats)))
check_common
