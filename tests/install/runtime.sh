#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of tests/install/runtime that runs in the guest, once it is up: one kill
# after the other, each in a directory of /srv/out with the words of all who speak of
# it. What a runtime says is shown and not judged: another version may say something
# else. TAP, and "end" at its end.

set -u

# shellcheck source=check.sh
. /srv/check.sh
kept=/var/lib/oomk/events.jsonl
limit=$((200 << 20))

# await COMMAND...: until it succeeds.
await() {
	local tries=0

	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || return
		sleep 0.2
	done
}

# events STATEMENT: those that oomk kept of which it holds.
events() {
	jq -c "select(.message == \"event\") | select($1)" $kept
}

# event STATEMENT: there is one, and only one; with it all that oomk says of it.
event() {
	local seq

	await has_event "$1" && events "$1" >event.json && [ "$(wc -l <event.json)" = 1 ] || return
	seq=$(jq .seq event.json)
	oomk explain "$seq" >explain.txt && oomk list | sed -n "1p; /^ *$seq /p" >list.txt &&
		journalctl --sync && journalctl -o json "OOMK_SEQ=$seq" OOMK_KIND=kill >journal.json
}

has_event() {
	events "$1" | grep -q .
}

# Process, memory and cgroups are those of the kernel's log.
kernel_agrees() {
	local pid

	pid=$(jq .victim[0].pid event.json)
	dmesg | grep -E "oom-kill:.*,pid=$pid,|Killed process $pid " >kernel.log
	sed -nE 's/.*oom_memcg=([^,]*),task_memcg=([^,]*),task=([^,]*),.*/"\1" "\2" "\3"/p; T
		q' kernel.log >figures
	sed -nE 's/.*anon-rss:([0-9]+)kB, file-rss:([0-9]+)kB, shmem-rss:([0-9]+)kB.*oom_score_adj:([0-9-]+).*/\1 \2 \3 \4/p; T
		q' kernel.log >>figures
	cat kernel.log event.json
	jq -e --slurpfile kernel figures '.victim[0] as $v | $kernel == [.oom_cgroup, $v.cgroup, $v.comm,
		$v.rss_anon * 4, $v.rss_file * 4, $v.rss_shmem * 4, $v.oom_score_adj]' event.json
}

# says STATEMENT: it holds for the event, whose limit was hit by one young process.
says() {
	cat event.json
	jq -e "(.cause == \"spike\") and (.findings[0].figures.limit == $limit) and
		(.victim[0].victim.how == \"chosen\") and ($1)" event.json
}

# names TEXT: the alert in the journal has it, and what oomk prints.
names() {
	cat journal.json list.txt explain.txt
	jq -e --arg text "$1" '.MESSAGE | contains(" in " + $text)' journal.json &&
		grep -F " in $1" explain.txt && grep "  $1\$" list.txt
}

# situation NAME: what follows is about it.
situation() {
	mkdir -p "/srv/out/$1" && cd "/srv/out/$1" || exit
	situation=$1
}

# it WHAT COMMAND...
it() {
	local what=$1

	shift
	check "$situation: $what" "$@"
}

# shown WHO: what it says, on standard input, as a comment.
shown() {
	sed "s/^/# $1: /"
}

oomk_shown() {
	jq -r .MESSAGE journal.json | shown oomk
	jq -r '.findings[] | select(.kind == "after").text' event.json | shown oomk
}

# containerd SYSTEMD-CGROUP: anew, with the events that it sends from then on.
containerd() {
	cat >/etc/containerd/config.toml <<-END
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		sandbox_image = "localhost/load:1"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
		SystemdCgroup = $1
	END
	systemctl restart containerd || return
	ctr -n k8s.io events >>/srv/out/ctr-events.txt 2>>$log &
}

# container POD: of the pods that the kubelet runs, the one with a limit of 200 MiB.
container() {
	jq -c "select(.pod == \"$1\" and .container != \"proxy\")" ../pods.json
}

# pods DRIVER OPTION...
pods() {
	/srv/kubelet run "$@" /srv/pods.yaml >/srv/out/pods.json
}

# The state of the container, as the runtime has it.
status() {
	/srv/kubelet status "$(jq -r .container_id container.json)" >status.json && cat status.json
}

is() {
	status | grep -q "\"$1\""
}

containerd_shown() {
	grep -E '/tasks/(oom|exit)' /srv/out/ctr-events.txt | grep -F "$(jq -r .container_id container.json)" >events.txt
	shown containerd <events.txt
	[ -s events.txt ] || echo "# containerd: no event"
	shown CRI <status.json
}

# pod NAME RUNTIME: the event of a container of it, with all its names.
pod() {
	container "$1" >container.json
	it "one event" event ".victim[0].workload.container_id == $(jq .container_id container.json)"
	it "named as the kubelet named it" says "(.victim[0].workload |
		contains($(cat container.json)) and .kind == \"kubernetes\" and .qos == \"burstable\" and
		.runtime == $2) and .oom_workload.pod == .victim[0].workload.pod"
	it "so are the alert and the texts" names \
		"pod shop/$1, container $(jq -r .container container.json)"
	it "as in the kernel's log" kernel_agrees
}

