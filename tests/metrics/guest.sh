#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=../vm/lib.sh disable=SC2016 # statements are jq programs
#
# The part of tests/metrics/run that runs in the guest: a real Prometheus asks oomk export every
# second, while the module comes, kills are made one by one and in a storm, and the module is
# loaded anew. What Prometheus then knows is what the kernel counted. Every query of the dashboard
# gives data. Pages are left in $OUT for the host's parsers.
# run: --mem 1024 --timeout 600

. ./lib.sh

port=10137
uid=2c48913c-b29f-11e7-9350-020968147796
id=01234567890abcdef01234567890abcdef01234567890abcdef01234567890ab
pod=kubepods/burstable/pod$uid/$id
# A name that no format may stumble over; a cgroup's cannot have a newline.
hostile=$(printf 'system.slice/a"b\\c{}d\303\251\377.service')

# page [ACCEPT]: what a scraper gets.
page() {
	wget -q -O - --header "Accept: ${1:-text/plain}" http://127.0.0.1:$port/metrics 2>/dev/null
}

# shows LINE: the page has this line.
shows() {
	page >$tmp/page && grep -q -x -F -e "$1" $tmp/page
}

metric() {
	page | sed -n "s/^$1 //p"
}

# query EXPRESSION: the values that Prometheus has now, one a line.
query() {
	wget -q -O $tmp/answer \
		"http://127.0.0.1:9090/api/v1/query?query=$(jq -rn --arg q "$1" '$q | @uri')" ||
		return 1
	jq -r '.data.result[] | .value[1]' $tmp/answer
}

answers() {
	[ "$(query "$1")" = "$2" ]
}

# fired LABELS: the alert did once; it does only for seconds here.
fired() {
	answers "count(count_over_time(ALERTS{$1,alertstate=\"firing\"}[1h]))" 1
}

# keep NAME: the page in each format, for the host.
keep() {
	page >"$OUT/$1.prom"
	page application/openmetrics-text >"$OUT/$1.openmetrics"
}

ip link set lo up
mkdir -p /var/log/pods/shop_web-0_$uid/app /var/log/containers /tmp/small
ln -s /var/log/pods/shop_web-0_$uid/app/0.log /var/log/containers/web-0_shop_app-$id.log

# --- Before the module
oomk export --listen 127.0.0.1:$port 2>$tmp/notes &
exporter=$!
await "the exporter" shows "oomk_up 0"
same "what it says" "$(cat $tmp/notes)" \
	"oomk: the module is not loaded; run 'modprobe oomk'"
keep absent
prometheus --config.file prometheus.yml --storage.tsdb.path $tmp/prometheus \
	--web.listen-address 127.0.0.1:9090 >$tmp/prometheus.log 2>&1 &
await "a first scrape" answers 'up{job="oomk"}' 1
await "what there was before" answers 'oomk_events_total{kind="kill"} offset 15s' 0

modprobe oomk
await "the module" shows "oomk_up 1"
shows 'oomk_events_total{kind="kill"} 0' || wrong "events are not 0 at the start"

# --- Kills, and who they are
group $pod memory.max=2M
group "$hostile" memory.max=2M
group system.slice/nginx.service memory.max=2M
kill_times 2 $pod
kill_times 1 "$hostile"
# Whoever asked for memory just before the hog was gone may still have somebody killed: this one.
adjusted 200 . sleep 1000 &
killed hog 2000
want='namespace="shop",pod="web-0",container="app",unit="",constraint="memcg"'
await "the pod's kills" \
	shows "oomk_kills_total{$want,cause=\"spike\"} 2" ||
	wrong "the pod: $(grep kills_total $tmp/page)"
want='unit="a\"b\\c{}d'$(printf '\303\251\357\277\275')'.service"'
await "the hostile name" shows \
	"oomk_kills_total{namespace=\"\",pod=\"\",container=\"\",$want,constraint=\"memcg\",cause=\"spike\"} 1"
