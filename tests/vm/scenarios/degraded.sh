#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Kernels that do not offer every hook: the module names what is missing in the kernel's log, in
# /proc/oomk and in oomk stats; records each kill as far as can be known, leaves out the rest, and
# counts what it cannot know; and does not load when it could see no kill.
# once: what is refused is the same on every kernel
# run: --mem 384 --timeout 900

. ./lib.sh

kprobes=decision,report,memcg_events
symbols=memcg_page_state,mem_cgroup_get_max,si_swapinfo
reaping=wake_reaper,start_task_reaping,finish_task_reaping,skip_task_reaping
tracepoints=mark_victim,$reaping,exit

# without HOOK,...: loads the module anew; what it says of itself is what it was refused, no more.
without() {
	[ ! -d /sys/module/oomk ] || rmmod oomk
	situation "without $1"
	dmesg -c >/dev/null
	rm -f $tmp/kernel
	kills_before=$(kernel_kills)
	modprobe oomk refuse="$1"

	hooks=$(echo "$1" | tr , '\n' | sort | xargs)
	dmesg | sed -n 's/.*oomk: hook \(.*\) cannot be attached (-95): without it there is no .*/\1/p' |
		sort | xargs >$tmp/named
	same "hooks named in the kernel's log" "$(cat $tmp/named)" "$hooks"
	sed -n 's/^hook \(.*\) - without it no .*/\1/p' /proc/oomk | sort | xargs >$tmp/named
	same "hooks named in /proc/oomk" "$(cat $tmp/named)" "$hooks"
	oomk stats | awk '$1 == "HOOK" { table = 1; next } table && $2 == "-" { print $1 }' | sort |
		xargs >$tmp/named
	same "hooks named by oomk stats" "$(cat $tmp/named)" "$hooks"
	stats
	holds stats "[.hook[] | select(.attached == 0).name] | sort | join(\" \") is \"$hooks\""
	dmesg | grep -q "oomk: version .*, $(jq '[.hook[] | select(.attached == 1)] | length' \
		$tmp/stats) of $(jq '.hook | length' $tmp/stats) hooks attached" ||
		wrong "the kernel's log counts other hooks: $(dmesg)"
}

# counted LOST UNTRACKED: what is not known of the kills is counted as such, and only that.
counted() {
	stats
	holds stats ".kernel_kills is $(($(kernel_kills) - kills_before))" \
		".recorded_kills is .kernel_kills - $1" ".lost is $1" ".lost_missed is $1" \
		".untracked is $2" '.points_mismatched is 0' '.notify_failed is 0' \
		'[.hook[] | select(.missed != 0).name] is []'
}

# The same event as text, twice.
texts() {
	oomk show "$1" >$tmp/show
	awk -v seq="$1" '$1 == "event" { found = $2 == seq } found' /proc/oomk >$tmp/proc
}

# shown FILE PATTERN...
shown() {
	file=$tmp/$1
	shift
	for pattern; do
		says "$file" "$pattern" || wrong "no '$pattern' in: $(cat "$file")"
	done
}

not_shown() {
	file=$tmp/$1
	shift
	for pattern; do
		! says "$file" "$pattern" || wrong "'$pattern' in: $(cat "$file")"
	done
}

# What is left of a kill whose decision was not seen.
undecided() {
	kernel_report 1
	holds event '.kind is "kill"' '.constraint is "unknown"' '.flags is []' \
		'[.trigger, .gfp_mask, .order, .total_pages, .chosen_points, .points, .charged, .held,
		  .host, .pressure, .oom_cgroup, .oom_cgroup_id, .tasks_total, .tasks_kept] | unique is
		 [null]' \
		'.victims_total is 1' '[.tasks[].pid] is [chosen.pid]' "chosen.pid is $pid" \
		'chosen.comm is "hog"' 'chosen.flags is ["victim"]' 'chosen | has("points") is false' \
		'chosen | [.total_vm, .rss_anon, .rss_file, .rss_shmem, .pgtables] is
		 $kernel.killed[0] | [.total_vm, .rss_anon, .rss_file, .rss_shmem, .pgtables]' \
		'chosen.victim.how is "unknown"' 'chosen.victim.state is "exited"' \
		'[.cgroups[].path] is ["/a", "/"]' '[.cgroups[] | select(.roles | index("oom"))] is []' \
		'cgroup("/a") | .memory_current, .memory_max is $kernel | .usage, .limit' \
		'cgroup("/a") | .events_oom_kill is 1'
	texts 1
	shown show "hog\[$pid\] killed: " "the decision was not seen" "why is not known; exited after"
	not_shown show Trigger Tasks points "limit was hit" "held"
	shown proc "^summary hog\[$pid\] was killed .*the decision was not seen" "^constraint unknown" \
		"^victim unknown pid $pid "
	not_shown proc "^trigger" "^tasks" "^points" "^host" "^memory"
}

# A cgroup made anew has no history.
kill_in_a() {
	[ ! -d $cg/a ] || rmdir $cg/a
	group a memory.max=20M
	killed in_group a hog 50
	event_over 1
}

situation "without any hook that tells of kills"
if modprobe oomk refuse=decision,mark_victim 2>$tmp/stderr; then
	wrong "the module loads"
fi
dmesg | grep -q "oomk: neither oom_kill_process nor mark_victim can be attached: kills could not" ||
	wrong "the kernel's log does not say why"
for left in /proc/oomk /sys/module/oomk; do
	[ ! -e $left ] || wrong "$left is left behind"
done
! genl 5 >$tmp/genl 2>&1 || wrong "the netlink family is left behind"

