# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the scripts share that run in the guest.

log=/run/guest.log

# check WHAT COMMAND...: the command succeeds.
check() {
	local what=$1

	shift
	if "$@" >$log 2>&1; then
		echo "ok - guest: $what"
	else
		sed 's/^/# /' $log
		echo "not ok - guest: $what"
	fi
}
