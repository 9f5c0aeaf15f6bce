# shellcheck shell=dash disable=SC2016 # like busybox, it has local; statements are jq programs
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the scenarios share; sourced in the guest. A scenario loads the module,
# provokes, and states what must hold:
#
#   . ./lib.sh
#   modprobe oomk
#   group a memory.max=20M
#   killed in_group a hog 50
#   event_over 1
#   like_kernel 1 "chosen.pid is $pid" 'chosen.victim.how is "chosen"'
#   check_common
#
# Statements that do not hold are printed and counted; the scenario goes on, and
# fails at its end.

set -eu

tmp=/tmp
failures=0
situation=

cg=/sys/fs/cgroup
[ ! -d $cg/memory ] || cg=$cg/memory

fail() {
	echo "FAIL: $situation$*"
	exit 1
}

# The reason is the last line of output: tests/run shows it.
skip() {
	echo "$*"
	exit 77
}

# situation WORDS...: what the failures below belong to.
situation() {
	situation="$*: "
}

wrong() {
	echo "FAIL: $situation$*"
	failures=$((failures + 1))
}

at_exit() {
	local status=$? file

	trap - EXIT
	[ "$failures" = 0 ] || status=1
	if [ "$status" != 0 ] && [ "$status" != 77 ]; then
		echo "--- end of the kernel's log"
		dmesg | tail -n 60
		for file in event kernel stats; do
			[ -e $tmp/$file ] || continue
			echo "--- $file"
			cut -c -8000 $tmp/$file
		done
	fi
	exit "$status"
}
trap at_exit EXIT

# same WHAT GOT WANT
same() {
	[ "$2" = "$3" ] || wrong "$1: got '$2', want '$3'"
}

# await WHAT COMMAND...: until the command succeeds.
await() {
	local what=$1 end=$(($(boot_ms) + 120000))

	shift
	until "$@"; do
		[ "$(boot_ms)" -lt $end ] || fail "waited in vain: $what"
		usleep 20000
	done
}

# says FILE PATTERN
says() {
	grep -q -s -e "$2" "$1"
}

# Milliseconds since boot, to the last hundredth of a second.
boot_ms() {
	awk '{ print int($1 * 1000) }' /proc/uptime
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# unless_rt JSON: the JSON, or null on a realtime kernel: what a sleeping lock protects is not known.
unless_rt() {
	case $(uname -v) in
	*PREEMPT_RT*) echo null ;;
	*) echo "$1" ;;
	esac
}

# Memory (kB) that the kernel itself holds and does not give back when asked. What is on its way,
# the stack of a task that is gone or a removed cgroup, is not counted: the least of a few figures.
memory_now() {
	local file kb least=

	for _ in 1 2 3 4 5; do
		echo 3 >/proc/sys/vm/drop_caches
		for file in /sys/kernel/slab/*/shrink; do
			echo 1 >"$file"
		done
		kb=$(awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { kb += $2 } END { print kb }' /proc/meminfo)
		[ "$kb" -ge "${least:-$((kb + 1))}" ] || least=$kb
		usleep 200000
	done
	echo "$least"
}

# not_grown BEFORE LIMIT: it holds no more than LIMIT kB more than BEFORE, a figure of memory_now.
not_grown() {
	local grown=$(($(memory_now) - $1))

	echo "memory of the kernel: $grown kB more than the $1 kB before"
	[ $grown -le "$2" ] || wrong "that is more than $2 kB"
}

# --- Provoking

# Of the scenario, "full" for `make stress`.
size=${1:-}

# scale N [FULL]: how often to do what the situation wants done N times, and FULL times at full
# size. A debug kernel is much slower and sees by itself what others show only after many
# repetitions.
scale() {
	local times=$1

	[ "$size" != full ] || times=${2:-$1}
	if [ -e /sys/kernel/debug/kmemleak ] || [ -e /sys/kernel/debug/kcsan ]; then
		times=$((times / 5))
	fi
	echo "$times"
}

kernel_kills() {
	sed -n 's/^oom_kill //p' /proc/vmstat
}

# The module counts from when it is loaded.
kills_before=$(kernel_kills)

# group PATH [FILE=VALUE]...: a cgroup; its ancestors give it the memory controller.
group() {
	local path=$cg rest=$1 setting

	shift
	while [ "$rest" != "${rest#*/}" ]; do
		path=$path/${rest%%/*}
		rest=${rest#*/}
		mkdir -p "$path"
		[ ! -e "$path/cgroup.subtree_control" ] || echo +memory >"$path/cgroup.subtree_control"
	done
	path=$path/$rest
	mkdir -p "$path"
	for setting; do
		echo "${setting#*=}" >"$path/${setting%%=*}"
	done
}

