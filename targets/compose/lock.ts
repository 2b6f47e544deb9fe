import { quoted } from "../../components/ownCommand";
import { ownFolder } from "./commandLine";

/** Exit code of a script that did not get the lock; sysexits' EX_TEMPFAIL. */
export const lockedExit = 75;

/** Seconds to wait for another change of the project to end, such as the rest of one whose connection broke. */
const patience = 10;

const flockFile = `${ownFolder}/lock`;
/** Where there is no flock: a link to nowhere is made at once with what it says, the number of its process. */
const linkFile = `${ownFolder}/lock.process`;

/**
 * Shell functions `lock`, which holds the folder's lock until the script and all that it started have ended, or ends the
 * script, and `locked`, which prints who holds it and changes nothing. A lock whose holder has died is none.
 */
export const lockFunctions = `
alive() { kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ] || ps -p "$1" >/dev/null 2>&1; }
holder() {
  if command -v flock >/dev/null 2>&1; then
    [ -f ${flockFile} ] && ! flock -n ${flockFile} true 2>/dev/null && head -n 1 ${flockFile}
  else
    process=$(readlink ${linkFile} 2>/dev/null) && alive "$process" && echo "process $process"
  fi
}
take() {
  if command -v flock >/dev/null 2>&1; then flock -n 9; return; fi
  ln -s "$$" ${linkFile} 2>/dev/null && return
  seen=$(readlink ${linkFile}) || return
  alive "$seen" && return 1
  mv ${linkFile} ${linkFile}.$$ 2>/dev/null || return
  moved=$(readlink ${linkFile}.$$); rm -f ${linkFile}.$$
  if [ "$moved" != "$seen" ]; then ln -s "$moved" ${linkFile}; return 1; fi
  ln -s "$$" ${linkFile} 2>/dev/null
}
lock() {
  command -v flock >/dev/null 2>&1 && exec 9>>${flockFile}
  waited=0
  until take; do
    [ "$waited" -ge ${patience} ] && { holder >&2; exit ${lockedExit}; }
    [ "$waited" -eq 0 ] && echo ${quoted("waits for another change of the project to end")}
    waited=$((waited + 1)); sleep 1
  done
  if command -v flock >/dev/null 2>&1; then
    echo "process $$ since $(date -u +%Y-%m-%dT%H:%M:%SZ)" > ${flockFile}
  else
    trap 'rm -f ${linkFile}' EXIT
    trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
  fi
}
`.trim();
