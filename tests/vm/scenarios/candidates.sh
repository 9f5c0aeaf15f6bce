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

# candidates [CGROUP]: the answer, as JSON, for `holds candidates`; the kernel's oom_score beside
# our figures.
candidates() {
	genl -d 4 ${1:+"$(cgroup_attribute "$1")"} >$tmp/answer
	same "the end of the answer" "$(tail -n 1 $tmp/answer)" "done 0"
	awk '
	function number(hex,    i, byte, v, negative) {
		negative = length(hex) >= 8 && index("89abcdef", substr(hex, length(hex) - 1, 1))
		for (i = length(hex) - 1; i > 0; i -= 2) {
			byte = (index("0123456789abcdef", substr(hex, i, 1)) - 1) * 16 + \
			       index("0123456789abcdef", substr(hex, i + 1, 1)) - 1
			v = v * 256 + (negative ? 255 - byte : byte)
		}
		return negative ? -v - 1 : v
	}
	BEGIN {
		# Of the attribute set task.
		split("seq pad pid tid ppid ns_pid flags skip comm uid gid oom_score_adj threads " \
		      "start_boot_ns cgroup_id cgroup total_vm rss_anon rss_file rss_shmem swap " \
		      "pgtables adj points", names, " ")
	}
	/^reply 4 / {
		line = ""
		for (i = 4; i <= NF; i++) {
			split($i, part, ":")
			name = names[part[1]]
			value = number(part[2])
			if (name == "comm" || name == "cgroup")
				continue
			if (name == "pid" && (getline score <("/proc/" value "/oom_score")) > 0)
				line = line sprintf("\"oom_score\":%d,", score)
			line = line sprintf("\"%s\":%.0f,", name, value)
		}
		print "{" substr(line, 1, length(line) - 1) "}"
	}' $tmp/answer | jq -s '{tasks: .}' >$tmp/candidates
}

# The id of a cgroup, as attribute cgroup-id.
cgroup_attribute() {
	printf '15:%016x\n' "$(stat -c %i "$cg/$1")" |
		sed 's/:\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/:\8\7\6\5\4\3\2\1/'
}

# What holds of every answer for $total pages. Flag 1 is candidate, 4 is chosen.
consistent() {
	holds candidates '[.tasks[] | select(.flags % 2 != 1 or has("seq"))] is []' \
		'[.tasks[] | select(has("points")) | select(.points !=
		  .rss_anon + .rss_file + .rss_shmem + .swap + .pgtables + .adj)] is []' \
		"[.tasks[] | select(has(\"adj\")) |
		  select(.adj != .oom_score_adj * ($total / 1000 | floor))] is []" \
		'[.tasks[] | select((.flags / 4 | floor) % 2 == 1).points] is
		 [[.tasks[] | select(has("points")).points] | max]' \
		'[.tasks[] | select(.skip != 0 and has("points"))] is []'
}
first='.tasks[] | select((.flags / 4 | floor) % 2 == 1)'

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
	'[.tasks[] | select(.skip == 1)] | length > 10' '[.tasks[] | select(.skip == 2).pid] is [1]' \
	"[.tasks[] | select(.skip == 4).pid] | index($$) != null" \
	'[.tasks[] | select(.skip != 0 and .oom_score > 0)] is []'
points=$(jq "$first.points" $tmp/candidates)
same "kills so far" "$(kernel_kills)" "$kills_before"
echo f >/proc/sysrq-trigger
wait "$expected" || :
event_over 1
like_kernel 1 "chosen.pid is $expected" ".chosen_points is $points" ".total_pages is $total"

situation "the root cgroup stands for the host"
candidates .
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
candidates pod
consistent
same "processes" "$(jq '.tasks | length' $tmp/candidates)" 4
holds candidates "[$first.pid] is [$expected]" "[.tasks[] | select(.skip == 4).pid] is [$never]"
points=$(jq "$first.points" $tmp/candidates)
# It cannot be killed itself.
sleeper $tmp/ready adjusted -1000 pod/b hog 48
trigger=$pid
event_over 2
like_kernel 2 "chosen.pid is $expected" ".chosen_points is $points" ".total_pages is $total" \
	'.oom_cgroup is "/pod"' ".trigger.pid is $trigger"

situation "a cgroup without processes"
group empty
candidates empty
holds candidates '.tasks is []'

check_common
