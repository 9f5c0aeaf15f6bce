#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# vm.panic_on_oom on a machine with ramoops: after the reboot `oomk show --pstore` tells of the
# event, with the figures of the kernel's own report, which pstore keeps as well. The script runs
# twice, before and after.
# run: --reboot --mem 384 --append memmap=1M$128M

. ./lib.sh
[ "$(uname -m)" = x86_64 ] || skip "memmap= is x86's"
modprobe ramoops mem_address=0x8000000 mem_size=0x100000 record_size=0x20000 ||
	skip "this kernel has no ramoops"
mount -t pstore -o kmsg_bytes=131072 pstore /sys/fs/pstore

if ! ls /sys/fs/pstore/dmesg-* >/dev/null 2>&1; then
	status=0
	oomk show --pstore >$tmp/stdout 2>$tmp/stderr || status=$?
	same "exit status without a record" $status 1
	same "message without a record" "$(cat $tmp/stderr)" \
		"oomk: pstore has no record of a panic for want of memory"
	[ "$failures" = 0 ] || exit
	modprobe oomk
	sysctl -q vm.panic_on_oom=2
	group "$(printf 'a\tb')" memory.max=20M
	in_group "$(printf 'a\tb')" hog 50
	exit 1
fi

dmesg() {
	sed "s/^<[0-9]*>//" /sys/fs/pstore/dmesg-*
}
oomk show --pstore --json >$tmp/event || wrong "oomk show --pstore failed"
same "records" "$(wc -l <$tmp/event)" 1
kernel_report 1
# Between our look and the kernel's, another processor may give back what it has charged ahead.
holds event '.kind is "panic"' '.seq is 1' '.constraint is "memcg"' \
	'.oom_cgroup is "/a\tb"' '.oom_cgroup_max is 20 * 1024 * 1024' \
	'.gfp_mask is $kernel.gfp_mask' '.gfp_flags is $kernel.gfp_flags' \
	'.order is $kernel.order' 'near(.charged; $kernel.usage; 64 * 4096)' \
	'.trigger.comm is "hog"' '.trigger.cgroup is "/a\tb"' '.tasks_total is 1' \
	'[.tasks[] | {pid, uid, swap, pgtables, oom_score_adj, rss: (.rss_anon + .rss_file + .rss_shmem)}]
	 is [$kernel.tasks[] | del(.total_vm)]' \
	'.tasks[0].points is .tasks[0] | .rss_anon + .rss_file + .rss_shmem + .swap + .pgtables + .adj' \
	'.tasks[0].cgroup is "/a\tb"' '.time_real_ns > 1600000000000000000' '.instance > 0'
oomk show --pstore >$tmp/text || wrong "oomk show --pstore failed"
for line in 'the kernel panics instead of killing; the limit of 20.0 MiB of /a\\x09b was hit' \
	'Trigger' ' hog$'; do
	says $tmp/text "$line" || wrong "no line '$line' in: $(cat $tmp/text)"
done

# Where systemd-pstore would move it; cut off in the middle of the record.
situation "half a record"
mkdir -p /var/lib/systemd/pstore/1
sed '/panic memory/,$d' /sys/fs/pstore/dmesg-ramoops-0 >/var/lib/systemd/pstore/1/dmesg-cut-0
status=0
oomk show --pstore=/var/lib/systemd/pstore --json >$tmp/event 2>$tmp/stderr || status=$?
same "exit status" $status 1
says $tmp/stderr "dmesg-cut-0 has only a part of a record" || wrong "says '$(cat $tmp/stderr)'"
holds event '.kind is "panic"' '.trigger.comm is "hog"' 'has("charged") is false'
