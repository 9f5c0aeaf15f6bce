#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../tests/vm/lib.sh # like busybox, it has local
#
# What a kill costs in out_of_memory(), from its first to its last instruction, as the guest's
# counter of instructions tells (tests/vm/run --icount): kill.sh TASKS...
#
# One JSON object a kill goes to $OUT/kill.jsonl.

. ./lib.sh

trace=/sys/kernel/tracing
rounds=5

# The raw counter, and probes of the kernel's own tracer at the three moments.
echo x86-tsc >$trace/trace_clock
cat >$trace/kprobe_events <<END
p:enter out_of_memory
p:kill oom_kill_process
r:leave out_of_memory
END

protect

# measure WITH KIND TASKS COMMAND...: the kills that the command makes, one a time.
# The kernel reports no more than ten kills in five seconds.
measure() {
	local with=$1 kind=$2 tasks=$3 round=0

	shift 3
	sleep 6
	# One to warm up.
	while [ $round -le $rounds ]; do
		echo >$trace/trace
		echo 1 >$trace/events/kprobes/enable
		("$@") 2>/dev/null || :
		echo 0 >$trace/events/kprobes/enable
		[ $round = 0 ] || awk -v with="$with" -v kind="$kind" -v tasks="$tasks" '
			{
				at = $0
				sub(/:.*/, "", at)
				sub(/.* /, "", at)
			}
			/ enter: / { entered = at; killed = 0 }
			/ kill: / { killed = at }
			/ leave: / && killed {
				printf "{\"bench\":\"kill\",\"with\":\"%s\",\"kind\":\"%s\",", with, kind
				printf "\"tasks\":%d,\"select\":%.0f,\"total\":%.0f}\n", tasks,
					killed - entered, at - entered
				killed = 0
			}' $trace/trace >>"$OUT/kill.jsonl"
		round=$((round + 1))
	done
}

# both WITH TASKS: a kill at the limit of the cgroup with so many tasks, and one of the host.
both() {
	local ballast

	measure "$1" memcg "$2" adjusted 0 crowd hog 4000
	# Unkillable: it leaves little to fill until the host is out of memory.
	sleeper $tmp/ballast hog $(($(sed -n 's/^MemAvailable: *\(.*\) kB/\1/p' /proc/meminfo) / 1024 - 40))
	ballast=$pid
	measure "$1" host "$2" adjusted 0 . hog 4000
	kill -9 "$ballast"
	await "the ballast gone" gone "$ballast"
	same "tasks that slept through all kills" "$(wc -l <$cg/crowd/cgroup.procs)" $(($2 + 1))
}

# There is a probe of oom_kill_process beside our own, which is switched off now.
attached() {
	grep oom_kill_process /sys/kernel/debug/kprobes/list | grep -q -v DISABLED
}

# The kernel alone, with its dump of tasks to the log and to a serial console, and the tools.
variants() {
	sysctl -q vm.oom_dump_tasks=0
	both kernel "$1"
	modprobe oomk
	both oomk "$1"
	rmmod oomk
	sysctl -q vm.oom_dump_tasks=1
	both dump "$1"
	dmesg -n 8
	both serial "$1"
	dmesg -n 5
	sysctl -q vm.oom_dump_tasks=0
	for tool in oomkill.bt oomkill; do
		program=$(command -v $tool) || continue
		[ $tool = oomkill ] || program="bpftrace $program"
		$program >$tmp/tool 2>&1 &
		tracer=$!
		await "$tool" attached
		both $tool "$1"
		kill $tracer
		wait $tracer || :
	done
}

group crowd
for tasks; do
	sleeper $tmp/ready adjusted 0 crowd crowd "$tasks"
	crowd=$pid
	echo $(($(cat $cg/crowd/memory.current) + 8388608)) >$cg/crowd/memory.max
	variants "$tasks"
	kill -9 "$crowd"
	echo max >$cg/crowd/memory.max
	await "an empty group" grep -q 'populated 0' $cg/crowd/cgroup.events
done
