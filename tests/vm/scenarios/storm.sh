#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../lib.sh disable=SC2016 # like busybox, it has local
#
# Hundreds of kills in a row, in two cgroups at once and then of the host, while one reader loops
# over /proc/oomk and a watcher listens: every kill is seen once and in order, what is read is
# always whole, and what the kernel holds for it does not grow. At full size thousands.
# run: --mem 384
# stress: 6.1 --timeout 3000
# stress: 6.1-debug --timeout 3000

. ./lib.sh
modprobe oomk
sysctl -q vm.oom_dump_tasks=0
protect
starving=true

each=$(scale 150 5000)
of_host=$(scale 5 200)

# Only what is looked at below: memory is short.
mkfifo $tmp/messages
jq --unbuffered -c 'select(.message != "outcome") | {message, seq, time_boot_ns, constraint,
	oom_cgroup, pid: .victim[0].pid, cgroup: .victim[0].cgroup, trigger: .trigger.cgroup}' \
	<$tmp/messages >$tmp/watch &
oomk watch --since 0 --json >$tmp/messages &
watcher=$!

hit_the_limit() {
	local i=0

	while [ $i -lt "$each" ]; do
		(adjusted 0 "$1" hog 10) || :
		i=$((i + 1))
	done 2>/dev/null
	echo over >"$tmp/over.$1"
}

read_again_and_again() {
	while [ ! -e $tmp/over.a ] || [ ! -e $tmp/over.b ]; do
		cat /proc/oomk >$tmp/proc
		[ "$(wc -l <$tmp/proc)" -lt 50 ] || whole_proc $tmp/proc
		echo read
	done
}

# What the kernel counts for the cgroup.
killed_in() {
	sed -n 's/^oom_kill //p' $cg/"$1"/memory.events
}

over() {
	[ -e $tmp/over.a ] && [ -e $tmp/over.b ]
}

group a memory.max=2M
group b memory.max=2M
# Once, for what is made at the first time and kept.
killed adjusted 0 a hog 10
await "the first event at the watcher" says $tmp/watch '"seq":1,'
before=$(memory_now)

situation "cgroups"
hit_the_limit a &
a=$!
hit_the_limit b &
b=$!
read_again_and_again >$tmp/reads
wait $a
wait $b
over || fail "the storm has not ended"
same "what the reader found amiss" "$(grep -v '^read$' $tmp/reads)" ""
[ "$(wc -l <$tmp/reads)" -gt 3 ] || wrong "the reader read only $(wc -l <$tmp/reads) times"
rm $tmp/proc
of_cgroups=$(($(killed_in a) + $(killed_in b)))
[ $of_cgroups -gt $((2 * each)) ] || wrong "only $of_cgroups kills in the cgroups"
same "kills by the kernel's count" $(($(kernel_kills) - kills_before)) $of_cgroups

situation "host"
available=$(sed -n 's/^MemAvailable: *\(.*\) kB/\1/p' /proc/meminfo)
# Unkillable: it leaves little to fill until the host is out of memory.
sleeper $tmp/ballast hog $((available / 1024 - 60))
ballast=$pid
i=0
while [ $i -lt "$of_host" ]; do
	(adjusted 0 . hog 2000) || :
	i=$((i + 1))
done 2>/dev/null
kill -9 $ballast
wait "$ballast" 2>/dev/null || :

kills=$(($(kernel_kills) - kills_before))
[ $kills -ge $((of_cgroups + of_host)) ] || wrong "only $kills kills after the host's"
echo "$of_cgroups kills in cgroups, $((kills - of_cgroups)) of the host"
await "the last event at the watcher" says $tmp/watch "\"seq\":$kills,"
not_grown "$before" 1024
oomk list --json >$tmp/list
kill $watcher

situation
jq -s '{watch: map(select(.message == "event")),
	others: (map(.message) | unique - ["event", "pressure"])}' $tmp/watch >$tmp/storm
holds storm ".watch | map(.seq) is [range(1; $kills + 1)]" \
	'.others is []' \
	".watch | map(.pid) | all(. > 0)" \
	".watch | group_by(.oom_cgroup) | map({(.[0].oom_cgroup // \"host\"): length}) | add is
	 {\"/a\": $(killed_in a), \"/b\": $(killed_in b), \"host\": $((kills - of_cgroups))}" \
	'.watch | map(select(.constraint == "memcg" and
	 (.oom_cgroup != .cgroup or .oom_cgroup != .trigger))) is []' \
	'.watch | map(.time_boot_ns) is .watch | map(.time_boot_ns) | sort'
stats
holds stats ".seen is $kills" ".retained + .overwritten is $kills"
jq -s '{list: map({seq, pid: .victim[0].pid}), watch: $storm[0].watch}' \
	--slurpfile storm $tmp/storm $tmp/list >$tmp/both
holds both ".list | map(.seq) is [range($(jq .overwritten $tmp/stats) + 1; $kills + 1)]" \
	'.list is .list[0].seq as $first | .watch | map(select(.seq >= $first) | {seq, pid})'
check_common
