import type { Tell, Wanted } from "../target";
import { bringArtifact, bringTime, incoming } from "./bringArtifact";
import { outputOf, type Place } from "./place";
import { unpackScript } from "./unpack";

export interface Unpacking {
  /** Name of the release's folder. */
  name: string;
  /** Name of the file in it where the artifact is no archive. */
  binary: string;
  /** Leading folders of an archive to leave out. */
  stripComponents: number;
}

/** Brings an artifact to the host and unpacks it into a release's folder, whole or not at all. */
export async function fetchArtifact(
  place: Place,
  wanted: Wanted,
  tell: Tell,
  { name, binary, stripComponents }: Unpacking,
): Promise<void> {
  await bringArtifact(place, wanted, tell);
  tell(`${place.service}: unpacks ${wanted.release}`);
  await outputOf(place, `unpack ${wanted.release}`, unpackScript, {
    words: [incoming(wanted.digest), wanted.digest, name, wanted.release, binary, String(stripComponents)],
    timeoutMs: bringTime,
  });
}
