import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { BackupReport, BackupRequest } from "../backups/request";
import { sqlFile } from "../catalog/catalog";
import type { Horizon } from "../assessment/horizon";
import type { JudgedSchema } from "../assessment/judgedSchema";
import type { Migration } from "../catalog/release";
import { headVariable, nextStepDown, type RecordedSchema } from "../history/recordedSchema";
import type { MigrationReport, MigrationRequest, StepDownRequest } from "../migrations/request";
import type { StepDownChecks } from "../schema/stepDown/stepDown";
import { planSchema, type SchemaPlan } from "../schema/schemaPlan";
import { runnerRequest, type DatabaseRunner } from "./databaseRunner";
import { ownCommand } from "./ownCommand";

export interface DatabaseArgs {
  /** `postgres://user:password@host:port/database`; a secret. */
  url: pulumi.Input<string>;
  /** dbmate's table. @default "schema_migrations" */
  table?: string;
  /** Seconds to wait for another run of migrations. @default 60 */
  lockTimeout?: number;
  /** Folder of the catalog, whose `migrations/` holds the SQL. */
  catalogFolder: string;
  /** The target's migrations, in order. */
  shipped: readonly Migration[];
  /** Versions applied in the database, oldest first, as it says itself; where it can't be asked, as recorded. */
  applied: readonly string[];
  /** Versions that the target was made for, though it does not ship them. @default none */
  dumped?: readonly string[];
  /** What the state holds of the last run, if there was one. */
  recorded?: RecordedSchema;
  /** The one migration to take back before anything else; the services are stopped for it. @default none */
  stepDown?: DatabaseStepDown;
  /** The backup that is made first, where anything is to be changed. @default none */
  backup?: DatabaseBackup;
  /** The user's own command that applies what is pending. @default dbmate */
  runner?: DatabaseRunner;
  /** What the schema means once it is migrated, for the outputs. @default not judged */
  judged?: JudgedSchema;
  /** Whether `pulumi destroy` drops the database, where this stack made it. @default false */
  dropOnDestroy?: boolean;
  /** What must exist before the schema changes: every image of the release. */
  migrateAfter?: Promise<pulumi.Resource[]>;
}

/** The schema as an output tells of it. */
export interface SchemaStanding extends Partial<JudgedSchema["schema"]> {
  applied: string[];
  ahead: string[];
}

export interface DatabaseBackup extends Omit<BackupRequest, "command"> {
  /** The user's own way; its secrets by environment variable. */
  command?: Omit<NonNullable<BackupRequest["command"]>, "secrets"> & {
    secrets: Readonly<Record<string, pulumi.Input<string>>>;
  };
}

export interface DatabaseStepDown {
  /** The newest migration that is applied. */
  migration: Migration;
  /** What the run holds it to. */
  checks: StepDownChecks;
}

/**
 * A database that is migrated up to what a release ships. Going back changes nothing: the schema stays ahead of the
 * older code, and `ahead` says by how far. A step-down replaces the schema, and what is replaced with it is gone while the
 * migration is taken back.
 */
export class Database extends pulumi.ComponentResource {
  /** The migrated schema, for what must wait for it. */
  readonly schema: command.local.Command;
  /** Versions applied, oldest first. */
  readonly applied: pulumi.Output<string[]>;
  /** Versions applied that the target does not ship, oldest first. */
  readonly ahead: pulumi.Output<string[]>;
  /** Both, with what they mean. */
  readonly standing: pulumi.Output<SchemaStanding>;
  /** The last backup that was made before the schema changed; undefined where none was. */
  readonly backup: pulumi.Output<BackupReport | undefined>;
  /** How far back the schema lets a release go; undefined where it was not judged. */
  readonly horizon: pulumi.Output<Horizon | undefined>;

  constructor(name: string, args: DatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:Database", name, {}, options);
    const server = this.ensure(name, args);
    this.schema = this.migrate(name, args, server);
    const report = pulumi.unsecret(this.schema.stdout).apply((text) => JSON.parse(text) as MigrationReport);
    const reported = report.apply(({ applied }) => applied);
    this.backup = report.apply(({ backup }) => backup);
    // Where nothing is pending, what the database says now is newer than the last run's report, and knows the catalog's order.
    const settled = [...args.applied];
    if (nothingToRun(args)) this.applied = pulumi.output(settled);
    else this.applied = nothingPending(args) ? reported.apply(() => settled) : reported;
    this.ahead = this.applied.apply((applied) => aheadOf(args, applied));
    // They wait for the schema: where it could not be migrated, what the state held of it before still holds.
    this.standing = pulumi
      .all([this.applied, this.ahead])
      .apply(([applied, ahead]) => ({ applied, ahead, ...args.judged?.schema }));
    this.horizon = this.applied.apply(() => args.judged?.horizon);
    this.registerOutputs({
      applied: this.applied,
      ahead: this.ahead,
      backup: this.backup,
      ...(args.judged && { standing: this.standing, horizon: this.horizon }),
    });
  }

