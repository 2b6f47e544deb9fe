import type { Snapshot } from "./snapshot";

type Catalog = Exclude<keyof Snapshot, "serverVersion" | "searchPath">;

const ownSchema = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

const ofExtension = (catalog: string, oid: string) =>
  `${oid} IN (SELECT objid FROM pg_depend WHERE deptype = 'e' AND classid = '${catalog}'::regclass)`;

const grants = (acl: string) =>
  `(SELECT json_agg(json_build_array(g.grantee::int8, g.privilege_type)) FROM aclexplode(${acl}) g) AS grants`;

/**
 * One query a catalog, each for rows with the fields of the snapshot.
 * @param seesPasswords whether the session may read what roles' passwords are kept as
 */
export function catalogQueries(serverVersion: number, seesPasswords: boolean): Record<Catalog, string> {
  return {
    database: `
      SELECT d.datdba::int8 AS owner, ${grants("d.datacl")}, d.datconnlimit AS "connectionLimit"
      FROM pg_database d WHERE d.datname = current_database()`,
    schemas: `
      SELECT n.oid::int8, n.nspname AS name, n.nspowner::int8 AS owner, ${grants("n.nspacl")}
      FROM pg_namespace n WHERE ${ownSchema}`,
    relations: `
      SELECT c.oid::int8, n.nspname AS schema, c.relname AS name, c.relowner::int8 AS owner, ${grants("c.relacl")},
        c.relkind AS kind, c.relpersistence AS persistence, c.relrowsecurity AS "rowSecurity",
        c.relforcerowsecurity AS "forcedRowSecurity", c.relispopulated AS populated, c.reloptions AS options,
        (SELECT json_agg(i.inhparent::int8 ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid) AS parents,
        pg_get_expr(c.relpartbound, c.oid) AS "partitionBound",
        CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition, md5(r.ev_action::text) AS tree,
        CASE WHEN c.relkind IN ('r', 'p') THEN 28 ELSE pg_relation_is_updatable(c.oid, true) END AS writable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't' AND ${ownSchema}
        AND NOT ${ofExtension("pg_class", "c.oid")}`,
    columns: `
      SELECT a.attrelid::int8 AS relation, a.attnum AS number, a.attname AS name, a.atttypid::int8 AS type,
        a.atttypmod AS typmod, format_type(a.atttypid, a.atttypmod) AS "typeText", a.attnotnull AS "notNull",
        pg_get_expr(d.adbin, d.adrelid) AS expression, a.attidentity AS identity, a.attgenerated AS generated,
        (SELECT cn.nspname || '.' || l.collname FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace
          WHERE l.oid = a.attcollation) AS collation,
        ${grants("a.attacl")},
        CASE WHEN c.relkind = 'v' THEN pg_column_is_updatable(a.attrelid, a.attnum, true) ELSE true END AS updatable
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
        AND c.relpersistence <> 't' AND ${ownSchema} AND NOT ${ofExtension("pg_class", "c.oid")}
      ORDER BY a.attrelid, a.attnum`,
    constraints: `
      SELECT k.oid::int8, k.conrelid::int8 AS relation, k.conname AS name, k.contype AS type,
        pg_get_constraintdef(k.oid) AS definition, k.convalidated AS validated, k.condeferrable AS deferrable,
        k.conkey AS columns, k.confrelid::int8 AS references,
        k.conparentid <> 0 OR NOT k.conislocal AS inherited
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
      WHERE k.contype IN ('c', 'f', 'x') AND k.conrelid <> 0 AND ${ownSchema}
        AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A'))`,
    indexes: `
      SELECT i.indexrelid::int8 AS oid, i.indrelid::int8 AS relation, n.nspname AS schema, c.relname AS name,
        i.indisunique AS unique, i.indisprimary AS primary, i.indisvalid AS valid, i.indimmediate AS immediate,
        pg_get_indexdef(i.indexrelid) AS definition, (i.indkey::int2[])[0:i.indnkeyatts - 1] AS columns,
        pg_get_expr(i.indpred, i.indrelid) AS predicate,
        (SELECT k.conname FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid
          AND k.contype IN ('p', 'u')) AS constraint,
        c.relispartition AS inherited
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relpersistence <> 't' AND ${ownSchema}`,
    sequences: `
      SELECT c.oid::int8, n.nspname AS schema, c.relname AS name, c.relowner::int8 AS owner, ${grants("c.relacl")},
        s.seqmin::text AS minimum, s.seqmax::text AS maximum, s.seqincrement::text AS increment, s.seqcycle AS cycles,
        coalesce(d.refobjid, 0)::int8 AS "ownerRelation", coalesce(d.refobjsubid, 0) AS "ownerColumn",
        coalesce(d.deptype = 'i', false) AS "ofIdentity"
      FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
      WHERE c.relpersistence <> 't' AND ${ownSchema} AND NOT ${ofExtension("pg_class", "c.oid")}`,
    types: `
      SELECT t.oid::int8, n.nspname AS schema, t.typname AS name, t.typowner::int8 AS owner, ${grants("t.typacl")},
        t.typtype AS kind, x.extension, (${ownSchema}) AND NOT x.extension AND t.typcategory <> 'A' AS own,
        CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END::int8 AS element, t.typbasetype::int8 AS base,
        t.typtypmod AS typmod, CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS "baseText",
        t.typnotnull AS "notNull", t.typdefault AS expression,
        (SELECT json_agg(json_build_array(e.oid::int8, e.enumlabel) ORDER BY e.enumsortorder) FROM pg_enum e
          WHERE e.enumtypid = t.oid) AS labels,
        (SELECT json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))) FROM pg_constraint k
          WHERE k.contypid = t.oid AND k.contype = 'c') AS constraints,
        t.typrelid::int8 AS relation,
        (SELECT format_type(g.rngsubtype, NULL) FROM pg_range g WHERE g.rngtypid = t.oid) AS subtype
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A',
        LATERAL (SELECT ${ofExtension("pg_type", "t.oid")} AS extension) x
      WHERE n.nspname NOT LIKE 'pg\\_t%' AND n.nspname <> 'information_schema'
        AND coalesce(c.relkind, 'c') = 'c'
        AND (e.oid IS NULL OR e.typrelid = 0 OR EXISTS (SELECT FROM pg_class ec WHERE ec.oid = e.typrelid AND ec.relkind = 'c'))`,
    routines: `
      SELECT p.oid::int8, n.nspname AS schema, p.proname AS name, p.proowner::int8 AS owner, ${grants("p.proacl")},
        p.prokind AS kind,
        (SELECT coalesce(json_agg(format_type(a.type, NULL) ORDER BY a.place), '[]')
          FROM unnest(p.proargtypes) WITH ORDINALITY AS a(type, place)) AS arguments,
        (SELECT coalesce(json_agg(concat(y.typcategory, CASE WHEN y.typispreferred THEN '!' END) ORDER BY a.place), '[]')
          FROM unnest(p.proargtypes) WITH ORDINALITY AS a(type, place) JOIN pg_type y ON y.oid = a.type) AS categories,
        p.proargnames AS "argumentNames",
        (SELECT json_agg(concat_ws(' ', p.proargnames[o.place], format_type(o.type, NULL)) ORDER BY o.place)
          FROM unnest(p.proallargtypes) WITH ORDINALITY AS o(type, place)
          WHERE p.proargmodes[o.place] IN ('o', 'b', 't')) AS outputs, p.pronargdefaults AS defaults, pg_get_expr(p.proargdefaults, 0) AS "defaultTexts",
        p.provariadic <> 0 AS variadic, pg_get_function_result(p.oid) AS result, p.provolatile AS volatility,
        p.proisstrict AS strict, p.prosecdef AS definer, l.lanname AS language, p.proconfig AS configuration,
        md5(concat_ws(chr(10), p.prosrc, p.probin, ${serverVersion >= 140000 ? "pg_get_function_sqlbody(p.oid)" : "NULL"},
          (SELECT concat_ws(',', g.aggtransfn::regprocedure, g.aggfinalfn::regprocedure, g.aggkind, g.agginitval,
            format_type(g.aggtranstype, NULL)) FROM pg_aggregate g WHERE g.aggfnoid = p.oid))) AS body,
        concat_ws(' ', p.prosrc, ${serverVersion >= 140000 ? "pg_get_function_sqlbody(p.oid)" : "NULL"})
          ~* '\\m(user|\\w*_user|current_role|\\w*_role|row_security|has_\\w+_privilege|current_setting|set_config|execute|search_path|current_schemas?)\\M' AS "asksWhoCalls",
        CASE WHEN p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) THEN p.prosrc END AS "triggerSource"
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
      WHERE ${ownSchema} AND NOT ${ofExtension("pg_proc", "p.oid")}`,
    triggers: `
      SELECT t.oid::int8, t.tgrelid::int8 AS relation, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition,
        t.tgenabled AS enabled
      FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0`,
    rewriteRules: `
      SELECT r.ev_class::int8 AS relation, r.rulename AS name, pg_get_ruledef(r.oid) AS definition, r.ev_enabled AS enabled
      FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE r.rulename <> '_RETURN' AND ${ownSchema}`,
    policies: `
      SELECT p.polrelid::int8 AS relation, p.polname AS name, p.polpermissive AS permissive, p.polcmd AS command,
        (SELECT json_agg(o::int8) FROM unnest(p.polroles) o) AS roles,
        pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
      FROM pg_policy p`,
    eventTriggers: `
      SELECT e.evtname AS name, concat_ws(' ', e.evtevent, e.evtenabled, e.evtfoid::regprocedure, e.evttags) AS definition,
          e.evtfoid::int8 AS function
      FROM pg_event_trigger e WHERE NOT ${ofExtension("pg_event_trigger", "e.oid")}`,
    operators: `
      SELECT n.nspname AS schema, o.oprname AS name,
        concat_ws(', ', format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)) AS operands,
        format_type(o.oprresult, NULL) AS result
      FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE ${ownSchema} AND NOT ${ofExtension("pg_operator", "o.oid")}`,
    lookups: `
      SELECT f.kind, f.oid::int8, n.nspname AS schema, f.name FROM (
        SELECT 'text search configuration' AS kind, oid, cfgnamespace AS place, cfgname AS name FROM pg_ts_config
        UNION ALL SELECT 'text search dictionary', oid, dictnamespace, dictname FROM pg_ts_dict
        UNION ALL SELECT 'collation', oid, collnamespace, collname FROM pg_collation WHERE oid >= 16384
      ) f JOIN pg_namespace n ON n.oid = f.place WHERE ${ownSchema}`,
    casts: `
      SELECT format_type(k.castsource, NULL) AS source, format_type(k.casttarget, NULL) AS target,
        k.castcontext AS context, concat(k.castmethod, k.castfunc::regprocedure) AS function
      FROM pg_cast k WHERE k.oid >= 16384 AND NOT ${ofExtension("pg_cast", "k.oid")}`,
    extensions: `
      SELECT e.extname AS name, e.extversion AS version, n.nspname AS schema
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`,
    roles: `
      SELECT r.oid::int8, r.rolname AS name, r.rolsuper AS superuser, r.rolbypassrls AS "bypassesRowSecurity",
        r.rolcreatedb AS "createsDatabases", r.rolcreaterole AS "createsRoles", r.rolreplication AS replicates,
        r.rolcanlogin AS "canLogin", r.rolconnlimit AS "connectionLimit", r.rolvaliduntil::text AS "validUntil",
        coalesce(r.rolvaliduntil <= now(), false) AS expired,
        ${seesPasswords ? "(SELECT md5(a.rolpassword) FROM pg_authid a WHERE a.oid = r.oid)" : "NULL"} AS password,
        (WITH RECURSIVE reached(role) AS (
            SELECT m.roleid FROM pg_auth_members m WHERE m.member = r.oid AND ${inherits(serverVersion, "r")}
            UNION SELECT m.roleid FROM pg_auth_members m JOIN reached ON m.member = reached.role
              JOIN pg_roles between_roles ON between_roles.oid = reached.role
              WHERE ${inherits(serverVersion, "between_roles")})
          SELECT json_agg(role::int8) FROM reached) AS "memberOf"
      FROM pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%'`,
    settings: `
      SELECT s.setrole::int8 AS role, s.setdatabase <> 0 AS here, split_part(v, '=', 1) AS name,
        substr(v, strpos(v, '=') + 1) AS value
      FROM pg_db_role_setting s, unnest(s.setconfig) v
      WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
  };
}

/** Whether a membership gives its privileges by itself; before version 16 the member says so, since then each grant. */
const inherits = (serverVersion: number, member: string) =>
  serverVersion >= 160000 ? "m.inherit_option" : `${member}.rolinherit`;
