import { findPostgresPrograms } from "../backups/postgresPrograms";
import { connect, databaseMissing, databaseName, errorCode } from "../migrations/connection";
import { withoutPassword } from "../migrations/password";
import type { Settings } from "../settings/settings";
import { needed, NotAsked, settingsOf, type Check } from "./check";
import { reasonOf, type Finding } from "./finding";

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
    const version = await serverVersion(url, world.limit.signal).catch((error: unknown) =>
      errorCode(error) === databaseMissing
        ? ("no database yet" as const)
        : { problem: withoutPassword(reasonOf(error), url) },
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

/** The version of the server, or why it is not known. */
type ServerVersion = number | "no database yet" | { problem: string };

export function judgeDatabase(name: string, version: ServerVersion): Finding {
  if (version === "no database yet") {
    const found = `the server of ${name} answers; the first \`up\` makes the database`;
    return { check: database, outcome: "ok", found };
  }
  if (typeof version === "number")
    return { check: database, outcome: "ok", found: `PostgreSQL ${majorOf(version)} at ${name}` };
  return {
    check: database,
    outcome: "wrong",
    found: version.problem,
    get: "pulumi config set --secret databaseUrl, where the address or the password is wrong",
  };
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
