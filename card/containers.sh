on_engine() { # ID [HOST]: the engine of the stack, and no other. On its own machine it is the local one
  [ -z "$halted" ] || return 1
  command -v docker >/dev/null 2>&1 || { halt "there is no docker on PATH; nothing was touched"; return 1; }
  engine=$(docker info --format '{{.ID}}' 2>/dev/null)
  if [ "$engine" != "$1" ] && [ -n "$2" ] && [ "${ENGINE-}" != any ]; then
    DOCKER_HOST=$2
    export DOCKER_HOST
    engine=$(docker info --format '{{.ID}}' 2>/dev/null)
  fi
  [ -n "$engine" ] || { halt "the Docker engine does not answer; nothing was touched"; return 1; }
  [ "$engine" = "$1" ] || [ "${ENGINE-}" = any ] ||
    halt "this engine ($engine) is not the stack's (${1:-not known}); nothing was touched. If it is to be: ENGINE=any"
}

image() { # REFERENCE: on the engine, pulled where it is not
  [ -z "$halted" ] || return 1
  docker image inspect "$1" >/dev/null 2>&1 || docker pull "$1" ||
    halt "the image $1 can't be had; nothing was touched"
}

network() { # NAME [LABEL]: is there, or made where it is the stack's own
  [ -z "$halted" ] || return 1
  docker network inspect "$1" >/dev/null 2>&1 && return 0
  [ -n "$2" ] || { halt "the network $1 is not there, and not the stack's own to make; nothing was touched"; return 1; }
  docker network create --label "$2" "$1" >/dev/null || halt "the network $1 can't be made; nothing was touched"
}

volume() { # NAME LABEL: is there. docker create would make an empty one, without a word
  [ -z "$halted" ] || return 1
  docker volume inspect "$1" >/dev/null 2>&1 ||
    halt "the volume $1 is not there, and the service would start without its data; nothing was touched. Bring the data back first; for an empty volume: docker volume create --label $2 $1"
}

owned() { # CONTAINER STACK: free, or the stack's own
  [ -z "$halted" ] || return 1
  owner=$(docker inspect --type container --format '+{{index .Config.Labels "knowngood.stack"}}' "$1" 2>/dev/null) || return 0
  owner=${owner#+}
  [ "$owner" = "$2" ] ||
    halt "the container $1 is not this stack's (its label knowngood.stack is ${owner:-not there}); nothing was touched. If it may make room: docker stop $1 && docker rename $1 OTHER"
}

secret() { # STACK NAME SERVICE:VARIABLE...: into $found, from a container of the stack, else asked for
  found=
  [ -z "$halted" ] || return 1
  of=$1 wanted=$2
  shift 2
  for place in "$@"; do
    for id in $(docker ps --all --quiet --no-trunc --filter "label=knowngood.stack=$of" --filter "label=knowngood.service=${place%%:*}"); do
      found=$(docker inspect --format "{{range .Config.Env}}{{if eq (index (split . \"=\") 0) \"${place#*:}\"}}+{{join (slice (split . \"=\") 1) \"=\"}}{{end}}{{end}}." "$id")
      case $found in +*)
        found=${found#+}; found=${found%.}
        return 0
        ;;
      esac
    done
  done
  printf 'No container has the secret %s (%s) any more. Its value, or @FILE for one of several lines (@@ begins a value that starts with @): ' "$wanted" "$*" >&2
  terminal=$(stty -g 2>/dev/null)
  [ -z "$terminal" ] || { trap 'stty "$terminal"; trap - INT; kill -INT $$' INT && stty -echo; }
  IFS= read -r found
  [ -z "$terminal" ] || { stty "$terminal" && trap - INT; }
  echo >&2
  case $found in
    '') halt "there is no value for the secret $wanted; nothing was touched" ;;
    @@*) found=${found#@} ;;
    # As pulumi config set does, without the line break at a file's end.
    @*) found=$(cat "${found#@}") || halt "that file can't be read; nothing was touched" ;;
  esac
}

room() { # CONTAINER DIGEST RESTART: for a new one. What has its name is stopped and kept; where that is the right one, it stays
  [ -z "$halted" ] || return 1
  present=$(docker inspect --type container --format '{{.State.Running}} {{.State.Restarting}} {{index .Config.Labels "knowngood.digest"}}' "$1" 2>/dev/null)
  case $present in
    '') return 0 ;;
    "true false $2")
      if [ "${FORCE-}" != yes ]; then
        echo "$1 runs this image already, and is left alone; its settings were not compared. To make it anew: FORCE=yes"
        return 1
      fi
      ;;
  esac
  docker stop "$1" >/dev/null && docker update --restart no "$1" >/dev/null && docker rename "$1" "$1-$suffix" ||
    { halt "$1 can't be moved out of the way. If it was stopped: docker update --restart $3 $1 && docker start $1"; return 1; }
  kept="$kept $1-$suffix"
  back="$back
  docker rm --force $1; docker rename $1-$suffix $1 && docker update --restart $3 $1 && docker start $1"
}

is_made() { # CONTAINER
  made="$made $1"
  echo "$1 is started."
}

healthy() { # CONTAINER SECONDS COMMAND...: waits until it runs and the command succeeds
  [ -z "$halted" ] || return 1
  name=$1 last=$(($(date +%s) + $2))
  shift 2
  until [ "$(docker inspect --format '{{.State.Running}} {{.State.Restarting}}' "$name")" = 'true false' ] && "$@"; do
    if [ "$(date +%s)" -ge "$last" ]; then
      docker logs --tail 20 "$name" >&2
      halt "$name is not healthy; its last log lines are above"
      return 1
    fi
    sleep 1
  done
  echo "$name is healthy."
}

lasts() { # CONTAINER: whether it runs for three seconds without a restart
  before=$(docker inspect --format '{{.RestartCount}} {{.State.StartedAt}}' "$1")
  sleep 3
  [ "$(docker inspect --format '{{.RestartCount}} {{.State.StartedAt}}' "$1")" = "$before" ]
}
