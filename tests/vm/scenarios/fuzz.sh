#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Random requests to the netlink family and random reads of /proc/oomk, while kills go on now and
# then: none does harm, no answer holds a kernel pointer. `make fuzz` has a million of them.
# Arguments: requests, reads, seed.
# core: KASAN looks at what the requests do
# run: --mem 512 --timeout 7200

. ./lib.sh
# So small that events are overwritten while they are dumped.
modprobe oomk store_kb=128 max_tasks=16 max_cgroups=8
group a memory.max=8M
kill_times 12 a
event_over 12

until [ -e $tmp/stop ]; do
	kill_times 1 a
	sleep 2
done &
killer=$!
seed=${3:-1}
fuzz netlink oomk "$seed" "${1:-2000}" || wrong "fuzz netlink"
fuzz proc /proc/oomk "$seed" "${2:-400}" || wrong "fuzz proc"
touch $tmp/stop
wait $killer
await "the last kill" all_exited last
cat /proc/oomk >$tmp/proc
same "/proc/oomk" "$(whole_proc $tmp/proc)" ""
check_common
