#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The limit of a parent cgroup (a pod) is hit while the victim sits in a child; and a limit is hit
# by tmpfs or by page cache that cannot be reclaimed, with no process to blame.
# run: --mem 384

. ./lib.sh
modprobe oomk

mebibyte=1048576

# figures CGROUP: its files, as JSON with the event's names.
figures() {
	(
		cd "$cg/$1"
		for file in memory.current memory.max memory.high memory.low memory.min memory.peak; do
			[ ! -e $file ] || echo "memory_${file#memory.} $(cat $file)"
		done
		echo "swap_current $(cat memory.swap.current)"
		echo "swap_max $(cat memory.swap.max)"
		echo "oom_group $(cat memory.oom.group)"
		sed 's/^/events_/' memory.events
		grep -E -w '^(anon|file|shmem|file_dirty|file_writeback|kernel|slab_reclaimable)' memory.stat
		grep -E -w '^(slab_unreclaimable|kernel_stack|pagetables|sock|percpu)' memory.stat
		grep -E -w '^((in)?active_(anon|file)|unevictable)' memory.stat | sed 's/^/lru_/'
	) | jq -R 'split(" ") | {(.[0]): (.[1] | tonumber? // .)}' | jq -s add
}

# What the kernel frees late, and adds up late (every 2 s), must have come to rest.
at_rest() {
	cat "$cg/$1/memory.current" "$cg/$1/memory.stat" >$tmp/now
	sleep 2
	cat "$cg/$1/memory.current" "$cg/$1/memory.stat" | cmp -s - $tmp/now
}

situation "limit of the pod"
group pod memory.max=40M
group pod/main memory.high=1G memory.low=2M
group pod/sidecar memory.max=100M
sleeper $tmp/ready in_group pod/main hog -s 12
holder=$pid
sleeper $tmp/ready in_group pod/main hog 2
(in_group pod/main dd if=/dev/zero of=/dev/shm/file bs=1M count=4 2>/dev/null)
await "rest in pod/main" at_rest pod/main
figures pod/main >$tmp/before
killed in_group pod/sidecar hog 50
event_over 1
like_kernel 1 "chosen.pid is $pid" '.oom_cgroup is "/pod"' 'chosen.cgroup is "/pod/sidecar"' \
	'.total_pages is 40 * 256' '.charged is $kernel.usage' \
	'.tasks_total is 3' '.held is [.tasks[] | select(flagged("candidate")) |
	 (.rss_anon + .rss_shmem) * 4096] | add' \
	"task($holder).rss_shmem >= 12 * 256" \
	'[.cgroups[] | select(.roles | index("chain"))] | map(.path) is
	["/pod/sidecar", "/pod", "/"]' \
	'[.cgroups[] | select(.roles | index("chain")).depth] is [2, 1, 0]' \
	'[.cgroups[] | select(.roles | index("oom")).path] is ["/pod"]' \
	'[.cgroups[] | select(.roles | index("child")).path] | sort is ["/pod/main", "/pod/sidecar"]' \
	'[.cgroups[] | select(.roles | index("tasks")).path] | sort is ["/pod/main", "/pod/sidecar"]' \
	'[.cgroups[] | select(.roles | index("root")).path] is ["/"]' \
	"cgroup(\"/pod/main\").id is $(stat -c %i $cg/pod/main)" \
	'cgroup("/pod").memory_current is $kernel.usage' \
	'cgroup("/pod").memory_max is $kernel.limit' \
	'cgroup("/pod/sidecar").memory_max is 100 * 1048576' \
	'cgroup("/pod") as $pod | $kernel.stat | with_entries(select(.key as $k | $pod | has($k))) is
	 . as $event | $kernel.stat | with_entries(.key as $k | $event | cgroup("/pod") |
	 select(has($k)) | {key: $k, value: .[$k]})'
# Old kernels do not add up what each processor has kept back, up to 32 pages of each kind.
late='slab|kernel$|memory_current'
slack=8192
if ! grep -q '^pagetables ' $cg/pod/main/memory.stat; then
	late=.
	slack=$((2 * 32 * 4096))
fi
# The reclaim that goes before the kill, and goes on after it, settles what each processor has kept
# back of the kernel's memory, and frees some.
figures pod/main >$tmp/after
jq --slurpfile before $tmp/before --slurpfile after $tmp/after '.cgroups[] |
	select(.path == "/pod/main") as $event | $before[0] | with_entries(.value = {
	event: $event[.key], before: .value, after: $after[0][.key],
	slack: (if .key | test($late) then $slack else 0 end)})' --arg late "$late" \
	--argjson slack $slack \
	$tmp/event >$tmp/figures
# Newer kernels have an event that oomk does not report, older ones have less of all. The multi-gen
# LRU goes on sorting pages into active and inactive.
jq '.lru_anon = (.lru_active_anon | .event += $inactive.event | .before += $inactive.before |
	.after += $inactive.after) | del(.lru_active_anon, .lru_inactive_anon, .events_sock_throttled)' \
	--argjson inactive "$(jq -c .lru_inactive_anon $tmp/figures)" $tmp/figures >$tmp/known
holds known 'length >= 23' 'with_entries(select(.value |
	.event != .before and (.event < ([.before, .after] | min) - .slack or
	.event > ([.before, .after] | max) + .slack))) is {}'
rm /dev/shm/file

situation "tmpfs"
group tmpfs memory.max=20M
killed in_group tmpfs dd if=/dev/zero of=/dev/shm/file bs=64k
event_over 2
# Where the root file system is a tmpfs, programs themselves count as held.
like_kernel 2 'chosen.comm is "dd"' '.charged is $kernel.usage' ".held < 3 * $mebibyte" \
	'.not_held is .charged - .held' ".not_held > 17 * $mebibyte" \
	'cgroup("/tmpfs").shmem is $kernel.stat.shmem' "cgroup(\"/tmpfs\").shmem > 19 * $mebibyte" \
	'cgroup("/tmpfs").file is $kernel.stat.file'
rm /dev/shm/file

situation "page cache that cannot be reclaimed"
group ramfs memory.max=20M
mkdir $tmp/ramfs
mount -t ramfs ramfs $tmp/ramfs
killed in_group ramfs dd if=/dev/zero of=$tmp/ramfs/file bs=64k
event_over 3
like_kernel 3 'chosen.comm is "dd"' ".not_held > 17 * $mebibyte" \
	'cgroup("/ramfs").file is $kernel.stat.file' "cgroup(\"/ramfs\").file > 19 * $mebibyte" \
	'cgroup("/ramfs").shmem is 0' \
	"near(cgroup(\"/ramfs\").lru_unevictable; $(sed -n 's/^unevictable //p' \
		$cg/ramfs/memory.stat); $mebibyte / 4)"
umount $tmp/ramfs

check_common