# in_group PATH COMMAND...: replaces the calling shell, so call it in a shell of its own (&).
in_group() {
	echo 0 >"$cg/$1/cgroup.procs"
	shift
	exec "$@"
}

# kill_times N PATH: one after the other, each at the limit of the cgroup.
kill_times() {
	local i=0

	while [ $i -lt "$1" ]; do
		(in_group "$2" hog 10) || :
		i=$((i + 1))
	done 2>/dev/null
}

# adjusted ADJ PATH COMMAND...: in_group with another oom_score_adj; PATH . is the root cgroup.
adjusted() {
	echo "$1" >/proc/self/oom_score_adj
	shift
	in_group "$@"
}

# contained ADJ PATH COMMAND...: adjusted, and as a runtime starts a container's main process: the
# first of a pid namespace of its own, by somebody outside of the cgroup.
contained() {
	local adj=$1 procs=$cg/$2/cgroup.procs

	shift 2
	exec unshare -p -f sh -c 'echo "$0" >/proc/self/oom_score_adj && echo 0 >"$1" && shift &&
		exec "$@"' "$adj" "$procs" "$@"
}

# The scenario outlives a host OOM, and so does what it starts, unless adjusted.
protect() {
	echo -1000 >/proc/self/oom_score_adj
}

# killed COMMAND...: runs it until the OOM killer gets it; $pid is then its process id.
killed() {
	local status=0

	"$@" &
	pid=$!
	wait $pid 2>/dev/null || status=$?
	same "exit status of '$*'" $status 137
}

# sleeper FILE COMMAND...: starts a hog, waits until it holds its memory; $pid is its process id.
sleeper() {
	local ready=$1

	shift
	rm -f "$ready"
	"$@" >"$ready" &
	pid=$!
	await "ready: $*" says "$ready" ready
}

# hold PATH MIB: a hog in the cgroup, killed at the limit, which a tracer keeps from leaving until
# let_go.
hold() {
	rm -f $tmp/hold $tmp/held
	mkfifo $tmp/hold
	# A FIFO opened for both does not wait for somebody at its other end.
	exec 3<>$tmp/hold
	holdexit sh -c "echo 0 >$cg/$1/cgroup.procs && exec hog $2" <$tmp/hold >$tmp/held 3>&- &
	holder=$!
	exec 4>$tmp/hold 3>&-
	await "the tracer's hold" says $tmp/held held
}

let_go() {
	exec 4>&-
	wait "$holder"
}

# subscribed PID: its netlink sockets have joined a group of generic netlink.
subscribed() {
	awk -v pid="$1" '
		$2 == 16 && $3 % 4194304 == pid && $4 != "00000000" { found = 1 }
		END { exit !found }' /proc/net/netlink
}

# --- Looking

# event SEQ|last: what oomk knows of it, for `holds event`.
event() {
	oomk show "$1" --json >$tmp/event || fail "oomk show $1 failed"
}

# event_over SEQ: the same once no victim is alive any more.
event_over() {
	await "no victim of event $1 alive" all_exited "$1"
}

all_exited() {
	event "$1"
	! says $tmp/event '"state":"alive"'
}

# whole_proc FILE: says what is amiss in a copy of /proc/oomk, which was just made: not all events
# that its header promises, in order, each to its end, but for those overwritten meanwhile.
whole_proc() {
	awk -v overwritten="$(awk '/^events / { print $7; exit }' /proc/oomk)" '
	/^events / {
		header = ended = 1
		promised = $5
		last = $7
	}
	/^event / {
		if (!ended)
			print "event " last " is cut off"
		if ($2 <= last || ($2 > last + 1 && $2 - 1 > overwritten))
			print "event " $2 " begins after event " last
		found += $2 - last
		last = $2
		ended = 0
	}
	/^capture [0-9]+ ns$/ { ended = 1 }
	END {
		if (!header || found < promised || (found && !ended))
			print promised + 0 " events promised, " found " found, " (ended ? "whole" : "cut off")
	}' "$1"
}