of_host=$(($(kernel_kills) - kills_before - 3))
await "the host's" answers 'sum(oomk_kills_total{constraint="none"})' $of_host
stats
same "by the kernel's count" "$(metric oomk_kernel_kills_total)" "$(jq .kernel_kills $tmp/stats)"
same "the hostile name in Prometheus" \
	"$(query 'oomk_kills_total{unit=~"a.*"}' >/dev/null && jq -r '.data.result[0].metric.unit' $tmp/answer)" \
	"$(printf 'a"b\\c{}d\303\251\357\277\275.service')"
await "the alert" fired 'alertname="OOMKill",pod="web-0"'
await "the node's alert" fired 'alertname="OOMNodeOutOfMemory"'

# --- The file for the node exporter, on a disk that gets full
mount -t tmpfs -o size=64k none /tmp/small
oomk export --textfile /tmp/small/oomk.prom 2>$tmp/file-notes &
writer=$!
await "the file" says /tmp/small/oomk.prom '^oomk_up 1$'
dd if=/dev/zero of=/tmp/small/fill bs=1k count=1000 2>/dev/null || :
before=$(md5sum /tmp/small/oomk.prom)
kill_times 1 $pod
await "a full disk" says $tmp/file-notes 'cannot write /tmp/small/oomk.prom: No space left on device'
same "the file while the disk is full" "$(md5sum /tmp/small/oomk.prom)" "$before"
rm /tmp/small/fill
await "the disk" says $tmp/file-notes 'oomk.prom can be written again'
await "the file's kills" says /tmp/small/oomk.prom 'pod="web-0".* 3$'
await "the errors" says /tmp/small/oomk.prom '^oomk_textfile_errors_total [1-9]'
same "notes" "$(wc -l <$tmp/file-notes)" 2
kill -TERM $writer
wait $writer || wrong "it exits with $?"

# --- A storm, seen by Prometheus
kill_times "$(scale 100)" system.slice/nginx.service
await "the storm" shows "oomk_kernel_kills_total $(($(kernel_kills) - kills_before))"
stats
same "events" "$(metric 'oomk_events_total{kind="kill"}')" "$(jq .seen $tmp/stats)"
# shellcheck disable=SC2046 # numbers
same "processes" $(page | awk '/^oomk_kills_total/ { n += $NF } END { print n }') \
	"$(jq .kernel_kills $tmp/stats)"
same "lost" "$(page | grep -E '^oomk_(lost|overwritten|label_overflow|points_mismatches|untracked)' |
	grep -v ' 0$')" ""
await "exits" shows "oomk_exit_delay_seconds_count $(jq .kernel_kills $tmp/stats)"
check_common
keep storm

# --- Another load of the module
before=$(metric oomk_kernel_kills_total)
rmmod oomk
await "the module's end" shows "oomk_up 0"
shows "oomk_kernel_kills_total $before" || wrong "counters went back without the module"
await "the end in Prometheus" answers oomk_up 0
modprobe oomk
await "the other load" shows "oomk_up 1"
kill_times 1 $pod
await "its kill" shows "oomk_kernel_kills_total 1"
await "its kill in Prometheus" answers 'sum(oomk_kills_total)' 1
same "resets" "$(query 'resets(oomk_kernel_kills_total[1h])')" 1
same "failed scrapes" "$(query 'count_over_time(up[1h]) - sum_over_time(up[1h])')" 0
keep reload

# --- The dashboard
while read -r expression; do
	query "$expression" >$tmp/values || wrong "Prometheus refuses $expression"
	[ -s $tmp/values ] || wrong "no data for $expression"
	! grep -q NaN $tmp/values || wrong "$expression gives $(cat $tmp/values)"
done <queries

# --- A port that is taken, and the end
status=0
oomk export --listen 127.0.0.1:$port 2>$tmp/taken || status=$?
same "status" $status 1
same "why" "$(cat $tmp/taken)" "oomk: cannot listen on 127.0.0.1:$port: Address already in use"
kill -TERM $exporter
wait $exporter || wrong "it exits with $?"
same "notes in the end" "$(tail -n +2 $tmp/notes)" "oomk: the module can be read now
oomk: the module was unloaded; waiting until it is loaded again
oomk: the module was loaded again; sequence numbers start from 1"
