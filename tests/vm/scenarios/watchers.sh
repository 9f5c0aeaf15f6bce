#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../lib.sh disable=SC2016 # like busybox, it has local
#
# Many watchers at once, most of them in trouble while kills go on: some have the smallest receive
# buffer, some do not read either, some are killed, some are the victim, some have hardly any memory
# of their own. Each has in the end, over all its lives, every event that was retained exactly once and in
# order, and knows how many were not.
# once: the client's part
# run: --mem 768
# stress: 6.1 --timeout 3000 --mem 1536
# stress: 6.1-debug --timeout 3000 --mem 2560

. ./lib.sh
modprobe oomk store_kb=128 max_tasks=64 max_cgroups=16
sysctl -q vm.oom_dump_tasks=0
protect
watchers=12
rounds=2
kills=70
if [ "$size" = full ]; then
	watchers=64
	rounds=5
	kills=$(scale 70 1000)
fi
group victims memory.max=2M
group watchers
group narrow

# The newest event that watcher N has.
last_of() {
	sed -n 's/^{"message":"event","seq":\([0-9]*\),.*/\1/p' "$tmp/watch.$1" | tail -n 1
}

# start N [PATH]: from where it ended, as a service with --log does it; $watcher is its process.
start() {
	local since=0

	[ ! -s "$tmp/watch.$1" ] || since=$(last_of "$1")
	adjusted 0 "${2:-watchers}" oomk watch --json --since "${since:-0}" >>"$tmp/watch.$1" \
		2>>"$tmp/notes.$1" &
	watcher=$!
	echo $watcher >"$tmp/pid.$1"
	await "subscription of watcher $1" subscribed $watcher
}

pid_of() {
	cat "$tmp/pid.$1"
}

# each KIND: the watchers of a kind.
kinds="plain stopped small killed victim narrow"
each() {
	local i=0 kind

	while [ $i -lt "$watchers" ]; do
		for kind in $kinds; do
			[ "$kind" != "$1" ] || [ $i -ge "$watchers" ] || echo $i
			i=$((i + 1))
		done
	done
}

# kill_some N: at the limit of the cgroup.
kill_some() {
	local i=0

	while [ $i -lt "$1" ]; do
		(adjusted 0 victims hog 10) || :
		i=$((i + 1))
	done 2>/dev/null
}

for kind in $kinds; do
	for i in $(each "$kind"); do
		start "$i"
		case $kind in
		small | stopped)
			[ "$(smallbuf $watcher)" -ge 3 ] || wrong "watcher $i lacks a netlink socket"
			[ "$kind" = small ] || kill -STOP $watcher
			;;
		narrow) echo $watcher >$cg/narrow/cgroup.procs ;;
		esac
	done
done
# What they have is locked in memory and was charged elsewhere: this is all for what comes.
echo 512K >$cg/narrow/memory.max

round=0
while [ $round -lt $rounds ]; do
	kill_some $((kills / rounds))
	for i in $(each killed); do
		kill -9 "$(pid_of "$i")"
		start "$i"
	done
	for i in $(each victim); do
		watcher=$(pid_of "$i")
		echo 1000 >/proc/"$watcher"/oom_score_adj
		echo "$watcher" >$cg/victims/cgroup.procs
		(adjusted 0 victims hog 10) || :
		await "watcher $i to be killed" gone "$watcher"
		start "$i"
	done
	round=$((round + 1))
done 2>/dev/null
for i in $(each stopped); do
	kill -CONT "$(pid_of "$i")"
done

stats
seen=$(jq .seen $tmp/stats)
overwritten=$(jq .overwritten $tmp/stats)
has_all() {
	[ "$(last_of "$1")" = "$seen" ]
}
i=0
while [ $i -lt "$watchers" ]; do
	gone "$(pid_of $i)" && start $i
	await "event $seen at watcher $i" has_all $i
	kill "$(pid_of $i)"
	i=$((i + 1))
done
echo "$watchers watchers, $seen events, $overwritten of them overwritten"
[ "$overwritten" -gt 0 ] || wrong "no event was overwritten: the store is too large"
i=0
while [ $i -lt "$watchers" ]; do
	sed -n -e 's/^{"message":"event","seq":\([0-9]*\),.*/\1 \1/p' \
		-e 's/^{"message":"overwritten","first":\([0-9]*\),"last":\([0-9]*\)}$/\1 \2/p' \
		$tmp/watch.$i | awk -v watcher=$i -v seen="$seen" -v overwritten="$overwritten" '
		{
			if ($1 != last + 1)
				print "watcher " watcher ": " $1 " comes after " last + 0
			if ($2 > $1 && $2 > overwritten)
				print "watcher " watcher ": " $2 " was retained, but not read"
			last = $2
		}
		END {
			if (last != seen)
				print "watcher " watcher ": the last is " last + 0
		}'
	i=$((i + 1))
done >$tmp/amiss
same "amiss" "$(cat $tmp/amiss)" ""
for kind in stopped small; do
	for i in $(each "$kind"); do
		cat "$tmp/notes.$i"
	done | grep -q "were lost" || wrong "no watcher of kind $kind lost a notification"
done
check_common
