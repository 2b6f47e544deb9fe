import { posix } from "node:path";
import type { Release } from "../catalog/release";
import { parseRelease, releaseText } from "../catalog/releaseFile";
import { compared, fileIn } from "./branches";
import { orMissing, type Repository } from "./repository";
import { named } from "./workingTree";

/** What a proposal was made of here, and where that has to be on the branch that is deployed from. */
export interface ProposedFrom {
  branch: string;
  /** Newest commit of the branch. */
  commit: string;
  /** The project's folder in the repository, with a slash at its end where it is not the top. */
  place: string;
  /** The stack file, from the repository's top. It is read from the branch. */
  stackFile: string;
  /** Folder of the catalog, from the project's folder. */
  releases: string;
  release: Release;
  /** Files here that the commit here lacks, or has otherwise. */
  notCommitted: readonly string[];
}

/**
 * What the branch that is deployed from has not, or otherwise than it was here when it was previewed: the check, and the
 * deployment, go by the branch.
 * @returns sentences without their full stop
 */
export async function differences(repository: Repository, from: ProposedFrom): Promise<string[]> {
  const files = from.notCommitted.filter((file) => file !== from.stackFile);
  const [ofFile, ofCommit] = await Promise.all([catalogFile(repository, from), commit(repository, from)]);
  return [
    ...ofFile,
    ...ofCommit,
    ...(files.length === 0
      ? []
      : [
          `What was previewed has files that are not committed as they are: ${named(files)}. The check sees the commit`,
        ]),
  ];
}

async function catalogFile(
  repository: Repository,
  { branch, commit: at, place, releases, release }: ProposedFrom,
): Promise<string[]> {
  const path = posix.join(place, releases, `${release.tag}.yaml`);
  // A catalog elsewhere is not the branch's.
  if (posix.isAbsolute(releases) || path.startsWith("../")) return [];
  const text = await fileIn(repository, path, at);
  if (text === undefined)
    return [
      `${branch} has no ${path}, so the check can't know ${release.tag}: commit it there, with the SQL that it names in ` +
        posix.join(place, releases, "migrations"),
    ];
  const read = parseRelease(path, text);
  if ("release" in read && releaseText(read.release) === releaseText(release)) return [];
  return [`${path} is another one on ${branch} than here, and it is that of ${branch} that is deployed`];
}

/** One that the repository does not know is another's, such as the application's own. */
async function commit(
  repository: Repository,
  { branch, commit: tip, release: { tag, commit: built } }: ProposedFrom,
): Promise<string[]> {
  if (built === undefined) return [];
  const found = await orMissing(compared(repository, tip, built));
  if (found === undefined || found.own.length === 0) return [];
  return [`${tag} was built from ${built.slice(0, 12)}, which is not on ${branch}`];
}
