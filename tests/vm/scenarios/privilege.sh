#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Who lacks the privilege gets nothing from either interface, and is told so.
# run: --mem 384

. ./lib.sh
modprobe oomk
group secret memory.max=4M
killed in_group secret hog 10
event_over 1

CAP_NET_ADMIN=12
CAP_SYSLOG=34

# refused WHO COMMAND...: it fails, says why on standard error and nothing on standard output.
refused() {
	situation "$1: $(shift; echo "$*")"
	shift
	status=0
	timeout 20 "$@" >$tmp/stdout 2>$tmp/stderr || status=$?
	same "exit status" $status 1
	same "standard output" "$(cat $tmp/stdout)" ""
	case $(cat $tmp/stderr) in
	*"$reason"*) ;;
	*) wrong "standard error is '$(cat $tmp/stderr)', want '$reason'" ;;
	esac
}

answers() {
	situation "$1: $(shift; echo "$*")"
	want=$2
	shift 2
	same "answer" "$("$@")" "$want"
}

reason="not permitted"
refused "without CAP_SYSLOG" drop -c $CAP_SYSLOG cat /proc/oomk
refused "root of a user namespace" unshare -U -r cat /proc/oomk
reason="denied"
refused "unprivileged user" drop -u 65534 cat /proc/oomk

reason=CAP_NET_ADMIN
for command in list "show 1" "show last" stats watch "watch --since 0" "list --json"; do
	# shellcheck disable=SC2086 # words
	refused "unprivileged user" drop -u 65534 oomk $command
done
refused "without CAP_NET_ADMIN" drop -c $CAP_NET_ADMIN oomk list
refused "without CAP_NET_ADMIN" drop -c $CAP_NET_ADMIN oomk watch
refused "root of a user namespace" unshare -U -r oomk list
refused "root of a user namespace" unshare -U -r oomk watch
# The family lives in the initial network namespace only.
reason=oomk
refused "root of a network namespace" unshare -U -r -n oomk list

for command in 1 "-d 1" "-d 2 1:0100000000000000" "-d 3 1:0100000000000000" "-d 4" 5; do
	# shellcheck disable=SC2086 # words
	answers "unprivileged user" "error 1" drop -u 65534 genl $command
	# shellcheck disable=SC2086 # words
	answers "root of a user namespace" "error 1" unshare -U -r genl $command
done
for group in events pressure; do
	answers "unprivileged user" "join error 1" drop -u 65534 genl -j $group
	answers "root of a user namespace" "join error 1" unshare -U -r genl -j $group
	answers "privileged user" "joined" genl -j $group
done

situation "with only what is needed"
says /proc/oomk secret || wrong "/proc/oomk does not know the kill"
oomk list --json | grep -q '"/secret"' || wrong "oomk list does not know the kill"

check_common
