waits() { # NAME SECONDS COMMAND...: until the command succeeds
  [ -z "$halted" ] || return 1
  name=$1 last=$(($(date +%s) + $2))
  shift 2
  until "$@"; do
    [ "$(date +%s)" -lt "$last" ] || { halt "$name is not healthy"; return 1; }
    sleep 1
  done
  echo "$name is healthy."
}
