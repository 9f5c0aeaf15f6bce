#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../tests/vm/lib.sh # like busybox, it has local
#
# What oomk costs while nobody is killed: everyday calls (see rest.c) in turn without and with the
# module, in as many rounds as are asked for: rest.sh ROUNDS TIMES.
#
# One JSON object a call and round goes to $OUT/rest.jsonl.

. ./lib.sh

# Pages of a swap device without content: reading them costs no disk, and they are dropped at once.
modprobe lzo-rle
modprobe zram
echo 16G >/sys/block/zram0/disksize
sysctl -q kernel.randomize_va_space=0
group rest memory.max=4M

max_events() {
	sed -n 's/^max //p' $cg/rest/memory.events.local
}

# measure WITH ROUND TIMES
measure() {
	{
		rest "$3" && (cd $cg/rest && in_group rest rest "$3" /dev/zram0)
	} >$tmp/rest || fail "rest failed"
	while read -r call times median mean; do
		echo "{\"bench\":\"rest\",\"with\":\"$1\",\"round\":$2,\"call\":\"$call\"," \
			"\"times\":$times,\"median\":$median,\"mean\":$mean}"
	done <$tmp/rest >>"$OUT/rest.jsonl"
}

# To warm up: the cgroup is full then.
measure none 0 "$2"
: >"$OUT/rest.jsonl"
round=1
while [ $round -le "$1" ]; do
	measure none $round "$2"
	modprobe oomk
	before=$(max_events)
	measure oomk $round "$2"
	stats
	holds stats ".hook[] | select(.name == \"memcg_events\").hits is $(max_events) - $before"
	rmmod oomk
	round=$((round + 1))
done
same "kills" "$(kernel_kills)" "$kills_before"
