import { expect } from "chai";
import { judgeOnScratch, type ScratchJudgement } from "../../../schema/scratch/judgeOnScratch";
import { openThrowaway } from "../../../schema/scratch/throwaway";
import { Server } from "../../migrations/server";

const server = new Server();

/** All that belongs to the server as a whole. */
const everythingShared = `
  SELECT jsonb_build_object(
    'databases', (SELECT jsonb_agg(to_jsonb(d) - 'datfrozenxid' - 'datminmxid' ORDER BY datname) FROM pg_database d),
    'roles', (SELECT jsonb_agg(to_jsonb(a) ORDER BY rolname) FROM pg_authid a),
    'members', (SELECT jsonb_agg(to_jsonb(m) ORDER BY roleid, member) FROM pg_auth_members m),
    'settings', (SELECT jsonb_agg(to_jsonb(s) ORDER BY setdatabase, setrole) FROM pg_db_role_setting s),
    'comments', (SELECT jsonb_agg(to_jsonb(c) ORDER BY objoid) FROM pg_shdescription c),
    'labels', (SELECT jsonb_agg(to_jsonb(l) ORDER BY objoid) FROM pg_shseclabel l),
    'parameters', (SELECT jsonb_agg(to_jsonb(p) ORDER BY parname) FROM pg_parameter_acl p),
    'tablespaces', (SELECT jsonb_agg(to_jsonb(t) ORDER BY spcname) FROM pg_tablespace t),
    'slots', (SELECT jsonb_agg(slot_name ORDER BY slot_name) FROM pg_replication_slots),
    'files', (SELECT jsonb_agg(to_jsonb(f) ORDER BY seqno) FROM pg_file_settings f),
    'loaded', pg_conf_load_time(),
    'written', (SELECT jsonb_agg(n ORDER BY n) FROM pg_ls_dir('.') n WHERE n LIKE 'reached%'))::text`;

/** Each refused by its words. */
const refused = [
  "COPY (SELECT 1) TO PROGRAM 'cat > reached_program'",
  "COPY /* to a */ (SELECT 1) TO /* file */ PROGRAM 'cat > reached_program'",
  "COPY (SELECT 1) TO '/tmp/reached'",
  "COPY t FROM PROGRAM 'touch reached_program; echo 1'",
  "COPY t FROM E'/etc/hostname'",
  "REVOKE CREATE ON TABLESPACE pg_default FROM seller",
  "REVOKE SET ON PARAMETER work_mem FROM seller",
  "DO $$ BEGIN ALTER DATABASE shop SET work_mem = '7MB'; END $$",
  "DO $$ BEGIN ALTER /* the */ DATABASE shop SET work_mem = '7MB'; END $$",
  "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || 'shop' || ' CONNECTION LIMIT 3'; END $$",
  "DO $$ BEGIN GRANT CREATE ON DATABASE shop TO seller; END $$",
  "DO $$ BEGIN COMMENT ON ROLE seller IS 'reached'; END $$",
  "DO $$ BEGIN COMMENT ON DATABASE shop IS 'reached'; END $$",
  "GRANT seller TO CURRENT_USER",
  "GRANT seller TO buyer WITH ADMIN OPTION",
  "DO $$ BEGIN GRANT seller TO buyer; END $$",
  "DO $$ BEGIN EXECUTE format('GRANT %I TO %I', 'seller', 'buyer'); END $$",
  "CREATE ROLE shop_app_r; DROP ROLE shop_app_r, seller",
  "ALTER ROLE CURRENT_USER SET work_mem = '7MB'",
  'GRANT CONNECT ON DATABASE shop TO "a--" \n "; ALTER ROLE seller SUPERUSER; --"',
  "DO $$ BEGIN EXECUTE format('CREATE ROLE %I', 'shop_app_made'); END $$",
  "DO $$ BEGIN EXECUTE 'CREATE ROLE ' || 'shop_app_made'; END $$",
  "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE ROLE shop_app_made'; SELECT f()",
  "SELECT pg_create_physical_replication_slot('reached')",
  "SELECT pg_create_logical_replication_slot('reached', 'test_decoding')",
  "SELECT pg_drop_replication_slot('kept')",
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop'",
  "SELECT pg_reload_conf()",
  "SELECT lo_import('/etc/hostname')",
  "SELECT lo_export(1, '/tmp/reached')",
  "SELECT pg_read_file('PG_VERSION')",
  "SELECT pg_file_write('reached', 'x', false)",
  "SELECT dblink_exec('dbname=shop', 'DROP TABLE t')",
  "DO $$ BEGIN EXECUTE 'ALTER SYSTEM SET work_mem = 7'; END $$",
  "DO $$ BEGIN EXECUTE 'CREATE DATABASE reached'; END $$",
  "UPDATE pg_database SET datconnlimit = 3 WHERE datname = 'shop'",
  "DELETE FROM pg_catalog.pg_auth_members",
  "PREPARE TRANSACTION 'reached'",
  "CREATE FOREIGN TABLE f (a text) SERVER s OPTIONS (program 'touch reached')",
  "CREATE FUNCTION f() RETURNS void LANGUAGE plpython3u AS 'x'",
];

