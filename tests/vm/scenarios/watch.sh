#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# oomk watch --exec runs its command once for each event, one at a time, with the event on standard
# input, and a slow command delays nothing else; a watcher that was stopped while more came than its
# socket could hold gets all events later; and one that starts late gets what it asks for.
# once: the client's part
# run: --mem 384

. ./lib.sh
modprobe oomk
sysctl -q vm.oom_dump_tasks=0
group watch memory.max=2M

lines() {
	[ "$(wc -l <"$1")" -ge "$2" ]
}

situation "--exec"
cat >$tmp/command <<'END'
#!/bin/sh
mkdir /tmp/running || echo "two at a time" >>/tmp/amiss
cat >>/tmp/commands
usleep 300000
rmdir /tmp/running
END
chmod +x $tmp/command
oomk watch --since 0 --json --exec $tmp/command >$tmp/watch &
watcher=$!
kill_times 10 watch
await "event 10 on standard output" says $tmp/watch '"message":"event","seq":10,'
await "the tenth command" lines $tmp/commands 10
kill $watcher
[ ! -e $tmp/amiss ] || wrong "$(cat $tmp/amiss)"
jq -s '{seqs: map(.seq), events: ., watched: ($watch | map(select(.message == "event")))}' \
	--slurpfile watch $tmp/watch $tmp/commands >$tmp/exec
holds exec '.seqs is [range(1; 11)]' '.watched | map(.seq) is [range(1; 11)]' \
	'.events | map(.victim[0].pid) is .watched | map(.victim[0].pid)'

situation "stopped watcher"
last=$((10 + $(scale 200)))
oomk watch --json >$tmp/stopped 2>$tmp/notes &
watcher=$!
await "the watcher's subscription" subscribed $watcher
kill -STOP $watcher
kill_times "$(scale 200)" watch
kill -CONT $watcher
await "the last event at the watcher" says $tmp/stopped "\"message\":\"event\",\"seq\":$last,"
kill $watcher
jq -s 'map(select(.message == "event").seq)' $tmp/stopped >$tmp/seqs
holds seqs ". is [range(11; $last + 1)]"

situation "--since"
oomk watch --since $((last - 5)) --json >$tmp/since &
watcher=$!
await "what was missed" says $tmp/since "\"message\":\"event\",\"seq\":$last,"
kill_times 1 watch
last=$((last + 1))
await "what comes" says $tmp/since "\"message\":\"event\",\"seq\":$last,"
kill $watcher
jq -s 'map(select(.message == "event").seq)' $tmp/since >$tmp/seqs
holds seqs ". is [range($last - 5; $last + 1)]"

situation "text"
oomk watch --since $((last - 1)) >$tmp/text &
watcher=$!
await "a line about the last event" says $tmp/text $last
kill $watcher
grep $last $tmp/text | grep hog | grep -q /watch ||
	wrong "the line does not say who and where: $(cat $tmp/text)"

check_common
