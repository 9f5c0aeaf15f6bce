#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demo, inside the guest: a pod with a limit of 200 MiB and a container that
# wants 250, then a host without memory. cgroups are named as Kubernetes does it.
#
# Usage: guest.sh yes|no    with colour or without

set -eu

[ "$1" = yes ] || export NO_COLOR=1

cgroups=/sys/fs/cgroup
id=7d1c0f3b9a5e4d2c8b6a1f0e3d5c7b9a2e4f6d8c0b1a3e5f7d9c2b4a6e8f0d1c
uid=2c8f5a1e-1f0b-4c55-9d3a-6f3a3e6b7d10
pod=kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod$(echo $uid | tr - _).slice
container=$pod/cri-containerd-$id.scope

say() {
	printf '\n=== %s\n\n' "$*"
}

# show COMMAND...: as one would type it.
show() {
	printf '# %s\n' "$*"
	"$@"
	echo
}

# This shell tells the tale: it must outlive the host's OOM, its children need not.
echo -1000 >/proc/self/oom_score_adj

# As on a node that kubelet has set up.
echo 1 >/proc/sys/vm/overcommit_memory
mkdir -p /var/log/pods/shop_web-0_$uid/app /var/log/containers
ln -s /var/log/pods/shop_web-0_$uid/app/0.log /var/log/containers/web-0_shop_app-$id.log

# in_cgroup PATH COMMAND...: runs it there, as any process.
in_cgroup() {
	sh -c 'echo 0 >/proc/self/oom_score_adj
		echo $$ >'"$cgroups/$1"'/cgroup.procs
		shift; exec "$@"' in_cgroup "$@"
}

# wait_for_event N: until the watcher has told what became of the victims of event N.
wait_for_event() {
	tries=0
	until grep -q "#$1 .*exited" /tmp/watch; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] || {
			echo "demo: event $1 did not come" >&2
			exit 1
		}
		sleep 0.1
	done
}

say "Linux $(uname -r): load the module, start the watcher"
show modprobe oomk
dmesg | grep 'oomk: version'
# shellcheck disable=SC2016 # for the inner shell
sh -c 'echo 0 >/proc/self/oom_score_adj; exec oomk watch' >>/tmp/watch &

say "A container limited to 200 MiB runs: stress-ng --vm 1 --vm-bytes 250M"
mkdir -p "$cgroups/$container"
for path in . kubepods.slice kubepods.slice/kubepods-burstable.slice "$pod"; do
	echo +memory >"$cgroups/$path/cgroup.subtree_control"
done
echo 300M >"$cgroups/$pod/memory.max"
echo 200M >"$cgroups/$container/memory.max"
# As a runtime does it: the main process is the first of a pid namespace of its own, and started
# from outside.
# shellcheck disable=SC2016 # for the inner shell
in_cgroup . unshare -p -f sh -c 'echo 0 >"$0" && exec "$@"' "$cgroups/$container/cgroup.procs" \
	stress-ng --quiet --vm 1 --vm-bytes 250M --vm-keep --oomable --timeout 60 >/dev/null 2>&1 &
wait_for_event 1

echo "What 'oomk watch' said:"
cat /tmp/watch
say "What it comes down to"
show oomk explain last
say "The same event in full"
show oomk show last
say "The same without the client"
show cat /proc/oomk

say "Now the host runs out of memory: stress-ng without a limit"
: >/tmp/watch
in_cgroup . stress-ng --quiet --vm 1 --vm-bytes 2G --vm-keep --oomable \
	--timeout 60 >/dev/null 2>&1 &
wait_for_event 2
echo "What 'oomk watch' said:"
cat /tmp/watch
echo
show oomk explain 2
show oomk show 2
show oomk list
say "That was it. Install on a node: make install"
