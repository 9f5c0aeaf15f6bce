#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# A store too small for all: the oldest events give way, are counted, and are asked for in vain with
# a clear answer. And /proc/oomk read in small pieces, from the middle, and by many at once.
# once: the store is the same code on every kernel
# run: --mem 384

. ./lib.sh
modprobe oomk store_kb=128 max_tasks=16 max_cgroups=8
sysctl -q vm.oom_dump_tasks=0
# A deep cgroup makes large events.
group a/b/c/d/e/small memory.max=2M
i=0
while [ $i -lt 50 ]; do
	(in_group a/b/c/d/e/small hog 10) || :
	i=$((i + 1))
done 2>/dev/null
event_over 50

situation "overwritten"
stats
oomk list --json >$tmp/list
jq -s '{list: ., stats: $stats[0]}' --slurpfile stats $tmp/stats $tmp/list >$tmp/store
first=$(jq .first_seq $tmp/stats)
holds store '.stats | .seen is 50' '.stats.overwritten > 5' '.stats.retained > 3' \
	'.stats.retained + .stats.overwritten is 50' '.stats.store_used <= .stats.store_size' \
	".list | map(.seq) is [range($first; 51)]"
for seq in 1 $((first - 1)); do
	status=0
	oomk show $seq >$tmp/stdout 2>$tmp/stderr || status=$?
	same "exit status of show $seq" $status 1
	same "standard output of show $seq" "$(cat $tmp/stdout)" ""
	says $tmp/stderr overwritten || wrong "show $seq says '$(cat $tmp/stderr)'"
done
same "answer to a request for event 1" "$(genl 1 1:0100000000000000 | cut -d ' ' -f -2)" "error 116"
same "answer to a request for its tasks" "$(genl -d 2 1:0100000000000000 | cut -d ' ' -f -2)" \
	"done 116"
oomk show "$first" --json >$tmp/event
holds event ".seq is $first" '.cgroups | length > 0' '.tasks | length > 0'

oomk watch --since 0 --json >$tmp/watch &
watcher=$!
await "event 50 at the watcher" says $tmp/watch '"message":"event","seq":50,'
kill $watcher
jq -s '{first: .[0], seqs: map(select(.message == "event").seq)}' $tmp/watch >$tmp/since
holds since ".first is {message: \"overwritten\", first: 1, last: $((first - 1))}" \
	".seqs is [range($first; 51)]"

situation "/proc/oomk"
# The header counts on while we read.
events_of() {
	sed -n '/^event /,$p' "$1"
}
cat /proc/oomk >$tmp/whole
events_of $tmp/whole >$tmp/events
same "what is amiss" "$(whole_proc $tmp/whole)" ""
dd if=/proc/oomk bs=1 2>/dev/null >$tmp/bytes
events_of $tmp/bytes | cmp - $tmp/events || wrong "reading byte by byte gives something else"
for skip in 8191 8192 20000; do
	dd if=/proc/oomk bs=1 skip=$skip 2>/dev/null >$tmp/tail
	[ -s $tmp/tail ] || wrong "nothing from byte $skip on"
	tail -c "$(wc -c <$tmp/tail)" $tmp/whole | cmp - $tmp/tail ||
		wrong "reading from byte $skip differs"
done
for i in 1 2 3 4 5 6 7 8; do
	{
		cat /proc/oomk >$tmp/part.$i
		echo read >$tmp/part.$i.over
	} &
done
for i in 1 2 3 4 5 6 7 8; do
	await "reader $i" [ -e $tmp/part.$i.over ]
	events_of $tmp/part.$i | cmp - $tmp/events || wrong "reader $i read something else"
done

situation "overwritten while it is dumped, and before its victim is dead"
hold a/b/c/d/e/small 10
# More than a message holds, which has command lines as long as can be.
words=$(head -c 4000 /dev/zero | tr '\0' x)
kills() {
	i=0
	while [ $i -lt 35 ]; do
		(in_group a/b/c/d/e/small hog 10 "$words") || :
		i=$((i + 1))
	done 2>/dev/null
}
kills
event_over 86
genl -d -w $tmp/go 1 >$tmp/dump &
dump=$!
await "the first messages" says $tmp/dump waiting
kills
touch $tmp/go
wait $dump
same "interrupted messages of the dump" "$(grep -c "^interrupted reply" $tmp/dump)" 1
let_go
event_over 121
stats
holds stats '.first_seq > 86' '.seen is 121'

check_common
