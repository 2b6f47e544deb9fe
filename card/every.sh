halted= kept= made= back= moment=$(date -u +%Y-%m-%dT%H:%M:%SZ) suffix=before-$(date -u +%Y%m%dT%H%M%SZ)

# What asks for a value would take the card's own next lines for the answer
case $- in *i*) ;; *s*)
  echo "card: nothing was touched: a card runs from a file, not from standard input. Save it, then: sh card.sh" >&2
  exit 1
  ;;
esac

halt() { # WORDS: why nothing more is done. It ends a script; of what is pasted, the lines that follow do nothing
  printf 'card: %s\n' "$*" >&2
  halted=yes
  [ -z "$made$kept" ] || outcome >&2
  case $- in *i*) return 1 ;; *) exit 1 ;; esac
}

confirmed() { # WORDS: what has to be said yes to
  [ -z "$halted" ] || return 1
  [ "${CONFIRM-}" != yes ] || return 0
  printf '%s Write yes to go on (or set CONFIRM=yes): ' "$*" >&2
  IFS= read -r answer
  [ "$answer" = yes ] || halt "not confirmed; nothing was touched"
}

ends() ( # SECONDS COMMAND...: whether it succeeds in that time
  last=$(($(date +%s) + $1))
  shift
  "$@" &
  while kill -0 $! 2>/dev/null; do
    [ "$(date +%s)" -lt "$last" ] || { kill -9 $!; exit 1; }
    sleep 1
  done
  wait $!
)

answers() { # STATUSES SECONDS URL [WORDS OF CURL...]: whether it does
  statuses=$1 most=$2 url=$3
  shift 3
  command -v curl >/dev/null 2>&1 || { echo "There is no curl here: look yourself at $url"; return 0; }
  answered=$(curl --silent --output /dev/null --max-time "$most" --write-out '%{http_code}' "$@" "$url")
  case " $statuses " in *" $answered "*) return 0 ;; *) return 1 ;; esac
}
