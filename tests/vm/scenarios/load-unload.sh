#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# The module is loaded and unloaded 100 times, and sees a kill in the last load as in the first. At
# full size it is 1000 times, and the kernel has all its memory back then.
# once: every scenario loads it, and rmmod-race again and again
# stress: 6.1 --timeout 2400
# stress: 6.1-debug --timeout 2400
# run: --mem 384 --timeout 600

. ./lib.sh
# Unloading mostly waits for RCU.
echo 1 >/sys/kernel/rcu_expedited
group a memory.max=4M
times=$(scale 100 1000)
i=0
while [ $i -lt "$times" ]; do
	# What the kernel allocates once only, it has by then.
	[ $i != $((times / 10)) ] || [ "$size" != full ] || before=$(memory_now)
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
[ "$size" != full ] || not_grown "$before" 256
kills_before=$(kernel_kills)
modprobe oomk
check_common
