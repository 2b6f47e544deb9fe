import type { Catalog, Sides } from "./catalog";
import { holds } from "./privileges";
import type { RoleFacts, SettingFacts } from "./snapshot";

/** Where a session finds what it names without a schema, before and after. */
export interface Session {
  /** Undefined for a role that nobody named: it has no settings of its own, and no schema of its name. */
  role: RoleFacts | undefined;
  before: SearchPath;
  after: SearchPath;
}

export interface SearchPath {
  /** The schemas that are there and that the role may use, in their order. */
  schemas: readonly string[];
  /** As the setting says it, with the role's own name in it. */
  text: readonly string[];
  /** The role of the setting that gave it, 0 for the database's; undefined for the server's. */
  from: number | undefined;
}

/** One session for each role on both sides, and one for all others. */
export function sessionsOf({ before, after }: Sides): Session[] {
  const path = (catalog: Catalog, role: RoleFacts | undefined) =>
    searchPath(catalog, role, before.facts.searchPath);
  const named = before.facts.roles.filter(({ oid }) => after.role(oid) !== undefined);
  return [undefined, ...named].map((role) => ({
    role,
    before: path(before, role),
    after: path(after, role === undefined ? undefined : after.role(role.oid)),
  }));
}

function searchPath(catalog: Catalog, role: RoleFacts | undefined, usual: string): SearchPath {
  const setting = settingOf(catalog, role?.oid ?? 0);
  const text = schemasIn(setting?.value ?? usual, role?.name);
  const schemas = text.filter((name) => {
    const schema = catalog.facts.schemas.find((each) => each.name === name);
    return schema !== undefined && (role === undefined || holds(role.oid, "USAGE", schema, [], catalog));
  });
  return { schemas, text, from: setting?.role };
}

/** A role's own setting goes before the database's, and one for this database before one for all. */
function settingOf({ facts }: Catalog, role: number): SettingFacts | undefined {
  const paths = facts.settings.filter(({ name }) => name === "search_path");
  const of = (owner: number) =>
    paths.find((setting) => setting.role === owner && setting.here) ??
    paths.find((setting) => setting.role === owner);
  return (role === 0 ? undefined : of(role)) ?? of(0);
}

function schemasIn(path: string, role: string | undefined): string[] {
  return path
    .split(",")
    .map((name) => name.trim().replace(/^"(.*)"$/, "$1"))
    .flatMap((name) => (name === "$user" ? (role ?? []) : name));
}
