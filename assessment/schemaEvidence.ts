import { migrationOrder, type Catalog } from "../catalog/catalog";
import type { Migration, Release } from "../catalog/release";
import { knownGoodFrom } from "../history/knownGood";
import { recordedSchema, type RecordedSchema } from "../history/recordedSchema";
import { runningFrom } from "../history/running";
import type { StackState } from "../history/stackState";
import type { AppliedState, ToolName } from "../migrations/tools/tool";
import type { CombinedJudgement } from "../schema/combine";
import type { Gap } from "../schema/gap";
import type { RunnerWord } from "../schema/report";
import { decideStepDown, type StepDownDecision } from "../schema/stepDown/decideStepDown";
import type { GapMigration } from "../schema/stepDown/wholeWay";
import type { StepDown } from "../schema/stepDown/stepDown";
import { planSchema, type SchemaPlan } from "../schema/schemaPlan";
import type { ScratchSetting } from "../schema/scratch/judgeOnScratch";
import { appliedSchema, askDatabase } from "./appliedSchema";
import { planBackup, type BackupSetting } from "./backupEvidence";
import { backupNeed, type BackupPlan } from "./backupPlan";
import { planner, versionOrder, type Planner } from "./dumpPlan";
import type { Standing } from "./horizon";
import {
  standIn,
  standsOn,
  whyLeftAside,
  type SchemaDump,
  type StandIn,
  type UnreadDump,
} from "./schemaDump";
import { gapReader } from "./schemaGap";
import { judgeGaps } from "./judgeGaps";
import type { MigratedBy } from "./migratedBy";
import type { RunBy } from "./runBy";
import type { SchemaNeeds } from "./schemaNeeds";

/** What the database says of its schema, and what that means for the releases that may run on it. */
export interface SchemaEvidence extends SchemaPlan {
  /** The database's own word; undefined where it has applied nothing, with why where it could not be asked. */
  state: AppliedState | { unconfirmed: string } | undefined;
  recorded: RecordedSchema | undefined;
  /** The versions that everything rests on, oldest first: the database's own word, else what was recorded. */
  applied: readonly string[];
  /** Versions that the database has applied and no release ships. */
  unshipped: readonly string[];
  /** Versions that a dump of the schema holds, which the target was made for. @default none */
  dumped?: readonly string[];
  /** Why the dump is left aside; undefined where nothing speaks against it. */
  dumpUnused?: string;
  /** What the target does not ship, once the `up` is through. */
  ahead: Gap;
  /** Undefined where nothing is ahead. */
  judgement: CombinedJudgement | undefined;
  /** What taking back the newest migration would come to; undefined where nobody looked. */
  stepDown: StepDown | undefined;
  /** The backup that is made before the schema changes; undefined for none. */
  backup?: BackupPlan;
  /** Who else needs the migration that is taken back; undefined where none is. */
  needs?: SchemaNeeds;
  /** What the setting `stepDown` comes to. */
  decision: StepDownDecision;
  /** What the target's own migration runner does on a database that is ahead. */
  runner: RunnerWord;
  /** Who applies migrations, where that is not the `up`. */
  migratedBy?: MigratedBy;
  /** The user's own command that applies migrations; undefined where the `up` applies dbmate's. */
  runBy?: RunBy;
  /** Of the releases that run or are known good, without the target. */
  standings: readonly Standing[];
  /** The gap as it is now, oldest first, with what would be left of it when each migration is taken back. */
  wayBack: readonly GapMigration[];
}

export interface SchemaRequest {
  /** As `pulumi --stack` takes it. */
  stack: string;
  target: Release;
  catalog: Catalog;
  url: string;
  tool: ToolName | undefined;
  /** Undefined for the tool's own. */
  table: string | undefined;
  scratch: ScratchSetting;
  role: string | undefined;
  /** Stands in for the oldest migrations. */
  dump: SchemaDump | UnreadDump | undefined;
  /** The version that the setting `stepDown` names. */
  stepDown: string | undefined;
  /** Rows of a table up to which what a step-down would lose is counted, and not estimated. */
  countUpTo: number;
  /** @default the `up` itself does, those of dbmate */
  migratedBy?: MigratedBy;
  /** The user's own command that applies migrations. @default dbmate, of dbmate's */
  runBy?: RunBy;
  /** How a backup is made before the schema changes, and when. */
  backup: BackupSetting;
}

