#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Memory is short for oomk itself: each allocation at load fails once, each one for a request and
# for reading /proc/oomk, and those for alerts. Nothing but the one thing fails, it says so, and an
# alert comes late or is counted. Loading in vain leaves nothing behind.
# run: --mem 384

. ./lib.sh

faults=/sys/kernel/debug
[ -e $faults/failslab ] || skip "this kernel cannot make allocations fail"

# inject SETTING=VALUE...: of slab and page allocations.
inject() {
	for setting; do
		echo "${setting#*=}" >"$faults/failslab/${setting%%=*}"
		echo "${setting#*=}" >"$faults/fail_page_alloc/${setting%%=*}"
	done
}
inject ignore-gfp-wait=N task-filter=Y
echo N >$faults/fail_page_alloc/ignore-gfp-highmem
echo 0 >$faults/fail_page_alloc/min-order
# The stack of each failure goes to the log, but is too much for the console.
dmesg -n 1
# Unloading mostly waits for RCU.
echo 1 >/sys/kernel/rcu_expedited

situation "loading"
# What the kernel allocates once only, it has by then.
modprobe oomk
rmmod oomk
before=$(memory_now)
# That a page fails for vmalloc() is not logged, so that nobody could tell for whom it does.
echo 1 >$faults/fail_page_alloc/min-order
failnth load oomk "/lib/modules/$(uname -r)/oomk.ko" "store_kb=128 max_tasks=16 max_cgroups=8" \
	>$tmp/loads
for left in /proc/oomk /sys/module/oomk; do
	[ ! -e $left ] || wrong "$left is left"
done
! genl 5 >$tmp/genl 2>&1 || wrong "the netlink family is left"
same "genl's word" "$(cat $tmp/genl)" "genl: no family oomk"
same "kprobes that are left" "$(cat /sys/kernel/debug/kprobes/list)" ""
# Goes through whatever may be left at a tracepoint or in a list of notifiers.
group a memory.max=4M
killed in_group a hog 10
not_grown "$before" 256
awk '
	{ said = said $0 " / " }
	/^oomk: (not enough memory|cannot reserve|neither )/ { told = 1 }
	/^oomk: hook .* cannot be attached/ { lacks++ }
	/^oomk: version/ { attached = $4; hooks = $6 }
	/^load / {
		loads++
		refused += $2 != 0
		if ($2 ? $2 != 12 && $2 != 95 || !told : attached + lacks != hooks)
			print said
		said = ""
		told = lacks = attached = hooks = 0
	}
	END {
		print loads, "failures,", refused, "of them fatal" >"/dev/stderr"
		if (refused < 10)
			print "hardly any failure"
	}' $tmp/loads >$tmp/amiss
same "amiss" "$(cat $tmp/amiss)" ""
echo 0 >$faults/fail_page_alloc/min-order

modprobe oomk store_kb=128 max_tasks=16 max_cgroups=8
for i in 1 2 3; do
	killed in_group a hog 10
done
event_over 3

situation "/proc/oomk"
failnth read /proc/oomk "event 1" >$tmp/reads
sort $tmp/reads | uniq -c
same "other than ENOMEM and the same" "$(grep -v -x -e 12 -e same $tmp/reads)" ""
for answer in 12 same; do
	grep -q -x $answer $tmp/reads || wrong "never $answer"
done

# How many messages there were, and how it ended: what they hold changes between two answers.
answer() {
	genl "$@" 2>&1 | sed 's/^\(reply [0-9]*\) .*/\1/' | uniq -c
}

# Where sending or receiving fails, genl says so instead of the kernel.
for request in "1 1:0100000000000000" "5" "-d 1" "-d 2 1:0100000000000000" \
	"-d 3 1:0100000000000000" "-d 4"; do
	situation "genl $request"
	# shellcheck disable=SC2086 # words
	wanted=$(answer $request)
	got=
	n=1
	clean=0
	while [ "$got" = "${got%nothing failed}" ]; do
		# shellcheck disable=SC2086 # words
		got=$(answer -f $n $request)
		case $got in
		*"error 12" | *"error 105" | *"done 12" | *"done 105" | *"Cannot allocate memory" | \
			*"No buffer space available")
			clean=$((clean + 1))
			;;
		"$wanted"*) ;;
		*) wrong "when allocation $n fails: $got" ;;
		esac
		n=$((n + 1))
	done
	echo "$clean of $((n - 2)) failures were told"
	[ $clean -gt 0 ] || wrong "no failure was told"
done

situation "alerts"
# Into room that is there already: that a file cannot grow is another matter.
head -c 1000000 /dev/zero >$tmp/watch
oomk watch --since 2 --json 1<>$tmp/watch 2>$tmp/notes &
watcher=$!
await "the watcher's subscription" subscribed $watcher
await "event 3 at the watcher" says $tmp/watch '"message":"event","seq":3,'
stats
failed=$(jq .notify_failed $tmp/stats)
# oomk's worker may be any of the kernel's, a new one of kthreadd's, or the one that steps in when
# there can be none.
for comm in /proc/[0-9]*/comm; do
	[ "$comm" != /proc/$watcher/comm ] || continue
	! says "$comm" '^kworker\|^kthreadd\|^oomk' || echo 1 >"${comm%comm}make-it-fail"
done
inject probability=100 times=-1
killed in_group a hog 10
some_failed() {
	stats
	[ "$(jq .notify_failed $tmp/stats)" -gt $((failed + 1)) ]
}
await "alerts that fail" some_failed
! says $tmp/watch '"message":"event","seq":4,' || wrong "event 4 came although nothing could be sent"
inject probability=0
await "event 4 at the watcher" says $tmp/watch '"message":"event","seq":4,'
killed in_group a hog 10
await "event 5 at the watcher" says $tmp/watch '"message":"event","seq":5,'
event_over 5
stats
holds stats ".notify_failed >= $failed + 2"

situation "a watcher short of memory"
# It must read from the store what its socket has no room for, while half of all allocations for it
# and for alerts fail.
smallbuf $watcher >/dev/null
echo 1 >/proc/$watcher/make-it-fail
inject probability=50
last=5
while [ $last -lt 60 ] && ! says $tmp/notes "no memory"; do
	killed in_group a hog 10
	last=$((last + 1))
done
says $tmp/notes "no memory" || wrong "the watcher never lacked memory"
inject probability=0
await "event $last at the watcher" says $tmp/watch "\"message\":\"event\",\"seq\":$last,"
event_over $last
kill $watcher
tr -d '\0' <$tmp/watch | jq -c 'select(.message == "event").seq' | jq -s >$tmp/seqs
holds seqs ". is [range(3; $last + 1)]"
stats
holds stats '.lost is 0' ".seen is $last"
