#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# 300 kills in a row, in two cgroups at once, while one reader loops over /proc/oomk and a watcher
# listens: every kill is seen once and in order, and what is read is always whole.
# run: --mem 384

. ./lib.sh
modprobe oomk
sysctl -q vm.oom_dump_tasks=0
oomk watch --since 0 --json >$tmp/watch &
watcher=$!

each=$(scale 150)
kills=$((2 * each))

hit_the_limit() {
	group "$1" memory.max=2M
	i=0
	while [ $i -lt "$each" ]; do
		(in_group "$1" hog 10) || :
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

hit_the_limit a &
hit_the_limit b &
read_again_and_again >$tmp/reads
await "the end of the storm" [ -e $tmp/over.a -a -e $tmp/over.b ]
same "what the reader found amiss" "$(grep -v '^read$' $tmp/reads)" ""
[ "$(wc -l <$tmp/reads)" -gt 3 ] || wrong "the reader read only $(wc -l <$tmp/reads) times"

oomk list --json >$tmp/list
await "the last event at the watcher" says $tmp/watch "\"message\":\"event\",\"seq\":$kills,"
kill $watcher
same "kills by the kernel's count" $(($(kernel_kills) - kills_before)) $kills
jq -s '{list: ., watch: ($watch | map(select(.message == "event"))),
	others: (($watch | map(.message) | unique) - ["event", "outcome", "pressure"])}' \
	--slurpfile watch $tmp/watch $tmp/list >$tmp/storm
holds storm ".list | map(.seq) is [range(1; $kills + 1)]" \
	".watch | map(.seq) is [range(1; $kills + 1)]" \
	'.others is []' \
	".list | map(.victim[0].pid) | unique | length is $kills" \
	'.list | map(.victim[0].pid) is .watch | map(.victim[0].pid)' \
	".list | group_by(.oom_cgroup) | map({(.[0].oom_cgroup): length}) | add is
	 {\"/a\": $each, \"/b\": $each}" \
	'.list | map(select(.oom_cgroup != .victim[0].cgroup or .oom_cgroup != .trigger.cgroup)) is []' \
	'.list | map(.time_boot_ns) is .list | map(.time_boot_ns) | sort'
stats
holds stats ".seen is $kills" ".retained + .overwritten is $kills" ".points_compared is $kills"

check_common
