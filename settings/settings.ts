import { z } from "zod";
import { versionPatterns } from "../catalog/release";
import { toolNames } from "../migrations/tools/tool";
import { rule } from "./asWritten";
import { backup } from "./backupSettings";
import { breakGlass } from "./breakGlassSettings";
import { commandGate, hooks } from "./commandSettings";
import { commandTarget } from "./commandTargetSettings";
import { compose } from "./composeSettings";
import { flags } from "./flagSettings";
import { guards, hold, quarantine, retry } from "./guardSettings";
import { record } from "./recordSettings";
import { drill } from "./drillSettings";
import { checkRunner, runner } from "./runnerSettings";
import { review } from "./reviewSettings";
import { errorRate } from "./errorRateSettings";
import { healthDefaults, service } from "./serviceSettings";
import { checkStack } from "./stackRules";
import { symlink } from "./symlinkSettings";
import { systemd } from "./systemdSettings";
import { checkTarget, targetNames } from "./targetRules";
import { choice, mapOf, resourceName, secretName, structure, text, truthValue, wholeNumber } from "./values";

const dockerHost = z
  .string({ error: "write a Docker host, such as ssh://deploy@shop.example" })
  .regex(/^(unix|ssh|tcp|npipe):\/\/./, {
    error:
      "write a Docker host that begins with unix://, ssh:// or tcp://, such as ssh://deploy@shop.example",
  });

/** dbmate's own; other tools have theirs. */
export const defaultTable = "schema_migrations";

const fingerprintError = {
  error:
    "write the fingerprint that the refusal names, 12 hexadecimal digits: pulumi config set acknowledge FINGERPRINT",
};

const stepDownError = {
  error: "write the version of one migration in quotes, digits only: pulumi config set stepDown VERSION",
};

