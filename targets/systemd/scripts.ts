import { quoted } from "../../components/ownCommand";
import { listing, ownFolder, words } from "../releaseFolders/shell";
import type { SystemdPlace, SystemdService } from "./place";
import { askedProperties } from "./unitState";

type Manager = Pick<SystemdPlace, "manager" | "sudo">;

/** Exit code of a switch after which the units are not active. */
export const inactiveExit = 70;
/** Exit code of a switch that was taken back, since systemd would not restart the units. */
export const notRestartedExit = 77;
/** What stands before the journal in what a switch prints. */
export const journalLine = "--- journal";

/**
 * `systemctl` behind three words: `look` asks, `change` may need rights, `journal` prints what the units said.
 */
export function systemctl({ manager, sudo }: Manager, units: readonly string[]): string {
  const user = manager === "user" ? " --user" : "";
  const prefix = sudo ? "sudo -n " : "";
  const named = units.map((unit) => ` -u ${quoted(unit)}`).join("");
  const journal = `journalctl${user} --no-pager -o short-iso -n "$1"${named}`;
  return `
export XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" SYSTEMD_COLORS=0 SYSTEMD_PAGER=
look() { systemctl${user} "$@"; }
change() { ${prefix}systemctl${user} "$@" 9>&-; }
journal() { ${journal} 2>&1${sudo ? ` || sudo -n ${journal} 2>&1` : ""}; }
`.trim();
}

/** Prints the folder's listing, and then what systemd says of the units. */
export function lookScript(settings: Manager, { units }: SystemdService): string {
  return `
${systemctl(settings, units)}
{ ${listing} }
echo "--- units"
look show ${askedProperties.map((name) => `-p ${name}`).join(" ")} ${words(units)}
`;
}

/** A unit file to be written: its path on the host and its text. */
export interface UnitFile {
  unit: string;
  text: string;
}

/** The shell's word for the folder that unit files are written to. */
export function unitFolder({ manager }: Manager): string {
  return manager === "user" ? '"${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"' : "/etc/systemd/system";
}

/** Writes the unit files that differ, and has systemd read them again where it has not. */
function unitFilesStep(settings: Manager, files: readonly UnitFile[], units: readonly string[]): string {
  const sudo = settings.sudo ? "sudo -n " : "";
  const writes = files.map(
    ({ unit, text }) => `
printf '%s' ${quoted(text)} > ${ownFolder}/unit
if ! cmp -s ${ownFolder}/unit "$unit_folder"/${quoted(unit)}; then
  ${sudo}mkdir -p "$unit_folder" && ${sudo}install -m 644 ${ownFolder}/unit "$unit_folder"/${quoted(unit)} || fail "the unit file $unit_folder/${unit} can't be written by $(id -un)"
  echo "wrote the unit file ${unit}"
fi`,
  );
  return `
unit_folder=${unitFolder(settings)}
${writes.join("\n")}
rm -f ${ownFolder}/unit
if look show -p NeedDaemonReload -p LoadState ${words(units)} | grep -q -e '^NeedDaemonReload=yes' -e '^LoadState=not-found'; then
  change daemon-reload || fail "systemd did not read the unit files again (daemon-reload)"
  reloaded=1
fi`;
}

/** Stops the units that run. */
export function stopScript(settings: Manager, { units }: SystemdService): string {
  return `
${systemctl(settings, units)}
lock
for unit in ${words([...units].reverse())}; do
  [ "$(look show -p ActiveState --value "$unit")" = inactive ] && continue
  change stop "$unit" || fail "systemd would not stop $unit"
  echo "stopped $unit"
done
true
`;
}

/**
 * Makes a release run. `$1` name of its folder, `$2` digest, `$3` seconds to stay active, `$4` releases kept. What is between the link and the restart is marked, so that nobody takes the link for what runs.
 */
