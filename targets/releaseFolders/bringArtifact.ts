import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { digestOfArtifact } from "../../catalog/artifactDigest";
import { isWebAddress } from "../../catalog/build";
import { sendTo, SendFailed } from "../../hosts/sendTo";
import { TargetError, type Tell, type Wanted } from "../target";
import { answerOf, lastWords, outputOf, timely, whereOf, type Place } from "./place";
import { exits, ownFolder } from "./shell";

/** Milliseconds for an artifact to come to the host. */
export const bringTime = 15 * 60_000;

/** Where an artifact waits on the host to be unpacked, from the service's folder. The same bytes have one name. */
export function incoming(digest: string): string {
  return `${ownFolder}/incoming-${digest.slice(-64)}`;
}

/**
 * Brings an artifact's bytes to `incoming` on the host, with the right SHA-256 or not at all: a file, whose path begins at the project's folder, is sent; a URL is
 * fetched by the host itself, or here and sent where the host can't.
 * @throws TargetError where the bytes are not to be had, or are others; what hosts/ throws
 */
export async function bringArtifact(place: Place, { from, digest }: Wanted, tell: Tell): Promise<void> {
  if (!isWebAddress(from)) return sendFile(place, resolve(from), digest, tell);
  tell(`${place.service}: fetches ${withoutQuery(from)}`);
  const asked = { words: [incoming(digest), digest], stdin: forCurl(from), timeoutMs: bringTime };
  const answer = await timely(place, "fetch the artifact", answerOf(place, fetchScript, asked));
  if (answer.exitCode === 0) return;
  if (answer.exitCode !== exits.unfetched)
    throw new TargetError(
      `${place.service}: ${withoutQuery(from)} did not come to ${whereOf(place)}: ${lastWords(answer)}`,
    );
  if (place.host === undefined)
    throw new TargetError(`${place.service}: ${withoutQuery(from)} can't be fetched: ${lastWords(answer)}`);
  tell(`${place.service}: the host can't fetch it (${lastWords(answer)}): it is fetched here and sent`);
  const folder = await mkdtemp(join(tmpdir(), "knowngood-artifact-"));
  try {
    const file = join(folder, "artifact");
    await download(place, from, digest, file, lastWords(answer));
    await sendFile(place, file, digest, tell);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sendFile(place: Place, file: string, digest: string, tell: Tell): Promise<void> {
  const actual = await digestOfArtifact(file).catch((error: unknown) => {
    throw new TargetError(`${place.service}: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (actual === undefined)
    throw new TargetError(
      `${place.service}: the artifact ${file} is not there: build it again, or bring it back`,
    );
  if (actual !== digest) throw new TargetError(otherBytes(place, file, actual, digest));
  tell(`${place.service}: sends ${file}`);
  await outputOf(
    place,
    "make room for the artifact",
    `mkdir -p ${ownFolder} releases || fail "$PWD may not be written by $(id -un)"`,
    {
      timeoutMs: 30_000,
    },
  );
  try {
    await timely(
      place,
      "send the artifact",
      sendTo(place.host, file, `${place.folder}/${incoming(digest)}`, {
        timeoutMs: bringTime,
        ...(place.signal !== undefined && { signal: place.signal }),
      }),
    );
  } catch (error) {
    if (!(error instanceof SendFailed)) throw error;
    throw new TargetError(`${place.service}: ${error.message}`);
  }
}

async function download(
  place: Place,
  url: string,
  digest: string,
  file: string,
  hostSaid: string,
): Promise<void> {
  const hash = createHash("sha256");
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(bringTime) });
    if (!answer.ok || answer.body === null) throw new Error(`its server answers ${answer.status}`);
    const bytes = Readable.fromWeb(answer.body);
    bytes.on("data", (chunk: Buffer) => hash.update(chunk));
    await pipeline(bytes, createWriteStream(file));
  } catch (error) {
    const { cause, message } = error as Error;
    const said = cause instanceof Error && cause.message !== "" ? cause.message : message;
    throw new TargetError(
      `${place.service}: ${withoutQuery(url)} can't be fetched, neither by the host (${hostSaid}) nor from here (${said})`,
    );
  }
  const actual = `sha256:${hash.digest("hex")}`;
  if (actual !== digest) throw new TargetError(otherBytes(place, withoutQuery(url), actual, digest));
}

function otherBytes({ service }: Place, what: string, actual: string, digest: string): string {
  return (
    `${service}: ${what} is not what was released: it has ${actual}, and the release ${digest}. Nothing of it was unpacked. ` +
    "Bring the released artifact back, or add the new one as another release."
  );
}

/** As a quoted word of curl's takes it. */
function forCurl(url: string): string {
  return new URL(url).href.replaceAll("\\", "%5C").replaceAll('"', "%22");
}

/** What stands behind a URL's `?` may be a signature that lets anybody in. */
export function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, "");
}

/** The URL comes by standard input, so that it stands in no list of processes. */
const fetchScript = `
mkdir -p ${ownFolder} releases || fail "$PWD may not be written by $(id -un)"
part=$1.$$
trap 'rm -f -- "$part"' EXIT
trap 'exit 143' HUP INT TERM
read -r url || [ -n "$url" ]
if [ -f "$1" ] && [ "$(digest_of "$1")" = "$2" ]; then exit 0; fi
if command -v curl >/dev/null 2>&1; then
  printf 'url = "%s"\\n' "$url" | curl -K - -gfsSL --connect-timeout 10 --speed-limit 1 --speed-time 30 -o "$part"
  code=$?
  # Of curl's codes, 23 is a failed write: a full disk is no reason to send it from elsewhere.
  [ "$code" -eq 23 ] && fail "it can't be written: $(df -Pk . | awk 'NR == 2 { print $4 " KiB are free" }')"
  [ "$code" -eq 0 ] || exit ${exits.unfetched}
elif command -v wget >/dev/null 2>&1; then
  printf '%s\\n' "$url" | wget -q -T 30 -O "$part" -i - || fail "wget could not fetch it" ${exits.unfetched}
else fail "it has neither curl nor wget" ${exits.unfetched}; fi
found=$(digest_of "$part") || fail "its SHA-256 can't be computed: sha256sum, shasum and openssl are missing"
[ "$found" = "$2" ] || fail "its bytes are not what was released: they have $found, and the release $2; nothing was unpacked" ${exits.otherBytes}
mv -f -- "$part" "$1"
`;
