import type { Wanted } from "../target";

/** The shortest part of a commit or a digest that tells which it is. */
const shortest = 7;

/**
 * What a platform says that runs, as one word; undefined where it says that nothing does.
 * @param pattern a regular expression whose first group names it. @default the whole of what was printed
 */
export function saidToRun(printed: string, pattern: string | undefined): string | undefined {
  const text =
    pattern === undefined ? printed.trim() : (new RegExp(pattern, "m").exec(printed)?.[1] ?? "").trim();
  return text === "" ? undefined : text;
}

/** The build that a platform's word means: a tag, a digest, an image with either, or a commit, whole or shortened. */
export function meantBuild(said: string, known: readonly Wanted[]): Wanted | undefined {
  const exact = known.find((build) => namesOf(build).includes(said));
  if (exact !== undefined) return exact;
  const part = said.replace(/^.*@?sha256:/, "");
  if (part.length < shortest || !/^[0-9a-f]+$/.test(part)) return undefined;
  const begins = known.filter(
    ({ commit, digest }) => commit?.startsWith(part) || digest.replace(/^sha256:/, "").startsWith(part),
  );
  // The same build can be of several releases; two builds with one beginning are not told apart.
  return new Set(begins.map(({ digest }) => digest)).size === 1 ? begins.at(-1) : undefined;
}

function namesOf({ release, digest, from, commit }: Wanted): string[] {
  const ofCommit = commit === undefined ? [] : [commit, `${from}:${commit}`];
  return [release, `${from}:${release}`, digest, `${from}@${digest}`, ...ofCommit];
}
