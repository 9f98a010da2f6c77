/**
 * What every admin script begins with. POSIX sh, nothing but `zfs`. `is NAME GUID` is the guard of every removal; the
 * caller returns where it says no. Nothing ends the script half-way: each object is judged by itself.
 */
export const SHELL_START = `
set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL

really=no
case "\${1-}" in
  '') ;;
  --really) really=yes ;;
  *) echo "usage: sh $0 [--really]" >&2; exit 2 ;;
esac
removed=0
left=0

leave() { # why
  echo "  left alone: $1"
  left=$((left + 1))
}

is() { # name guid
  found=$(zfs get -Hp -o value guid "$1" 2>&1) || { leave "$found"; return 1; }
  [ "$found" = "$2" ] && return 0
  leave "$1 is another one now: guid $found instead of $2"
  return 1
}

run() { # command...
  if [ "$really" = yes ]; then "$@"; return; fi
  printf '  would run:'
  printf " '%s'" "$@"
  echo
}

finish() {
  [ "$really" = yes ] || echo 'Nothing was changed. With --really it is done.'
  echo "$removed removed, $left left alone."
  [ "$left" -eq 0 ]
}
`
