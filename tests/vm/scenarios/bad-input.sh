#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../lib.sh disable=SC2016 # statements are jq programs
#
# Bad input: malformed and oversized requests, numbers of events that are not there, bad parameters,
# and a client without a module. Each is refused with a clear message, and nothing breaks.
# once: requests are refused by the same code on every kernel
# run: --mem 384

. ./lib.sh

# says_why STATUS PATTERN COMMAND...: fails with that status and a matching message.
says_why() {
	want=$1
	pattern=$2
	shift 2
	situation "$*"
	status=0
	"$@" >$tmp/stdout 2>$tmp/stderr || status=$?
	same "exit status" $status "$want"
	same "standard output" "$(cat $tmp/stdout)" ""
	grep -q -i -e "$pattern" $tmp/stderr ||
		wrong "standard error is '$(cat $tmp/stderr)', want '$pattern'"
}

for command in list "show last" "show 1" stats watch; do
	# shellcheck disable=SC2086 # words
	says_why 1 "modprobe oomk" oomk $command
done

bad_parameter() {
	situation "modprobe oomk $*"
	dmesg -c >/dev/null
	if modprobe oomk "$@" 2>/dev/null; then
		wrong "the module loads"
		rmmod oomk
	fi
	dmesg | grep -q "oomk: .*${1%%=*}" || wrong "the kernel's log says '$(dmesg)'"
}
for parameter in store_kb=0 store_kb=-1 store_kb=1 store_kb=99999999 store_kb=abc \
	max_tasks=0 max_tasks=-1 max_tasks=99999999 max_cgroups=0 max_cgroups=99999999 \
	stuck_ms=0 stuck_ms=99999999999 stuck_ms= refuse=nonsense refuse=decision,exits refuse=; do
	bad_parameter $parameter
done
bad_parameter store_kb=128 max_tasks=65536

modprobe oomk store_kb=1024 max_tasks=100 max_cgroups=20 stuck_ms=2000
stats
situation "parameters"
holds stats '.store_size is 1024 * 1024' '.max_tasks is 100' '.max_cgroups is 20' \
	'.stuck_ms is 2000'
for parameter in store_kb=1024 max_tasks=100 max_cgroups=20 stuck_ms=2000; do
	same "in sysfs" "$(cat /sys/module/oomk/parameters/${parameter%=*})" ${parameter#*=}
done

group a memory.max=4M
killed in_group a hog 10
event_over 1

# answer REQUEST WANT: what the kernel says to genl REQUEST.
answer() {
	situation "genl $1"
	# shellcheck disable=SC2086 # words
	got=$(genl $1)
	# shellcheck disable=SC2254 # a pattern
	case $got in
	$2) ;;
	*) wrong "got '$got', want '$2'" ;;
	esac
}
one=1:0100000000000000
newline='
'
answer "1 $one" "reply 1 *${newline}error 0"
answer "-d 1" "reply 1 *${newline}done 0"
answer "-d 2 $one" "reply 2 *${newline}done 0"
answer "200" "error 95*"
answer "0" "error 95*"
answer "6" "error 95*"
answer "1" "error 22 ?*"
answer "-d 2" "* 22 ?*"
answer "-d 3" "* 22 ?*"
answer "1 1:0200000000000000" "error 2 ?*"
answer "1 1:0000000000000000" "error 34 ?*"
answer "1 1:ffffffffffffffff" "error 2 ?*"
answer "-d 2 1:0200000000000000" "* 2 ?*"
answer "-d 3 1:ffffffffffffffff" "* 2 ?*"
answer "-d 1 1:ffffffffffffffff" "done 0"
answer "-d 4 15:ffffffffffffffff" "* 2 ?*"
answer "1 1:01000000" "error 22 ?*"
answer "1 1:" "error 22 ?*"
answer "1 1*9" "error 22 ?*"
answer "1 1*60000" "error 22 ?*"
answer "1 $one 99:00" "error 22 ?*"
answer "1 $one 7:01000000" "error 22 ?*"
answer "-d 2 $one 99:00" "* 22 ?*"
answer "-l 16 1 $one" "*"
answer "-l 19 1" "*"
for length in 0 15 4096 4294967295; do
	genl -l $length 1 $one >$tmp/stdout 2>&1 || :
done

says_why 1 "no event" oomk show 2
says_why 1 "no event" oomk show 18446744073709551615
for arguments in "" nonsense "show x" "show -1" "show 1 2" "show 18446744073709551616" \
	"list x" "list --nonsense" "watch --since" "watch --since x" "watch --exec" "stats 1"; do
	# shellcheck disable=SC2086 # words
	says_why 2 "usage\|--help\|sequence number" oomk $arguments
done

situation "after all that"
event 1
holds event "chosen.pid is $pid"
check_common
