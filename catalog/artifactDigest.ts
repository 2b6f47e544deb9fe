import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { isWebAddress } from "./build";

/** An artifact's server or file that can't be read, for another reason than that it isn't there. */
export class ArtifactUnreachable extends Error {
  override readonly name = "ArtifactUnreachable";
}

/** A server that sends nothing for so long is down, in milliseconds; a large file may take as long as it takes. */
const longestSilence = 30_000;

/**
 * The SHA-256 of an artifact's bytes, as `sha256:…`.
 * @param artifact an `https://` or `http://` URL, or a file
 * @param options silence: milliseconds without a byte after which a server counts as down. @default 30 s
 * @returns undefined where there is no such file, or the server says so
 * @throws ArtifactUnreachable where it can't be read
 */
export async function digestOfArtifact(
  artifact: string,
  { silence = longestSilence }: { silence?: number } = {},
): Promise<string | undefined> {
  const abort = new AbortController();
  const stop = () => abort.abort(new Error(`nothing came for ${silence / 1000} s`));
  const timer = setTimeout(stop, silence);
  try {
    const bytes = isWebAddress(artifact)
      ? await answerOf(artifact, abort.signal)
      : createReadStream(artifact, { signal: abort.signal });
    if (bytes === undefined) return undefined;
    const hash = createHash("sha256");
    for await (const chunk of bytes) {
      hash.update(chunk as Buffer);
      timer.refresh();
    }
    return `sha256:${hash.digest("hex")}`;
  } catch (error) {
    if (error instanceof ArtifactUnreachable) throw error;
    const { code, message, cause } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    const reason: unknown = abort.signal.aborted ? abort.signal.reason : (cause ?? error);
    const said = reason instanceof Error && reason.message !== "" ? reason.message : message;
    throw new ArtifactUnreachable(`${artifact} can't be read: ${said}`);
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf(url: string, signal: AbortSignal): Promise<Readable | undefined> {
  const answer = await fetch(url, { signal, redirect: "follow" });
  if (answer.ok && answer.body !== null) return Readable.fromWeb(answer.body);
  await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410) return undefined;
  throw new ArtifactUnreachable(`${url} can't be read: its server answers ${answer.status}`);
}