/** Migrations up to which each rest of a gap is judged. */
const longestWay = 10;

/** Asks the database what is applied, and judges what that means; what can't be had says why. */
export async function gatherSchema(
  request: SchemaRequest,
  stackState: Promise<StackState>,
): Promise<SchemaEvidence> {
  const { target, catalog } = request;
  const order = migrationOrder(catalog);
  const [answer, known] = await Promise.all([askDatabase(request), stackState]);
  const recorded = recordedSchema(known);
  const { state, applied } = await appliedSchema(answer, recorded, catalog);
  const dump = standIn(request.dump, applied);
  const versions = versionOrder(order, dump);
  const planOf = planner(versions, dump);
  const plan = planOf(target, applied);
  const dumped = dump !== undefined && standsOn(dump, target.migrations) ? dump.holds : [];
  const decision = decideStepDown({
    stepDown: request.stepDown,
    stack: request.stack,
    target: target.tag,
    shipped: [...dumped, ...target.migrations.map(({ version }) => version)],
    applied: state !== undefined && "unconfirmed" in state ? state : applied,
    recorded: recorded !== undefined,
    running: runningFrom(known, catalog).services.length > 0,
  });
  const basis = {
    order,
    versions,
    applied,
    plan,
    planOf,
    dump,
    stepping: decision.kind === "step" ? decision.version : undefined,
  };
  const [runner, judged, stepDown, needs] = await Promise.all([
    runnerOf(target, state, applied),
    judgeAll(request, known, basis),
    lookAtStepDown(request, basis, state),
    decision.kind === "step" ? needsOf(decision.version, request, known) : undefined,
  ]);
  const unshipped = applied.filter((version) => !versions.includes(version));
  const dumpUnused = request.dump && dump === undefined ? whyLeftAside(request.dump) : undefined;
  const { pendingGap, pendingJudgement, ...standings } = judged;
  const need = backupNeed({
    when: request.backup.when,
    pending: plan.pending.length,
    judgement: pendingJudgement,
    unread: (pendingGap.unread ?? []).map(({ name }) => name),
    steppingDown: decision.kind === "step" ? stepDown : undefined,
  });
  const backup = need === undefined ? undefined : await planBackup(request.backup, request.url, need, state);
  return {
    ...plan,
    state,
    recorded,
    applied,
    unshipped,
    decision,
    stepDown,
    runner,
    ...(request.migratedBy && { migratedBy: request.migratedBy }),
    ...(request.runBy && { runBy: request.runBy }),
    ...(needs && { needs }),
    ...(dumped.length > 0 && { dumped }),
    ...(dumpUnused !== undefined && { dumpUnused }),
    ...(backup && { backup }),
    ...standings,
  };
}

/** Of the migration that is stepped down; else of the newest that is applied, where the target does not ship it. */
async function lookAtStepDown(
  { catalog, target, url, countUpTo, scratch, role }: SchemaRequest,
  { order, versions, applied, plan, dump, stepping }: Basis,
  state: SchemaEvidence["state"],
): Promise<StepDown | undefined> {
  // The newest by the database's order can be another than the newest by the catalog's.
  const version = stepping ?? planSchema([], applied, versions).head;
  if (version === undefined || !plan.gap.includes(version)) return undefined;
  const { gatherStepDown } = await import("./stepDownEvidence");
  const { shipped, ahead, unread } = gapReader(
    catalog,
    order,
    dump,
  )(
    target.migrations,
    plan.gap.filter((each) => each !== version),
  );
  return gatherStepDown({
    catalog,
    version,
    migration: order.find((migration) => migration.version === version),
    before: [...shipped, ...ahead],
    unread: unread ?? [],
    database: state !== undefined && "unconfirmed" in state ? undefined : { url, countUpTo },
    judging: { scratch, ...(role !== undefined && { role }) },
  });
}

async function needsOf(version: string, { url }: SchemaRequest, own: StackState): Promise<SchemaNeeds> {
  const { gatherNeeds } = await import("./schemaNeeds");
  return gatherNeeds(version, url, own);
}

