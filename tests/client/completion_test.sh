#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bash offers every subcommand of `oomk --help`, and after each the options that
# its own --help shows. $OOMK is the program.

set -eu

# shellcheck source=../../client/completion.bash
. "$(dirname "$0")/../../client/completion.bash"
test=0
failed=0

# offers LINE WORD...: at the end of the line, exactly these words.
offers() {
	local line=$1 got want

	shift
	read -ra COMP_WORDS <<<"$line"
	[ "$line" = "${line% }" ] || COMP_WORDS+=("")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_oomk "$OOMK"

	got=$(printf '%s\n' "${COMPREPLY[@]}" | sort -u)
	want=$(printf '%s\n' "$@" | sort -u)
	test=$((test + 1))
	if [ "$got" = "$want" ]; then
		echo "ok $test - completion of '$line'"
	else
		echo "# offered '${got//$'\n'/ }', not '${want//$'\n'/ }'"
		echo "not ok $test - completion of '$line'"
		failed=1
	fi
}

mapfile -t commands < <("$OOMK" --help | sed -n 's/^  oomk \([a-z]*\) .*/\1/p')
[ ${#commands[@]} -ge 4 ]
offers "oomk " "${commands[@]}" --help --version
for command in "${commands[@]}"; do
	offers "oomk $command" "$command"
	# shellcheck disable=SC2046 # one option a word
	offers "oomk $command --" --help $("$OOMK" "$command" --help | grep -o -e '--[a-z-]*')
done
offers "oomk show la" last
offers "oomk watch --since "
offers "oomk watch --log $0" "$0"
offers "oomk watch --json --exec bashb" bashbug
offers "oomk nonsense "

echo "1..$test"
exit $failed
