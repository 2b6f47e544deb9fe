import { quoted } from "../../components/ownCommand";
import { limited, listing, markerFile, ownFolder, words } from "../releaseFolders/shell";
import { unpackFunction } from "../releaseFolders/unpack";
import type { SymlinkService } from "./place";

/** Exit code of a script whose build or after-switch command failed. */
export const commandExit = 70;
/** What stands before what a failed command printed. */
export const commandLine = "--- command";

/** Runs the commands one after the other in the working folder; the first that fails ends the script. */
function run(commands: readonly string[], within: number): string {
  const output = `"$home/${ownFolder}/output"`;
  return commands
    .map(
      (command) => `
printf '%s\\n' ${quoted(`runs ${command}`)}
${limited(within, `sh -c ${quoted(command)}`)} >${output} 2>&1 </dev/null 9>&-
code=$?
if [ "$code" -ne 0 ]; then
  printf '%s %s %s\\n' ${quoted(commandLine)} "$code" ${quoted(command)}
  tail -n 50 ${output}
  rm -f ${output}
  exit ${commandExit}
fi
rm -f ${output}`,
    )
    .join("\n");
}

/** The release's links to what all share; what the first release brings along becomes the shared one, as Deployer does it. */
function share({ sharedFolders, sharedFiles }: SymlinkService): string {
  return `
for one in ${words(sharedFolders)}; do
  if [ ! -d "shared/$one" ]; then
    mkdir -p "shared/$one"
    [ -d "$part/$one" ] && cp -R "$part/$one/." "shared/$one/"
  fi
  rm -rf "$part/$one" && mkdir -p "$(dirname "$part/$one")" && ln -s "$PWD/shared/$one" "$part/$one" || fail "shared/$one can't be linked"
done
for one in ${words(sharedFiles)}; do
  mkdir -p "$(dirname "shared/$one")" "$(dirname "$part/$one")"
  if [ ! -e "shared/$one" ]; then
    if [ -f "$part/$one" ]; then cp "$part/$one" "shared/$one"; else : > "shared/$one"; fi
  fi
  rm -rf "$part/$one" && ln -s "$PWD/shared/$one" "$part/$one" || fail "shared/$one can't be linked"
done`;
}

/** Brings a git revision's files to `$part`, from a mirror of knowngood's own beside the releases. */
const checkOut = `
export GIT_TERMINAL_PROMPT=0
mirror=${ownFolder}/repository
if [ ! -f $mirror/HEAD ]; then
  rm -rf $mirror
  git init --quiet --bare $mirror || fail "git can't make $PWD/$mirror"
fi
if ! git -C $mirror cat-file -e "$commit^{commit}" 2>/dev/null; then
  git -C $mirror fetch --quiet --force --tags -- "$from" '+refs/heads/*:refs/heads/*' || fail "git can't fetch $from"
  git -C $mirror cat-file -e "$commit^{commit}" 2>/dev/null ||
    git -C $mirror fetch --quiet -- "$from" "$commit" || fail "$from does not have the commit $commit"
fi
mkdir "$part" || fail "$PWD/$part can't be made"
git -C $mirror archive --format=tar "$commit" > ${ownFolder}/incoming-tree || fail "git can't write the files of $commit"
tar -xof ${ownFolder}/incoming-tree -C "$part" || fail "the files of $commit can't be written: $(df -Pk . | awk 'NR == 2 { print $4 " KiB are free" }')"
rm -f ${ownFolder}/incoming-tree
printf '%s\\n' "$commit" > "$part/REVISION"`;

const unpackIncoming = (stripComponents: number) => `
${unpackFunction}
[ "$(digest_of "$incoming")" = "$digest" ] || fail "the artifact that came has other bytes"
unpack "$incoming" "$part" artifact ${stripComponents}`;

/**
 * Makes a release ready under the next number, as Deployer counts: unpacked beside, moved to its place with a mark that it is
 * unfinished, built there, since what is built may hold its path, and marked as whole. Standard input: the JSON line for
 * Deployer's log, in which NUMBER stands for the number, and the git repository.
 * `$1` digest, `$2` tag, `$3` the artifact that came.
 */
