import { quoted } from "../../components/ownCommand";

/** Exit codes of scripts; those that sysexits has are its. */
export const exits = {
  /** The artifact's server did not give it to the host: EX_UNAVAILABLE. */
  unfetched: 69,
  /** The bytes are not those that were recorded: EX_DATAERR. */
  otherBytes: 65,
  /** Another change of the folder did not end in time: EX_TEMPFAIL. */
  locked: 75,
  /** What the script can't do is on its last line of errors. */
  refused: 1,
} as const;

/** Seconds to wait for another change of the folder to end, such as the rest of one whose connection broke. */
const patience = 10;

/** What knowngood keeps in a service's folder beside the releases. */
export const ownFolder = ".knowngood";
/** In each release's folder: what it was made from, or that it is unfinished. */
export const markerFile = ".knowngood";

/**
 * Shell functions for the folder of a service's releases, which is the working folder after `enter`.
 * The lock lives as long as the script and what it started: a holder that died leaves none behind. What a person's
 * command starts in the background must not keep it: such commands get `9>&-`.
 */
const functions = `
fail() { printf '%s\\n' "$1" >&2; exit "\${2:-${exits.refused}}"; }
enter() { cd -- "$1" 2>/dev/null || fail "the folder $1 is not there, or may not be entered"; }
lock() {
  mkdir -p ${ownFolder} && exec 9>>${ownFolder}/lock || fail "$PWD may not be written by $(id -un)"
  flock -w ${patience} 9 || fail "another change of $PWD is under way: $(head -n 1 ${ownFolder}/lock)" ${exits.locked}
  echo "process $$ since $(date -u +%Y-%m-%dT%H:%M:%SZ)" > ${ownFolder}/lock
}
digest_of() {
  if command -v sha256sum >/dev/null 2>&1; then found=$(sha256sum < "$1") || return
  elif command -v shasum >/dev/null 2>&1; then found=$(shasum -a 256 < "$1") || return
  else found=$(openssl dgst -sha256 -r < "$1") || return; fi
  printf 'sha256:%s\\n' "\${found%%[ *]*}"
}
current_name() {
  [ -h current ] || return 0
  found=$(readlink current); found=\${found%/}; printf '%s\\n' "\${found##*/}"
}
point_current() {
  rm -f ${ownFolder}/current
  ln -s "releases/$1" ${ownFolder}/current && mv -fT ${ownFolder}/current current
}
marked() { sed -n "s/^$2=//p" "releases/$1/${markerFile}" 2>/dev/null | head -n 1; }
mark() {
  printf 'digest=%s\\ntag=%s\\n' "$2" "$3" > "releases/$1/${markerFile}.part" &&
    mv -f "releases/$1/${markerFile}.part" "releases/$1/${markerFile}"
}
remove_unfinished() {
  rm -rf releases/.knowngood-part
  for one in releases/*/${markerFile}; do
    [ -f "$one" ] && [ "$(head -n 1 "$one")" = unfinished ] || continue
    one=\${one%/${markerFile}}; one=\${one#releases/}
    [ "$one" = "$(current_name)" ] || rm -rf "releases/$one"
  done
}
keep() {
  count=$1 kept=0
  for one in $(ls -1t -d releases/*/${markerFile} 2>/dev/null); do
    one=\${one%/${markerFile}}; one=\${one#releases/}; own=$(marked "$one" digest); needed=
    [ -n "$own" ] || continue
    kept=$((kept + 1)); [ "$kept" -le "$count" ] && needed=1
    [ "$one" = "$(current_name)" ] && needed=1
    [ "$one" = "$(cat ${ownFolder}/previous 2>/dev/null)" ] && needed=1
    [ -n "$needed" ] && continue
    rm -rf -- "releases/$one" 2>/dev/null || { printf '%s\\n' "the old release releases/$one can't be removed whole"; continue; }
    printf '%s\\n' "removed the old release $one"
  done
}
`.trim();

/** A script whose `$1` is the folder, in which it runs. */
export function folderScript(body: string): string {
  return `umask 022\n${functions}\nenter "$1"; shift\n${body.trim()}\n`;
}

/**
 * Prints `current`, whether a switch is unfinished, and each release of the folder: name, digest and tag.
 * A git revision is also read from Deployer's REVISION.
 */
export const listing = `
printf 'current\\t%s\\n' "$(current_name)"
[ -f ${ownFolder}/unfinished ] && printf 'unfinished\\t%s\\n' "$(cat ${ownFolder}/unfinished)"
[ -e current ] && [ ! -h current ] && echo blocked
for one in releases/*/; do
  [ -d "$one" ] || continue
  one=\${one%/}; one=\${one#releases/}; own=$(marked "$one" digest)
  if [ -z "$own" ] && [ ! -f "releases/$one/${markerFile}" ] && [ -f "releases/$one/REVISION" ]; then
    own=git:$(head -n 1 "releases/$one/REVISION")
  fi
  printf 'release\\t%s\\t%s\\t%s\\n' "$one" "$own" "$(marked "$one" tag)"
done
true
`;

/** A command with a limit, where the host has `timeout`; 124 is its exit code when it was too long. */
export function limited(seconds: number, words: string): string {
  return `timeout -k 5 ${seconds} ${words}`;
}

export function words(list: readonly string[]): string {
  return list.map(quoted).join(" ");
}
