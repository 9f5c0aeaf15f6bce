#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Victims with thousands of threads, cgroups 100 deep with the longest names, process ids that come
# again and again, a wall clock that jumps: every kill is told with the kernel's figures, in order.
# once: what is extreme is the same on every kernel
# stress: 6.1 --timeout 1200
# stress: 6.1-debug --timeout 2400
# run: --mem 1536

. ./lib.sh
modprobe oomk max_cgroups=128 store_kb=16384
seq=0

# many_threads OPTION...: of hog, the victim; another one brings its cgroup to the limit.
many_threads() {
	group threads memory.max=1G
	sleeper $tmp/ready in_group threads hog -t "$threads" "$@" 4
	many=$pid
	counted=$(sed -n 's/^Threads:[[:space:]]*//p' /proc/"$many"/status)
	[ "$counted" -gt "$threads" ] || wrong "it has only $counted threads"
	echo $(($(cat $cg/threads/memory.current) + 1048576)) >$cg/threads/memory.max
	sleeper $tmp/ready in_group threads hog 8
	seq=$((seq + 1))
	event_over $seq
	like_kernel $seq "chosen.pid is $many" "chosen.threads is $counted" ".trigger.pid is $pid" \
		'.tasks_total is 2' 'chosen.victim.state is "exited"'
	gone "$many" || wrong "it is said to have exited, and is there"
	kill -9 "$pid"
	wait "$pid" "$many" 2>/dev/null || :
}

situation "many threads"
threads=$(scale 500 10000)
sysctl -q kernel.threads-max=40000
many_threads
situation "many threads, the first has exited"
many_threads -l
holds event 'chosen | flagged("leader_dead")' 'chosen.tid is $kernel.killed[0].pid'

situation "100 cgroups deep"
zeros=$(printf %0252d 0)
path=
depth=0
cd $cg
while [ $depth -lt 100 ]; do
	[ $depth = 0 ] || echo +memory >cgroup.subtree_control
	name=$zeros$((100 + depth))
	mkdir "$name"
	# The whole path would be too long.
	cd -P "$name"
	path=$path/$name
	depth=$((depth + 1))
done
echo 10M >memory.max
killed sh -c 'echo 0 >cgroup.procs && exec hog 20'
peak=$(cat memory.peak)
cd /root
seq=$((seq + 1))
event_over $seq
kernel_report $seq
# The kernel's log cuts the path off.
holds event "chosen.pid is $pid" '.flags is ["points_compared"]' \
	'chosen | .pid, .total_vm, .rss_anon, .rss_file, .rss_shmem, .pgtables is
	 $kernel.killed[0] | .pid, .total_vm, .rss_anon, .rss_file, .rss_shmem, .pgtables' \
	"[.cgroups[].path] is [range(100; -1; -1) as \$depth | \"$path\" | split(\"/\") |
	 .[:\$depth + 1] | join(\"/\") | if . == \"\" then \"/\" else . end |
	 if length > 4095 then \"...\" + .[-4092:] else . end]" \
	'.oom_cgroup, chosen.cgroup is .cgroups[0].path | ., .' \
	"[.cgroups[].depth] is [range(100; -1; -1)]" \
	".cgroups[0] | .memory_max, .memory_peak is 10485760, $peak" \
	'[.cgroups[:-1][].events_oom_kill] | unique is [0]'
awk -v seq=$seq '$1 == "event" { found = $2 == seq } found && $1 == "cgroup" { print $NF; exit }' \
	/proc/oomk >$tmp/path
[ "$(cat $tmp/path)" = "$path" ] || wrong "/proc/oomk has another path: $(cat $tmp/path)"

situation "process ids wrap"
sysctl -q kernel.pid_max=340 vm.oom_dump_tasks=0
group wrap memory.max=2M
kills=$(scale 45 600)
first=$((seq + 1))
while [ $seq -lt $((first + kills - 1)) ]; do
	in_group wrap hog 10 &
	echo $! >>$tmp/pids
	wait $! 2>/dev/null || :
	seq=$((seq + 1))
done
sysctl -q kernel.pid_max=32768
event_over $seq
oomk list --json | jq -s ".[$first - 1:]" >$tmp/events
holds events "map(.victim[0].pid) is [$(paste -s -d , $tmp/pids)]" \
	"map(.seq) is [range($first; $seq + 1)]" \
	'map(.time_boot_ns) is map(.time_boot_ns) | sort' \
	'map(.victim[0].pid) | unique | length < 41' \
	'map(.victim[0].victim.state) | unique is ["exited"]' \
	'. as $all | [range(length - 1) | select($all[.].victim[0].victim.exit_boot_ns >
	  $all[. + 1].time_boot_ns)] is []'
same "kills by the cgroup's count" "$(sed -n 's/^oom_kill //p' $cg/wrap/memory.events)" "$kills"

situation "the clock jumps"
now=$(date +%s)
# at SECONDS: a kill then, by the clock.
at() {
	date -s "@$1" >/dev/null
	killed in_group wrap hog 10
	after=$(date +%s)
	seq=$((seq + 1))
	event_over $seq
	holds event "chosen.pid is $pid" \
		".time_real_ns / 1000000000 | . >= $1 and . < $after + 1"
	oomk show $seq | grep -q "^Event #$seq, $(date -u -d "@$1" +%Y-%m-%d) " ||
		wrong "oomk show has another day: $(oomk show $seq | head -n 1)"
}
first=$((seq + 1))
at 86400
at 4102444800
at 951782400
at "$now"

situation "the clock jumps during kills"
hour_for_hour() {
	while [ ! -e $tmp/over ]; do
		date -s "@$((now - 3600))"
		date -s "@$now"
		echo >>$tmp/jumps
	done >/dev/null
}
hour_for_hour &
kills=$(scale 20 300)
kill_times "$kills" wrap
seq=$((seq + kills))
echo over >$tmp/over
wait
event_over $seq
oomk list --json | jq -s ".[$first - 1:]" >$tmp/events
holds events "map(.seq) is [range($first; $seq + 1)]" \
	'map(.time_boot_ns) is map(.time_boot_ns) | sort' \
	"[.[4:][].time_real_ns / 1000000000 - $now | select(. < -3600 or . >= 400 or
	  . >= -3200 and . < 0)] is []" \
	'map(.victim[0].victim.exit_delay_ns / 1000000000 | . >= 0 and . < 60) | unique is [true]'
[ "$(wc -l <$tmp/jumps)" -gt 5 ] || wrong "the clock jumped only $(wc -l <$tmp/jumps) times"

check_common
