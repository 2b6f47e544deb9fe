import { doubtsOf, type SchemaDoubt } from "../assessment/schemaDoubts";
import { planner, versionOrder } from "../assessment/dumpPlan";
import { standIn, type SchemaDump, type StandIn } from "../assessment/schemaDump";
import { gapReader } from "../assessment/schemaGap";
import { lookAtWayDown, type CountedDatabase } from "../assessment/lookAtWayDown";
import { waysOf } from "../assessment/stepDownEvidence";
import { textProblems } from "../assessment/textProblems";
import {
  adviseTag,
  findRelease,
  buildsByService,
  migrationOrder,
  readCatalog,
  type Catalog,
} from "../catalog/catalog";
import { migrationLabel, type Migration, type Release } from "../catalog/release";
import type { Gap } from "../schema/gap";
import { runnerWhenAhead } from "../migrations/tools/runnerWhenAhead";
import { notJudged } from "../schema/notJudged";
import type { RunnerWord } from "../schema/report";
import { planSchema } from "../schema/schemaPlan";
import { InvalidInput, show, type Violation } from "../settings/violations";
import type { Applied } from "./assessApplied";
import type { AssessedSubject } from "./assessSubject";
import { nothingAhead } from "./nothingAhead";
import { tell } from "./output";

export interface ReleasesQuestion {
  releases: string;
  from?: string;
  to: string;
  /** The live one. */
  database?: CountedDatabase;
  /** Stands in for the oldest migrations. */
  dump?: SchemaDump;
}

/**
 * A gap between two releases of the catalog; where a database was asked, what it has applied decides.
 * @throws InvalidInput where the catalog or a release can't be had, or nobody says what is applied
 */
export function releasesSubject(question: ReleasesQuestion, applied: Applied | undefined): AssessedSubject {
  const catalog = readCatalog(question.releases);
  const { from, to } = namedReleases(catalog, question);
  const order = migrationOrder(catalog);
  const { versions, doubts } = versionsIn(from, catalog, order, applied);
  const dump = dumpIn(question, versions);
  const known = versionOrder(order, dump);
  const ahead = planner(known, dump)(to, versions).gap;
  const { head } = planSchema([], versions, known);
  const gap = gapReader(catalog, order, dump)(to.migrations, ahead);
  return {
    gap: withoutHalfApplied(gap, order, applied),
    target: { tag: to.tag, images: buildsByService(to) },
    flags: (from?.flags ?? []).filter((flag) => !to.flags.includes(flag)),
    runner: ahead.length === 0 ? undefined : runnerOf(to, versions, applied),
    notJudged: notJudged(
      from === undefined ? undefined : `${from.tag} ran`,
      to.tag,
      from === undefined ? [] : releasesAfter(catalog, to, from),
      catalog.releases.map(({ tag }) => tag),
    ),
    doubts,
    nothingAhead: nothingAhead(
      gap,
      from === undefined || (applied !== undefined && !("unreachable" in applied))
        ? `the database has applied nothing that ${to.tag} doesn't ship`
        : `${from.tag} ships no migration that ${to.tag} doesn't`,
    ),
    stepDown:
      head === undefined || !ahead.includes(head)
        ? undefined
        : newestOf(gap, head, catalog, order, applied === undefined ? undefined : question.database),
  };
}

function dumpIn({ dump }: ReleasesQuestion, applied: readonly string[]): StandIn | undefined {
  const found = standIn(dump, applied);
  if (dump === undefined || found !== undefined) return found;
  throw new InvalidInput("Nothing was judged", [
    {
      where: "--dump-up-to",
      found: `${show(dump.upTo)}, which is not among what is applied`,
      expected: "name the newest migration that was applied when the dump was taken",
    },
  ]);
}