/** Each done without, and told; or made good within the scratch database. */
const leftOut = [
  "GRANT CREATE ON /* a */ TABLESPACE pg_default TO seller",
  "GRANT SET ON PARAMETER work_mem TO seller",
  "ALTER DATABASE shop OWNER TO seller",
  "ALTER /* the */ DATABASE shop RENAME TO reached",
  "ALTER SYSTEM SET work_mem = '7MB'",
  "CREATE DATABASE reached",
  "COMMENT ON DATABASE shop IS 'reached'",
  "COMMENT ON ROLE seller IS 'reached'",
  "SECURITY LABEL FOR x ON DATABASE shop IS 'reached'",
  "SECURITY LABEL ON ROLE seller IS 'reached'",
  "SECURITY LABEL ON TABLESPACE pg_default IS 'reached'",
  "CREATE SUBSCRIPTION s CONNECTION 'dbname=shop' PUBLICATION p",
  "ALTER SUBSCRIPTION s DISABLE",
  "DROP SUBSCRIPTION s",
];

const allowed = [
  "ALTER DATABASE shop SET work_mem = '7MB'",
  "ALTER DATABASE shop RESET ALL",
  "REVOKE CONNECT, TEMPORARY ON DATABASE shop, postgres FROM PUBLIC",
  "CREATE ROLE shop_app_in; ALTER ROLE shop_app_in IN DATABASE shop SET work_mem = '7MB'",
  "ALTER DATABASE shop CONNECTION LIMIT 3",
  "GRANT CREATE ON DATABASE shop TO seller",
  "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR CURRENT_USER SERVER s",
  "COPY t (a) FROM stdin;\n1\n\\.\nSELECT 1",
  "CREATE TABLE database (a int); GRANT SELECT ON database TO seller; REVOKE SELECT ON database FROM seller",
  "GRANT seller TO shop_app_other",
  "CREATE ROLE shop_app_a; CREATE ROLE shop_app_b ROLE shop_app_a; GRANT shop_app_a TO CURRENT_USER",
  "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_app_c') THEN CREATE ROLE shop_app_c; END IF; END $$",
];

