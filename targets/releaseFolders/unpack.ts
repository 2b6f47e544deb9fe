import { markerFile, ownFolder } from "./shell";

/**
 * `unpack FILE FOLDER NAME STRIP` makes the folder and unpacks an archive into it, or puts a single file there, executable,
 * as NAME. What the archive says of owners is not taken over.
 */
const unpackFunction = `
unpack() {
  [ -s "$1" ] || fail "the artifact is empty"
  mkdir -- "$2" || fail "$PWD/$2 can't be made"
  if tar -tf "$1" >/dev/null 2>&1; then
    tar -xof "$1" -C "$2" --strip-components="$4" || fail "it can't be unpacked: $(df -Pk . | awk 'NR == 2 { print $4 " KiB are free" }')"
  elif [ "$(head -c 2 "$1")" = PK ]; then
    fail "it is a zip archive: release a tar archive, or a single binary"
  else
    cp -- "$1" "$2/$3" && chmod 755 "$2/$3" || fail "it can't be copied"
  fi
}
`.trim();

/**
 * Unpacks what came: whole under its own name, or not at all. `$1` file, `$2` digest, `$3` name of the release's folder, `$4`
 * tag, `$5` name of a single file, `$6` leading folders of the archive to leave out.
 */
export const unpackScript = `
${unpackFunction}
lock
mkdir -p releases
remove_unfinished
if [ -e "releases/$3" ]; then
  [ "$(marked "$3" digest)" = "$2" ] && exit 0
  fail "releases/$3 is there already, and was made from something else"
fi
part=releases/.knowngood-part
incoming=$1
# What can't be unpacked must not fill the disk.
trap 'rm -rf "$part"; rm -f -- "$incoming"' EXIT
trap 'exit 143' HUP INT TERM
[ "$(digest_of "$1")" = "$2" ] || fail "the artifact that came has other bytes"
unpack "$1" "$part" "$5" "$6"
printf 'digest=%s\\ntag=%s\\n' "$2" "$4" > "$part/${markerFile}" || fail "$PWD/$part can't be written"
sync -f "$part" 2>/dev/null
mv -T -- "$part" "releases/$3" || fail "releases/$3 can't be made"
find ${ownFolder} -name 'incoming-*' -mtime +1 -exec rm -f {} + 2>/dev/null
true
`;

export { unpackFunction };
