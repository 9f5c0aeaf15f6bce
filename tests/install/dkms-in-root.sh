#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of tests/install/dkms that runs in the root, with oomk's source in /srv.
#
# Usage: dkms-in-root.sh FIRST SECOND     patterns of the names of kernels

set -eu

# The initramfs of a kernel takes long, and nothing boots here.
export INITRD=No
log=/tmp/log
tests=0
failed=0

# shellcheck source=../../dkms.conf
. /srv/dkms.conf
oomk=(-m "$PACKAGE_NAME" -v "$PACKAGE_VERSION")
source=/usr/src/$PACKAGE_NAME-$PACKAGE_VERSION
state=/var/lib/dkms/$PACKAGE_NAME

# check WHAT COMMAND...: the command succeeds.
check() {
	local what=$1

	shift
	tests=$((tests + 1))
	if "$@" >"$log" 2>&1; then
		echo "ok $tests - $what"
	else
		sed 's/^/# /' "$log"
		tail -n 20 "$state/$PACKAGE_VERSION/build/make.log" 2>/dev/null | sed 's/^/# /'
		echo "not ok $tests - $what"
		failed=1
	fi
}

install() {
	apt-get -o APT::Sandbox::User=root install -y --no-install-recommends "$@"
}

# headers PATTERN: the newest package of headers for such a kernel.
headers() {
	apt-cache pkgnames linux-headers- | grep "^linux-headers-$1-amd64$" | sort -V | tail -n 1
}

# status KERNEL STATE: what DKMS says of the kernel.
status() {
	dkms status "${oomk[@]}" -k "$1" | tee -a /dev/stderr | grep -q ": $2"
}

# installed KERNEL: DKMS says so, and the module is there and for it. DKMS 3.2 runs no depmod
# for a kernel of which only the headers are there.
installed() {
	local module

	status "$1" installed || return
	module=$(find "/lib/modules/$1/updates/dkms" -name 'oomk.ko*') || return
	modinfo -F vermagic "$module" | tee -a /dev/stderr | grep -qF "$1 "
}

# refused KERNEL REASON: DKMS does not build for it, and says why.
refused() {
	local make_log=$state/$PACKAGE_VERSION/build/make.log

	rm -f "$make_log"
	if dkms build "${oomk[@]}" -k "$1" >/tmp/refusal 2>&1; then
		echo "it is built"
		return 1
	fi
	cat "$make_log" >>/tmp/refusal 2>/dev/null || :
	cat /tmp/refusal
	tr -s '[:space:]' ' ' </tmp/refusal | grep -q "$2"
}

# like KERNEL NAME [OPTION]: a kernel that differs by its name, and without the option.
like() {
	local build=/usr/src/linux-headers-$2

	cp -r "/usr/src/linux-headers-$1" "$build"
	mkdir "/lib/modules/$2"
	ln -s "$build" "/lib/modules/$2/build"
	[ $# = 2 ] || sed -i "/$3\\>/d" "$build/.config" "$build/include/config/auto.conf" \
		"$build/include/generated/autoconf.h"
}

# Nothing of oomk is left where it was installed.
gone() {
	! find "$state" /etc /lib/modules /usr/local -name '*oomk*' 2>/dev/null | grep .
}

first=$(headers "$1")
second=$(headers "$2")
check "DKMS and $first" install dkms "$first"
first=${first#linux-headers-}
second=${second#linux-headers-}
echo "# DKMS $(dpkg-query -W -f '${Version}' dkms)"

mkdir "$source"
cp -r /srv/{Kbuild,dkms.conf,module} "$source"
check "add" dkms add "${oomk[@]}"
check "build" dkms build "${oomk[@]}" -k "$first"
check "built" status "$first" built
check "install" dkms install "${oomk[@]}" -k "$first"
check "installed" installed "$first"

check "linux-headers-$second" install "linux-headers-$second"
check "built for it without being asked" installed "$second"

exclusive="BUILD_EXCLUSIVE directive which does not match this kernel"
like "$first" 4.19.0-27-amd64
check "Linux 4.19 is refused" refused 4.19.0-27-amd64 "$exclusive"
like "$first" "${first%-amd64}-nomemcg-amd64" CONFIG_MEMCG
check "a kernel without CONFIG_MEMCG is refused" \
	refused "${first%-amd64}-nomemcg-amd64" "$exclusive\|CONFIG_MEMCG"

check "remove" dkms remove "${oomk[@]}" --all
check "nothing is left" gone

rm -r "$source"
check "what the client needs" install libnl-3-dev libnl-genl-3-dev libjson-c-dev libsystemd-dev \
	libmicrohttpd-dev pkg-config
check "make install" make -C /srv install KVER="$first"
check "installed by make" installed "$first"
check "the client runs" /usr/local/sbin/oomk --version
check "make uninstall" make -C /srv uninstall
check "nothing is left by make" gone
echo "1..$tests"
exit $failed
