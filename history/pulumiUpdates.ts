/** One update as Pulumi's own history has it. Secrets of its configuration are never asked for. */
export interface PulumiUpdate {
  /** `update`, `refresh`, `destroy`, … as Pulumi calls it. */
  kind: string;
  /** Undefined on a file backend, which counts none. */
  version?: number;
  /** ISO 8601, UTC; Pulumi keeps whole seconds. */
  startedAt: string;
  /** Undefined while it is under way, and of one that was killed. */
  endedAt?: string;
  result: "succeeded" | "failed" | "under way";
  /** The setting `imageTag` that it went by. */
  tag?: string;
  message?: string;
  /** Whether it changed any resource. */
  changed: boolean;
}

/** As `pulumi stack history --json` prints it, where it matters. */
interface Printed {
  version?: number;
  kind?: string;
  startTime?: string;
  endTime?: string;
  message?: string;
  result?: string;
  config?: Record<string, { value?: string; secret?: boolean }>;
  resourceChanges?: Record<string, number>;
}

/**
 * The newest updates of a stack, newest first. Previews change nothing and are left out.
 *
 * The command that the Automation API runs for its `history()` is run itself: the API can only be had of a stack that it
 * selects, which would change the user's selected stack, asks for secrets unless told not to, and takes half a second to
 * load. Every backend answers this one, and none needs a passphrase.
 * @param ask what a command of the Pulumi CLI prints
 * @param project whose namespace the settings are in
 * @param limit how many at most
 * @throws Error when Pulumi does not tell, or tells something else
 */
export async function pulumiUpdates(
  ask: (words: readonly string[]) => Promise<string>,
  { stack, project, limit }: { stack: string; project: string; limit: number },
): Promise<PulumiUpdate[]> {
  const size = ["--page-size", String(limit)];
  return parsePulumiUpdates(await ask(["stack", "history", "--json", "--stack", stack, ...size]), project);
}

/** @throws Error for what is no list of updates */
export function parsePulumiUpdates(text: string, project: string): PulumiUpdate[] {
  let printed: unknown;
  try {
    printed = JSON.parse(text);
  } catch (error) {
    throw new Error("`pulumi stack history --json` printed something that is not JSON.", { cause: error });
  }
  // A stack without updates has `null`, by some versions.
  if (printed === null) return [];
  if (!Array.isArray(printed)) throw new Error("`pulumi stack history --json` printed no list.");
  return (printed as Printed[]).flatMap((update) => updateOf(update, project) ?? []);
}

function updateOf(printed: Printed, project: string): PulumiUpdate | undefined {
  const { kind = "update", version = 0, startTime, endTime, message = "", result, resourceChanges } = printed;
  if (typeof startTime !== "string" || kind === "preview") return undefined;
  const setting = printed.config?.[`${project}:imageTag`];
  const tag = setting?.secret === true ? undefined : setting?.value;
  const underWay = result !== "succeeded" && result !== "failed";
  return {
    kind,
    ...(version > 0 && { version }),
    startedAt: new Date(startTime).toISOString(),
    ...(endTime !== undefined && !underWay && { endedAt: new Date(endTime).toISOString() }),
    result: underWay ? "under way" : result,
    ...(tag !== undefined && { tag }),
    ...(message.trim() !== "" && { message: message.trim() }),
    changed: Object.entries(resourceChanges ?? {}).some(([what, count]) => what !== "same" && count > 0),
  };
}
