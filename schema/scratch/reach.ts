import { escapeLiteral } from "pg";
import type { SqlSource } from "../gap";
import { cut } from "../static/pieces";
import { namesOf } from "./rows/hints";
import { ScratchRefuses } from "./surroundings";
import type { ScratchDatabase } from "./scratchDatabase";

const name = String.raw`(?:"(?:[^"]|"")+"|[\w$%]+)`;
const names = String.raw`${name}(?:\s*,\s*${name})*`;
const made = new RegExp(String.raw`\bcreate\s+(?:role|user|group)\s+(?!mapping\b)(${name})`, "gi");
/** A name that is put together as the statement runs. */
const madeUnnamed = /\bcreate\s+(?:role|user|group)\s*(?:'|%)/i;
/** What is made by a call leaves no moment to mark it in. */
const routine = /^create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i;
const madeOnce = new RegExp(made.source, "i");
const touched = new RegExp(
  String.raw`\b((?:alter|drop)\s+(?:role|user|group)|(?:drop|reassign)\s+owned\s+by)\s+(?!mapping\b)(?:if\s+exists\s+)?(${names})`,
  "gi",
);
const membership = new RegExp(
  String.raw`\b(?:grant|revoke)\s+(?:\w+\s+option\s+for\s+)?(${names})\s+(?:to|from)\s+((?:group\s+)?${names})`,
  "gi",
);

const serverObject = String.raw`(?:database|tablespace|parameter)\b(?!\s*(?:,|to\b|from\b))`;

/** Statements about the server as a whole, which mean nothing to a scratch database. */
const aboutServer = new RegExp(
  [
    String.raw`^(?:(?:create|alter|drop)\s+(?:database|tablespace|subscription)|alter\s+system`,
    String.raw`alter\s+(?:role|user)\b[^;]*\bin\s+database`,
    String.raw`comment\s+on\s+(?:database|tablespace|role|subscription)`,
    String.raw`security\s+label\b[^;]*?\bon\s+(?:database|tablespace|role|subscription))\b`,
  ].join("|") + String.raw`|^grant\b[^;]*?\bon\s+${serverObject}`,
  "i",
);

/** What acts on the server as a whole, its files, its other sessions, or on other servers. */
const beyond = new RegExp(
  [
    String.raw`\balter\s+system\b`,
    String.raw`\b(?:create|alter|drop)\s+(?:database|tablespace|subscription)\b`,
    String.raw`\balter\s+(?:role|user)\b[^;]*\bin\s+database\b`,
    String.raw`\b(?:comment|security\s+label\b[^;]*?)\s+on\s+(?:database|tablespace|role|subscription)\b`,
    String.raw`\b(?:grant|revoke)\b[^;]*?\bon\s+${serverObject}`,
    String.raw`\bcopy\b[^;]*\b(?:to|from)\s+(?:program\b|(?:e|u&)?'|\$)`,
    String.raw`\bprepare\s+transaction\b`,
    String.raw`\b(?:import\s+foreign\s+schema|create\s+foreign\s+table)\b`,
    String.raw`\blanguage\s+["']?(?:c|internal|plpython\w*u|plperlu|pltclu|plsh)\b`,
    String.raw`\bpg_(?:terminate_backend|cancel_backend|reload_conf|rotate_logfile|promote)\b`,
    String.raw`\bpg_(?:create|copy|drop|sync|advance)?_?(?:physical|logical)?_?replication_(?:slot|origin)\w*`,
    String.raw`\bpg_logical_slot_\w+`,
    String.raw`\bpg_(?:switch_wal|create_restore_point|wal_replay_\w+|(?:start|stop)_backup|backup_(?:start|stop))\b`,
    String.raw`\bpg_(?:file_\w+|read_\w*file|write_\w*file|stat_file|ls_\w*dir|current_logfile)\b`,
    String.raw`\bpg_stat_(?:reset\w*|statements_reset)\b`,
    String.raw`\b(?:lo_import|lo_export)\b`,
    String.raw`\bdblink\w*`,
    String.raw`\b(?:insert\s+into|update|delete\s+from|merge\s+into)\s+(?:only\s+)?(?:"?pg_catalog"?\s*\.\s*)?"?pg_(?:database|authid|auth_members|db_role_setting|tablespace|shdepend|shdescription|shseclabel|parameter_acl|subscription|replication_origin)\b`,
  ].join("|"),
  "i",
);

/**
 * Whether a statement is about the server as a whole, so that a scratch database does without it.
 * @param statement one alone, without its semicolon
 */
export function isAboutServer(statement: string): boolean {
  return aboutServer.test(withoutComments(statement));
}

/**
 * What is said of one database: of its settings and sessions, of a role's settings in it, of privileges on it. One
 * statement alone: what else stood behind a semicolon would be run with it.
 */
const ofDatabase = [
  String.raw`(alter\s+database\s+)${name}(\s+(?:(?:set(?!\s+tablespace\b)|reset)\b|(?:with\s+)?connection\s+limit\b)[^;]*)`,
  String.raw`(alter\s+(?:role|user)\s+${name}\s+in\s+database\s+)${name}(\s+(?:set|reset)\b[^;]*)`,
  String.raw`((?:grant|revoke)\b[^;]*?\bon\s+database\s+)${names}(\s+(?:to|from)\b[^;]*)`,
].map((text) => new RegExp(`^${text}$`, "is"));

/** What is said of a database, whatever its name, as said of the scratch database; undefined for other statements. */
export function ownDatabase(statement: string): string | undefined {
  const bare = withoutComments(statement);
  for (const pattern of ofDatabase) {
    const [, head, tail] = pattern.exec(bare) ?? [];
    if (head !== undefined && tail !== undefined)
      return `DO $knowngood$ BEGIN EXECUTE ${escapeLiteral(head)} || pg_catalog.quote_ident(pg_catalog.current_database()) || ${escapeLiteral(tail)}; END $knowngood$`;
  }
  return undefined;
}

const alteredRole = new RegExp(
  String.raw`\b(?:alter|drop)\s+(?:role|user)\s+(?!mapping\b)(?:if\s+exists\s+)?(${names})`,
  "gi",
);

/** Roles that SQL alters or drops and does not make: they must have been there before. */
export function rolesTakenForGranted(sources: readonly SqlSource[], ahead: readonly SqlSource[]): string[] {
  const makes = new Set(sources.flatMap(({ sql }) => rolesMadeBy(sql)));
  const alters = ahead.flatMap(({ sql }) =>
    [...withoutComments(sql).matchAll(alteredRole)].flatMap(([, roles = ""]) =>
      roles.includes("%") ? [] : namesOf(roles),
    ),
  );
  return [...new Set(alters)].filter((role) => !isEvery(role) && !makes.has(role) && !role.startsWith("pg_"));
}

/** Roles that a statement makes by name, in its own words or in the body of a block. */
export function rolesMadeBy(statement: string): string[] {
  const found = [...withoutComments(statement).matchAll(made)].flatMap(([, role = ""]) => namesOf(role));
  return [...new Set(found)].filter((role) => role !== "");
}

/**
 * Roles belong to a server as a whole, and so does more.
 * @throws ScratchRefuses where the SQL would change what others use
 */
export function stayWithin(database: ScratchDatabase, sources: readonly SqlSource[]): void {
  if (!database.shared) return;
  const theirs = new Set(database.rolesBefore);
  for (const { name: source, sql } of sources)
    for (const { start, end } of cut(sql).pieces) {
      const statement = sql.slice(start, end);
      // What looks like a comment may be text that is run.
      const what = reachOf(withoutComments(statement), theirs) ?? reachOf(statement, theirs);
      if (what !== undefined)
        throw new ScratchRefuses(
          `${source}: ${what} reaches beyond a throwaway database; set schema.scratch to embedded, or give a server of its own`,
        );
    }
}

/** The words by which a statement reaches others; undefined where it does not, or is left out. */
function reachOf(statement: string, theirs: ReadonlySet<string>): string | undefined {
  const isTheirs = (list: string) =>
    list.includes("%") || namesOf(list).some((role) => isEvery(role) || theirs.has(role));
  for (const [text, , roles = ""] of statement.matchAll(touched)) if (isTheirs(roles)) return shown(text);
  for (const [text, given = "", to = ""] of statement.matchAll(membership))
    if (isTheirs(given) && isTheirs(to)) return shown(text);
  const unnamed = madeUnnamed.exec(statement) ?? (routine.test(statement) ? madeOnce.exec(statement) : null);
  if (unnamed !== null) return shown(unnamed[0]);
  const within = isAboutServer(statement) || ownDatabase(statement) !== undefined;
  const reaches = within ? null : beyond.exec(statement);
  return reaches === null ? undefined : shown(reaches[0]);
}

const isEvery = (role: string) => /^(all|current_user|session_user|current_role|public)$/i.test(role);

const shown = (text: string) => text.replace(/\s+/g, " ").slice(0, 60);

/** Inner comments go first, since they nest. */
function withoutComments(text: string): string {
  const block = /\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\//g;
  let bare = text.replace(/--[^\n]*/g, " ");
  for (let before = ""; before !== bare;) {
    before = bare;
    bare = bare.replace(block, " ");
  }
  return bare;
}
