#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../tests/vm/lib.sh # like busybox, it has local
#
# How long it takes from the decision to kill until a reader has told of it in a line that can be
# read: latency.sh ROUNDS.
#
# One JSON object a kill goes to $OUT/latency.jsonl.

. ./lib.sh

trace=/sys/kernel/tracing
rounds=$1

# The clock that the readers' lines are stamped with.
echo boot >$trace/trace_clock
echo 1 >$trace/events/oom/mark_victim/enable

# A console that takes its time would hold up the kernel's own lines.
dmesg -n 1
protect
group idle memory.max=8M

# At most ten kills in five seconds: of more, the kernel's log would not have everything.
pace() {
	local kills=$1

	while [ "$kills" -gt 0 ]; do
		usleep 500000
		kills=$((kills - 1))
	done
}

# Eighteen kills, each at the limit of a cgroup while the machine has nothing to do.
idle() {
	local i=0

	while [ $i -lt 18 ]; do
		(adjusted 0 idle hog 20) || :
		pace 1
		i=$((i + 1))
	done 2>/dev/null
}

# Eighteen kills of the host in two bursts: nine processes take what memory there is, and what those
# before them had, until the last is killed.
starving() {
	local i=0 ballast hogs last

	sleeper $tmp/ballast hog $(($(sed -n 's/^MemAvailable: *\(.*\) kB/\1/p' /proc/meminfo) / 1024 - 60))
	ballast=$pid
	while [ $i -lt 2 ]; do
		pace 10
		# Without it the kernel might find nobody to kill for a moment, and panic.
		adjusted 0 . sleep 1000 &
		last=$!
		hogs=
		for _ in 1 2 3 4 5 6 7 8 9; do
			adjusted 0 . hog 4000 &
			hogs="$hogs $!"
		done
		# shellcheck disable=SC2086 # numbers
		wait $hogs || :
		kill -9 "$last" || :
		wait "$last" || :
		i=$((i + 1))
	done 2>/dev/null
	kill -9 "$ballast"
	wait "$ballast" 2>/dev/null || :
	pace 10
}

# The kernel's own tracer looks at the moment of the decision. Of the probes at one place the last
# that was attached runs first: what a reader's own does comes after.
probe() {
	[ ! -e $trace/events/kprobes/enable ] || echo 0 >$trace/events/kprobes/enable
	echo p:decided oom_kill_process >$trace/kprobe_events
	echo 1 >$trace/events/kprobes/enable
}

# start WITH TEXT COMMAND...: a reader, which writes the text for each kill. It is ready when it
# has told of one; that one is not counted.
start() {
	local tries=0

	with=$1
	shift
	rm -f $tmp/lines
	stamp "$@" >$tmp/lines 2>$tmp/complaints &
	reader=$!
	until says $tmp/lines ready; do
		[ $tries -lt 100 ] || fail "$with tells of no kill: $(cat $tmp/complaints)"
		(adjusted 0 idle hog 20) 2>/dev/null || :
		pace 1
		tries=$((tries + 1))
	done
	probe
}

# The decisions as the tracer has them: PID, time of the decision and of the mark in us. One task at
# a time decides: the victim marked next is the one that was decided on.
decisions() {
	awk '
	{
		at = $0
		sub(/: .*/, "", at)
		sub(/.* /, "", at)
		sub(/\./, "", at)
	}
	/ decided: / { decided = at }
	/ mark_victim: / && decided {
		sub(/.* pid=/, "")
		print $1 + 0, decided, at
		decided = 0
	}' $trace/trace
}

# provoke LOAD: the kills while the machine is under that load.
provoke() {
	echo >$trace/trace
	dmesg -c >/dev/null
	"$1"
	decisions | sed "s/^/$1 /" >>$tmp/decisions
	same "reports in the kernel's log, $with, $1" "$(dmesg | grep -c 'invoked oom-killer')" \
		"$(decisions | wc -l)"
}

# finish SED: ends the reader; SED takes the victim's PID out of a line of it.
finish() {
	kill "$reader"
	await "the end of $with" [ ! -e "/proc/$reader/exe" ]
	wait "$reader" || fail "$with: $(cat $tmp/complaints)"
	sed -n -E "s/^([0-9]+) $1.*/\2 \1/p" $tmp/lines >$tmp/told
	awk -v with="$with" '
		FILENAME ~ /told$/ {
			if (!($1 in told))
				told[$1] = $2
			next
		}
		FILENAME ~ /own$/ { own[$1] = $2; next }
		{
			printf "{\"bench\":\"latency\",\"with\":\"%s\",\"load\":\"%s\",", with, $1
			printf "\"marked_us\":%.0f,\"told_us\":%s,\"own_us\":%s}\n", $4 - $3,
				$2 in told ? sprintf("%.1f", told[$2] / 1000 - $3) : "null",
				$2 in own ? sprintf("%.1f", own[$2] / 1000 - $3) : "null"
		}' $tmp/told $tmp/own $tmp/decisions >>"$OUT/latency.jsonl"
}

# turn WITH TEXT SED COMMAND...: one reader alone.
turn() {
	local with=$1 text=$2 sed=$3

	shift 3
	: >$tmp/decisions
	: >$tmp/own
	start "$with" "$text" "$@"
	provoke idle
	provoke starving
	[ "$with" != oomk ] || oomk list --json |
		jq -r '"\(.victim[0].pid) \(.time_boot_ns)"' >$tmp/own
	finish "$sed"
}

while [ "$rounds" -gt 0 ]; do
	modprobe oomk
	turn oomk '] killed: ' '.*\[([0-9]+)\] killed: ' oomk watch
	rmmod oomk
	turn dmesg 'Killed process ' '.*Killed process ([0-9]+) ' dmesg --follow-new
	! command -v bpftrace >/dev/null ||
		turn oomkill.bt 'OOM kill of PID ' '.*OOM kill of PID ([0-9]+) ' \
			bpftrace "$(command -v oomkill.bt)"
	rounds=$((rounds - 1))
done
