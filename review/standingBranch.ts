import { parseDocument } from "yaml";
import { compared, fileIn, type BranchCommit, type Compared } from "./branches";
import { proposedText, saysAlready, type Change } from "./proposal";
import type { Repository } from "./repository";

/** What a proposal's branch has to be to be kept. */
export interface Wanted {
  change: Change;
  /** The project's name, which is the namespace of its settings. */
  project: string;
  /** The stack file on the branch that is deployed from: its newest commit, its path from the top, its text. */
  deployed: { commit: string; path: string; text: string };
}

/** A proposal's branch that is there already. */
export interface Standing {
  /** Why it begins anew; undefined where it is kept. */
  anew: string | undefined;
  /** What others have put on it: kept with it, or left behind. */
  others: readonly BranchCommit[];
}

/** The stack file at the commits that decide; undefined where there is none. */
export interface StandingFiles {
  fork: string | undefined;
  /** Before the branch's first commit, and with it. */
  before: string | undefined;
  first: string | undefined;
  tip: string | undefined;
}

/**
 * Whether a branch that has the name of a proposal is that proposal still. Anybody can have made it: what is on it counts,
 * not its name.
 * @param open whether an open pull request has it: another one may be left over
 */
export async function standingBranch(
  repository: Repository,
  wanted: Wanted,
  tip: string,
  open: boolean,
): Promise<Standing> {
  const { commit, path } = wanted.deployed;
  const has = await compared(repository, commit, tip);
  const [first] = has.own;
  const at = (sha: string | undefined) =>
    sha === undefined ? Promise.resolve(undefined) : fileIn(repository, path, sha);
  const [fork, before, with_, now] = await Promise.all(
    [has.fork, first?.parents[0], first?.sha, tip].map(at),
  );
  return standingOf(wanted, open, has, { fork, before, first: with_, tip: now });
}

/** The same, decided. */
export function standingOf(
  { change, project, deployed: { path, text } }: Wanted,
  open: boolean,
  { own, files: touched, whole }: Compared,
  files: StandingFiles,
): Standing {
  const [first, ...further] = own;
  const ours = first !== undefined && isProposal(first, files, project, change, path);
  const others = ours ? further : own;
  const says = files.tip !== undefined && saysAlready(files.tip, project, change, path);
  const because: readonly (readonly [wrong: boolean, why: string])[] = [
    [!open, "as no open pull request has it"],
    [!ours, "as it did not begin as this proposal"],
    [!whole || touched.some((file) => file !== path), `as it touches more than ${path}`],
    [files.fork !== text, "as the stack file has changed since"],
    [!says, "as it says something else"],
  ];
  return { anew: because.find(([wrong]) => wrong)?.[1], others };
}

/** Whether a commit is one as a proposal makes it, with whatever reason: by what is in it, since a message says anything. */
function isProposal(
  { parents }: BranchCommit,
  { before, first }: StandingFiles,
  project: string,
  change: Change,
  path: string,
): boolean {
  if (parents.length !== 1 || before === undefined || first === undefined) return false;
  const reason: unknown = parseDocument(first).getIn(["config", `${project}:record`, "reason"]);
  if (typeof reason !== "string") return false;
  return proposedText(before, project, { ...change, reason }, path) === first;
}
