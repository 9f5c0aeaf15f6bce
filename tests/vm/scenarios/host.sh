#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The host runs out of memory with 300 processes; a kill is asked for by sysrq-f; and with
# vm.oom_kill_allocating_task=1 the trigger dies, although another process holds more.
# core: the machine out of memory
# run: --mem 384

. ./lib.sh
modprobe oomk
protect
# Word of the OOM notifiers is sent before anything is freed, and may have to be tried again.
starving=true

situation "hundreds of processes"
sleepers=$(scale 300)
i=0
while [ $i -lt "$sleepers" ]; do
	adjusted $((i % 7)) . sleep 1000 &
	i=$((i + 1))
done
sleeper $tmp/ready adjusted -500 . hog -s 8
shared=$pid
sleeper $tmp/ready adjusted 0 . hog 30
score=$(cat /proc/"$pid"/oom_score)
holder=$pid
processes=$(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)
(
	trap - EXIT
	true &
	exec tail -f /dev/null
) &
parent=$!
oomk watch --json >$tmp/watch &
watcher=$!
await "the watcher's subscription" subscribed $watcher
killed adjusted 0 . hog 2000
event_over 1
like_kernel 1 "chosen.pid is $pid" '.constraint is "none"' 'has("oom_cgroup") is false' \
	"near(.tasks_total; $processes + 1; 5)" '.tasks_kept is .tasks_total' \
	"[.tasks[] | select(.comm == \"sleep\" and flagged(\"candidate\"))] | length is $sleepers" \
	'[.tasks[] | select(.skip == "kthread")] | length > 10' \
	'[.tasks[] | select(.skip == "init").pid] is [1]' \
	"task($$).skip is \"oom_score_adj_min\"" \
	"task($shared) | .rss_shmem >= 8 * 256" \
	"[.tasks[] | select(.ppid == $parent).skip] is [\"no_mm\"]" \
	"1000 + ((task($holder).points * 1000 / .total_pages) | trunc) | . * 2 / 3 | floor is $score"
# Mem-Info of the same report, in pages. Between the two, processors may hand in what they keep free,
# and KASAN the slab objects that it kept from being used again, a mebibyte at a time.
memory_info() {
	dmesg | sed -n '/Mem-Info/,/Node 0 /p' | grep -o "[ ]$1:[0-9]*" | head -n 1 | cut -d: -f2
}
total=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
holds event ".host.total is $total * 1024" \
	'.host | .swap_total, .swap_free is 0, 0' \
	"near(.host.free / 4096; $(memory_info free); 256 + $(memory_info free_pcp))" \
	"near(.host.shmem / 4096; $(memory_info shmem); 64)" \
	"near(.host.slab_unreclaimable / 4096; $(memory_info slab_unreclaimable); 512)" \
	"near(.host.pagetables / 4096; $(memory_info pagetables); 64)" \
	'.host.anon > 50 * 1048576' '.host.available < .host.total / 4' \
	'.charged is .host.total - .host.free' \
	'.held is [.tasks[] | select(flagged("candidate") and has("rss_anon")) |
	 (.rss_anon + .rss_shmem) * 4096] | add'
killall sleep
await "word of the OOM notifier" says $tmp/watch '"message":"pressure","kind":"oom_notifier"'
kill $watcher

situation "sysrq-f"
echo f >/proc/sysrq-trigger
wait "$holder" || :
event_over 2
like_kernel 2 "chosen.pid is $holder" 'flagged("sysrq")' '.order is -1' '.constraint is "none"' \
	'.trigger.comm | startswith("kworker") is true'

situation "vm.oom_kill_allocating_task"
sysctl -q vm.oom_kill_allocating_task=1
sleeper $tmp/ready adjusted 1000 . hog 20
preferred=$pid
killed adjusted 0 . hog 2000
sysctl -q vm.oom_kill_allocating_task=0
event_over 3
like_kernel 3 "chosen.pid is $pid" '.trigger.pid is chosen.pid' 'flagged("allocating_task")' \
	'flagged("points_compared") is false' 'has("chosen_points") is false' \
	"task($preferred).points > chosen.points"
same "the process with more points" "$(cat /proc/"$preferred"/comm)" hog

check_common
