# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A copy of a suite's root that can be written to: the tests install packages
# into it. Sourced with the name in $suite; the copy is $root, and is gone when
# the test ends.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/oomk
tmp=$(mktemp -d)
root=$tmp/root
# What apt downloads is kept.
archives=$cache/archives/${suite:?}
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

copy_root() {
	mkdir -p "$root" "$archives"
	"$top/tests/vm/suite" "$suite" tar -c --one-file-system -C / \
		--exclude ".$cache" --exclude ".$top" . | tar -x -C "$root"
}

# in_root COMMAND...: as root, as far as the root goes.
in_root() {
	DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		bwrap --bind "$root" / --proc /proc --dev /dev --tmpfs /tmp \
		--ro-bind /etc/resolv.conf /etc/resolv.conf \
		--bind "$archives" /var/cache/apt/archives \
		--unshare-user --uid 0 --gid 0 --cap-add ALL --unshare-pid --die-with-parent "$@"
}

# install_packages PACKAGE...: names, or files in the root.
install_packages() {
	in_root apt-get -o APT::Sandbox::User=root install -y --no-install-recommends "$@"
}
