#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# What was killed is called by the name of its pod and container, its service or container; a pod
# whose files are gone by then, too; and whom the OOM killer would choose in a pod.
# once: the client's part
# run: --mem 384

. ./lib.sh
modprobe oomk

uid=2c48913c-b29f-11e7-9350-020968147796
id=01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab
hash=99dcb84d2a34f7e338778606703258c4
logs=/host/var/log
mkdir -p $logs/pods/shop_web-0_$uid/app $logs/pods/shop_web-0_$uid/proxy $logs/containers \
	$logs/pods/kube-system_etcd-node_$hash/etcd
ln -s ../pods/shop_web-0_$uid/app/0.log $logs/containers/web-0_shop_app-$id.log
burstable=kubepods.slice/kubepods-burstable.slice
pod=$burstable/kubepods-burstable-pod$(echo $uid | tr - _).slice
group "$pod" memory.max=40M
group "$pod/cri-containerd-$id.scope" memory.max=20M
group $burstable/kubepods-burstable-pod$hash.slice memory.max=20M
group system.slice/nginx.service memory.max=20M

oomk watch --host-root /host >$tmp/watch &
watcher=$!
await "the watcher's subscription" subscribed $watcher
oomk watch --host-root /host --json >$tmp/json &
json=$!
await "the watcher's subscription" subscribed $json

situation "a container of a pod"
killed in_group "$pod/cri-containerd-$id.scope" hog 30
event_over 1
await "the line" says $tmp/watch "#1 .* in pod shop/web-0, container app, whose limit of 20.0 MiB"
oomk list --host-root /host >$tmp/list
says $tmp/list " pod shop/web-0, container app$" || wrong "the list: $(cat $tmp/list)"
oomk show 1 --host-root /host --json >$tmp/event
holds event '.oom_workload | .namespace, .pod, .container is "shop", "web-0", "app"' \
	".oom_workload | .kind, .qos, .pod_uid, .container_id, .runtime is
	 \"kubernetes\", \"burstable\", \"$uid\", \"$id\", \"containerd\"" \
	'chosen.workload is .oom_workload' '.trigger.workload is .oom_workload' \
	"cgroup(\"/$pod\").workload | .pod, has(\"container\") is \"web-0\", false" \
	'cgroup("/") | has("workload") is false'
await "the message" says $tmp/json '"oom_workload":{"kind":"kubernetes","namespace":"shop"'

situation "whom it would be in the pod"
sleeper $tmp/ready in_group "$pod/cri-containerd-$id.scope" hog 5
for name in web-0 shop/web-0 $uid; do
	oomk candidates --host-root /host --pod "$name" >$tmp/text
	says $tmp/text "^Out of memory in pod shop/web-0 would now kill hog\[$pid\]$" ||
		wrong "--pod $name: $(cat $tmp/text)"
	says $tmp/text "^ *$pid .* hog  *pod shop/web-0, container app$" ||
		wrong "--pod $name: $(cat $tmp/text)"
done
for name in web-1 shop2/web-0 /web-0 shop/; do
	status=0
	oomk candidates --host-root /host --pod "$name" >$tmp/text 2>&1 || status=$?
	same "exit status for pod $name" $status 1
	same "message for pod $name" "$(cat $tmp/text)" "oomk: no pod '$name' has a cgroup on this node"
done
kill "$pid"

situation "a static pod, a service"
killed in_group $burstable/kubepods-burstable-pod$hash.slice hog 30
killed in_group system.slice/nginx.service hog 30
event_over 3
await "the line" says $tmp/watch "#2 .* in pod kube-system/etcd-node, whose limit"
await "the line" says $tmp/watch "#3 .* in service nginx.service, whose limit"

situation "the pod is gone"
rm -r $logs
killed in_group "$pod/cri-containerd-$id.scope" hog 30
event_over 4
await "the line" says $tmp/watch "#4 .* in pod shop/web-0, container app, whose limit"
kill $watcher $json

situation "nobody knows its name"
oomk list --host-root /host >$tmp/list 2>$tmp/notes
says $tmp/list " pod UID $uid, container id 01234567890a$" || wrong "the list: $(cat $tmp/list)"
same "the warning" "$(cat $tmp/notes)" \
	"oomk: names of pods are not known: /host/var/log/pods: No such file or directory"

check_common
