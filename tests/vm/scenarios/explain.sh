#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# What oomk explain makes of real kills: the cause, with figures that are those of the cgroup files,
# why it was this victim, what followed, and what to do.
# once: the client's part
# run: --mem 384

. ./lib.sh
modprobe oomk
protect

id=01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab
id2=fedcba98765432100fedcba98765432100fedcba98765432100fedcba9876543
pod=kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod99dcb84d2a34f7e338778606703258c4.slice
app=$pod/cri-containerd-$id.scope
proxy=$pod/cri-containerd-$id2.scope
mkdir -p /var/log/pods
group $pod memory.max=60M
group $app memory.max=30M
group $proxy

seen() {
	oomk show "$1" >/dev/null 2>&1
}

# explained SEQ STATEMENT...: of the explanation; $found of its findings by code.
explained() {
	await "event $1" seen "$1"
	event_over "$1"
	oomk explain "$1" --json | jq '. + {found: (.findings | map({(.code): .figures}) | add)}' \
		>$tmp/explained
	oomk explain "$1" >$tmp/text
	cat $tmp/text
	shift
	holds explained '.findings[0].code is .cause' '[.findings[].text | length > 20] | all' "$@"
}

# told PATTERN: people are told as well.
told() {
	says $tmp/text "$1" || wrong "no '$1' in: $(cat $tmp/text)"
}

situation "a young process"
# It is the main process: the first in the container's cgroup, with a parent outside.
killed adjusted 0 $app hog 50
explained 1 '.cause is "spike"' ".found.spike.limit is 30 * 1048576" \
	'.found.spike.age_ns > 0' '.found.spike.age_ns < 60 * 1000000000' \
	'.found.raise_limit.more_than is 30 * 1048576' '.found.most_points.points is .points' \
	'.found.outcome.charged is .charged' '.found.outcome.resident > 28 * 1048576' \
	'.found.outcome.resident <= .charged + 1048576' '.found | has("container_ends") is true'
told "^  The limit of 30.0 MiB of pod UID 99dcb84d2a34f7e338778606703258c4, container id 01234567890a"
told "^  hog\[$pid\] had the most points, [0-9]*; there was no other candidate"

situation "a child of the main process"
# The main process of a container is 1 in its pid namespace.
contained 0 $app sh -c 'hog 50; exec sleep 1000' &
main=$!
explained 2 '.cause is "spike"' '.found.container_lives.ns_pid is 2' \
	'.found | has("container_ends") is false' '.findings[] | select(.kind == "advice").code is
	 "raise_limit"'
told "It was not the container's main process, which was not killed"
told "; then come .*\[[0-9]*\] with "
killall -9 sleep
wait $main || :

situation "the main process"
(contained 0 $app hog 50) || :
explained 3 '.found | has("container_ends"), has("container_lives") is true, false'
told "Kubernetes shows exit code 137, and OOMKilled unless the runtime missed the kill"

situation "the whole container"
echo 1 >$cg/$app/memory.oom.group
(contained 0 $app sh -c 'sleep 1000 & hog 50; exit 0') || :
echo 0 >$cg/$app/memory.oom.group
explained 4 '.found.oom_group.victims is .victims_total' '.found | has("container_ends") is true' \
	'.victims_total >= 3'

situation "tmpfs"
(adjusted 0 $app dd if=/dev/zero of=/dev/shm/file bs=64k count=400 2>/dev/null)
killed adjusted 0 $app hog 20
explained 5 '.cause is "shmem"' '.found.shmem.shmem > 24 * 1048576' \
	"near(.found.shmem.shmem; $(sed -n 's/^shmem //p' $cg/$app/memory.stat); 64 * 4096)" \
	'.found | has("bound_tmpfs"), has("raise_limit") is true, false'
told "of it was in tmpfs or shared memory"
rm /dev/shm/file

situation "page cache that cannot be reclaimed"
mkdir $tmp/ramfs
mount -t ramfs ramfs $tmp/ramfs
(adjusted 0 $app dd if=/dev/zero of=$tmp/ramfs/file bs=64k count=400 2>/dev/null)
killed adjusted 0 $app hog 20
explained 6 '.cause is "page_cache"' '.found.page_cache.unevictable > 24 * 1048576' \
	".found.page_cache.page_cache <= $(sed -n 's/^file //p' $cg/$app/memory.stat)" \
	'.found | has("write_less") is true'
rm $tmp/ramfs/file

situation "a neighbour in the pod"
sleeper $tmp/ready adjusted -900 $proxy hog 45
proxy_pid=$pid
killed adjusted 0 $app hog 25
explained 7 '.cause is "sidecar"' ".found.sidecar.largest > 44 * 1048576" \
	".found.sidecar.limit is 60 * 1048576" '.found | has("limit_neighbour") is true'
told "the largest part was held by pod UID [0-9a-f]*, container id fedcba987654,"
kill $proxy_pid

situation "the host, and who holds its memory"
# As the kubelet does for a request of 15 thousandths of the memory.
sleeper $tmp/ready adjusted 985 $app hog 20
sleeper $tmp/ready adjusted -1000 . hog 30
killed adjusted 1000 . hog 2000
explained 8 '.cause is "host"' '.found.host.total is .host.total' \
	'.found.holders.burstable >= 20 * 1048576' '.found.holders.outside_pods > 100 * 1048576' \
	'.found.holders | .besteffort, .guaranteed is 0, 0' '.found.protected.count >= 2' \
	'.found.most_points.oom_score_adj is 1000' '.found.above_requests.containers is 1' \
	'.found.above_requests.excess is
	 .found.holders.burstable - 16 * (.host.total / 1000 | floor)'
told "Burstable pods [0-9.]* MiB"
told "Above their requests, .*pod UID [0-9a-f]*, container id [0-9a-f]* (2[0-9.]* MiB of at most [0-9.]* MiB)"

situation "sysrq-f, the allocating task, nobody"
echo f >/proc/sysrq-trigger
explained 9 '.cause is "sysrq"'
sysctl -q vm.oom_kill_allocating_task=1
killed adjusted 0 . hog 2000
sysctl -q vm.oom_kill_allocating_task=0
explained 10 '.cause is "host"' '.found | has("allocating_task"), has("most_points") is true, false'
group stuck memory.max=10M
adjusted -1000 stuck hog 20 >$tmp/hog &
pid=$!
explained 11 '.found | has("no_victim") is true'
told "Nobody could be killed"
kill -9 $pid

check_common
