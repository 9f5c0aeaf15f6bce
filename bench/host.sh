# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the benchmarks share on the host; sourced by bench/PART. Each of those runs bench/PART.sh in
# guests, which leaves one JSON object a line in $OUT/PART.jsonl, and prints a table of them.

set -eu

cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=build/bench
part=$(basename "$0")
figures=$out/$part.jsonl

mkdir -p "$out/bin"
make -s -C tests/vm/provoke OUT="$PWD/build/provoke"
for source in bench/*.c; do
	program=$out/bin/$(basename "$source" .c)
	[ "$program" -nt "$source" ] || gcc -O2 -Wall -Wextra -static -o "$program" "$source"
done
: >"$figures"

# guest [OPTION OF tests/vm/run]... [-- ARG...]: runs bench/PART.sh, with tests/vm/lib.sh, jq and the
# programs of tests/vm/provoke and bench/, and adds its figures.
guest() {
	local options=(--file tests/vm/lib.sh:lib.sh --file "$(command -v jq):/usr/bin/jq") program

	for program in build/provoke/* "$out"/bin/*; do
		options+=(--file "$program:/usr/bin/${program##*/}")
	done
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	rm -rf "$out/guest"
	if ! tests/vm/run "${options[@]}" --out "$out/guest" "bench/$part.sh" "$@" \
		>"$out/$part.log" 2>&1; then
		cat "$out/$part.log" >&2
		exit 1
	fi
	cat "$out/guest/$part.jsonl" >>"$figures"
}

# table PROGRAM: what the jq program makes of the array of all figures, rows of columns, aligned.
# It has median.
table() {
	jq -r -s "
		def median: sort | .[length / 2 | floor];
		$1 | @tsv" "$figures" | column -t -s "$(printf '\t')"
}
