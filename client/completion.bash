# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bash completion of oomk. What there is to complete stands in `oomk --help`:
#
#   oomk show [--json] [SEQ|last]
#   oomk watch [--json] [--since SEQ] [--exec CMD]
#
# Words in small letters are offered, those in capitals stand for something else.

_oomk() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local program command arguments words=

	COMPREPLY=()
	while read -r program command arguments; do
		[[ $program == oomk ]] || continue
		if ((COMP_CWORD == 1)); then
			words+=" $command"
			[[ $command != -* ]] || words+=" $arguments"
		elif [[ $command == "${COMP_WORDS[1]}" ]]; then
			words="--help $arguments"
			break
		fi
	done < <("$1" --help 2>/dev/null)

	case $words in
	*"[$prev FILE]"*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	*"[$prev CMD]"*) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
	*"[$prev "[[:upper:]]*) ;;
	*) mapfile -t COMPREPLY < <(compgen -W "${words//[^[:lower:]-]/ }" -- "$cur") ;;
	esac
}
complete -F _oomk oomk