/** What a step-down would take back: the newest migration that is applied. */
function newestOf(
  { shipped, ahead, unread = [] }: Gap,
  version: string,
  catalog: Catalog,
  order: readonly Migration[],
  database: CountedDatabase | undefined,
): AssessedSubject["stepDown"] {
  const migration = order.find((each) => each.version === version);
  const label = migration === undefined ? version : migrationLabel(migration);
  const newest = {
    migration: { version, name: migration?.name ?? "" },
    before: [...shipped, ...ahead.filter(({ name }) => name !== label)],
    ...waysOf(catalog, migration),
    // Of the whole gap, and so of the newest too.
    unread,
    // What stopped half-way, or can't be read whole, is not among what is ahead.
    up: ahead.find(({ name }) => name === label),
  };
  return (judging) => lookAtWayDown(newest, database, judging);
}

function namedReleases(catalog: Catalog, question: ReleasesQuestion): { from?: Release; to: Release } {
  const violations: Violation[] = [];
  const find = (option: string, tag: string) => {
    const release = findRelease(catalog, tag);
    if (release === undefined)
      violations.push({ where: option, found: show(tag), expected: adviseTag(catalog, tag) });
    return release;
  };
  const from = question.from === undefined ? undefined : find("--from", question.from);
  const to = find("--to", question.to);
  if (to === undefined || violations.length > 0) throw new InvalidInput("Nothing was judged", violations);
  if (from !== undefined && catalog.releases.indexOf(from) < catalog.releases.indexOf(to))
    tell(
      "warning",
      `${from.tag} is older than ${to.tag}: --from names the release whose migrations are applied`,
    );
  return { from, to };
}

function versionsIn(
  from: Release | undefined,
  catalog: Catalog,
  order: readonly Migration[],
  applied: Applied | undefined,
): { versions: string[]; doubts: readonly SchemaDoubt[] } {
  const shipped = from?.migrations.map(({ version }) => version);
  if (applied === undefined) return { versions: shipped ?? [], doubts: [] };
  if (!("unreachable" in applied)) {
    const problems = [...applied.problems, ...textProblems(applied.state, catalog, order)];
    return { versions: applied.versions(order), doubts: doubtsOf(problems) };
  }
  if (from !== undefined && shipped !== undefined) {
    const reason = `What ${from.tag} ships is taken as applied: ${applied.unreachable}`;
    return { versions: shipped, doubts: [{ reason, unknown: true }] };
  }
  throw new InvalidInput("Nothing was judged", [
    {
      where: "--database",
      found: applied.unreachable,
      expected: "name the release that is applied by --from",
    },
  ]);
}

/** A migration that stopped half-way may have done any part of what it says. */
function withoutHalfApplied(gap: Gap, order: readonly Migration[], applied: Applied | undefined): Gap {
  if (applied === undefined || "unreachable" in applied || applied.halfApplied.size === 0) return gap;
  const half = new Map(
    order.flatMap((migration) => {
      const reason = applied.halfApplied.get(migration.version);
      return reason === undefined ? [] : [[migrationLabel(migration), reason] as const];
    }),
  );
  return {
    ...gap,
    ahead: gap.ahead.filter(({ name }) => !half.has(name)),
    unread: [...(gap.unread ?? []), ...[...half].map(([name, reason]) => ({ name, reason }))],
  };
}

/** Its own container may run its migrations when it starts; of a release that names no tool, the database's. */
function runnerOf(
  { tool: own, migrations }: Release,
  versions: readonly string[],
  applied: Applied | undefined,
): RunnerWord {
  const state = applied === undefined || "unreachable" in applied ? undefined : applied.state;
  const tool = own ?? state?.tool ?? "dbmate";
  const shipped = migrations.map(({ version }) => version);
  const heads = state?.headOnly === true ? state.applied.map(({ version }) => version) : undefined;
  return { tool, ...runnerWhenAhead(tool, shipped, versions, heads) };
}

/** What may have written data since the target ran. */
function releasesAfter({ releases }: Catalog, to: Release, from: Release): readonly Release[] {
  return releases.slice(releases.indexOf(to) + 1, releases.indexOf(from) + 1);
}
