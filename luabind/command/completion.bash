# What has bash complete command lines of odp: source <(odp completion bash)

_odp_complete() {
	local line=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n'
	local -a words reply
	# The words as the shell parses them: COMP_WORDS is also cut at colons and =,
	# which addresses and options have.
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	local word=${words[-1]} directive candidate
	mapfile -t reply < <("${words[0]}" __completeNoDesc "${words[@]:1}" 2>/dev/null)
	[[ ${#reply[@]} -gt 0 && ${reply[-1]} == :* ]] || return
	directive=${reply[-1]#:}
	unset 'reply[-1]'
	# What readline puts the candidate in place of is only what follows the last colon or =.
	local kept=${word%"${word##*[:=]}"}
	[[ $COMP_WORDBREAKS == *:* ]] || kept=${kept##*:}
	COMPREPLY=()
	for candidate in "${reply[@]}"; do
		case $candidate in
		"$word"*) COMPREPLY+=("${candidate#"$kept"}") ;;
		*) [[ $word == *=* ]] && COMPREPLY+=("$candidate") ;; # the value of an option
		esac
	done
	((directive & 2)) && compopt -o nospace
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == --*= ]] && compopt -o nospace
	if [[ ${#COMPREPLY[@]} -eq 0 ]] && ! ((directive & 4)); then
		compopt -o default
	fi
}

complete -F _odp_complete odp
