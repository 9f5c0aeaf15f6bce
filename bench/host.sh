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
	rm -rf "$out/$part.guest"
	if ! tests/vm/run "${options[@]}" --out "$out/$part.guest" "bench/$part.sh" "$@" \
		>"$out/$part.log" 2>&1; then
		cat "$out/$part.log" >&2
		exit 1
	fi
	cat "$out/$part.guest/$part.jsonl" >>"$figures"
}

# table PROGRAM: what the jq program makes of the array of all figures, rows of columns, aligned. It
# has median, and fit, which makes the line of least squares of pairs: slope, intercept, R^2.
table() {
	jq -r -s '
		def median: sort | .[length / 2 | floor];
		def mean: add / length;
		def fit: (map(.[0]) | mean) as $x | (map(.[1]) | mean) as $y |
			(map((.[0] - $x) * (.[1] - $y)) | add) as $xy |
			(map((.[0] - $x) * (.[0] - $x)) | add) as $xx |
			(map((.[1] - $y) * (.[1] - $y)) | add) as $yy |
			[($xy / $xx * 10 | round / 10), ($y - $xy / $xx * $x | round),
			 ($xy * $xy / $xx / $yy * 1000000 | round / 1000000)];
		'"$1 | @tsv" "$figures" | column -t -s "$(printf '\t')"
}
