#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Hostile names in command, arguments and cgroup: newline, tab, escape sequences, quotes, backslash,
# invalid UTF-8. No interface passes a control character on, and JSON carries the name. Of what is
# too long it is told that it is.
# once: escaping is the same code on every kernel
# run: --mem 384

. ./lib.sh
modprobe oomk

comm=$(printf 'a\nb\tc\033[1m"\\\377')
json='"a\nb\tc\u001b[1m\"\\\ufffd"'
cgroup=$(printf 'b\tc\033[1m"\\\377'"'"'x')
json_cgroup='"/b\tc\u001b[1m\"\\\ufffd'"'"'x"'
cp /usr/bin/hog "$tmp/$comm"
group "$cgroup" memory.max=20M
killed in_group "$cgroup" "$tmp/$comm" 50 "" "$(printf 'x\n\033]0;y\007\377')"
event_over 1
holds event "chosen.pid is $pid" "chosen.comm is $json" '.points is .chosen_points' \
	".oom_cgroup is $json_cgroup" \
	"chosen.cgroup is $json_cgroup" "task($pid).comm is $json" \
	"chosen.victim.exe | ltrimstr(\"/tmp/\") is $(unless_rt "$json")" \
	"chosen.victim.cmdline | map(ltrimstr(\"/tmp/\")) is
	 [$json, \"50\", \"\", \"x\\n\\u001b]0;y\\u0007\\ufffd\"]" \
	".cgroups[0].path is $json_cgroup"

# harmless FILE: nothing but printable ASCII and newlines.
harmless() {
	[ -s "$1" ] || wrong "$1 is empty"
	same "harmful characters in ${1##*/}" "$(tr -d '\n -~' <"$1" | xxd -p)" ""
}
cat /proc/oomk >$tmp/proc
oomk list >$tmp/list.text
oomk show 1 >$tmp/show.text
oomk watch --since 0 >$tmp/watch.text &
watcher=$!
await "the watcher's line" [ -s $tmp/watch.text ]
kill $watcher
oomk list --json >$tmp/list.json
for file in proc list.text show.text watch.text; do
	harmless $tmp/$file
done
same "control characters in JSON" "$(tr -d '\n' <$tmp/list.json | grep -c '[[:cntrl:]]')" 0
same "lines of oomk list --json" "$(wc -l <$tmp/list.json)" 1
same "lines of oomk watch that mention the event" "$(grep -c '\[1m' $tmp/watch.text)" 1

situation "command lines of 1024 bytes and more"
group long memory.max=20M
killed in_group long hog 50 "$(printf %01016d 0)"
event_over 2
holds event "chosen.pid is $pid" 'chosen.victim.cmdline is ["hog", "50", "0" * 1016]'
cut='chosen.victim.cmdline is ["hog", "50", "0" * 1014 + "..."]'
killed in_group long hog 50 "$(printf %01017d 0)"
event_over 3
holds event "chosen.pid is $pid" "$cut"
killed in_group long hog 50 "$(printf %01016d 0)" x
event_over 4
holds event "chosen.pid is $pid" "$cut"
# As of a program that has set its title.
eval "set -- $(yes "''" | head -n 1100 | tr '\n' ' ')"
killed in_group long hog 50 "$@"
event_over 5
holds event "chosen.pid is $pid" 'chosen.victim.cmdline is ["hog", "50"]'

situation "an executable in a path of more than 512 bytes"
dir=$tmp/$(printf %0250d/%0250d/%0250d 0 0 0)
mkdir -p "$dir"
cp /usr/bin/hog "$dir"
killed in_group long "$dir/hog" 50
event_over 6
holds event "chosen.pid is $pid" 'chosen.victim | has("exe") is false' \
	"chosen.victim.cmdline is [\"$dir/hog\", \"50\"]"

check_common
