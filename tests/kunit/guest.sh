#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of tests/kunit/run that runs in the guest. Loading succeeds even
# when cases fail: the results are what counts, and there must be some.

set -eu

modprobe oomk_kunit
cat /sys/kernel/debug/kunit/oomk*/results >/tmp/results
rmmod oomk_kunit

cat /tmp/results
grep -q '^ok' /tmp/results
! grep -q 'not ok' /tmp/results
