#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../tests/vm/lib.sh
#
# The three kills of compare.md, with what the kernel's log, bpftrace and oomk say of each. From the
# top of the source, with Debian's package bpftrace:
#
#   tests/vm/scenario docs/compare.sh --mem 1500 --file /usr/bin/bpftrace:/usr/bin/bpftrace \
#     --file /usr/sbin/oomkill.bt:oomkill.bt

. ./lib.sh

export NO_COLOR=1
uid=2c48913c-b29f-11e7-9350-020968147796
id=01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab
container=kubepods/burstable/pod$uid/$id
told=1

told_more() {
	[ "$(wc -l <$tmp/bpftrace)" -gt "$told" ]
}

# tell SEQ: what each says of the kill.
tell() {
	await "the kill" told_more
	event_over "$1"
	for what in "dmesg -c" "tail -n +$((told + 1)) $tmp/bpftrace" "cat $cg/$container/memory.events" \
		"oomk list" "oomk explain $1"; do
		echo
		echo "# $what"
		$what
	done
	told=$(wc -l <$tmp/bpftrace)
}

mkdir -p /var/log/pods/shop_web-0_$uid/app /var/log/containers
ln -s /var/log/pods/shop_web-0_$uid/app/0.log /var/log/containers/web-0_shop_app-$id.log
mount -t tracefs none /sys/kernel/tracing 2>/dev/null || :
bpftrace oomkill.bt >$tmp/bpftrace 2>&1 &
await "bpftrace" says $tmp/bpftrace Tracing
modprobe oomk
group $container memory.max=200M
dmesg -c >/dev/null

# The main process of a container, at the container's limit; a child of it; and a process that
# holds what it may, while the node runs out of memory.
(contained 985 $container hog 250) || :
tell 1
contained 985 $container sh -c 'hog 250; sleep 1000' &
tell 2
xargs kill -9 <$cg/$container/cgroup.procs
contained 985 $container hog 150 >$tmp/ready &
await "a pod" says $tmp/ready ready
(in_group . hog 3000) || :
tell 3
