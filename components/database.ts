import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { sqlFile } from "../catalog/catalog";
import type { Migration } from "../catalog/release";
import { headVariable, type RecordedSchema } from "../history/recordedSchema";
import type { MigrationReport, MigrationRequest } from "../migrations/request";
import { planSchema } from "../schema/schemaPlan";
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
  /** Versions applied in the database, as it says itself; where it can't be asked, as recorded. */
  applied: readonly string[];
  /** What the state holds of the last run, if there was one. */
  recorded?: RecordedSchema;
  /** Whether `pulumi destroy` drops the database, where this stack made it. @default false */
  dropOnDestroy?: boolean;
  /** What must exist before the schema changes: every image of the release. */
  migrateAfter?: Promise<pulumi.Resource[]>;
}

/**
 * A database that is migrated up to what a release ships. Going back changes nothing: the schema stays ahead of the
 * older code, and `ahead` says by how far.
 */
export class Database extends pulumi.ComponentResource {
  /** The migrated schema, for what must wait for it. */
  readonly schema: command.local.Command;
  /** Versions applied, oldest first. */
  readonly applied: pulumi.Output<string[]>;
  /** Versions applied that the target does not ship. */
  readonly ahead: pulumi.Output<string[]>;

  constructor(name: string, args: DatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:Database", name, {}, options);
    const server = this.ensure(name, args);
    this.schema = this.migrate(name, args, server);
    const reported = pulumi
      .unsecret(this.schema.stdout)
      .apply((text) => (JSON.parse(text) as MigrationReport).applied);
    // Where nothing is run, what the database says now is newer than the last run's report.
    this.applied = nothingToRun(args) ? pulumi.output([...args.applied].sort()) : reported;
    this.ahead = this.applied.apply((applied) => [...planSchema(args.shipped, applied).gap]);
    this.registerOutputs({ applied: this.applied, ahead: this.ahead });
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
    const { head } = planSchema(args.shipped, args.applied);
    const before: Promise<pulumi.Resource[]> = (args.migrateAfter ?? Promise.resolve([])).then(
      (resources) => [server, ...resources],
    );
    return new command.local.Command(
      `${name}-schema`,
      {
        create: ownCommand("migrations/run.ts", "migrate"),
        environment: { [headVariable]: headInput(head ?? "empty", args) },
        stdin: this.request(args, args.shipped),
        logging: command.local.Logging.None,
      },
      {
        parent: this,
        dependsOn: before,
        ignoreChanges: nothingToRun(args) ? ["create", "environment", "stdin"] : [],
      },
    );
  }

  private request(args: DatabaseArgs, shipped: readonly Migration[]): pulumi.Output<string> {
    return pulumi.secret(args.url).apply((url) => {
      const request: MigrationRequest = {
        url,
        table: args.table ?? "schema_migrations",
        lockTimeout: args.lockTimeout ?? 60,
        migrations: shipped.map(({ version, name, sha256 }) => ({
          version,
          name,
          file: sqlFile(args.catalogFolder, sha256),
        })),
      };
      return JSON.stringify(request);
    });
  }
}

/** Whether the database has all that the target ships, by a run that the state remembers. */
function nothingToRun({ recorded, shipped, applied }: DatabaseArgs): boolean {
  return recorded !== undefined && planSchema(shipped, applied).pending.length === 0;
}

/**
 * The head that the migration is run for. A database that was restored to an earlier state has something pending for a
 * head that was reached before; the input has to differ then, or nothing would be run.
 */
function headInput(head: string, { recorded, applied }: DatabaseArgs): string {
  if (recorded?.head !== head) return head;
  return `${head} again, from ${[...applied].sort().at(-1) ?? "empty"}`;
}
