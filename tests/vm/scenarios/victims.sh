#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Victims that are not plain processes: chosen for their oom_score_adj, with a leader that has
# exited, in a pid namespace of their own, sharing their memory with another process.
# core: every kind of victim
# run: --mem 384

. ./lib.sh
modprobe oomk

situation "oom_score_adj"
group adj memory.max=40M
sleeper $tmp/never adjusted -1000 adj hog 8
never=$pid
sleeper $tmp/hardly adjusted -997 adj hog 8
hardly=$pid
sleeper $tmp/rather adjusted 500 adj hog 4
rather=$pid
sleeper $tmp/first adjusted 1000 adj hog 2
first=$pid
started=$(awk '{ print $22 }' /proc/"$first"/stat)
killed in_group adj hog 50
seq=0
for victim in $first $rather "$pid"; do
	seq=$((seq + 1))
	event_over $seq
	like_kernel $seq "chosen.pid is $victim" ".trigger.pid is $pid" \
		"task($never).skip is \"oom_score_adj_min\"" "task($never).oom_score_adj is -1000" \
		"task($hardly) | .oom_score_adj, .adj is -997, -997 * 10" "task($hardly).points < 0" \
		"task($pid) | .adj is 0"
done
event 1
holds event "task($rather) | .oom_score_adj, .adj is 500, 5000" \
	"task($first) | .oom_score_adj, .adj is 1000, 10000" \
	"task($first).start_boot_ns / 10000000 | floor is $started" \
	'[.tasks[] | select(flagged("candidate") and has("points") and .skip != "oom_score_adj_min")
	  .points] | max is chosen.points' \
	'chosen.victim | has("cmdline") is false'
same "the last two" "$(sort -n $cg/adj/cgroup.procs | xargs)" \
	"$(printf '%s\n' "$never" "$hardly" | sort -n | xargs)"

situation "leader has exited"
group leader memory.max=20M
killed in_group leader hog -l -t 2 50
event_over 4
like_kernel 4 "chosen.pid is $pid" 'chosen.tid is $kernel.killed[0].pid' \
	'chosen.tid != chosen.pid' \
	'chosen | flagged("leader_dead")' '.tasks_total is 1' 'chosen.threads is 4' \
	'chosen.victim.cmdline is ["hog", "-l", "-t", "2", "50"]' 'chosen.victim.state is "exited"'

situation "pid namespace"
group pidns memory.max=20M
(in_group pidns unshare -p -f sh -c 'hog 50; exit $?') || :
event_over 5
like_kernel 5 'chosen.comm is "hog"' 'chosen.ns_pid is 2' 'chosen.pid > 2' '.tasks_total is 3' \
	'[.tasks[] | select(flagged("candidate")).ns_pid] | sort | .[:2] is [1, 2]' \
	'chosen.victim.state is "exited"'

situation "shared memory map"
group sharemm memory.max=20M
killed in_group sharemm sharemm 50
event_over 6
like_kernel 6 '.victims_total is 2' '[.victim[].victim.how] is ["chosen", "shared_mm"]' \
	'[.victim[].comm] is ["sharemm", "sharemm"]' '.victim[0].rss_anon is .victim[1].rss_anon' \
	"[.victim[].pid] | index($pid) != null" \
	'[.victim[].victim.state] is ["exited", "exited"]'

situation "shared memory map, in another cgroup"
group outside
killed in_group sharemm sharemm 50 $cg/outside/cgroup.procs
event_over 7
like_kernel 7 '[.victim[].victim.how] is ["chosen", "shared_mm"]' \
	'[.tasks[] | select(flagged("victim")).cgroup] is ["/sharemm", "/outside"]' \
	'[.victim[] | flagged("outside")] is [false, true]' \
	'[.victim[] | flagged("candidate")] is [true, false]'

situation "in vfork"
killed in_group sharemm sharemm -v 50
event_over 8
like_kernel 8 "chosen.pid is $pid" '.victims_total is 2' \
	'[.tasks[] | select(.skip == "in_vfork").ppid] is [chosen.pid]' \
	'[.victim[].victim.how] is ["chosen", "shared_mm"]'

check_common
