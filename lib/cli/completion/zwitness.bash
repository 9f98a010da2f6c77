# Completion of zwitness for bash. In ~/.bashrc: source <(zwitness completion bash)
# What comes next is asked of zwitness itself; nothing that is typed, and nothing that it answers, is evaluated.

_zwitness() {
  local rest=${COMP_LINE:0:COMP_POINT} typed=() kind='' word='' about='' at
  # Readline breaks words at : = @ too; what stands on the line without a blank between is one word.
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    ((at == COMP_CWORD)) && word=${word:0:${#rest}}
    if ((at > 0)) && [[ $rest != [[:space:]]* ]]; then
      typed[${#typed[@]} - 1]+=$word
    else
      rest=${rest#"${rest%%[![:space:]]*}"}
      ((at == COMP_CWORD)) && word=${COMP_WORDS[at]:0:${#rest}}
      typed+=("$word")
    fi
    rest=${rest#"$word"}
  done
  # Only what stands behind the last break is replaced by readline.
  local current=${typed[${#typed[@]} - 1]} lead
  [[ $word == ["$COMP_WORDBREAKS"] ]] && word=''
  lead=${current%"$word"}

  COMPREPLY=()
  {
    read -r kind
    while IFS=$'\t' read -r word about; do
      [[ $kind == words ]] && COMPREPLY+=("$(printf '%q' "${word#"$lead"}")")
    done
  } < <(zwitness __complete "${typed[@]:1}" 2>/dev/null </dev/null)
  case $kind in
    files) compopt -o default ;;
    directories) compopt -o dirnames ;;
  esac
}

complete -F _zwitness zwitness
