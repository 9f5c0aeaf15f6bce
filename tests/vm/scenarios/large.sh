#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Events with more tasks, victims and cgroups than there is room for: what counts most is kept, and
# what is not there is counted. And one with so many that a message does not hold them.
# run: --mem 512

. ./lib.sh

# tree PATH CGROUPS TASKS: cgroups below PATH, with sleeping tasks in each.
tree() {
	i=0
	while [ $i -lt "$2" ]; do
		group "$1/$i"
		j=0
		while [ $j -lt "$3" ]; do
			(in_group "$1/$i" sleep 1000) &
			j=$((j + 1))
		done
		i=$((i + 1))
	done
}

situation "a group kill of more than there is room for"
modprobe oomk max_tasks=16 max_cgroups=8
group pod memory.max=60M memory.oom.group=1
tree pod 12 3
sleeper $tmp/ready in_group pod/5 hog 4
second=$pid
killed in_group pod/3 hog 100
event_over 1
holds event "chosen.pid is $pid" 'flagged("oom_group")' 'flagged("victims_truncated")' \
	'flagged("cgroups_truncated")' '.victims_total is 38' '.tasks_total is 38' \
	'.tasks_kept >= 16' '.cgroups_kept is 8' '.cgroups | length is 8' \
	'[.tasks[] | select(flagged("victim"))] | length is 16' \
	'[.cgroups[] | select(.roles | index("oom")).path] is ["/pod"]' \
	'[.cgroups[].path] | index("/pod/3") != null' \
	"[.tasks[] | select(has(\"points\")).points] | sort | reverse | .[0] is chosen.points" \
	"task($second).points > 0"
stats
holds stats '.lost_victims is 38 - 16' ".recorded_kills is $(($(kernel_kills) - kills_before))" \
	'.lost is .lost_victims'

situation "more sharers of the victim's memory than there is room for"
group sharers memory.max=20M
killed in_group sharers sharemm -n 30 50
event_over 2
holds event 'chosen.comm is "sharemm"' 'flagged("victims_truncated")' '.victims_total is 31' \
	'[.tasks[] | select(flagged("victim"))] | length is 16'
stats
holds stats '.lost_victims is (38 - 16) + (31 - 16)' \
	".recorded_kills is $(($(kernel_kills) - kills_before))"

situation "a group kill of more sharers than there is room for"
# All are killed for the memory that they share; some may be gone before they are met.
group groupsharers memory.max=20M memory.oom.group=1
killed in_group groupsharers sharemm -n 30 50
event_over 3
holds event 'chosen.comm is "sharemm"' 'flagged("oom_group")' 'flagged("victims_truncated")' \
	'.victims_total > 16' '.victims_total <= 31' \
	'[.tasks[] | select(flagged("victim"))] | length is 16'
stats

situation "a sharer outside of a group that just has room"
# Last in the group: its child, which is of another cgroup and is not marked, finds no room.
group full memory.max=20M memory.oom.group=1
group beside
i=0
while [ $i -lt 14 ]; do
	(in_group full sleep 1000) &
	i=$((i + 1))
done
full() {
	[ "$(wc -l <$cg/full/cgroup.procs)" = "$1" ]
}
await "the group" full 14
(in_group full sharemm 1 $cg/beside/cgroup.procs) &
await "the sharer" says $cg/beside/cgroup.procs .
await "the last of the group" full 15
lost=$(jq .lost_victims $tmp/stats)
killed in_group full hog 50
event_over 4
stats
holds event "chosen.pid is $pid" 'flagged("oom_group")' 'flagged("victims_truncated")' \
	'.victims_total is 17' '[.tasks[] | select(flagged("victim"))] | length is 16'
holds stats ".lost_victims is $lost + 1"

situation "a victim deeper than there is room for cgroups"
group 1/2/3/4/5/6/7/8/9/10/11/12
echo 20M >$cg/1/2/memory.max
killed in_group 1/2/3/4/5/6/7/8/9/10/11/12 hog 40
event_over 5
like_kernel 5 "chosen.pid is $pid" 'flagged("cgroups_truncated")' '.cgroups_kept is 8' \
	'[.cgroups[] | select(.roles | index("oom")).path] is ["/1/2"]' \
	'cgroup("/1/2").anon is $kernel.stat.anon' \
	'.cgroups[0].path is "/1/2/3/4/5/6/7/8/9/10/11/12"'
rmmod oomk

situation "more than a message holds"
modprobe oomk max_cgroups=256
kills_before=$(kernel_kills)
tree pod 100 3
killed in_group pod/3 hog 100
event_over 1
holds event '.victims_total is 301' '.tasks_total is 301' '.tasks | length > 301' \
	'[.tasks[] | select(flagged("victim"))] | length is 301' '.cgroups_kept is .cgroups_total' \
	'.cgroups | length > 100' '[.tasks[].pid] | length - (unique | length) is 0'

check_common