export function switchScript(
  settings: Manager,
  { units }: SystemdService,
  files: readonly UnitFile[],
): string {
  const named = words(units);
  return `
${systemctl(settings, units)}
run_of() { look show -p InvocationID -p ActiveState --value "$1"; }
states() { look show -p ActiveState --value ${named} | sed '/^$/d'; }
restarts() { look show -p NRestarts --value ${named} | awk '{ sum += $1 } END { print sum + 0 }'; }
all_active() { ! states | grep -qvx active; }
name=$1 digest=$2 within=$3 count=$4
lock
[ "$(marked "$name" digest)" = "$digest" ] || fail "releases/$name is not there whole"
[ ! -e current ] || [ -h current ] || fail "$PWD/current is no link: move it away"
reloaded=
previous=$(current_name)
${unitFilesStep(settings, files, units)}
if [ "$previous" = "$name" ] && [ ! -f ${ownFolder}/unfinished ] && [ -z "$reloaded" ] && all_active; then
  echo "runs already"
  exit 0
fi
printf '%s\\n' "$name" > ${ownFolder}/unfinished || fail "$PWD/${ownFolder} can't be written"
if [ "$previous" != "$name" ]; then
  printf '%s\\n' "$previous" > ${ownFolder}/previous
  point_current "$name" || fail "$PWD/current can't be switched"
fi
echo "restarts ${units.join(", ")}"
restarted=
for unit in ${named}; do
  before=$(run_of "$unit")
  # What crashed often just now would not be started again: the way back from it must not wait for that.
  change reset-failed "$unit" 2>/dev/null
  if ! change restart "$unit" && [ "$(run_of "$unit")" = "$before" ]; then
    [ -z "$restarted" ] || fail "systemd would not restart $unit, and has restarted$restarted: run the same again once it may"
    if [ -n "$previous" ]; then point_current "$previous"; else rm -f current; fi
    rm -f ${ownFolder}/unfinished
    exit ${notRestartedExit}
  fi
  restarted="$restarted $unit"
done
rm -f ${ownFolder}/unfinished
touch "releases/$name/.knowngood"
began=$(restarts)
end=$(($(date +%s) + within))
while :; do
  if states | grep -qx -e failed -e inactive -e deactivating || [ "$(restarts)" -gt "$began" ]; then bad=1; break; fi
  [ "$(date +%s)" -ge "$end" ] && break
  sleep 1
done
if [ -n "\${bad:-}" ] || ! all_active; then
  look show ${askedProperties.map((property) => `-p ${property}`).join(" ")} ${named}
  echo "${journalLine}"
  journal 50
  exit ${inactiveExit}
fi
keep "$count"
true
`;
}

/**
 * Prints what stands in the way, a line each. `$1` whether the build is on the host, `$2` KiB that it needs, `$3` the units that have no
 * file in the settings.
 */
export function obstacleScript(
  settings: Manager,
  { units }: SystemdService,
  files: readonly UnitFile[],
): string {
  const named = words(units);
  const rights = !settings.sudo
    ? ""
    : `
for unit in ${named}; do
  sudo -n -l systemctl${settings.manager === "user" ? " --user" : ""} restart "$unit" >/dev/null 2>&1 ||
    echo "$(id -un) may not run sudo -n systemctl restart $unit without a password: allow it in sudoers"
done`;
  const unitFiles =
    files.length === 0 || settings.sudo
      ? ""
      : `
unit_folder=${unitFolder(settings)}; above=$unit_folder
while [ ! -d "$above" ]; do above=$(dirname "$above"); done
[ -w "$above" ] || echo "$unit_folder may not be written by $(id -un): the unit files can't be put there; set sudo: true"`;
  return `
${systemctl(settings, units)}
[ -w . ] || echo "$PWD may not be written by $(id -un): sudo chown $(id -un) $PWD"
[ ! -e current ] || [ -h current ] || echo "$PWD/current is no link: move it away, or name another folder"
for tool in flock tar readlink mktemp; do
  command -v $tool >/dev/null 2>&1 || echo "$tool is missing: install it"
done
command -v sha256sum >/dev/null 2>&1 || command -v shasum >/dev/null 2>&1 || command -v openssl >/dev/null 2>&1 ||
  echo "sha256sum is missing: install it (coreutils)"
free=$(df -Pk . | awk 'NR == 2 { print $4 }')
[ "$1" = 1 ] || [ "$free" -ge "$2" ] || echo "$PWD has $free KiB free, and the release needs some $2 KiB"
if ! command -v systemctl >/dev/null 2>&1; then echo "systemctl is missing: this host has no systemd"; exit 0; fi
said=$(look show -p Version 2>&1) || { echo "systemd does not answer: $(printf '%s' "$said" | head -n 1)"; exit 0; }
for unit in $3; do
  look show -p LoadState --value "$unit" | grep -qx -e loaded -e masked ||
    echo "there is no unit $unit: write its file, or name one in unitFiles"
done
for unit in ${named}; do
  look show -p LoadState --value "$unit" | grep -qx masked && echo "the unit $unit is masked: sudo systemctl unmask $unit"
done
${rights}${unitFiles}
true
`;
}
