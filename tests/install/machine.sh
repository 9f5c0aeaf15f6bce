# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A full Debian 12 with systemd and oomk's packages, which boots in QEMU and runs a
# test's script. Sourced; the steps in their order:
#
#   step "packages are built" build_packages
#   step "a Debian with systemd" debian SCRIPT PACKAGE...
#   step "packages are installed" packages
#   step "disk" disk
#   run_guest MEMORY

PATH=$PATH:/usr/sbin:/sbin
suite=bookworm
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
timeout=900
log=$tmp/log

# step WHAT COMMAND...: what follows needs it. In the background, for then a
# function ends with its first command that fails.
step() {
	local what=$1

	shift
	"$@" >"$log" 2>&1 &
	if ! wait $!; then
		tail -n 60 "$log"
		echo "not ok - $what"
		exit 1
	fi
	echo "ok - $what"
}

build_packages() {
	DEB_BUILD_OPTIONS=nocheck "$top/deploy/deb"
}

# A Debian that boots from a virtio disk; nothing but the test uses apt in it. What
# oomk's packages depend on is there: they are installed without a network.
make_debian() {
	copy_root
	install_packages systemd-sysv initramfs-tools dkms openssl jq libjson-c5 libmicrohttpd12 libnl-3-200 \
		libnl-genl-3-200 "$@"
	echo MODULES=list >"$root/etc/initramfs-tools/conf.d/guest"
	printf '%s\n' virtio_pci virtio_blk ext4 >>"$root/etc/initramfs-tools/modules"
	install_packages linux-image-cloud-amd64 linux-headers-cloud-amd64
	in_root systemctl mask apt-daily.timer apt-daily-upgrade.timer
	in_root systemd-machine-id-setup
}

# What apt would install, with versions.
versions() {
	"$top/tests/vm/suite" "$suite" apt-get install -s --no-install-recommends systemd-sysv dkms \
		linux-image-cloud-amd64 linux-headers-cloud-amd64 "$@" | grep '^Inst '
}

# debian SCRIPT PACKAGE...: with these besides, and a script of tests/install, which
# runs once it is up. Without the script it is kept, until there is a newer version of
# one of its packages.
debian() {
	local script=$1 name=$cache/machines/${1%.sh} kept

	shift
	kept=$name-$({ versions "$@"; declare -f make_debian; } | sha256sum | cut -c -12)
	mkdir -p "$cache/machines"
	exec 9>"$name.lock"
	flock 9
	if [ ! -d "$kept" ]; then
		rm -rf "$name"-*
		make_debian "$@"
		mv "$root" "$kept"
	fi
	cp -a "$kept" "$root"
	exec 9>&-
	cp "$top/tests/install/$script" "$root/srv/guest.sh"
	cp "$top/tests/install/check.sh" "$root/srv"
	cp "$top/tests/install/guest.service" "$root/etc/systemd/system"
	in_root systemctl enable guest.service
}

# In the guest, without KVM, DKMS would compile for many minutes.
packages() {
	cp "$top"/build/deb/oomk_*.deb "$root/srv/oomk.deb"
	cp "$top"/build/deb/oomk-dkms_*.deb "$root/srv/oomk-dkms.deb"
	install_packages /srv/oomk{,-dkms}.deb
}

disk() {
	bwrap --bind / / --dev /dev --unshare-user --uid 0 --gid 0 --cap-add ALL \
		mke2fs -q -t ext4 -O ^has_journal -d "$root" "$tmp/disk" 4G
}

boot() {
	timeout "$timeout" qemu-system-x86_64 -accel tcg -cpu max -m "$1" -smp 2 \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$root"/boot/vmlinuz-* -initrd "$root"/boot/initrd.img-* \
		-append "root=/dev/vda rw console=ttyS0 loglevel=5 panic=-1 oops=panic \
			mitigations=off no_timer_check" \
		-drive "file=$tmp/disk,if=virtio,format=raw,cache=unsafe" \
		-serial "file:$tmp/console" -serial "file:$tmp/output" </dev/null
}

# Whatever happened, the kernel did not complain, and the test came to its end.
healthy() {
	! grep -a -E -A 40 -f "$top/tests/vm/complaints" "$tmp/console" || return
	grep -q '^end' "$tmp/output" || {
		tail -n 60 "$tmp/console"
		return 1
	}
}

# run_guest MEMORY: in MiB. Fails when one of the guest's tests did.
run_guest() {
	local status=0

	boot "$1" >"$log" 2>&1 || status=$?
	[ $status = 0 ] || cat "$log"
	sed -i 's/\r$//' "$tmp/output" "$tmp/console"
	grep -v '^end' "$tmp/output" || :
	step "the guest lives to the end" healthy
	! grep -q '^not ok' "$tmp/output"
}
