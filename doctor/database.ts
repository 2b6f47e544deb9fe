import { findPostgresPrograms } from "../backups/postgresPrograms";
import { recordedSchema } from "../history/recordedSchema";
import { parseStackState } from "../history/stackState";
import { connect, databaseMissing, databaseName, errorCode } from "../migrations/connection";
import { withoutPassword } from "../migrations/password";
import type { Settings } from "../settings/settings";
import { needed, NotAsked, settingsOf, type Check } from "./check";
import { reasonOf, type Finding } from "./finding";
import type { World } from "./world";

const database = "Database";
const programs = "pg_dump";

/** Whether the stack's database answers, and whether this machine can make a backup of it. */
export const databaseAndBackups: Check = {
  name: database,
  look: async (world) => {
    const settings = await settingsOf(world);
    if (settings.database === undefined)
      return [
        { check: database, outcome: "not asked", found: "the stack has none" },
        { check: programs, outcome: "not asked", found: "the stack has no database" },
      ];
    const url = (await needed("the secrets are", world.secrets)).get(settings.database.url);
    if (url === undefined) throw new NotAsked(`the secret ${settings.database.url} is not set`);
    const version = await serverVersion(url, world.limit.signal).catch(
      (error: unknown): Promise<ServerVersion> =>
        errorCode(error) === databaseMissing
          ? missing(world)
          : Promise.resolve({ problem: withoutPassword(reasonOf(error), url) }),
    );
    return [
      judgeDatabase(databaseName(url), version),
      await ofPrograms(settings.database.backup, version, url, world.environment),
    ];
  },
};

/** As the server numbers itself, such as 150012. */
async function serverVersion(url: string, signal: AbortSignal): Promise<number> {
  const client = await connect(url);
  // With a question under way it closes the connection at once.
  signal.addEventListener("abort", () => void client.end().catch(() => undefined), { once: true });
  try {
    const { rows } = await client.query<{ server_version_num: string }>("SHOW server_version_num");
    return Number(rows[0]?.server_version_num);
  } finally {
    await client.end();
  }
}

/** A server without the database. */
interface Missing {
  /** Whether an `up` of the stack has had it; else why that is not known. */
  before: boolean | { unknown: string };
}

/** An `up` would make it anew, and empty: whether it is yet to be made or was lost, the stack's state tells. */
async function missing({ stack, pulumi }: World): Promise<Missing> {
  try {
    const text = await pulumi(["stack", "export", "--stack", (await stack).stack]);
    return { before: recordedSchema(parseStackState(text)) !== undefined };
  } catch (error) {
    return { before: { unknown: reasonOf(error) } };
  }
}

/** The version of the server, or why it is not known. */
type ServerVersion = number | Missing | { problem: string };

export function judgeDatabase(name: string, version: ServerVersion): Finding {
  if (typeof version === "number")
    return { check: database, outcome: "ok", found: `PostgreSQL ${majorOf(version)} at ${name}` };
  if ("before" in version) return judgeMissing(name, version.before);
  return {
    check: database,
    outcome: "wrong",
    found: version.problem,
    get: "pulumi config set --secret databaseUrl, where the address or the password is wrong",
  };
}

function judgeMissing(name: string, before: Missing["before"]): Finding {
  const answers = `the server of ${name} answers`;
  if (before === false)
    return { check: database, outcome: "ok", found: `${answers}; the first \`up\` makes the database` };
  const get =
    "pulumi config set --secret databaseUrl, where the address is another one; else make the database, and restore a backup " +
    "into it before the next `up`, which would begin with an empty one: npx knowngood restore --list";
  if (before === true)
    return {
      check: database,
      outcome: "missing",
      found: `${answers}, and has no such database, which an \`up\` has migrated`,
      get,
    };
  const found = `${answers}, and has no such database; whether an \`up\` has made it before is not known: ${before.unknown}`;
  return { check: database, outcome: "warning", found, get };
}

const majorOf = (version: number) => Math.floor(version / 10_000);

type BackupSettings = NonNullable<Settings["database"]>["backup"];

async function ofPrograms(
  { when, image, command }: BackupSettings,
  version: ServerVersion,
  url: string,
  environment: NodeJS.ProcessEnv,
): Promise<Finding> {
  const notAsked = (why: string): Finding => ({ check: programs, outcome: "not asked", found: why });
  if (when === "never") return notAsked("database.backup.when is never");
  if (command !== undefined) return notAsked("backups are made by database.backup.command");
  if (typeof version !== "number") return notAsked("which version is needed, only the database tells");
  try {
    const found = await findPostgresPrograms(majorOf(version), url, { path: environment.PATH });
    return {
      check: programs,
      outcome: "ok",
      found: `of PostgreSQL ${majorOf(version)}, the server's own (${found.dump.join(" ")})`,
    };
  } catch (error) {
    // The image is not run: it may have to be pulled first.
    if (image !== undefined) return notAsked(`not on this machine; a backup runs that of the image ${image}`);
    const [found = "", ways] = reasonOf(error).split(/\. (?=Install)/);
    return { check: programs, outcome: "missing", found, get: ways };
  }
}
