#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../tests/vm/lib.sh # like busybox, it has local
#
# How much memory oomk takes, the module and the client, and others that tell of kills.
#
# One JSON object for each goes to $OUT/memory.jsonl.

. ./lib.sh

sysctl -q vm.oom_dump_tasks=0
group load memory.max=2M

# figures WITH KERNEL FILE: from what /proc has in smaps_rollup and status of each process.
figures() {
	awk -v with="$1" -v kernel="$2" '
		/^Pss:/ { pss += $2 }
		/^Anonymous:/ { anon += $2 }
		/^VmHWM:/ { peak += $2 }
		END {
			printf "{\"bench\":\"memory\",\"with\":\"%s\",\"pss_kb\":%d,", with, pss
			printf "\"anon_kb\":%d,\"peak_rss_kb\":%d,\"kernel_kb\":%s}\n", anon, peak, kernel
		}' "$3" >$tmp/figures
	tee -a "$OUT/memory.jsonl" <$tmp/figures
}

# Memory of the kernel's own that a cgroup is charged for, and that of its processes (kB).
charged() {
	awk -v what="$2" '$1 == what { print int($2 / 1024) }' $cg/"$1"/memory.stat
}

# starts COMMAND...: in a cgroup of its own, with what it prints in $tmp/out.
starts() {
	group reader
	: >$tmp/out
	in_group reader "$@" >$tmp/out 2>$tmp/complaints &
	reader=$!
}

# Kills until it has told of one.
tells() {
	local tries=0

	until says $tmp/out "$1"; do
		[ $tries -lt 300 ] || fail "no '$1' came: $(cat $tmp/complaints)"
		kill_times 1 load
		usleep 100000
		tries=$((tries + 1))
	done
}

# measured WITH: the one that was started, after some kills. What /proc says its processes have is
# what the kernel has charged their cgroup for.
measured() {
	local anon process

	kill_times 20 load
	: >$tmp/processes
	while read -r process; do
		cat /proc/"$process"/smaps_rollup /proc/"$process"/status >>$tmp/processes
	done <$cg/reader/cgroup.procs
	anon=$(charged reader anon)
	figures "$1" "$(charged reader kernel)" $tmp/processes
	holds figures ".anon_kb - $anon | fabs < 512"
	kill -9 "$reader"
	wait "$reader" || :
	await "an empty group" rmdir $cg/reader
}

# What the kernel holds more once the module is there; its own memory it has from vmalloc, by name.
module() {
	local before code vmalloc

	# What is allocated once only.
	modprobe oomk
	rmmod oomk
	before=$(memory_now)
	modprobe oomk
	code=$(awk '$1 == "oomk" { print int($2 / 1024) }' /proc/modules)
	vmalloc=$(awk '/\[oomk\]/ { kb += $2 / 1024 - 4 } END { print kb }' /proc/vmallocinfo)
	grep oomk /proc/vmallocinfo
	echo "{\"bench\":\"memory\",\"with\":\"module\",\"code_kb\":$code,\"vmalloc_kb\":$vmalloc," \
		"\"store_kb\":$(cat /sys/module/oomk/parameters/store_kb)," \
		"\"kernel_kb\":$(($(memory_now) - before))}" >$tmp/figures
	tee -a "$OUT/memory.jsonl" <$tmp/figures
	holds figures 'near(.kernel_kb; .code_kb + .vmalloc_kb; 512)'
}

# once COMMAND...: it runs once, and is looked at when it ends.
once() {
	peak $tmp/peak "$@" >/dev/null
	figures "$*" null $tmp/peak
}

scraped() {
	wget -q -O - http://127.0.0.1:10137/metrics 2>/dev/null | grep -q '^oomk_up 1'
}

module
kill_times 100 load
once oomk list
once oomk show last
once oomk explain last
once oomk stats
starts oomk watch
tells '] killed: '
measured "oomk watch"
starts oomk-export --listen 127.0.0.1:10137
await "metrics" scraped
kill_times 20 load
await "metrics" scraped
measured oomk-export
rmmod oomk

for tool in oomkill oomkill.bt; do
	program=$(command -v $tool) || continue
	[ $tool = oomkill ] || program="bpftrace $program"
	# shellcheck disable=SC2086 # words
	starts $program
	tells hog
	measured $tool
done

# Not busybox's.
starts /usr/bin/dmesg --follow
tells 'Killed process'
measured dmesg

journald=/usr/lib/systemd/systemd-journald
if [ -e $journald ]; then
	mkdir -p /run/systemd/journal
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	group journald
	in_group journald $journald 2>$tmp/journald &
	await "a journal" [ -S /run/systemd/journal/socket ]
	starts journalctl --follow
	tells 'Killed process'
	process=$(cat $cg/journald/cgroup.procs)
	kill_times 20 load
	cat /proc/"$process"/smaps_rollup /proc/"$process"/status >$tmp/processes
	figures journald "$(charged journald kernel)" $tmp/processes
	measured journalctl
fi
