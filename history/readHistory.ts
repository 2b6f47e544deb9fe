import { standingNow, type Standing } from "../assessment/standing";
import { surveyCatalog, type Catalog } from "../catalog/catalog";
import { notedUpdates } from "../records/begunUpdates";
import { readRecords } from "../records/readRecords";
import type { ReleaseRecord } from "../records/releaseRecord";
import { recordPlace } from "../records/writtenRecord";
import type { Settings } from "../settings/settings";
import { mergeDeployments, type Deployment } from "./deployments";
import { markDeployments } from "./markDeployments";
import { pulumiUpdates, type PulumiUpdate } from "./pulumiUpdates";
import { parseStackState, type StackState } from "./stackState";

/** A stack whose history is asked for. */
export interface HistoryQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Project and stack, such as `shop/prod`. */
  label: string;
  settings: Pick<Settings, "releases" | "quarantine"> & {
    record: Pick<Settings["record"], "folder" | "file">;
  };
  /** How many updates at most. */
  limit: number;
  /** What a command of the Pulumi CLI prints. */
  ask: (words: readonly string[]) => Promise<string>;
  /** What `pulumi stack export` prints. */
  exported: (stack: string) => Promise<string>;
}

/** What was deployed on a stack, what runs, and what it can go back to. */
export interface StackHistory {
  stack: string;
  label: string;
  /** Undefined where the state can't be read, which `problems` says. */
  standing: Standing | undefined;
  /** Newest first. */
  deployments: readonly Deployment[];
  /** What could not be had, and why; the rest is told all the same. */
  problems: readonly string[];
}

/**
 * Reads a stack's history, from Pulumi's and from the records on this machine. Never rejects: what can't be had is among
 * the problems. No passphrase is needed, and no secret is read.
 */
export async function readHistory(question: HistoryQuestion): Promise<StackHistory> {
  const { stack, label, settings, limit, ask, exported } = question;
  const project = label.slice(0, label.lastIndexOf("/"));
  const problems: string[] = [];
  const orElse = async <Had, Instead>(what: string, work: () => Promise<Had> | Had, instead: Instead) => {
    try {
      return await work();
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return instead;
    }
  };
  const place = recordPlace(settings);
  const catalog = await orElse<Catalog, Catalog>(
    "The catalog can't be read",
    () => surveyCatalog(settings.releases).catalog,
    { folder: settings.releases, releases: [] },
  );
  const [pulumi, state] = await Promise.all([
    orElse<PulumiUpdate[], PulumiUpdate[]>(
      "Pulumi's history can't be read, so that the records on this machine tell alone",
      () => pulumiUpdates(ask, { stack, project, limit }),
      [],
    ),
    orElse<StackState, undefined>(
      "The stack's state can't be read, so that what runs and what is known good is not known",
      async () => parseStackState(await exported(stack)),
      undefined,
    ),
  ]);
  const records = await orElse<ReleaseRecord[], ReleaseRecord[]>(
    `The records in ${place.file} can't be read`,
    () => readRecords(place.file, label),
    [],
  );
  const standing = state && standingNow(state, { label, catalog, settings });
  const noted = notedUpdates(place.folder, label);
  const deployments = mergeDeployments({ pulumi, records, noted, catalog }).slice(0, limit);
  return {
    stack,
    label,
    standing,
    deployments: markDeployments(deployments, {
      running: standing?.running.tag,
      knownGood: standing?.knownGood.map(({ tag }) => tag) ?? [],
      lastKnownGood: standing?.lastKnownGood?.tag,
    }),
    problems,
  };
}
