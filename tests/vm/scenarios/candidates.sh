#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Whom the OOM killer would choose now, for the host and below a cgroup: the points are those of
# /proc/PID/oom_score, the first is the one that the kernel then kills, and asking kills nobody.
# run: --mem 384

. ./lib.sh
modprobe oomk
protect

# candidates [CGROUP]: the answer, for `holds candidates`; the kernel's oom_score beside our figures.
candidates() {
	oomk candidates --json ${1:+--cgroup "$1"} >$tmp/answer
	jq -r '.tasks[].pid' $tmp/answer | while read -r process; do
		sed "s/^/$process /" "/proc/$process/oom_score" 2>/dev/null || :
	done | jq -R 'split(" ") | {key: .[0], value: (.[1] | tonumber)}' |
		jq -s from_entries >$tmp/scores
	jq -s '.[1] as $scores | .[0] | .tasks[] |= . + ($scores[.pid | tostring] as $score |
		if $score then {oom_score: $score} else {} end)' $tmp/answer $tmp/scores >$tmp/candidates
}

# What holds of every answer for $total pages.
consistent() {
	holds candidates '[.tasks[] | select((flagged("candidate") | not) or has("seq"))] is []' \
		'[.tasks[] | select(has("points")) | select(.points !=
		  .rss_anon + .rss_file + .rss_shmem + .swap + .pgtables + .adj)] is []' \
		"[.tasks[] | select(has(\"adj\")) |
		  select(.adj != .oom_score_adj * ($total / 1000 | floor))] is []" \
		'[.tasks[] | select(flagged("chosen")).points] is
		 [[.tasks[] | select(has("points")).points] | max]' \
		'[.tasks[] | select(.skip != "none" and has("points"))] is []'
}
first='.tasks[] | select(.flags | index("chosen"))'

situation "host"
sleepers=
for hog in "0 40" "300 10" "700 4" "-300 20" "1 39"; do
	# shellcheck disable=SC2086 # words
	set -- $hog
	sleeper $tmp/ready adjusted "$1" . hog "$2"
	sleepers=$sleepers,$pid
	[ "$1" != 700 ] || expected=$pid
done
total=$(awk '/^(MemTotal|SwapTotal):/ { kb += $2 } END { print kb / 4 }' /proc/meminfo)
candidates
consistent
holds candidates "[$first.pid] is [$expected]" \
	"[.tasks[].pid] as \$pids | [${sleepers#,}] - \$pids is []" \
	"[.tasks[] | select([.pid] | inside([${sleepers#,}]))] | length is 5" \
	"[.tasks[] | select([.pid] | inside([${sleepers#,}])) | .oom_score - ((1000 +
	  (.points * 1000 / $total | trunc)) * 2 / 3 | floor)] is [0, 0, 0, 0, 0]" \
	'[.tasks[] | select(.skip == "kthread")] | length > 10' \
	'[.tasks[] | select(.skip == "init").pid] is [1]' \
	"[.tasks[] | select(.skip == \"oom_score_adj_min\").pid] | index($$) != null" \
	'[.tasks[] | select(.skip != "none" and .oom_score > 0)] is []'
points=$(jq "$first.points" $tmp/candidates)
same "kills so far" "$(kernel_kills)" "$kills_before"
echo f >/proc/sysrq-trigger
wait "$expected" || :
event_over 1
like_kernel 1 "chosen.pid is $expected" ".chosen_points is $points" ".total_pages is $total"

situation "the root cgroup stands for the host"
candidates /
consistent
holds candidates "[${sleepers#,}] - [.tasks[].pid] is [$expected]"

situation "below a cgroup"
group pod memory.max=64M
group pod/a
group pod/b
group pod/c
sleeper $tmp/ready adjusted 0 pod/a hog 2
sleeper $tmp/ready adjusted 100 pod/a hog 8
expected=$pid
sleeper $tmp/ready adjusted 0 pod/b hog 10
sleeper $tmp/ready adjusted -1000 pod/c hog 1
never=$pid
total=$((64 * 256))
candidates /pod
consistent
same "processes" "$(jq '.tasks | length' $tmp/candidates)" 4
holds candidates "[$first.pid] is [$expected]" \
	"[.tasks[] | select(.skip == \"oom_score_adj_min\").pid] is [$never]"
points=$(jq "$first.points" $tmp/candidates)
# It cannot be killed itself.
sleeper $tmp/ready adjusted -1000 pod/b hog 46
trigger=$pid
event_over 2
like_kernel 2 "chosen.pid is $expected" ".chosen_points is $points" ".total_pages is $total" \
	'.oom_cgroup is "/pod"' ".trigger.pid is $trigger"

situation "a cgroup without processes"
group empty
candidates /sys/fs/cgroup/empty
holds candidates '.tasks is []'

# prints PATTERN [ARG...]: what oomk candidates says for people.
prints() {
	pattern=$1
	shift
	oomk candidates "$@" >$tmp/text 2>&1 || :
	says $tmp/text "$pattern" || wrong "no '$pattern' in: $(cat $tmp/text)"
}
prints "^Out of memory in /empty would now find nobody to kill$" --cgroup /empty

situation "for people"
# Whom else the trigger had killed, before the memory of the first was free, does not matter here.
kill $trigger
wait $trigger 2>/dev/null || :
sleeper $tmp/ready adjusted 0 pod/b hog 12
second=$pid
prints "^Out of memory in the host would now kill .*\[[0-9]*\]$"
prints "^ *$second .* hog  */pod/b$" --cgroup /pod
prints "^  skipped, oom score adj min: .*hog\[$never\]" --cgroup /pod
oomk candidates --cgroup /pod --interval 1 >$tmp/pictures &
pictures=$!
seen() {
	[ "$(grep -c "^Out of memory in /pod would now kill hog\[$second\]$" $tmp/pictures)" -ge 2 ]
}
await "two pictures" seen
kill $pictures

situation "what is no cgroup"
prints "^oomk: cgroup '/none': No such file or directory$" --cgroup /none
prints "^oomk: cgroup 'cgroup.procs': Not a directory$" --cgroup cgroup.procs
prints "^oomk: cgroup '../../../proc': Not a directory$" --cgroup ../../../proc

check_common
