#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# A container hits its memory limit: by its only process; by a child while the main process lives
# on, the kill that Kubernetes does not show; and with memory.oom.group=1, by one of several.
# core: a limit hit, every figure compared
# run: --mem 384

. ./lib.sh
modprobe oomk

situation "only process"
group one memory.max=20M
started=$(date +%s)
killed in_group one hog 50 "second word"
ended=$(date +%s)
event_over 1
# What another processor has charged ahead, 64 pages, it may have given back by then.
like_kernel 1 '.seq is 1' '.kind is "kill"' '.constraint is "memcg"' '.oom_cgroup is "/one"' \
	".oom_cgroup_id is $(stat -c %i $cg/one)" '.total_pages is 20 * 256' \
	'.tasks_total is 1' '.tasks_kept is 1' '.victims_total is 1' \
	'.charged is $kernel.usage' 'near(.charged; 20 * 1048576; 64 * 4096)' \
	'.held is (chosen | .rss_anon + .rss_shmem) * 4096' '.not_held is .charged - .held' \
	".time_real_ns >= $started * 1000000000" ".time_real_ns < ($ended + 1) * 1000000000" \
	"chosen.pid is $pid" "chosen.ppid is $$" 'chosen.ns_pid is chosen.pid' \
	'chosen.tid is chosen.pid' 'chosen.comm is "hog"' 'chosen.threads is 1' \
	'chosen | .uid, .gid is 0, 0' 'chosen.oom_score_adj is 0' \
	'.trigger | .pid, .comm, .cgroup, .uid is chosen | .pid, .comm, .cgroup, .uid' \
	'chosen.flags | sort is ["candidate", "chosen", "trigger", "victim"]' \
	'chosen | [.total_vm, .rss_anon, .rss_file, .rss_shmem, .pgtables] is
	 $kernel.killed[0] | [.total_vm, .rss_anon, .rss_file, .rss_shmem, .pgtables]' \
	'chosen.victim.how is "chosen"' "chosen.victim.exe is $(unless_rt '"/usr/bin/hog"')" \
	'chosen.victim.cmdline is ["hog", "50", "second word"]' \
	'chosen.victim.state is "exited"' \
	'chosen.victim | .exit_boot_ns - .killed_boot_ns is chosen.victim.exit_delay_ns' \
	'chosen.victim.killed_boot_ns >= .time_boot_ns' \
	'chosen.start_boot_ns < .time_boot_ns' \
	"chosen.victim.exit_delay_ns < ($ended + 1 - $started) * 1000000000"

situation "child of the main process"
group two memory.max=20M
(in_group two hog -c 50) >$tmp/main &
await "the child's death" says $tmp/main "child killed by 9"
main=$(cat $cg/two/cgroup.procs)
# The victim hits the limit up to 17 times more while it dies.
max=$(sed -n 's/^max //p' $cg/two/memory.events.local)
event_over 2
like_kernel 2 "chosen.ppid is $main" '.victims_total is 1' '.tasks_total is 2' \
	'chosen.victim.state is "exited"' \
	"task($main) | flagged(\"ancestor\"), flagged(\"candidate\"), flagged(\"victim\") is
	 true, true, false" \
	"[.tasks[].pid] | index($$) != null" \
	"task($$) | flagged(\"ancestor\"), flagged(\"outside\"), flagged(\"candidate\") is
	 true, true, false" \
	'cgroup("/two") | .events_oom_kill is 0' \
	".pressure.max_events is cgroup(\"/two\").events_max" \
	".pressure.max_events <= $max" ".pressure.max_events >= $max - 17"
same "oom_kill of the cgroup" "$(sed -n 's/^oom_kill //p' $cg/two/memory.events)" 1
same "the main process" "$(cat /proc/"$main"/comm)" hog
kill "$main"

situation "memory.oom.group"
group three memory.max=30M memory.oom.group=1
members=
for i in 1 2 3; do
	sleeper $tmp/ready.$i in_group three hog 4
	members=$members,$pid
done
killed in_group three hog 50
event_over 3
like_kernel 3 'flagged("oom_group")' "chosen.pid is $pid" \
	'.victims_total is 4' '.tasks_total is 4' \
	"[.victim[1:][].pid] | sort is [${members#,}] | sort" \
	'[.victim[1:][].victim.how] | unique is ["group"]' \
	'[.victim[].victim.state] | unique is ["exited"]' \
	'[.tasks[] | select(flagged("victim")).pid] | sort is [.victim[].pid] | sort' \
	'[.tasks[] | select(flagged("chosen")).pid] is [chosen.pid]' \
	'cgroup("/three") | .oom_group, .events_oom_kill, (.events_oom_group_kill // 0) is 1, 0, 0'
# The kernel kills, and counts, the chosen one twice.
same "oom_kill of the cgroup" "$(sed -n 's/^oom_kill //p' $cg/three/memory.events)" \
	"$(jq '.killed | length' $tmp/kernel)"

check_common
