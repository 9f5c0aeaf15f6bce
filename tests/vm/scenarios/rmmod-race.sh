#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The module comes and goes while kills go on, a watcher listens and two readers loop over
# /proc/oomk. The kernel survives it and has its memory back, the watcher goes on by itself and sees
# what the new module sees, and what a reader has read to its end is whole.
# stress: 6.1 --timeout 2400
# stress: 6.1-debug --timeout 2400
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

# Reading fails when the module goes away meanwhile.
read_on_and_on() {
	while [ ! -e $tmp/over ]; do
		if cat /proc/oomk >"$tmp/proc.$1"; then
			whole_proc "$tmp/proc.$1"
			echo read
		fi
	done >"$tmp/read.$1" 2>/dev/null
	echo over >"$tmp/reading.over.$1"
}
for reader in 1 2; do
	read_on_and_on $reader &
done

# A dump or a read that is under way holds the module for a moment.
unloaded() {
	rmmod oomk 2>/dev/null
}

times=$(scale 8 200)
i=0
while [ $i -lt "$times" ]; do
	# What the kernel allocates once only, it has by then.
	[ $i != $((times / 10)) ] || [ "$size" != full ] || before=$(memory_now)
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
for reader in 1 2; do
	await "the end of reader $reader" [ -e $tmp/reading.over.$reader ]
	same "what reader $reader found amiss" "$(grep -v '^read$' $tmp/read.$reader)" ""
	[ "$(wc -l <$tmp/read.$reader)" -gt "$times" ] ||
		wrong "reader $reader read only $(wc -l <$tmp/read.$reader) times"
done
[ "$size" != full ] || not_grown "$before" 512

gone $watcher && wrong "the watcher is gone"
stats
jq -s 'map(select(.message == "event").seq)' $tmp/watch >$tmp/seqs
await "the newest event at the watcher" says $tmp/watch "\"seq\":$(jq .seen $tmp/stats),"
kill $watcher
# Each load counts from 1: in each run of rising numbers none is missing.
holds seqs '[range(1; length) as $i | select(.[$i] != .[$i - 1] + 1 and .[$i] != 1)] is []' \
	'map(select(. == 1)) | length > '"$times"
jq -s 'map(select(.message == "event"))' $tmp/watch >$tmp/events
holds events 'group_by(.instance) | length == ([.[][] | select(.seq == 1)] | length) and
	all(.[]; map(.seq) | . == unique)' "last.instance == $(jq .instance $tmp/stats)"
says $tmp/notes "module was unloaded" || wrong "the watcher said nothing of the module's unloading"
kills_before=$(($(kernel_kills) - $(jq .kernel_kills $tmp/stats)))
check_common