  private ensure(name: string, args: DatabaseArgs): command.local.Command {
    return new command.local.Command(
      `${name}-server`,
      {
        create: ownCommand("migrations/run.ts", "ensure"),
        delete: ownCommand("migrations/run.ts", "drop"),
        stdin: this.request(args, []),
        logging: command.local.Logging.None,
      },
      { parent: this, retainOnDelete: !(args.dropOnDestroy ?? false) },
    );
  }

  private migrate(name: string, args: DatabaseArgs, server: command.local.Command): command.local.Command {
    const { stepDown } = args;
    const before: Promise<pulumi.Resource[]> = (args.migrateAfter ?? Promise.resolve([])).then(
      (resources) => [server, ...resources],
    );
    return new command.local.Command(
      `${name}-schema`,
      {
        create: ownCommand("migrations/run.ts", stepDown ? "stepDown" : "migrate"),
        environment: { [headVariable]: headInput(args) },
        stdin: this.request(args, args.shipped, stepDown, args.runner),
        // What replaces instead of updating, so that it is there for a step-down alone.
        ...(stepDown && { triggers: [nextStepDown(stepDown.migration.version, args.recorded)] }),
        logging: command.local.Logging.None,
      },
      {
        parent: this,
        dependsOn: before,
        // What depends on the older schema is to be gone before the newer one is taken back.
        deleteBeforeReplace: true,
        ignoreChanges: stepDown
          ? []
          : ["triggers", ...(nothingToRun(args) ? ["create", "environment", "stdin"] : [])],
      },
    );
  }

  private request(
    args: DatabaseArgs,
    shipped: readonly Migration[],
    stepDown?: DatabaseStepDown,
    runner?: DatabaseRunner,
  ): pulumi.Output<string> {
    const inCatalog = ({ version, name, sha256 }: Migration) => ({
      version,
      name,
      file: sqlFile(args.catalogFolder, sha256),
    });
    const { backup: own } = args;
    const secrets = pulumi.secret(own?.command?.secrets ?? {});
    const secretUrl = pulumi.secret(args.url);
    const applying = runner && secretUrl.apply((url) => runnerRequest(runner, url));
    return pulumi.all([secretUrl, secrets, applying]).apply(([url, given, applyingNow]) => {
      const { command, ...rest } = own ?? {};
      const backup = {
        ...(own && rest),
        ...(command && { command: { ...command, secrets: given } }),
      } as BackupRequest;
      const request: MigrationRequest = {
        url,
        table: args.table ?? "schema_migrations",
        lockTimeout: args.lockTimeout ?? 60,
        migrations: shipped.map(inCatalog),
        ...(own && shipped.length + (stepDown ? 1 : 0) > 0 && { backup }),
        ...(applyingNow && { runner: applyingNow }),
      };
      if (stepDown === undefined) return JSON.stringify(request);
      const { migration, checks } = stepDown;
      const to = appliedAfter(args).at(-1);
      const taking: StepDownRequest = {
        ...request,
        stepDown: {
          migration: inCatalog(migration),
          ...(to !== undefined && { to }),
          checks,
        },
        ...(args.recorded?.backup && { lastBackup: args.recorded.backup }),
      };
      return JSON.stringify(taking);
    });
  }
}

/** The versions that are left when the step-down is done, if there is one, oldest first. */
function appliedAfter({ applied, stepDown }: DatabaseArgs): string[] {
  return applied.filter((version) => version !== stepDown?.migration.version);
}

/** A plan by the order in which versions were applied: those of most tools do not sort as text. */
function planned(shipped: readonly Migration[], applied: readonly string[]): SchemaPlan {
  return planSchema(shipped, applied, applied);
}

function aheadOf({ shipped, dumped = [] }: DatabaseArgs, applied: readonly string[]): string[] {
  return planned(shipped, applied).gap.filter((version) => !dumped.includes(version));
}

/** Whether the database has all that the target ships. */
function nothingPending({ shipped, applied, stepDown }: DatabaseArgs): boolean {
  return stepDown === undefined && planned(shipped, applied).pending.length === 0;
}

/** Whether it has all by a run that the state remembers, which is what is believed where the database can't be asked. */
function nothingToRun(args: DatabaseArgs): boolean {
  const { recorded, shipped } = args;
  if (recorded === undefined || !nothingPending(args)) return false;
  return shipped.every(({ version }) => recorded.applied.includes(version));
}

/**
 * The head that the migration is run for. A database that was restored to an earlier state has something pending for a
 * head that was reached before; the input has to differ then, or nothing would be run.
 */
function headInput(args: DatabaseArgs): string {
  const { head = "empty" } = planned(args.shipped, appliedAfter(args));
  if (args.recorded?.head !== head) return head;
  return `${head} again, from ${args.applied.at(-1) ?? "empty"}`;
}