without decision
kill_in_a
undecided
holds event 'cgroup("/a").freshness is "periodic"' 'cgroup("/a") | has("anon")'
counted 0 0

situation "without decision, memory.oom.group"
group group memory.max=30M memory.oom.group=1
members=
for i in 1 2 3; do
	sleeper $tmp/ready.$i in_group group hog 4
	members=$members$pid,
done
killed in_group group hog 50
event_over 5
oomk list --json | jq -s . >$tmp/events
holds events 'length is 5' '[.[].kind] | unique is ["kill"]' \
	"[.[1:][].victim[0].pid] | sort is [$members $pid] | sort" \
	'[.[1:][].victim[0].victim.state] | unique is ["exited"]'
stats
# The kernel counts the first victim a second time; the next mark, if any, tells.
holds stats '.lost <= 1' '.lost is .kernel_kills - .recorded_kills'

without mark_victim
kill_in_a
like_kernel 1 "chosen.pid is $pid" '.kind is "kill"' '.constraint is "memcg"' '.victims_total is 1' \
	'.trigger.pid is chosen.pid' 'flagged("points_compared")' \
	'chosen.flags | sort is ["candidate", "chosen", "trigger", "victim"]' \
	'chosen.victim | .how, .state is "chosen", "unknown"' \
	'chosen.victim | has("killed_boot_ns", "exit_boot_ns", "alive_ns") is false, false, false'
texts 1
shown show "hog\[$pid\]  chosen; not watched"
shown proc "^  outcome unknown"
counted 0 1

situation "without mark_victim, memory.oom.group"
rmdir $cg/group
group group memory.max=30M memory.oom.group=1
sleeper $tmp/ready in_group group hog 4
killed in_group group hog 50
event 2
holds event "chosen.pid is $pid" '.victims_total is 1' 'flagged("oom_group")' \
	'flagged("victims_truncated")'
texts 2
shown show "others were killed with it (memory.oom.group)"
shown proc "with others that were not seen"
counted $(($(sed -n 's/^oom_kill //p' $cg/group/memory.events) - 1)) 2

without $tracepoints
kill_in_a
like_kernel 1 "chosen.pid is $pid" 'chosen.victim.state is "unknown"'
counted 0 1

without exit
kill_in_a
like_kernel 1 "chosen.pid is $pid" 'chosen.victim | .how, .state is "chosen", "unknown"' \
	'chosen.victim | has("killed_boot_ns", "exit_boot_ns", "alive_ns") is true, false, false'
texts 1
shown show "hog\[$pid\]  chosen; not watched"
shown proc "^  outcome unknown"
counted 0 1

without report
kill_in_a
like_kernel 1 "chosen.pid is $pid" '[.cgroups[].freshness] | unique is ["periodic"]'
counted 0 0

without memcg_events,oom_notifier,panic
kill_in_a
like_kernel 1 "chosen.pid is $pid" 'has("pressure") is false'
texts 1
not_shown show Pressure
not_shown proc "^pressure"
counted 0 0

without memcg_page_state
kill_in_a
like_kernel 1 "chosen.pid is $pid" '[.cgroups[] | .anon, .file, .kernel, .freshness] | unique is [null]' \
	'cgroup("/a") | near(.lru_inactive_anon + .lru_active_anon; 20 * 1048576; 2 * 1048576)'
texts 1
not_shown show "    stat" "as of"
shown show "    own lru"
not_shown proc "^  stat"
shown proc "^  lru"
counted 0 0

# Of a kernel without CONFIG_KPROBES the errors are the same.
without $kprobes,$symbols
kill_in_a
undecided
holds event 'cgroup("/a") | has("anon", "freshness") is false, false'
counted 0 0

# candidates WHAT WANT [ATTRIBUTE]
candidates() {
	got=$(genl -d 4 ${3:+"$3"} | tail -n 1)
	# shellcheck disable=SC2254 # a pattern
	case $got in
	$2) ;;
	*) wrong "CANDIDATE_GET of $1: got '$got', want '$2'" ;;
	esac
}
cgroup_id=$(printf '15:%02x%02x000000000000' $(($(stat -c %i $cg/a) % 256)) \
	$(($(stat -c %i $cg/a) / 256)))
without mem_cgroup_get_max
candidates "the host" "done 0"
candidates "a cgroup" "* 95 this kernel does not tell*" "$cgroup_id"
without si_swapinfo
candidates "the host" "* 95 this kernel does not tell*"
candidates "a cgroup" "done 0" "$cgroup_id"

# held_victim: a victim that the oom_reaper gets at, since a tracer keeps it from leaving.
held_victim() {
	group held memory.max=20M
	hold held 50
	await "the oom_reaper" reaped
	let_go
	event_over 1
}
reaped() {
	dmesg | grep -q "oom_reaper: reaped process"
}

without start_task_reaping
held_victim
holds event 'chosen.victim | has("reap_boot_ns", "reaped_pages") is true, false' \
	'chosen.victim.state is "exited"'
texts 1
shown proc "^  outcome exited after .*, oom_reaper was done with it"
counted 0 0

without finish_task_reaping
held_victim
holds event 'chosen.victim | has("reap_boot_ns", "reaped_pages") is false, false'
counted 0 0

without $reaping
held_victim
holds event 'chosen.victim | has("reap_boot_ns", "reaped_pages") is false, false' \
	'chosen.victim.state is "exited"'
texts 1
not_shown show "    .*oom_reaper"
not_shown proc "^  outcome.*oom_reaper"
counted 0 0

situation "nothing refused"
rmmod oomk
kills_before=$(kernel_kills)
modprobe oomk
check_common
