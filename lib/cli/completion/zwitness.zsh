#compdef zwitness
# Completion of zwitness for zsh. In ~/.zshrc: source <(zwitness completion zsh)
# Or as the file _zwitness in a directory of $fpath. What comes next is asked of zwitness itself.

_zwitness() {
  local kind word about
  local -a typed found shown
  typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  {
    read -r kind
    while IFS=$'\t' read -r word about; do
      found+=("$word")
      shown+=("${word}${about:+  -- $about}")
    done
  } < <(zwitness __complete "${typed[@]}" 2>/dev/null </dev/null)
  case $kind in
    words) compadd -l -d shown -- "${found[@]}" ;;
    files) compset -P '--*='; _files ;;
    directories) compset -P '--*='; _files -/ ;;
  esac
}

if [[ ${funcstack[1]} == _zwitness ]]; then
  _zwitness "$@"
else
  (( ${+functions[compdef]} )) || { autoload -Uz compinit && compinit }
  compdef _zwitness zwitness
fi
