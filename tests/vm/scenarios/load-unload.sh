#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The module is loaded and unloaded 100 times, and sees a kill in the last load as in the first.
# once: every scenario loads it, and rmmod-race again and again
# run: --mem 384 --timeout 600

. ./lib.sh
# Unloading mostly waits for RCU.
echo 1 >/sys/kernel/rcu_expedited
group a memory.max=4M
i=0
while [ $i -lt "$(scale 100)" ]; do
	modprobe oomk
	if [ $((i % 33)) = 0 ]; then
		killed in_group a hog 10
		event_over 1
		holds event "chosen.pid is $pid"
	fi
	rmmod oomk
	i=$((i + 1))
done
[ ! -e /proc/oomk ] || wrong "/proc/oomk outlived the module"
kills_before=$(kernel_kills)
modprobe oomk
check_common