stats() {
	oomk stats --json >$tmp/stats || fail "oomk stats failed"
}

# kernel_report N: what the kernel's log says of its Nth kill, as JSON, for comparisons
# with $kernel. The kernel reports at most ten kills in 5 s.
kernel_report() {
	dmesg | awk '
	function end_report() {
		if (head != "")
			printf "{%s,\"stat\":{%s},\"tasks\":[%s],\"killed\":[%s]}\n", head, stat, tasks, killed
		head = stat = tasks = killed = ""
		in_stat = in_tasks = 0
	}
	function field(name, end,    s) {
		s = $0
		if (!sub(".*[:, ]" name "=", "", s))
			return "null"
		sub(end ".*", "", s)
		return "\"" s "\""
	}
	function number(name,    s) {
		s = $0
		sub(".*[ ,]" name "[:=]", "", s)
		return s + 0
	}
	{ sub(/^\[ *[0-9.]+\] /, "") }
	/ invoked oom-killer: / {
		end_report()
		mask = gfp = $0
		sub(/.*gfp_mask=/, "", mask)
		sub(/\(.*/, "", mask)
		sub(/.*gfp_mask=0x[0-9a-f]+\(/, "", gfp)
		sub(/\).*/, "", gfp)
		head = sprintf("\"gfp_mask\":%d,\"gfp_flags\":\"%s\",\"order\":%d", mask, gfp, number("order"))
	}
	/^memory: usage / { head = head ",\"usage\":" $3 * 1024 ",\"limit\":" $5 * 1024 }
	/^memory\+swap: usage / { head = head ",\"memsw_usage\":" $3 * 1024 ",\"memsw_limit\":" $5 * 1024 }
	/^swap: usage / { head = head ",\"swap_usage\":" $3 * 1024 }
	/^Memory cgroup stats for / { in_stat = 1; next }
	in_stat && /^[a-z_]+ [0-9]+$/ {
		stat = stat (stat == "" ? "" : ",") "\"" $1 "\":" $2
		next
	}
	/^Tasks state / { in_stat = 0 }
	/^\[  pid  \]/ {
		in_tasks = 1
		gsub(/[][]/, "")
		for (i = 1; i <= NF; i++)
			column[$i] = i
		next
	}
	in_tasks && /^\[ *[0-9]+\] / {
		row = $0
		gsub(/[][]/, " ", row)
		split(row, f, " ")
		tasks = tasks (tasks == "" ? "" : ",") "{\"pid\":" f[column["tgid"]] \
			",\"uid\":" f[column["uid"]] ",\"total_vm\":" f[column["total_vm"]] \
			",\"rss\":" f[column["rss"]] \
			",\"pgtables\":" int(f[column["pgtables_bytes"]] / 4096) \
			",\"swap\":" f[column["swapents"]] \
			",\"oom_score_adj\":" f[column["oom_score_adj"]] "}"
		next
	}
	/^oom-kill:constraint=/ {
		in_tasks = 0
		head = head ",\"constraint\":" field("constraint", ",") \
			",\"nodemask\":" field("nodemask", ",cpuset=") \
			",\"mems_allowed\":" field("mems_allowed", ",(global_oom|oom_memcg)") \
			",\"oom_memcg\":" field("oom_memcg", ",task_memcg=") \
			",\"task_memcg\":" field("task_memcg", ",task=") \
			",\"pid\":" number("pid")
	}
	/[Oo]ut of memory.*: Killed process [0-9]+ / {
		pid = $0
		sub(/.*Killed process /, "", pid)
		killed = killed (killed == "" ? "" : ",") "{\"pid\":" pid + 0 \
			",\"total_vm\":" number("total-vm") / 4 ",\"rss_anon\":" number("anon-rss") / 4 \
			",\"rss_file\":" number("file-rss") / 4 ",\"rss_shmem\":" number("shmem-rss") / 4 \
			",\"uid\":" number("UID") ",\"pgtables\":" number("pgtables") / 4 \
			",\"oom_score_adj\":" number("oom_score_adj") "}"
	}
	END { end_report() }' | sed -n "$1p" >$tmp/kernel
	[ -s $tmp/kernel ] || fail "no report of the OOM killer in the kernel's log"
}

# holds FILE STATEMENT...: each is true of the JSON in $tmp/FILE. A statement is a jq expression, or
# two with " is " between them, which must be equal. $kernel is the kernel's own report, if
# kernel_report was called.
holds() {
	local file=$tmp/$1 i=0 program statement left right report line

	shift
	program='
		def near($a; $b; $tolerance): ($a - $b | fabs) <= $tolerance;
		def flagged($flag): .flags | index($flag) != null;
		def task($pid): .tasks[] | select(.pid == $pid);
		def cgroup($path): .cgroups[] | select(.path == $path);
		def chosen: .victim[0];
		def state($i; $got; $want):
			if $got == $want then empty
			else ($ARGS.positional[$i] | gsub("\\s+"; " ")) +
			": it is \($got | tojson), not \($want | tojson)" end;'
	for statement; do
		left="($statement)"
		right=true
		case $statement in
		*" is"[[:space:]]*)
			left="(${statement%" is"[[:space:]]*})"
			right="(${statement##*" is"[[:space:]]})"
			;;
		esac
		program="$program
		state($i; [try $left catch .]; [try $right catch .]),"
		i=$((i + 1))
	done
	report=/dev/null
	[ ! -e $tmp/kernel ] || report=$tmp/kernel
	jq -r --slurpfile reports "$report" "\$reports[0] as \$kernel | $program empty" "$file" \
		--args "$@" >$tmp/wrong || wrong "jq failed on: $*"
	while read -r line; do
		wrong "$line"
	done <$tmp/wrong
}

