#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Whatever can come and go does so during kills, all at once: a processor, cgroups by the thousand
# (those of the victims, too), processes that fork until they are killed or may not, processes that
# exit. Every kill is recorded once, in order, as the kernel tells it.
# once: what is shaken is the same on every kernel
# stress: 6.1 --timeout 2400
# stress: 6.1-debug --timeout 2400
# run: --mem 768 --append log_buf_len=16M

. ./lib.sh
modprobe oomk store_kb=65536
# Then each process has an id of its own.
sysctl -q kernel.pid_max=4194304
oomk watch --since 0 --json >$tmp/watch &
watcher=$!

# again_and_again COMMAND: counted in $tmp/COMMAND.
again_and_again() {
	while [ ! -e $tmp/over ]; do
		$1
		echo >>"$tmp/$1"
	done 2>/dev/null
}

switch_processor() {
	echo 0 >/sys/devices/system/cpu/cpu1/online
	echo 1 >/sys/devices/system/cpu/cpu1/online
}

# Ten at a time: starting programs takes longest.
make_and_remove_cgroups() {
	mkdir -p $cg/gone/1/2/3/4 $cg/gone/5 $cg/gone/6 $cg/gone/7 $cg/gone/8 $cg/gone/9
	rmdir $cg/gone/1/2/3/4 $cg/gone/1/2/3 $cg/gone/1/2 $cg/gone/[1-9] $cg/gone
}

# Each starts two more, and waits for them: until memory or process ids are short.
bomb='bomb() {
	bomb &
	bomb &
	wait
}
bomb'
drop_bomb() {
	for limited in bomb pids; do
		(in_group $limited sh -c "renice -n 10 -p \$\$; $bomb") || :
	done
}

fork_and_exit() {
	(in_group exits sh -c 'renice -n 10 -p $$; for i in $(seq 100); do (:); done') || :
}

kill_beside_them() {
	(in_group exits hog 10) || :
}

group bomb memory.max=2M pids.max=100
group pids pids.max=16
group exits memory.max=3M
group fresh
work="switch_processor make_and_remove_cgroups drop_bomb fork_and_exit kill_beside_them"
for what in $work; do
	again_and_again "$what" &
	jobs="${jobs:-} $!"
done

kills=$(scale 8 80)
i=0
while [ $i -lt "$kills" ]; do
	group fresh/$i memory.max=2M
	killed in_group fresh/$i hog 10
	await "the removal of cgroup $i" rmdir $cg/fresh/$i 2>/dev/null
	i=$((i + 1))
done
echo over >$tmp/over
echo 1 >$cg/bomb/cgroup.kill
# shellcheck disable=SC2086 # words
wait $jobs

for what in $work; do
	times=$(wc -l <"$tmp/$what")
	echo "$what: $times times"
done
[ "$(sed -n 's/^max //p' $cg/pids/pids.events)" -gt 0 ] || wrong "process ids were never short"
same "how often the processor went" "$(dmesg | grep -c 'CPU 1 is now offline')" \
	"$(wc -l <$tmp/switch_processor)"

stats
await "the newest event at the watcher" says $tmp/watch "\"seq\":$(jq .seen $tmp/stats),"
kill $watcher

# counts CGROUP: by the kernel's count, and by those of the cgroup's victims that were not dying.
counts() {
	same "kills in /$1" "$(sed -n 's/^oom_kill //p' "$cg/$1/memory.events")" \
		"$(jq --arg below "^/$1(/|$)" '[.[].victim[] |
			select((.cgroup | test($below)) and .victim.how != "dying")] | length' $tmp/events)"
}
jq -s 'map(select(.message == "event"))' $tmp/watch >$tmp/events
for what in bomb exits fresh; do
	counts $what
done
holds events 'map(.seq) is [range(1; length + 1)]' \
	'map(.time_boot_ns) is map(.time_boot_ns) | sort' \
	'map(select(.oom_cgroup == "/bomb")) | length > 3' \
	'map(.victim[0].pid | select(.)) | length - (unique | length) is 0' \
	'map(.oom_cgroup) - ["/bomb", "/exits"] | unique | sort_by(.[7:] | tonumber) is
	 [range('"$kills"') | "/fresh/\(.)"]'

# The kernel tells much of a kill, but not of each.
kernel_report '1,$'
jq -s '{kernel: ., event: $events[0] | INDEX(.victim[0].pid)}' --slurpfile events $tmp/events \
	$tmp/kernel >$tmp/both
echo "$(jq length $tmp/events) events, $(wc -l <$tmp/kernel) of them in the kernel's log"
holds both '.event as $event | [.kernel[] | $event[.pid | tostring] as $ours |
	{constraint, oom_memcg, task_memcg, order, gfp_mask, gfp_flags} | select(. != ($ours |
	{constraint: ("CONSTRAINT_" + (.constraint | ascii_upcase)), oom_memcg: .oom_cgroup,
	task_memcg: .victim[0].cgroup, order, gfp_mask, gfp_flags}))] is []'
# Where the victim is the only task, all figures are the same.
jq -r -s 'to_entries | map(select(.value.oom_memcg | startswith("/fresh/"))) |
	map("\(.key + 1) \(.value.pid)") | .[:5][]' $tmp/kernel >$tmp/alone
[ -s $tmp/alone ] || wrong "the kernel's log has no kill in /fresh"
while read -r n pid; do
	event "$(jq ".event[\"$pid\"].seq" $tmp/both)"
	like_kernel "$n" "chosen.pid is $pid" '.tasks_total is 1'
done <$tmp/alone

check_common
