#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# A kernel started with cgroup_disable=memory: kills for the host are recorded as ever, and of
# cgroups nothing is said.
# run: --mem 384 --append cgroup_disable=memory

. ./lib.sh
modprobe oomk
protect

killed adjusted 0 . hog 2000
event_over 1
kernel_report 1
holds event "chosen.pid is $pid" '.constraint is "none"' '.cgroups is []' '.cgroups_total is 0' \
	'flagged("cgroups_truncated") is false' \
	'[.tasks[], .trigger, .victim[] | select(has("cgroup") or has("cgroup_id"))] is []' \
	'has("oom_cgroup", "oom_cgroup_id") is false, false' \
	'.points is .chosen_points' 'flagged("points_compared")' 'chosen.victim.state is "exited"' \
	'[$kernel.tasks[].pid] - [.tasks[].pid] is []'
oomk show 1 >$tmp/show
grep -q "hog\[$pid\] killed: .*; the host ran out of memory" $tmp/show ||
	wrong "oomk show says: $(cat $tmp/show)"
! grep -q -i cgroup $tmp/show || wrong "oomk show speaks of cgroups: $(cat $tmp/show)"
same "candidates below the root cgroup" "$(genl -d 4 15:0100000000000000 | tail -n 1)" "done 0"

check_common
