import { escapeIdentifier } from "pg";
import type { SqlSource } from "../gap";
import { markRoles } from "./roleMark";
import type { DatabaseFailure, Surroundings } from "./runSource";
import type { ScratchDatabase } from "./scratchDatabase";

/** What a scratch database can't do, whatever is tried; the reason as a sentence. */
export class ScratchRefuses extends Error {}

/** Makes the roles that migrations name, and remembers what was told. */
export class ScratchSurroundings implements Surroundings {
  readonly told = new Set<string>();
  /** What could not be tried, so that not everything is proved. */
  readonly limits = new Set<string>();

  constructor(private readonly database: ScratchDatabase) {}

  tell(line: string): void {
    this.told.add(line);
  }

  limit(line: string): void {
    this.limits.add(line);
  }

  async mend(failure: DatabaseFailure): Promise<boolean> {
    const extension = /extension "([^"]+)" is not available/.exec(failure.message)?.[1];
    if (extension !== undefined) throw new ScratchRefuses(missingExtension(extension, this.database));
    const role = /role "([^"]+)" does not exist/.exec(failure.message)?.[1];
    if (role === undefined || this.database.ownRoles.has(role)) return false;
    await this.makeRole(role);
    return true;
  }

  /** Makes a role that the migrations take for granted, unless it is there. */
  async ensureRole(role: string): Promise<void> {
    if (!(await this.hasRole(role))) await this.makeRole(role);
  }

  /**
   * Makes the role that trials run as, unless it is there. One that nothing names may be misspelt, and may in truth do
   * what no trial shows.
   * @param ahead that is still to run
   */
  async ensureUser(role: string, ahead: readonly SqlSource[]): Promise<void> {
    if (await this.hasRole(role)) return;
    if (ahead.some(({ sql }) => sql.toLowerCase().includes(role.toLowerCase()))) return this.makeRole(role);
    await this.create(role);
    this.limit(
      `the role ${role} is unknown to the migrations and to the scratch server, so what it may do could not be tried; see that its name is right`,
    );
  }

  private async hasRole(role: string): Promise<boolean> {
    const found = await this.database.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [role]);
    return found.length > 0;
  }

  private async makeRole(role: string): Promise<void> {
    await this.create(role);
    this.tell(`role ${role} was made, since the migrations name it and do not make it`);
  }

  private async create(role: string): Promise<void> {
    // Whether it logs in nobody says; most that do not are made by the migrations that grant them something.
    await this.database.run(`CREATE ROLE ${escapeIdentifier(role)} LOGIN;\n${markRoles([role])}`);
    this.database.ownRoles.add(role);
  }
}

/** Names that SQL says CREATE EXTENSION of, or makes a language with. */
export function extensionsOf(sources: readonly SqlSource[]): string[] {
  const names = new Set<string>();
  const statement = /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"([^"]+)"|([\w-]+))/gi;
  for (const { sql } of sources)
    for (const [, quoted, plain] of sql.matchAll(statement)) names.add(quoted ?? plain?.toLowerCase() ?? "");
  return [...names].filter((name) => name !== "" && name !== "plpgsql");
}

function missingExtension(name: string, { server, shared }: ScratchDatabase): string {
  return shared
    ? `the extension ${name} is not installed on the scratch server (${server}); install it there`
    : `the extension ${name} is not to be had in ${server}; set schema.scratch to the URL of a server that has it`;
}