/** Everything that a stack file can say, under the namespace `knowngood:`. */
export const settingsSchema = structure(
  {
    imageTag: text("set the release to run: pulumi config set imageTag TAG").describe(
      "Tag of the release that the stack runs: the target. The one line that a rollback changes.",
    ),
    releases: text("write a folder")
      .default("releases")
      .describe("Folder of the catalog, from the project's folder."),
    protected: truthValue
      .default(false)
      .describe(
        "Whether the stack is protected: `destroyData` is refused, and a state that is kept in local files is warned about.",
      ),
    target: choice(targetNames)
      .default("docker")
      .describe(
        "How services run: `docker` (containers that the stack makes), `compose` (a project of Docker Compose on a host), `systemd` (units of a host, by a link to a release), `symlink` (a link to a release, as Deployer has it), or `command` (a platform with a command line of its own). Each has its own settings, of the same name.",
      ),
    compose: compose.optional().describe("The compose project and its host, where `target` is `compose`."),
    systemd: systemd
      .optional()
      .describe("Units and folders of the services, and their host, where `target` is `systemd`."),
    symlink: symlink
      .optional()
      .describe("Folders of the services and their host, where `target` is `symlink`."),
    command: commandTarget.optional().describe("The platform's commands, where `target` is `command`."),
    docker: structure(
      {
        host: dockerHost
          .optional()
          .describe(
            "Engine to run on; by default what `docker` itself would use (DOCKER_HOST, then the local socket).",
          ),
        prefix: resourceName
          .optional()
          .describe(
            "What the names of containers, volumes and the network begin with; by default `<project>-<stack>`.",
          ),
      },
      "write where the containers run, such as {host: ssh://deploy@shop.example}",
    )
      .prefault({})
      .describe("Where the containers run."),
    services: mapOf(resourceName, service, "write a map of service names to their settings")
      .refine((services) => Object.keys(services).length > 0, { error: "name at least one service" })
      .describe("The services of the stack, by name; the names are those of the catalog."),
    volumes: mapOf(
      resourceName,
      structure({}, "write {}: a volume has no settings"),
      "write a map of volume names, such as {uploads: {}}",
    )
      .default({})
      .describe("Data volumes of the stack; kept by `pulumi destroy` unless `destroyData` is set."),
    database: structure(
      {
        url: secretName
          .default("databaseUrl")
          .describe("Name of the secret setting that holds the database's URL (`postgres://…`)."),
        tool: choice(toolNames)
          .optional()
          .describe(
            "The migration tool whose table says what is applied; by default the one whose table is there.",
          ),
        table: z
          .string({ error: "write a table's name" })
          .regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/, {
            error: "write a table's name, such as schema_migrations",
          })
          .default(defaultTable)
          .describe("Table in which the applied versions stand; left as it is, each tool's own."),
        lockTimeout: wholeNumber(1, 3600, "a whole number of seconds")
          .default(60)
          .describe("Seconds to wait for another run of migrations to end."),
        countUpTo: wholeNumber(0, 1_000_000_000, "a whole number of rows")
          .default(1_000_000)
          .describe(
            "Rows of a table up to which a preview counts what a step-down would lose; of a larger table it tells the planner's estimate.",
          ),
        backup: backup
          .prefault({})
          .describe(
            "The backup that is made before the schema changes, by `pg_dump` of the server's own version.",
          ),
        runner: runner
          .optional()
          .describe(
            "The command of your own that applies migrations, of any tool whose table is known; without it dbmate's are run by the `up`, and another tool's by you, before it. It is run where something is pending, under the same lock and after the same backup.",
          ),
      },
      "write the database as a map, such as {url: databaseUrl}",
    )
      .optional()
      .describe("The PostgreSQL database that the releases' migrations are for; without it none are run."),
    schema: structure(
      {
        scratch: secretName
          .default("embedded")
          .describe(
            "Where the schema's judgement is proved: `embedded` (a PostgreSQL inside this process), `off` (statements are only read, and nothing is confirmed), or the name of a secret setting that holds the URL of a server on which a throwaway database may be made.",
          ),
        role: text("write the name of a role of the database")
          .optional()
          .describe("Role as which the application reads and writes; without it, the owner of the tables."),
        dump: structure(
          {
            file: text("write a file's name, such as db/schema.sql").describe(
              "File with the schema alone, as `pg_dump --schema-only` writes it, from the project's folder. One that can't be read is warned of, and judged without.",
            ),
            upTo: text("write the version in quotes, as the database's own table has it").describe(
              "Version of the newest migration that was applied when the dump was taken.",
            ),
          },
          'write the dump as a map, such as {file: db/schema.sql, upTo: "20260301090000"}',
        )
          .optional()
          .describe(
            "A dump of the schema that stands in for the oldest migrations, where a history was squashed and their files no longer make it. What it holds counts as shipped by every release that ships `upTo` or only newer migrations.",
          ),
      },
      "write the schema's judgement as a map, such as {scratch: embedded}",
    )
      .prefault({})
      .describe("How it is judged what a schema that is ahead means for a release."),
    guards: guards.prefault({}).describe("What an `up` is refused for."),
    hold: hold
      .optional()
      .describe(
        "Why nothing may be deployed, such as a decision on restoring data that is still to be made. While it is set every `up` is refused, forward, back and of the same release.",
      ),
    quarantine: quarantine
      .default([])
      .describe("Releases and images that no `up` may go forward to; a rollback to one warns."),
    retry: retry
      .optional()
      .describe(
        "The release that may go forward all the same, though its gates failed here, the stack was rolled back from it, or CI did not let it pass.",
      ),
    breakGlass: breakGlass
      .optional()
      .describe(
        "What an `up` goes on without in an emergency, for a while. Owed afterwards is an `up` without it, which every preview tells of until it has passed.",
      ),
    adopt: truthValue
      .optional()
      .describe(
        "Whether what was done by hand, as by the emergency card, is taken as it is: `true` adopts it where `imageTag` names what runs by hand, `false` removes it and puts the stack's own back. Without it an `up` that would undo it is refused. Does nothing where nothing was done by hand.",
      ),
    stepDown: z
      .string(stepDownError)
      .regex(versionPatterns.dbmate, stepDownError)
      .optional()
      .describe(
        "Version of the migration to take back in this `up`: the newest that is applied, and one that the target does not ship. Once it is taken back the setting does nothing more.",
      ),
    acknowledge: z
      .string(fingerprintError)
      .regex(/^[0-9a-f]{12}$/, fingerprintError)
      .optional()
      .describe(
        "Fingerprint of the assessment that was reviewed and is accepted; the refusal that asks for it names it. Any other assessment is still refused.",
      ),
    gates: structure(
      {
        health: healthDefaults.describe("Times of every health gate, where a service sets no other."),
        commands: mapOf(resourceName, commandGate, "write a map of gate names to their commands")
          .default({})
          .describe(
            "Commands that must succeed once the services are healthy, such as smoke tests or a scan, by name. They run side by side, on rollbacks too, whenever a container was replaced.",
          ),
        errorRate: errorRate
          .optional()
          .describe(
            "Watches the share of failed requests in Prometheus, once the services are healthy; without it none is watched.",
          ),
      },
      "write the gates as a map, such as {health: {within: 120}}",
    )
      .prefault({})
      .describe("Checks that must pass for an `up` to succeed."),
    hooks: hooks.describe(
      "Commands around the change of services, each list in order; on rollbacks too. They run when services change, and with the `up` that adds or changes them.",
    ),
    flags: flags
      .optional()
      .describe(
        "How feature flags are turned off that only releases newer than the target have turned on (`release add --flag`), before services change; without it they are only told.",
      ),
    autoRollback: truthValue
      .default(false)
      .describe(
        "Whether `npx knowngood deploy TAG` goes back by itself to the last known-good release when a gate has said no, where nothing refuses that and its verdict needs no acknowledgement; once, and never after a rollback. Plain `pulumi up` never does.",
      ),
    record: record.prefault({}).describe("What is kept of each `up`, and who is told."),
    drill: drill.prefault({}).describe("How often the way back is drilled by `knowngood drill`."),
    review: review
      .optional()
      .describe(
        "Where a change of release is proposed and reviewed, by `knowngood propose` and `knowngood review`; no `up` needs it.",
      ),
    destroyData: truthValue
      .default(false)
      .describe(
        "Whether `pulumi destroy` also removes data volumes and the database that the stack made. Takes effect with the `up` after it is set; while it is set, an `up` also removes a volume that is taken out of the settings.",
      ),
  },
  "write the settings as a map",
)
  .check(rule(checkStack))
  .check(rule(checkTarget))
  .check(rule(checkRunner));

export type Settings = z.output<typeof settingsSchema>;
