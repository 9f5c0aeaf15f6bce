#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../tests/vm/lib.sh # like busybox, it has local
#
# How many kills a second there can be, and what it costs to read what is retained:
# throughput.sh kills MACHINE ROUNDS NUMBER, throughput.sh read NUMBER...
#
# One JSON object a measurement goes to $OUT/throughput.jsonl.

. ./lib.sh
sysctl -q vm.oom_dump_tasks=0
# At the limit the kernel kicks its worker for vmpressure dozens of times a kill. Whether that takes
# two switches each time, or is done for several at once, would be chance.
echo NO_WAKEUP_PREEMPTION >/sys/kernel/debug/sched/features
group a memory.max=1M
group b memory.max=1M

# volleys NUMBER: so many kills in two cgroups at once; $ms is how long they took.
volleys() {
	local one

	volley $(($1 / 2)) $cg/a >$tmp/a &
	one=$!
	volley $(($1 / 2)) $cg/b >$tmp/b || fail "not all were killed"
	wait $one || fail "not all were killed"
	ms=$(sort -n $tmp/a $tmp/b | tail -n 1)
}

# say MACHINE WITH ROUND: what volleys have taken.
say() {
	echo "{\"bench\":\"throughput\",\"what\":\"kills\",\"machine\":\"$1\",\"with\":\"$2\"," \
		"\"round\":$3,\"kills\":$kills,\"ms\":$ms}" >>"$OUT/throughput.jsonl"
}

# Nothing of so many kills is lost, neither in the store nor on the way to a watcher.
# measure_with WITH MACHINE ROUND
measure_with() {
	local watcher=

	kills_before=$(kernel_kills)
	modprobe oomk store_kb=65536
	if [ "$1" = watch ]; then
		oomk watch --json >$tmp/watch &
		watcher=$!
		await "the watcher's subscription" subscribed $watcher
	fi
	volleys "$kills"
	say "$2" "$1" "$3"
	event_over "$kills"
	check_common
	holds stats ".seen is $kills" ".retained is $kills"
	if [ "$watcher" ]; then
		await "the last event at the watcher" says $tmp/watch "\"message\":\"event\",\"seq\":$kills,"
		kill $watcher
		wait $watcher || :
		jq -s 'map(select(.message == "event").seq)' $tmp/watch >$tmp/seqs
		holds seqs ". is [range(1; $kills + 1)]"
	fi
	rmmod oomk
}

# measure_kills MACHINE ROUNDS
measure_kills() {
	local round=1

	volleys "$kills"
	while [ $round -le "$2" ]; do
		volleys "$kills"
		say "$1" kernel $round
		measure_with oomk "$1" $round
		measure_with watch "$1" $round
		round=$((round + 1))
	done
}

# measure_read WHAT COMMAND...
measure_read() {
	local what=$1

	shift
	# Once to warm up.
	drain "$@" >$tmp/drain
	drain "$@" >$tmp/drain
	read -r cost messages bytes <$tmp/drain
	echo "{\"bench\":\"throughput\",\"what\":\"$what\",\"events\":$retained,\"cost\":$cost," \
		"\"messages\":$messages,\"bytes\":$bytes}" >>"$OUT/throughput.jsonl"
}

measure_reads() {
	local number

	modprobe oomk store_kb=65536
	retained=0
	for number; do
		volleys $((number - retained))
		retained=$number
		event_over "$retained"
		stats
		holds stats ".retained is $retained"
		measure_read netlink netlink
		same "events in the dump" "$messages" "$retained"
		measure_read proc file /proc/oomk
		same "events in /proc/oomk" "$(grep -c '^event ' /proc/oomk)" "$retained"
		measure_read list run oomk list --json
		same "events in the list" "$(oomk list --json | wc -l)" "$retained"
	done
	check_common
}

what=$1
shift
case $what in
kills)
	kills=$3
	measure_kills "$1" "$2"
	;;
read) measure_reads "$@" ;;
esac
