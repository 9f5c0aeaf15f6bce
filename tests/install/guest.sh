#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of tests/install/guest that runs in the guest, once it is up. /srv/files
# lists the files that were there before the packages. TAP, and "end" at its end.

set -u

# shellcheck source=check.sh
. /srv/check.sh
unit=oomk.service

loaded() {
	grep '^oomk ' /proc/modules
}

active() {
	systemctl status $unit && loaded
}

# The module is there before anything ordinary starts.
at_boot() {
	local loaded started

	active || return
	loaded=$(systemctl show -P ActiveEnterTimestampMonotonic $unit)
	started=$(systemctl show -P ActiveEnterTimestampMonotonic sysinit.target)
	echo "unit $loaded us, sysinit.target $started us after boot"
	[ "$loaded" -gt 0 ] && [ "$loaded" -le "$started" ]
}

signed() {
	modinfo -F signer oomk | tee -a /dev/stderr | grep -q DKMS
}

# A service that reaches its limit is killed, and oomk shows whose limit it was.
kill_seen() {
	systemd-run --unit=hungry -p Type=oneshot -p MemoryMax=30M -p MemorySwapMax=0 tail /dev/zero
	oomk list && oomk show last
	oomk list --json | tail -n 1 | jq -e '.oom_cgroup == "/system.slice/hungry.service" and
		.victim[0].comm == "tail" and .victim[0].cgroup == .oom_cgroup'
}

# The kill above, in the journal and in the file, for those who look there.
reported() {
	local entry="OOMK_KIND=kill OOMK_UNIT=hungry.service" kept=/var/lib/oomk/events.jsonl

	journalctl --sync
	# shellcheck disable=SC2086 # two matches
	journalctl -o json $entry | tail -n 1 | jq -e '.PRIORITY == "3" and .OOMK_VICTIM_COMM == "tail" and
		(.MESSAGE | startswith("tail[")) and ._SYSTEMD_UNIT == "oomk-watch.service"' &&
		journalctl -x $entry | grep "Subject: The kernel ran out of memory: kill" &&
		journalctl -u hungry.service | grep "service hungry.service, whose limit of 30.0 MiB was hit" &&
		jq -s -e 'map(select(.message == "event")) | length == 1 and .[0].cause == "spike" and
			.[0].workload == null and .[0].victim[0].workload.unit == "hungry.service"' $kept
}

# Kills while it was down are told once, when it is up again.
goes_on() {
	local kept=/var/lib/oomk/events.jsonl

	systemctl stop oomk-watch.service || return
	systemd-run -p Type=oneshot -p MemoryMax=30M -p MemorySwapMax=0 tail /dev/zero
	systemctl start oomk-watch.service || return
	timeout 60 sh -c "until grep -q '\"event\",\"seq\":2,' $kept; do sleep 1; done" &&
		jq -s -e 'map(select(.message == "event").seq) == [1, 2]' $kept
}

# The exporter runs only where it is wanted, and then tells of the kills so far.
exports() {
	! systemctl is-enabled oomk-export.service && ! systemctl is-active oomk-export.service || return
	systemctl enable --now oomk-export.service || return
	timeout 60 bash -c 'until exec 3<>/dev/tcp/127.0.0.1/10137; do sleep 1; done
		printf "GET /metrics HTTP/1.0\r\n\r\n" >&3
		cat <&3' >/run/metrics
	grep -v '^#' /run/metrics
	grep '^oomk_up 1' /run/metrics && grep 'unit="hungry.service".* 1' /run/metrics
}

hardened() {
	local unit

	for unit in oomk oomk-watch oomk-export; do
		systemd-analyze security --no-pager --threshold=20 $unit.service || return
	done
}

# As they are, not compressed.
examples() {
	local examples=/usr/share/doc/oomk/examples

	ls $examples/{prometheus/oomk.rules.yml,grafana/oomk.json,kubernetes/base/kustomization.yaml}
}

# Without a module for the kernel the unit fails, and says what to do.
no_module() {
	local module

	systemctl stop $unit || return
	! loaded || return
	module=$(modinfo -F filename oomk)
	mv "$module" /run
	! systemctl start $unit || return
	mv "/run/${module##*/}" "$module"
	systemctl is-failed $unit &&
		systemctl status $unit | grep "Install linux-headers-$(uname -r)" &&
		systemctl start $unit && active
}

# All of the client and the units go, and the module is unloaded.
purge_client() {
	apt-get purge -y oomk
	! systemctl is-active oomk-export.service && ! loaded && ! systemctl cat $unit && [ ! -e /usr/sbin/oomk ] && dkms status oomk | grep installed
}

reinstall() {
	apt-get install -y /srv/oomk.deb
	active && systemctl is-enabled $unit && oomk stats && ! systemctl is-active oomk-export.service
}

purge_all() {
	apt-get purge -y oomk oomk-dkms
	dpkg -l 'oomk*' | grep '^[^un]*oomk' && return 1
	! loaded && ! systemctl cat $unit && ! systemctl list-units --all --no-legend 'oomk*' | grep .
}

# What mke2fs, apt, dpkg, systemd and DKMS (its key) write for themselves may be new.
nothing_left() {
	! find / -xdev ! -path '/proc/*' ! -path '/dev/*' | grep -vxF -f /srv/files |
		grep -vE '^/(lost\+found|srv|run|tmp|var/(tmp|log|cache|backups|lib/(apt|dpkg|systemd)))(/|$)' |
		grep -vE '^/var/lib/dkms/mok\.(key|pub)$' | grep . &&
		! find / -xdev -name '*oomk*' ! -path '/srv/*' | grep .
}

check "loaded at boot" at_boot
check "DKMS signed the module" signed
check "a kill is seen" kill_seen
check "it is in the journal and in the file" reported
check "the watcher goes on where it ended" goes_on
check "the exporter, if it is wanted" exports
check "the units are hardened" hardened
check "the examples are there" examples
check "no module for the kernel" no_module
check "purge of the client" purge_client
check "install" reinstall
check "purge" purge_all
check "nothing is left" nothing_left
echo end
