import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Host } from "./host";
import { runOn } from "./runOn";

/** The host did not take a file; what stood there before stands there still. */
export class SendFailed extends Error {
  override readonly name = "SendFailed";
}

/**
 * Copies a file to the host; host undefined: on this machine. Whole or not at all: it is written beside its place under another
 * name, for this user alone, and renamed once all bytes are there.
 * @param remoteFile a path; a relative one starts at the user's home, or at this process's folder on this machine
 * @throws SendFailed, and what runOn throws
 */
export async function sendTo(
  host: Host | undefined,
  localFile: string,
  remoteFile: string,
  options: {
    /** @default 0o644 */
    mode?: number;
    timeoutMs: number;
    signal?: AbortSignal;
  },
): Promise<void> {
  const { mode = 0o644, timeoutMs, signal } = options;
  const { size } = await stat(localFile);
  const answer = await runOn(host, receive, {
    words: [remoteFile, mode.toString(8), String(size)],
    stdin: { bytes: size, open: () => createReadStream(localFile) },
    timeoutMs,
    ...(signal !== undefined && { signal }),
  });
  if (answer.exitCode === 0) return;
  const said = answer.problem.trim().split("\n").slice(-2).join("; ");
  const where = host === undefined ? remoteFile : `${remoteFile} on ${host.address}`;
  throw new SendFailed(
    `${where} was not written: ${said || `exit code ${answer.exitCode}`}. What stood there before is as it was.`,
  );
}

const receive = `
set -eu
case $1 in */*) folder=\${1%/*}/ ;; *) folder=./ ;; esac
if [ -d "$1" ]; then echo "$1 is a folder" >&2; exit 1; fi
umask 077
part=$(mktemp "$folder.knowngood-part.XXXXXXXX")
trap 'rm -f -- "$part"' EXIT
trap 'exit 143' HUP INT PIPE TERM
cat > "$part"
bytes=$(wc -c < "$part")
if [ "$bytes" -ne "$3" ]; then echo "$bytes of $3 bytes have come" >&2; exit 1; fi
chmod "$2" "$part"
mv -f -- "$part" "$1"
`;
