#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# A limit is fought for with the help of swap (zram) before the kill: what was swapped out counts as
# points, and the episode of pressure is measured.
# core: swap counts
# run: --mem 384

. ./lib.sh
modprobe lzo-rle
modprobe zram
echo 64M >/sys/block/zram0/disksize
mkswap /dev/zram0 >/dev/null
swapon /dev/zram0
modprobe oomk
oomk watch --json >$tmp/watch &
watcher=$!
await "the watcher's subscription" subscribed $watcher

started=$(boot_ms)
group swap memory.max=20M memory.swap.max=20M
killed in_group swap hog 100
ended=$(boot_ms)
event_over 1
# The victim hits the limit up to 17 times more while it dies.
max=$(sed -n 's/^max //p' $cg/swap/memory.events.local)
like_kernel 1 '.total_pages is 40 * 256' 'chosen.swap > 18 * 256' \
	'chosen | .points - .adj is chosen | .rss_anon + .rss_file + .rss_shmem + .swap + .pgtables' \
	'cgroup("/swap") | .swap_max is 20 * 1048576' \
	'cgroup("/swap").swap_current is $kernel.swap_usage' \
	'.pressure.max_events is cgroup("/swap").events_max' '.pressure.high_events is 0' \
	".pressure.max_events <= $max" ".pressure.max_events >= $max - 17" '.pressure.max_events > 20' \
	".pressure.cgroup_id is $(stat -c %i $cg/swap)" \
	'.pressure.to_kill_ns is .time_boot_ns - .pressure.first_boot_ns' \
	".pressure.first_boot_ns / 1000000 >= $started" \
	".pressure.to_kill_ns / 1000000 <= $ended + 10 - $started" \
	'.pressure.time_boot_ns >= .pressure.first_boot_ns'

await "the watcher's word of the pressure" says $tmp/watch '"message":"pressure"'
jq -s '{pressure: map(select(.message == "pressure"))[0]}' $tmp/watch >$tmp/pressure
holds pressure '.pressure.kind is "memcg"' ".pressure.cgroup_id is $(stat -c %i $cg/swap)" \
	'.pressure.max_events >= 1'

check_common