describe("a server that others use", function () {
  this.timeout(120_000);

  const judge = (shipped: string, ahead: string): Promise<ScratchJudgement> =>
    judgeOnScratch(
      { shipped: [{ name: "shipped", sql: shipped }], ahead: [{ name: "ahead", sql: ahead }] },
      { scratch: { url: server.postgres.adminUrl } },
    );
  const ask = (sql: string) => server.ask(server.postgres.adminUrl, sql);
  const reasonOf = (judgement: ScratchJudgement) => (judgement.ran ? "it ran" : judgement.reason);
  const ours = () =>
    ask(
      "SELECT datname FROM pg_database WHERE datname LIKE 'knowngood%' UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'shop_app%' ORDER BY 1",
    );

  before("start PostgreSQL, and have others use it", async () => {
    await server.start();
    for (const sql of ["CREATE DATABASE shop", "CREATE ROLE seller", "CREATE ROLE buyer"]) await ask(sql);
  });
  after("take the others off again", async () => {
    for (const sql of ["DROP DATABASE IF EXISTS shop", "DROP ROLE IF EXISTS seller, buyer"]) await ask(sql);
  });

  const table = "CREATE TABLE t (a int);";
  for (const sql of refused)
    it(`refuses ${sql}`, async () => {
      const shared = await ask(everythingShared);
      const judgement = await judge(table, `${sql};`);
      expect(reasonOf(judgement)).to.match(
        /^ahead: .+ reaches beyond a throwaway database; set schema\.scratch/,
      );
      expect(await ask(everythingShared)).to.deep.equal(shared);
    });

  for (const sql of leftOut)
    it(`does without ${sql}`, async () => {
      const shared = await ask(everythingShared);
      const judgement = await judge(table, `${sql};`);
      if (!judgement.ran) throw new Error(judgement.reason);
      expect(judgement.told.join("; ")).to.match(/ahead line 1: [A-Z]+ .+ was left out/);
      expect(await ask(everythingShared)).to.deep.equal(shared);
    });

  for (const sql of allowed)
    it(`runs ${sql}`, async () => {
      const shared = await ask(everythingShared);
      const judgement = await judge(table, `${sql};`);
      if (!judgement.ran) throw new Error(judgement.reason);
      expect(judgement.told.filter((line) => line.includes("left out"))).to.deep.equal([]);
      expect(await ask(everythingShared)).to.deep.equal(shared);
    });

  it("shows a setting of the database by any name, on the scratch database", async () => {
    const judgement = await judge(table, "ALTER DATABASE shop SET search_path = elsewhere;");
    if (!judgement.ran) throw new Error(judgement.reason);
    expect(judgement.findings.map(({ rule }) => rule)).to.include("search-path-changed");
  });

  it("makes a role that the SQL names before it makes it", async () => {
    const judgement = await judge(
      `${table} GRANT SELECT ON t TO shop_app_later;`,
      "CREATE ROLE shop_app_later; GRANT INSERT ON t TO shop_app_later;",
    );
    expect(judgement.ran, reasonOf(judgement)).to.equal(true);
    expect(await ours()).to.deep.equal([]);
  });

  it("drops marked roles only", async () => {
    const database = await openThrowaway(server.postgres.adminUrl);
    // Somebody else makes it meanwhile.
    await ask("CREATE ROLE shop_app_theirs");
    try {
      const { ScratchSurroundings } = await import("../../../schema/scratch/surroundings");
      const { runSource } = await import("../../../schema/scratch/runSource");
      const sql = "CREATE ROLE shop_app_theirs; CREATE ROLE shop_app_mine;";
      await runSource(database, { name: "own", sql }, new ScratchSurroundings(database));
      await database.close();
      expect(await ours()).to.deep.equal(["shop_app_theirs"]);
    } finally {
      await database.close();
      await ask("DROP ROLE IF EXISTS shop_app_theirs");
    }
  });

  it("runs gaps of one process one after the other, as if each were alone", async () => {
    const sql = "CREATE ROLE shop_app_twice; GRANT SELECT ON t TO shop_app_twice;";
    const judgements = await Promise.all(
      [1, 2, 3].map(() =>
        judge(`${table} ${sql}`, "DROP OWNED BY shop_app_twice; DROP ROLE shop_app_twice;"),
      ),
    );
    for (const judgement of judgements) {
      expect(judgement.ran, reasonOf(judgement)).to.equal(true);
      expect(judgement).to.deep.equal(judgements[0]);
    }
    expect(await ours()).to.deep.equal([]);
  });

  it("sweeps what was left over: old databases that nobody uses, and their roles", async () => {
    const end = "0123456789abcdef";
    const old = `knowngood_scratch_1500000000_${end}`;
    const [now = ""] = await ask("SELECT (extract(epoch FROM now()) - 60)::bigint");
    const young = `knowngood_scratch_${now}_${end}`;
    for (const name of [old, young]) await ask(`CREATE DATABASE ${name}`);
    for (const [role, name] of [
      ["shop_app_old", old],
      ["shop_app_young", young],
    ] as const)
      await ask(
        `CREATE ROLE ${role}; COMMENT ON ROLE ${role} IS 'made for the knowngood scratch database ${name}'`,
      ).catch(() => undefined);
    try {
      const database = await openThrowaway(server.postgres.adminUrl);
      expect(database.rolesBefore).to.include("seller").and.not.include("shop_app_young");
      await database.close();
      expect(await ours()).to.deep.equal([young, "shop_app_young"]);
    } finally {
      await ask(`DROP DATABASE IF EXISTS ${young}`);
      await ask(`DROP DATABASE IF EXISTS ${old}`);
      await ask("DROP ROLE IF EXISTS shop_app_old, shop_app_young");
    }
  });

  it("leaves a database alone that is old and in use", async () => {
    const name = "knowngood_scratch_1500000000_fedcba9876543210";
    await ask(`CREATE DATABASE ${name}`);
    try {
      const { Client } = await import("pg");
      const user = new Client(server.postgres.adminUrl.replace(/\/postgres(?=[?]|$)/, `/${name}`));
      await user.connect();
      await (await openThrowaway(server.postgres.adminUrl)).close();
      expect(await ours()).to.deep.equal([name]);
      await user.end();
    } finally {
      await ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
});
