#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../lib.sh disable=SC2016 # like busybox; statements are jq programs
#
# Watcher and exporter with what the manifests of deploy/kubernetes give their containers - command,
# capabilities, memory, mounts, read from there - see and report a kill; and each capability is needed.
# once: the client's part
# run: --mem 384
# run: --file build/client/oomk-export:/usr/bin/oomk-export
# run: --file deploy/kubernetes/base/daemonset.yaml --file deploy/kubernetes/dkms/load-module.yaml

. ./lib.sh

uid=2c48913c-b29f-11e7-9350-020968147796
id=01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab
slice=kubepods.slice/kubepods-pod$(echo $uid | tr - _).slice
limited=$slice/cri-containerd-$id.scope
group "$limited" memory.max=20M
mkdir -p /var/log/pods/shop_web-0_$uid/app /var/log/containers /var/lib/oomk \
	/host/var/log/pods /host/var/log/containers $tmp/root
ln -s ../pods/shop_web-0_$uid/app/0.log /var/log/containers/web-0_shop_app-$id.log

# All but the network, by options of unshare.
namespaces="-m -p -i -u"

# manifest CONTAINER KEY: the words of its one line that starts with the key.
manifest() {
	local words

	words=$(cat deploy/kubernetes/*/*.yaml | awk -v name="$1" -v key="$2:" '
		/^      - name: / { here = $3 == name }
		here && $1 == key { sub(/^[^:]*: [[{]/, ""); sub(/[]}]$/, ""); gsub(/[",]/, " ")
			print; exit }' | sed 's/\$(POD_IP)/127.0.0.1/')
	[ "$words" ] || fail "the manifest has no '$2' of $1"
	echo "$words"
}

# A mount namespace with a container's view: the root file system for reading alone, of the host what
# the manifest mounts, processes of its own.
cat >$tmp/enter <<'END'
set -eu
root=/tmp/root
mount --bind / $root
mount -t proc proc $root/proc
for logs in pods containers; do
	mount --bind /var/log/$logs $root/host/var/log/$logs
	mount -o remount,bind,ro $root/host/var/log/$logs
done
mount --bind /var/lib/oomk $root/var/lib/oomk
mount -o remount,bind,ro $root
ulimit -l 64
echo -997 >/proc/self/oom_score_adj
exec chroot $root "$@"
END

# The number of a capability.
capability() {
	case $1 in
	NET_ADMIN) echo 12 ;;
	IPC_LOCK) echo 14 ;;
	SYS_MODULE) echo 16 ;;
	*) fail "capability $1 is new here" ;;
	esac
}

# in_container "CAPABILITY..." COMMAND...: as root with these alone, which exec cannot add to.
in_container() {
	local name drops

	drops=$(seq 0 "$(cat /proc/sys/kernel/cap_last_cap)" | sed 's/.*/ -c & /' | tr -d '\n')
	for name in $1; do
		drops=$(echo "$drops" | sed "s/ -c $(capability "$name") / /")
	done
	shift
	# shellcheck disable=SC2086 # words
	exec unshare $namespaces -f sh $tmp/enter drop $drops setpriv --nnp "$@"
}

# container NAME: as the manifest has it, but for capabilities that are given.
container() {
	local name=$1

	[ "$(manifest "$name" limits)" = "memory: 32Mi" ] || fail "the memory of $name is new here"
	group "$name" memory.max=32M
	echo 0 >"$cg/$name/cgroup.procs"
	# shellcheck disable=SC2046 # words
	in_container "${2-$(manifest "$name" add)}" $(manifest "$name" command)
}

# The number of sockets that have joined a group of generic netlink is at least this.
subscriptions() {
	awk -v want="$1" '
		$2 == 16 && $4 != "00000000" { n++ }
		END { exit n < want }' /proc/net/netlink
}

scrape() {
	wget -q -O $tmp/metrics http://127.0.0.1:10137/metrics
}

metric() {
	scrape && says $tmp/metrics "$1"
}

# child PID: its only one.
child() {
	tr -d ' ' <"/proc/$1/task/$1/children"
}

# status FIELD: the figure that a process's status, in $tmp/status, has.
status() {
	awk -v field="$1:" '$1 == field { print $2 }' $tmp/status
}

situation "loading the module"
refused=$(in_container "" modprobe oomk 2>&1) && wrong "the module is loaded without SYS_MODULE"
case $refused in
*"not permitted"*) ;;
*) wrong "without SYS_MODULE: '$refused'" ;;
esac
(in_container "$(manifest load-module add)" modprobe oomk) || fail "the module is not loaded"

situation "watcher and exporter"
container watch >$tmp/json 2>$tmp/notes &
watcher=$!
await "the watcher's subscription" subscriptions 1
container export 2>$tmp/export &
exporter=$!
await "the exporter's subscription" subscriptions 2
await "the exporter's page" metric '^oomk_up 1$'
killed in_group "$limited" hog 30
event_over 1
await "the kill in the container's log" says $tmp/json '"message":"event","seq":1,'
await "the kill in the node's file" says /var/lib/oomk/events.jsonl '"message":"event","seq":1,'
grep '"message":"event"' $tmp/json >$tmp/event
holds event '.oom_workload | .namespace, .pod, .container is "shop", "web-0", "app"' \
	'.victim[0].comm is "hog"'
await "the kill in the metrics" metric '^oomk_.*pod="web-0".* 1$'
same "the watcher's notes" "$(cat $tmp/notes)" ""
same "the exporter's notes" "$(cat $tmp/export)" ""
for unshared in "$watcher" "$exporter"; do
	cat "/proc/$(child "$unshared")/status" >$tmp/status
	name=$(status Name)
	says $tmp/status '^NoNewPrivs:.*1$' || wrong "$name may gain privileges"
	[ "$(status VmRSS)" -lt $((16 << 10)) ] ||
		wrong "$name needs more than half of its memory: $(status VmRSS) KiB"
done
cat "/proc/$(child $watcher)/status" >$tmp/status
[ "$(status VmLck)" -gt 1024 ] || wrong "the watcher is not locked in memory"
# Process 1 of a container gets only the signals that it waits for.
for unshared in "$watcher" "$exporter"; do
	kill "$(child "$unshared")"
	wait "$unshared" || wrong "it fails at its end"
done

situation "without NET_ADMIN"
(container watch IPC_LOCK) >$tmp/json 2>$tmp/notes && wrong "the watcher does not fail"
says $tmp/notes "not permitted" || wrong "the watcher says '$(cat $tmp/notes)'"
(container export "") 2>$tmp/notes && wrong "the exporter does not fail"
says $tmp/notes "not permitted" || wrong "the exporter says '$(cat $tmp/notes)'"

situation "without IPC_LOCK"
container watch NET_ADMIN >$tmp/json 2>$tmp/notes &
watcher=$!
await "the watcher's subscription" subscriptions 1
says $tmp/notes "cannot lock memory" || wrong "the watcher says '$(cat $tmp/notes)'"
kill "$(child $watcher)"

situation "without the host's network"
namespaces="$namespaces -n"
(container watch) 2>$tmp/notes && wrong "the watcher does not fail"
says $tmp/notes "the module is not loaded" || wrong "the watcher says '$(cat $tmp/notes)'"

check_common
