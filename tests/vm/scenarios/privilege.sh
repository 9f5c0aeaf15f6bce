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

# reads WHO PROC NETLINK COMMAND...: whether that reads each interface, "yes" or "no".
reads() {
	who=$1
	proc=$2
	netlink=$3
	shift 3
	got=no
	! "$@" cat /proc/oomk >$tmp/stdout 2>/dev/null || got=yes
	situation "$who"
	same "/proc/oomk can be read" $got "$proc"
	[ $got = yes ] || same "read of /proc/oomk" "$(cat $tmp/stdout)" ""
	got=no
	! "$@" oomk list --json >$tmp/stdout 2>/dev/null || got=yes
	same "netlink can be read" $got "$netlink"
	[ $got = yes ] || same "read of netlink" "$(cat $tmp/stdout)" ""
}
# What Docker and containerd leave to a container, by runc: chown, dac_override, fowner, fsetid,
# kill, setgid, setuid, setpcap, net_bind_service, net_raw, sys_chroot, mknod, audit_write, setfcap.
container=0,1,3,4,5,6,7,8,10,13,18,27,29,31
in_namespaces() {
	unshare -m -p -f -i -u "$@"
}
#     who                                 /proc net  how
reads "root"                              yes  yes env
reads "root with CAP_SYSLOG alone"        yes  no  drop -k $CAP_SYSLOG
reads "root with CAP_NET_ADMIN alone"     no   yes drop -k $CAP_NET_ADMIN
reads "root without a capability"         no   no  drop -k ,
reads "nobody"                            no   no  drop -u 65534
# The file is root's, for reading by root.
reads "nobody with CAP_SYSLOG"            no   no  drop -u 65534 -k $CAP_SYSLOG
reads "nobody with CAP_NET_ADMIN"         no   yes drop -u 65534 -k $CAP_NET_ADMIN
reads "root of a user namespace"          no   no  unshare -U -r
reads "root of user and network namespace" no  no  unshare -U -r -n
reads "root in another network namespace" yes  no  unshare -n
reads "container"                         no   no  in_namespaces -n drop -k $container
reads "container with the host's network" no   no  in_namespaces drop -k $container
reads "chroot"                            yes  yes chroot /
reads "privileged container"              yes  no  in_namespaces -n

# Loading is the kernel's to grant.
for who in "drop -u 65534" "drop -k $container" "unshare -U -r" "drop -c 16"; do
	situation "$who"
	# shellcheck disable=SC2086 # words
	! $who rmmod oomk 2>/dev/null || wrong "unloads the module"
done
rmmod oomk
kills_before=$(kernel_kills)
for who in "drop -u 65534" "drop -k $container" "unshare -U -r" "drop -c 16"; do
	situation "$who"
	# shellcheck disable=SC2086 # words
	! $who insmod "$(modinfo -n oomk 2>/dev/null || find /lib/modules -name oomk.ko)" 2>/dev/null ||
		wrong "loads the module"
done
modprobe oomk
killed in_group secret hog 10
event_over 1

situation "with only what is needed"
says /proc/oomk secret || wrong "/proc/oomk does not know the kill"
oomk list --json | grep -q '"/secret"' || wrong "oomk list does not know the kill"

# What looks like the address of something in the kernel, in hexadecimal or as a number; the
# scenario fuzz looks at each answer of the family.
situation "kernel addresses"
cat /proc/oomk >$tmp/proc
oomk show 1 >$tmp/show.text
oomk explain 1 >$tmp/explain.text
oomk candidates >$tmp/candidates.text
for file in proc show.text explain.text candidates.text; do
	same "in $file" "$(grep -i -o -E '(^|[^0-9a-f])ffff[0-9a-f]{12}' $tmp/$file)" ""
	same "in $file" "$(grep -o -E '1844[67][0-9]{15}' $tmp/$file)" ""
done
same "in the kernel's log" "$(dmesg | grep 'oomk:' | grep -i -o -E 'ffff[0-9a-f]{12}')" ""
event 1
stats
oomk candidates --json >$tmp/candidates
for file in event stats candidates; do
	holds $file '[.. | numbers | select(. > 18446603336221196287)] is []'
done

check_common