/** The target's own tool; of a release that names none, the one whose table the database has. */
async function runnerOf(
  target: Release,
  state: SchemaEvidence["state"],
  applied: readonly string[],
): Promise<RunnerWord> {
  const { runnerWhenAhead } = await import("../migrations/tools/runnerWhenAhead");
  const asked = state === undefined || "unconfirmed" in state ? undefined : state;
  const tool = target.tool ?? asked?.tool ?? "dbmate";
  const shipped = target.migrations.map(({ version }) => version);
  const heads = asked?.headOnly ? asked.applied.map(({ version }) => version) : undefined;
  return { tool, ...runnerWhenAhead(tool, shipped, applied, heads) };
}

interface Basis {
  order: readonly Migration[];
  /** Every known version, oldest first. */
  versions: readonly string[];
  applied: readonly string[];
  plan: SchemaPlan;
  planOf: Planner;
  dump: StandIn | undefined;
  /** The version that is stepped down. */
  stepping: string | undefined;
}

async function judgeAll(
  { target, catalog, scratch, role }: SchemaRequest,
  known: StackState,
  { order, applied, plan, planOf, dump, stepping }: Basis,
): Promise<
  Pick<SchemaEvidence, "ahead" | "judgement" | "standings" | "wayBack"> & {
    /** What this `up` applies, on what is applied. */
    pendingGap: Gap;
    pendingJudgement: CombinedJudgement | undefined;
  }
> {
  const read = gapReader(catalog, order, dump);
  const gapFor = (release: Release, present: readonly string[]) =>
    read(release.migrations, planOf(release, present).gap);
  const after = [...applied, ...plan.pending.map(({ version }) => version)].filter(
    (version) => version !== stepping,
  );
  const others = releasesToReturnTo(target, catalog, known);
  const ahead = gapFor(target, after);
  const rests = plan.gap.length <= longestWay ? plan.gap.map((_, index) => plan.gap.slice(0, index)) : [];
  const present = order.filter(({ version }) => applied.includes(version) && version !== stepping);
  const pendingGap = read(
    present,
    plan.pending.map(({ version }) => version),
  );
  const changing = isEmpty(pendingGap) ? [] : [pendingGap];
  const all = await judgeGaps(
    [
      ahead,
      ...changing,
      ...others.flatMap((release) => [gapFor(release, after), gapFor(release, applied)]),
      ...rests.map((rest) => read(target.migrations, rest)),
    ],
    { scratch, ...(role !== undefined && { role }) },
  );
  const pendingJudgement = all[changing.length];
  const judged = [all[0], ...all.slice(1 + changing.length)];
  const left = judged.slice(1 + 2 * others.length);
  return {
    pendingGap,
    pendingJudgement: changing.length === 0 ? undefined : pendingJudgement,
    ahead,
    judgement: isEmpty(ahead) ? undefined : judged[0],
    standings: others.map(({ tag }, index) => ({
      tag,
      after: judged[1 + 2 * index],
      now: judged[2 + 2 * index],
    })),
    wayBack: plan.gap.map((version, index) => ({
      version,
      name: order.find((migration) => migration.version === version)?.name ?? "",
      ...(left[index] && { left: left[index].verdict }),
    })),
  };
}

function isEmpty({ ahead, unread = [] }: Gap): boolean {
  return ahead.length === 0 && unread.length === 0;
}

/**
 * What runs, and then what is known good, the newest first: the order in which they are judged while there is time. One
 * too many is no harm, so gates that failed since are not asked after.
 */
function releasesToReturnTo(target: Release, catalog: Catalog, known: StackState): Release[] {
  const running = runningFrom(known, catalog);
  const tags = [
    ...running.services.map(({ tag }) => tag),
    ...(running.tag === undefined ? [] : [running.tag]),
    ...knownGoodFrom(known, []).map(({ tag }) => tag),
  ];
  return [...new Set(tags)].flatMap((tag) => {
    const release = tag === target.tag ? undefined : catalog.releases.find((each) => each.tag === tag);
    return release === undefined ? [] : [release];
  });
}