# like_kernel [N] [STATEMENT...]: the event in $tmp/event is what the kernel's log says of its Nth
# kill: the decision, every task of the kernel's table, and the points that follow from the table.
# And the statements hold.
like_kernel() {
	kernel_report "$1"
	shift
	holds event \
		'"CONSTRAINT_" + (.constraint | ascii_upcase) is $kernel.constraint' \
		'.oom_cgroup is $kernel.oom_memcg' \
		'chosen.cgroup is $kernel.task_memcg' \
		'chosen.pid is $kernel.pid' \
		'.order is $kernel.order' \
		'.gfp_mask is $kernel.gfp_mask' \
		'.gfp_flags is $kernel.gfp_flags' \
		'[$kernel.tasks[].pid] - [.tasks[] | select(flagged("candidate")).pid] is []' \
		'[.tasks[] | . as $t | $kernel.tasks[] | select(.pid == $t.pid) |
		  {pid, uid, total_vm, rss, pgtables, swap, oom_score_adj} |
		  select(. != ($t | {pid, uid, total_vm, rss: (.rss_anon + .rss_file + .rss_shmem),
		  pgtables, swap, oom_score_adj}))] is []' \
		'[.tasks[] | select(has("points")) | select(.points !=
		  .rss_anon + .rss_file + .rss_shmem + .swap + .pgtables + .adj).pid] is []' \
		'(.total_pages / 1000 | floor) as $unit | [.tasks[] | select(has("adj")) |
		  select(.adj != .oom_score_adj * $unit).pid] is []' \
		'flagged("points_compared") is flagged("allocating_task") | not' \
		'if flagged("points_compared") then .points, .chosen_points else empty end is
		 if flagged("points_compared") then (.total_pages / 1000 | floor) as $unit | $kernel |
		  .pid as $chosen | .tasks[] | select(.pid == $chosen) |
		  .rss + .swap + .pgtables + .oom_score_adj * $unit | ., . else empty end' \
		"$@"
}

# Whatever happened, nothing was lost and no figure differs from the kernel's.
check_common() {
	local kills=$(($(kernel_kills) - kills_before))

	stats
	holds stats '.lost is 0' \
		'.points_mismatched is 0' \
		'.untracked is 0' \
		".notify_failed == 0 or ${starving:-false}" \
		".kernel_kills is $kills" \
		".recorded_kills is $kills" \
		'[.hook[] | select(.attached != 1 or .missed != 0).name] is []'
}