# child_said: what the main process wrote into its log.
child_said() {
	grep -q "child killed by 9" /var/log/pods/*/"$(jq -r .container container.json)"/0.log
}

# followed CODE...: what oomk says of it.
followed() {
	says "[.findings[] | select(.kind == \"after\").code] - [\"outcome\"] == $1"
}

mkdir /srv/out
check "an image for containerd" ctr -n k8s.io images import /srv/image.tar

check "containerd with SystemdCgroup" containerd true
check "pods with the systemd driver, memory.oom.group" pods systemd --oom-group
situation systemd-main
pod web-0 '"containerd"'
it "the container ends" await is CONTAINER_EXITED
it "so it is told" followed '["container_ends"]'
containerd_shown
oomk_shown
situation systemd-child
pod queue-0 '"containerd"'
it "the container ends" await is CONTAINER_EXITED
it "so it is told" followed '["oom_group", "container_ends"]'
it "two victims" says '.victims_total == 2'
containerd_shown
oomk_shown

check "containerd without SystemdCgroup" containerd false
check "pods with the cgroupfs driver" pods cgroupfs
situation cgroupfs-main
pod web-0 null
it "the container ends" await is CONTAINER_EXITED
it "so it is told" followed '["container_ends"]'
containerd_shown
oomk_shown
situation cgroupfs-child
pod queue-0 null
it "the main process knows" await child_said
it "the container lives" is CONTAINER_RUNNING
it "so it is told" followed '["container_lives"]'
containerd_shown
oomk_shown
it "later it is stopped, by SIGKILL" /srv/kubelet stop "$(jq -r .container_id container.json)"
it "then it ends" await is CONTAINER_EXITED
it "of that there is no event" event ".victim[0].workload.container_id == $(jq .container_id container.json)"
shown "CRI, after that" <status.json

check "an image for Podman" podman load -q -i /srv/image.tar
check "pods of podman kube play" podman kube play /srv/pods.yaml

# podman_container NAME: the event of the container.
podman_container() {
	podman inspect "$1" | jq '.[0]' >inspect.json
	it "one event" event ".victim[0].workload.container_id == $(jq .Id inspect.json)"
	it "named as Podman names it" says "(.victim[0].workload.kind == \"podman\") and
		.victim[0].workload.container == \"$1\""
	it "so are the alert and the texts" names "podman container $1"
	it "as in the kernel's log" kernel_agrees
}

podman_is() {
	podman inspect "$1" | jq '.[0]' >inspect.json
	jq -e ".State.Status == \"$2\"" inspect.json
}

podman_shown() {
	jq -c '.State | {Status, OOMKilled, ExitCode}' inspect.json | shown "podman inspect"
}

podman_child_said() {
	podman logs queue-0-worker | grep "child killed by 9"
}

situation podman-main
podman_container web-0-app
it "the container ends" await podman_is web-0-app exited
it "so it is told" followed '["container_ends"]'
podman_shown
oomk_shown
situation podman-child
podman_container queue-0-worker
it "the main process knows" await podman_child_said
it "the container lives" podman_is queue-0-worker running
it "so it is told" followed '["container_lives"]'
podman_shown
oomk_shown

# unit NAME: the event of a service.
unit() {
	it "one event" event ".victim[0].workload.unit == \"$1\""
	it "named as systemd names it" says '.oom_workload == .victim[0].workload and
		.oom_workload.kind == "systemd-service"'
	it "so are the alert and the texts" names "service $1"
	it "as in the kernel's log" kernel_agrees
}

unit_is() {
	systemctl show "$1" -p ActiveState,Result,ExecMainStatus >show.txt
	systemctl status "$1" >status.txt
	grep -qx "ActiveState=$2" show.txt
}

unit_child_said() {
	journalctl -u patient.service | grep "child killed by 9"
}

situation service-main
it "runs" systemd-run --unit=hungry -p MemoryMax=$limit hog 300
unit hungry.service
it "the service ends" await unit_is hungry.service failed
shown systemd <show.txt
oomk_shown
situation service-child
it "runs" systemd-run --unit=patient -p MemoryMax=$limit -p OOMPolicy=continue hog -c 300
unit patient.service
it "the main process knows" await unit_child_said
it "the service lives" unit_is patient.service active
shown systemd <show.txt
oomk_shown

# What a process in a container asks, and what its capabilities are.
# shellcheck disable=SC2016 # for the shell in there
questions='
	busybox grep CapEff /proc/self/status
	echo "proc: $(busybox head -n 1 /proc/oomk 2>&1)"
	for request in "5" "-d 1" "-j events" "-j pressure"; do
		echo "netlink: $(genl $request 2>&1 | busybox head -n 1)"
	done'

in_containerd() {
	ctr -n k8s.io run --rm "$@" localhost/load:1 rights busybox sh -c "$questions"
}

in_podman() {
	podman run --rm "$@" localhost/load:1 busybox sh -c "$questions"
}

# reads FILE PROC NETLINK COMMAND...: all answers of each interface are so, by patterns.
reads() {
	local file=$1 proc=$2 netlink=$3

	shift 3
	"$@" >"$file" </dev/null
	cat "$file"
	[ "$(grep -c -E "^proc: $proc" "$file")" = 1 ] && [ "$(grep -c -E "^netlink: $netlink" "$file")" = 4 ]
}

# The same as in the scenario privilege.
capabilities_are() {
	cat "$@"
	[ "$(grep -h -c -P '^CapEff:\t00000000a80425fb$' "$@" | sort -u)" = 1 ]
}

check "containerd, for containers alone" systemctl restart containerd
situation rights
no='.*: Operation not permitted$'
yes='oomk format'
refused='(join )?error 1( |$)'
answers='(reply |joined$)'
no_family='genl: no family oomk$'
it "none in a container" reads 1 "$no" "$no_family" in_containerd
it "none in one with the host's network" reads 2 "$no" "$refused" in_containerd --net-host
it "/proc/oomk in a privileged one" reads 4 "$yes" "$no_family" in_containerd --privileged
it "both in a privileged one with the host's network" reads 5 "$yes" "$answers" \
	in_containerd --privileged --net-host
it "/proc/oomk in one with CAP_SYSLOG" reads 6 "$yes" "$refused" \
	in_containerd --net-host --cap-add CAP_SYSLOG
it "netlink in one with CAP_NET_ADMIN and the host's network" reads 7 "$no" "$answers" \
	in_containerd --net-host --cap-add CAP_NET_ADMIN
it "none in one with CAP_NET_ADMIN" reads 8 "$no" "$no_family" in_containerd --cap-add CAP_NET_ADMIN
it "none in one of Podman's" reads 9 "$no" "$refused" in_podman --network host
it "none in one of Podman's as another user" reads 3 '.*: Permission denied$' "$refused" \
	in_podman --network host --user 65534:65534
it "both in a privileged one of Podman's" reads 10 "$yes" "$answers" in_podman --privileged --network host
it "runc's capabilities are those that are tested elsewhere" capabilities_are 1 2

# Each decision of the kernel has its event, and there is no other.
all_told() {
	dmesg | grep 'oom-kill:'
	cat $kept
	[ "$(events true | wc -l)" = "$(dmesg | grep -c 'oom-kill:')" ]
}

check "as many events as kills in the kernel's log" all_told

# The main process of a container ignores SIGTERM: the shutdown would wait for it.
systemctl stop containerd
for group in /sys/fs/cgroup/{kubepods,kubepods.slice,machine.slice,system.slice/containerd.service}; do
	[ ! -e "$group" ] || echo 1 >"$group/cgroup.kill"
done
echo end