export function prepareScript(service: SymlinkService, kind: "artifact" | "revision"): string {
  return `
digest=$1 tag=$2 incoming=$3 commit=\${1#git:} home=$PWD
read -r entry; read -r from
lock
mkdir -p releases shared .dep || fail "$PWD may not be written by $(id -un)"
[ ! -f .dep/deploy.lock ] || fail "Deployer holds the folder: $(cat .dep/deploy.lock). Wait for it, or run dep deploy:unlock"
remove_unfinished
for one in releases/*/; do
  one=\${one%/}; one=\${one#releases/}
  [ "$(marked "$one" digest)" = "$digest" ] && exit 0
done
part=releases/.knowngood-part
trap 'rm -rf "$home/$part"' EXIT
trap 'exit 143' HUP INT TERM
${kind === "revision" ? checkOut : unpackIncoming(service.stripComponents)}
${share(service)}
number=$(cat .dep/latest_release 2>/dev/null || echo 0)
for one in releases/*/; do
  one=\${one%/}; one=\${one#releases/}
  case $one in *[!0-9]*) ;; *) [ "$one" -gt "$number" ] && number=$one ;; esac
done
number=$((number + 1))
echo unfinished > "$part/${markerFile}" || fail "$PWD/$part can't be written"
sync -f "$part" 2>/dev/null
mv -T -- "$part" "releases/$number" || fail "releases/$number can't be made"
trap 'cd "$home"; [ -n "$whole" ] || rm -rf "releases/$number"' EXIT
whole=
echo "release $number of $tag"
cd "releases/$number"
${run(service.build, service.commandWithin)}
cd "$home"
mark "$number" "$digest" "$tag" || fail "releases/$number can't be marked"
whole=1
echo "$number" > .dep/latest_release
printf '%s\\n' "$entry" | sed "s/NUMBER/$number/" >> .dep/releases_log
rm -f -- "$incoming"
true
`;
}

/**
 * Switches the link and runs the commands that follow; they are run again until all went through. `$1` name of the release's
 * folder, `$2` digest, `$3` tag, `$4` releases kept.
 */
export function switchScript(service: SymlinkService): string {
  return `
name=$1 digest=$2 tag=$3 count=$4 home=$PWD
lock
[ -d "releases/$name" ] && [ "$(head -n 1 "releases/$name/${markerFile}" 2>/dev/null)" != unfinished ] || fail "releases/$name is not there whole"
[ ! -e current ] || [ -h current ] || fail "$PWD/current is no link: move it away"
[ ! -f .dep/deploy.lock ] || fail "Deployer holds the folder: $(cat .dep/deploy.lock). Wait for it, or run dep deploy:unlock"
previous=$(current_name)
if [ "$previous" = "$name" ] && [ ! -f ${ownFolder}/unfinished ]; then
  echo "is current already"
  exit 0
fi
[ -f "releases/$name/BAD_RELEASE" ] && echo "dep rollback has marked releases/$name as bad: $(cat "releases/$name/BAD_RELEASE")"
printf '%s\\n' "$name" > ${ownFolder}/unfinished || fail "$PWD/${ownFolder} can't be written"
if [ "$previous" != "$name" ]; then
  printf '%s\\n' "$previous" > ${ownFolder}/previous
  point_current "$name" || fail "$PWD/current can't be switched"
fi
echo "current leads to releases/$name"
cd "releases/$name"
${run(service.afterSwitch, service.commandWithin)}
cd "$home"
rm -f ${ownFolder}/unfinished
[ -f "releases/$name/${markerFile}" ] && touch "releases/$name/${markerFile}"
${service.removeUnknown ? adoptDeployers : ""}
keep "$count"
true
`;
}

/** Marks the releases that Deployer's log names, so that they are counted and removed like all others. */
const adoptDeployers = `
for one in releases/*/; do
  one=\${one%/}; one=\${one#releases/}
  [ ! -f "releases/$one/${markerFile}" ] || continue
  grep -q "\\"release_name\\":\\"$one\\"" .dep/releases_log 2>/dev/null || continue
  own=git:$(head -n 1 "releases/$one/REVISION" 2>/dev/null)
  mark "$one" "$own" "$one" && touch -r "releases/$one" "releases/$one/${markerFile}"
done`;

/** Prints the folder's listing, and what tells one switch from another. */
export const lookScript = `
{ ${listing} }
printf 'link\\t%s\\n' "$(stat -c '%i %Y' current 2>/dev/null)"
`;

/** Prints what stands in the way, a line each. `$1` whether the build is on the host, `$2` whether it comes by git. */
export const obstacleScript = `
[ -w . ] || echo "$PWD may not be written by $(id -un): sudo chown $(id -un) $PWD"
[ ! -e current ] || [ -h current ] || echo "$PWD/current is no link: move it away, or name another folder"
[ ! -f .dep/deploy.lock ] || echo "Deployer holds the folder: $(cat .dep/deploy.lock). Wait for it, or run dep deploy:unlock"
for tool in flock tar readlink timeout; do
  command -v $tool >/dev/null 2>&1 || echo "$tool is missing: install it"
done
if [ "$1" != 1 ] && [ "$2" = 1 ]; then command -v git >/dev/null 2>&1 || echo "git is missing: install it, or release an artifact"; fi
command -v sha256sum >/dev/null 2>&1 || command -v shasum >/dev/null 2>&1 || command -v openssl >/dev/null 2>&1 ||
  echo "sha256sum is missing: install it (coreutils)"
free=$(df -Pk . | awk 'NR == 2 { print $4 }')
[ "$1" = 1 ] || [ "$free" -ge 1024 ] || echo "$PWD has $free KiB free, and a release needs more"
true
`;
