import { escapeLiteral } from "pg";

/** Begins the comment on a role that was made for a scratch database, whose name follows. */
const mark = "made for the knowngood scratch database ";

/** SQL that marks those of the roles that are there, bear no comment, and so were made just now. */
export function markRoles(roles: readonly string[]): string {
  return `DO $knowngood$ DECLARE made pg_catalog.name; BEGIN
  FOR made IN SELECT rolname FROM pg_catalog.pg_roles
    WHERE rolname::pg_catalog.text IN (${roles.map(escapeLiteral).join(", ")})
      AND pg_catalog.shobj_description(oid, 'pg_authid') IS NULL
  LOOP
    EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', made, ${escapeLiteral(mark)} || pg_catalog.current_database());
  END LOOP;
END $knowngood$`;
}

const markedFor = `pg_catalog.substring(pg_catalog.shobj_description(r.oid, 'pg_authid'), '^${mark}(.*)$')`;

/** Roles that are not of our making: `rolname`. */
export const rolesOfOthers = `SELECT rolname FROM pg_catalog.pg_roles AS r WHERE ${markedFor} IS NULL`;

/** Roles of our making whose scratch database is gone: `rolname`. */
export const rolesLeftOver = `
  SELECT rolname FROM pg_catalog.pg_roles AS r
  WHERE ${markedFor} IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${markedFor})`;
