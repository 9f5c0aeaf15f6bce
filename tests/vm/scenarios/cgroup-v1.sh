#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The memory controller of cgroup v1: the same figures where it has them, and its own
# memory+swap limit.
# run: --mem 384 --cgroup v1

. ./lib.sh
[ -e $cg/memory.limit_in_bytes ] || skip "this kernel has no memory controller of cgroup v1"
[ "$(unless_rt true)" = true ] || skip "a realtime kernel tells no paths of cgroup v1 to find cgroups by"
modprobe oomk

group pod memory.use_hierarchy=1 memory.limit_in_bytes=40M
group pod/app memory.limit_in_bytes=20M memory.memsw.limit_in_bytes=30M
killed in_group pod/app hog 50
event_over 1
like_kernel 1 "chosen.pid is $pid" '.constraint is "memcg"' '.oom_cgroup is "/pod/app"' \
	".oom_cgroup_id is $(stat -c %i $cg/pod/app)" '.total_pages is 20 * 256' \
	'.charged is $kernel.usage' 'chosen.victim.state is "exited"' \
	'[.cgroups[] | select(.roles | index("chain")).path] is ["/pod/app", "/pod", "/"]' \
	'cgroup("/pod/app") | .memory_current, .memory_max is $kernel | .usage, .limit' \
	'cgroup("/pod/app") | .memsw_current, .memsw_max is $kernel | .memsw_usage, .memsw_limit' \
	'cgroup("/pod").memory_max is 40 * 1048576' 'cgroup("/pod").memsw_max is "max"' \
	'cgroup("/pod/app") | has("memory_high", "memory_low", "swap_max", "oom_group") is
	 false, false, false, false' \
	'cgroup("/pod/app").anon is $kernel.stat | .anon // .rss'

situation "tmpfs, the limit of the parent"
killed in_group pod dd if=/dev/zero of=/dev/shm/file bs=64k
event_over 2
like_kernel 2 '.oom_cgroup is "/pod"' '.not_held > 38 * 1048576' \
	'cgroup("/pod").shmem is $kernel.stat.shmem'

situation "a victim that was dying"
# A task in the old freezer that gets SIGKILL dies only when it is thawed. Most kernels do that when
# the OOM killer comes to it; where one does not, we do.
mkdir $tmp/freezer
mount -t cgroup -o freezer freezer $tmp/freezer
mkdir $tmp/freezer/cold
group dying memory.limit_in_bytes=20M
sleeper $tmp/ready in_group dying hog 12
dying=$pid
echo "$dying" >$tmp/freezer/cold/cgroup.procs
echo FROZEN >$tmp/freezer/cold/freezer.state
await "the freezer" says $tmp/freezer/cold/freezer.state FROZEN
kill -9 "$dying"
kills=$(kernel_kills)
(in_group dying hog 10) >$tmp/ready &
trigger=$!
pid=$trigger
seen() {
	oomk show 3 >$tmp/event 2>&1
}
await "the event" seen
echo THAWED >$tmp/freezer/cold/freezer.state
# Who asked just before the dead was gone may be chosen itself: then another gets the memory.
others=0
has_memory() {
	says $tmp/ready ready && return
	if gone "$pid"; then
		others=$((others + 1))
		(in_group dying hog 10) >$tmp/ready &
		pid=$!
	fi
	return 1
}
await "the memory of the dead" has_memory
event_over 3
holds event '.kind is "dying"' "chosen.pid is $dying" 'chosen.victim.how is "dying"' \
	'chosen.victim.state is "exited"' '.chosen_points is .points' ".trigger.pid is $trigger"
same "kills by the kernel" "$(kernel_kills)" $((kills + others))
kill -9 "$pid"

check_common
