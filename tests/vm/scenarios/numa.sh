#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# On a machine with two nodes, a cpuset and a memory policy that allow only one of them: the
# constraint, the nodes, and who is no candidate because it may use other nodes only.
# run: --mem 512 --numa

. ./lib.sh
modprobe oomk
protect

situation "cpuset"
echo +cpuset >$cg/cgroup.subtree_control
for node in 0 1; do
	mkdir $cg/node$node
	echo $node >$cg/node$node/cpuset.mems
done
sleeper $tmp/ready adjusted 0 node0 hog 8
elsewhere=$pid
killed adjusted 0 node1 hog 2000
event_over 1
like_kernel 1 '.constraint is "cpuset"' "chosen.pid is $pid" '.cpuset_mems is "1"' \
	'.cpuset_mems is $kernel.mems_allowed' 'has("oom_cgroup") is false' \
	"task($elsewhere).skip is \"not_in_nodemask\"" "task($pid).skip is \"none\""

situation "memory policy"
killed adjusted 0 . membind 1 hog 2000
event_over 2
like_kernel 2 '.constraint is "memory_policy"' "chosen.pid is $pid" '.nodemask is "1"' \
	'.nodemask is $kernel.nodemask' "task($pid).skip is \"none\""

check_common
