#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh
#
# A complaint of the kernel is told from its other lines, or the tests would pass whatever it says:
# its words are not the same in every version.
# core: every kernel has words of its own
# run: --mem 384

. ./lib.sh

# Neither on the console nor left in the log, where it would be taken for a failure.
dmesg -n 1
dmesg -c >/dev/null
modprobe oomk_complain
dmesg -c >$tmp/log
rmmod oomk_complain
same "complaints" "$(grep -c -E -f /vm/complaints $tmp/log)" 1
