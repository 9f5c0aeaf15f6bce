#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of tests/kunit/run that runs in the guest. Loading succeeds even
# when cases fail: the results are what counts, and there must be some. Each
# suite reports as if it were the only one; here they become one report. Of the
# parameters of a case the kernel keeps the last one's result alone, which would
# be taken for a case: the line with their count has to do.

set -eu

report() {
	n=0
	set -- /sys/kernel/debug/kunit/oomk_*/results
	echo "KTAP version 1"
	echo "1..$#"
	for suite; do
		n=$((n + 1))
		sed -e '/^KTAP version/d' -e '/^1\.\.1$/d' -e '/^        \(not ok\|ok\) /d' \
			-e "s/^\(not ok\|ok\) [0-9]*/\1 $n/" "$suite"
	done
}

modprobe oomk_kunit
report >/tmp/results
rmmod oomk_kunit

cat /tmp/results
grep -q '^ok' /tmp/results
! grep -q 'not ok' /tmp/results
