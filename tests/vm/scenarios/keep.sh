#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# oomk watch --log keeps every event once, in order: over its own restarts, over unloading the
# module, and over a full disk. A command gets what is known in its environment. Without a journal
# entries are counted.
# once: the client's part
# run: --mem 384

. ./lib.sh
modprobe oomk
sysctl -q vm.oom_dump_tasks=0
group keep memory.max=2M
mkdir -p /tmp/small
mount -t tmpfs -o size=64k none /tmp/small
log=/tmp/small/events

start() {
	oomk watch --log $log >/dev/null 2>>$tmp/notes &
	watcher=$!
	await "the watcher's subscription" subscribed $watcher
}

# The file has an event @1 of this load of the module.
kept() {
	says $log "\"message\":\"event\",\"seq\":$1,.*\"instance\":$(jq .instance $tmp/stats)"
}

stop() {
	kill $watcher
	wait $watcher || wrong "the watcher failed"
}

situation "restarts"
stats
first=$(jq .instance $tmp/stats)
kill_times 2 keep
start
kill_times 1 keep
await "event 3 in the file" kept 3
await "its outcome in the file" says $log '"message":"outcome","seq":3,'
stop
kill_times 2 keep
start
await "event 5 in the file" kept 5
oomk watch --log $log 2>$tmp/second && wrong "two may write the same file"
says $tmp/second "$log is written by another oomk" || wrong "it does not say why not: $(cat $tmp/second)"
stop
jq -s 'map(select(.message == "event"))' $log >$tmp/events
holds events 'map(.seq) is [1, 2, 3, 4, 5]' 'all(.[]; .cause == "spike")' \
	'all(.[]; .findings | length > 3)' 'map(.victim[0].comm) | unique is ["hog"]'

situation "another load"
rmmod oomk
modprobe oomk
stats
kill_times 1 keep
start
await "event 1 of another load" kept 1
stop
says $tmp/notes "the module was loaded anew after #5" || wrong "not told of the new load"

situation "a full disk"
start
dd if=/dev/zero of=/tmp/small/full bs=1k 2>/dev/null || :
kill_times 2 keep
await "word of the full disk" says $tmp/notes "$log cannot be written: No space left on device"
kept 3 && wrong "there was room"
rm /tmp/small/full
kill_times 1 keep
await "event 4 in the file" kept 4
stop
says $tmp/notes "$log is written again" || wrong "it does not say that it goes on"
jq -s --argjson first "$first" 'map(select(.message == "event")) |
	{first: map(select(.instance == $first).seq), second: map(select(.instance != $first).seq)}' \
	$log >$tmp/seqs
holds seqs '.first is [1, 2, 3, 4, 5]' '.second is [1, 2, 3, 4]'

situation "environment and journal"
oomk watch --journal --since 3 --exec 'env >/tmp/environment.new; mv /tmp/environment.new /tmp/environment' \
	>/dev/null 2>$tmp/journal_notes &
watcher=$!
await "the command's environment" [ -e /tmp/environment ]
stop
for line in OOMK_SEQ=4 OOMK_KIND=kill OOMK_CONSTRAINT=memcg OOMK_CAUSE=spike OOMK_VICTIM_COMM=hog \
	OOMK_CGROUP=/keep OOMK_OOM_CGROUP=/keep OOMK_LIMIT=2097152 OOMK_WORKLOAD=/keep \
	"OOMK_INSTANCE=$(jq .instance $tmp/stats)"; do
	grep -qxF "$line" /tmp/environment || wrong "no $line in: $(cat /tmp/environment)"
done
for words in "the journal takes no entries: No such file or directory" "the journal lacks 1 entries"; do
	says $tmp/journal_notes "$words" || wrong "no '$words' in: $(cat $tmp/journal_notes)"
done
kills_before=5
check_common
