import { expect } from "chai";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { backupObstacle } from "../../backups/backupObstacle";
import { keptBackups } from "../../backups/backupRecord";
import { checkDump } from "../../backups/makeBackup";
import { findPostgresPrograms } from "../../backups/postgresPrograms";
import type { BackupReport, BackupRequest } from "../../backups/request";
import { connect } from "../../migrations/connection";
import { migrate } from "../../migrations/migrate";
import { splitPassword } from "../../migrations/password";
import type { MigrationRequest } from "../../migrations/request";
import { Server, table } from "../migrations/server";

const server = new Server();
const now = new Date("2026-03-01T09:00:00.000Z");
const name = "shop-prod-1-2026-03-01T09-00-00-000Z";

describe("a backup before migrations", function () {
  this.timeout(60_000);
  before("start PostgreSQL", () => server.start());

  const newFolder = () => join(mkdtempSync(join(server.folder, "backups-")), "deep", "backups");
  const backupIn = (folder: string, more: Partial<BackupRequest> = {}): BackupRequest => ({
    stack: "shop/prod",
    folder,
    keep: 10,
    ...more,
  });

  /** A database at version 1 with a thousand rows, and the request that drops them. */
  async function filled(backup: BackupRequest): Promise<{ url: string; request: MigrationRequest }> {
    const url = await server.newDatabase();
    const all = server.request(url, [
      [
        "1",
        `CREATE TABLE "Odd ""name" (id int PRIMARY KEY, note text);
         INSERT INTO "Odd ""name" SELECT id, E'a\\nb\\\\.\\n' || repeat('x', 3000) FROM generate_series(1, 1000) id;
         CREATE TABLE hollow (); INSERT INTO hollow DEFAULT VALUES; CREATE TABLE empty (id int);
         CREATE TABLE parts (id int) PARTITION BY RANGE (id);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10); INSERT INTO parts VALUES (1), (2);`,
      ],
      ["2", `DROP TABLE "Odd ""name";`],
    ]);
    const [first] = all.migrations;
    if (first === undefined) throw new Error("two migrations were asked for");
    await migrate({ ...all, migrations: [first] });
    return { url, request: { ...all, backup } };
  }
  const databaseIn = (url: string) => /\/(\w+)\?/.exec(url)?.[1] ?? "";
  const asAdministrator = (url: string) =>
    server.postgres.adminUrl.replace("/postgres?", `/${databaseIn(url)}?`);
  const versions = (url: string) => server.ask(url, "SELECT version FROM schema_migrations ORDER BY version");
  async function failureOf(work: Promise<unknown>): Promise<string> {
    try {
      await work;
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it did not fail");
  }

  it("is whole, counted, named, and can be read back", async () => {
    const folder = newFolder();
    const { url, request } = await filled(backupIn(folder));
    const { ran, backup } = await migrate(request, now);
    expect([ran, await versions(url)]).to.deep.equal([["2"], ["1", "2"]]);
    const file = join(folder, `${name}.dump`);
    const bytes = readFileSync(file);
    expect(backup).to.deep.include({
      place: file,
      madeAt: now.toISOString(),
      head: "1",
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      tables: 5,
      rows: 1004,
    } satisfies Partial<BackupReport>);
    expect(readdirSync(folder).sort()).to.deep.equal([".gitignore", `${name}.dump`, `${name}.json`]);
    expect([statSync(folder).mode & 0o777, statSync(file).mode & 0o777]).to.deep.equal([0o700, 0o600]);
    const [kept] = await keptBackups(folder);
    expect(kept).to.deep.include({ name, whole: true });
    expect(kept?.record.dump?.rows).to.deep.equal({
      'public."Odd ""name"': 1000,
      "public.empty": 0,
      "public.hollow": 1,
      "public.parts_1": 2,
      "public.schema_migrations": 1,
    });
    const restored = await server.newDatabase();
    const { address, password } = splitPassword(restored);
    await promisify(execFile)("pg_restore", ["--dbname", address, file], {
      env: { ...process.env, PGPASSWORD: password },
    });
    expect(await server.ask(restored, 'SELECT count(*) FROM "Odd ""name"')).to.deep.equal(["1000"]);
    expect(JSON.stringify(kept)).not.to.contain(password);
  });

  it("is made where anything is to be changed only, and of a database that holds nothing, too", async () => {
    const folder = newFolder();
    const url = await server.newDatabase();
    const request = { ...server.request(url, [["1", table("one")]]), backup: backupIn(folder) };
    expect((await migrate(request, now)).backup).to.deep.include({ head: null, tables: 0, rows: 0 });
    expect((await migrate(request, now)).backup).to.equal(undefined);
    expect(readdirSync(folder)).to.contain("shop-prod-empty-2026-03-01T09-00-00-000Z.dump");
  });

  it("leaves a folder's own .gitignore as it is", async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, ".gitignore"), "*.dump\n");
    const { request } = await filled(backupIn(folder));
    expect((await migrate(request, now)).ran).to.deep.equal(["2"]);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).to.equal("*.dump\n");
  });

  it("is whole where a dump has rows of an extension's own tables, too", async () => {
    const folder = newFolder();
    const { url, request } = await filled(backupIn(folder));
    const client = await connect(url);
    await client.query(
      `CREATE EXTENSION citext;
       CREATE TABLE configured (id int); INSERT INTO configured VALUES (1);
       CREATE SCHEMA kept; CREATE TABLE kept.parts (id int); INSERT INTO kept.parts VALUES (1), (2);
       ALTER EXTENSION citext ADD TABLE configured; ALTER EXTENSION citext ADD SCHEMA kept`,
    );
    await client.end();
    // What an extension's script says with pg_extension_config_dump, which nobody else may call.
    await server.ask(
      asAdministrator(url),
      "UPDATE pg_extension SET extconfig = ARRAY['configured'::regclass::oid], extcondition = ARRAY[''] WHERE extname = 'citext' RETURNING 1",
    );
    const { backup } = await migrate(request, now);
    expect(backup).to.include({ tables: 6, rows: 1006 });
    const { stdout } = await promisify(execFile)("pg_restore", ["--list", join(folder, `${name}.dump`)]);
    expect(stdout.match(/ TABLE DATA (public configured|kept parts) /g)).to.have.length(2);
  });

  it("removes its own old ones alone", async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const others = [
      "notes.json",
      "shop-prod-mine.dump",
      "shop-prod-eu-1-2020-01-01T00-00-00-000Z.dump.unfinished",
    ];
    for (const file of others) writeFileSync(join(folder, file), "{}");
    const times = [0, 1, 2].map((day) => new Date(now.getTime() + day * 86_400_000));
    for (const time of times) {
      const { request } = await filled(backupIn(folder, { keep: 2 }));
      writeFileSync(join(folder, "shop-prod-1-2026-02-01T09-00-00-000Z.dump.unfinished"), "half");
      await migrate(request, time);
    }
    const { request } = await filled(backupIn(folder, { keep: 1, stack: "other/prod" }));
    await migrate(request, now);
    const file = (day: number) => `shop-prod-1-2026-03-0${day}T09-00-00-000Z`;
    expect(readdirSync(folder).sort()).to.deep.equal(
      [
        ".gitignore",
        ...others,
        ...[2, 3].flatMap((day) => [`${file(day)}.dump`, `${file(day)}.json`]),
        "other-prod-1-2026-03-01T09-00-00-000Z.dump",
        "other-prod-1-2026-03-01T09-00-00-000Z.json",
      ].sort(),
    );
  });

  describe("that can't be made stops before the migration:", () => {
    async function refused(backup: BackupRequest, told: RegExp): Promise<void> {
      const { url, request } = await filled(backup);
      const failure = await failureOf(migrate(request, now));
      expect(failure).to.match(told);
      expect(failure).to.contain("No migration was begun: nothing was changed in the database");
      expect(await versions(url)).to.deep.equal(["1"]);
      const left = existsSync(backup.folder) ? readdirSync(backup.folder) : [];
      expect(left.filter((file) => file !== ".gitignore")).to.deep.equal([]);
    }

    it("a folder that can't be made", async () => {
      const file = join(server.folder, "no-folder");
      writeFileSync(file, "");
      await refused(backupIn(join(file, "backups")), /ENOTDIR/);
    });

    it("no programs of the server's version, and an image that has none", async () => {
      const obstacle = await failureOf(findPostgresPrograms(7, "postgres://db/shop"));
      expect(obstacle).to.equal(
        "No pg_dump and pg_restore of PostgreSQL 7, the server's own version, were found. " +
          "Install them (Debian: apt-get install postgresql-client-7), or name an image that has them: " +
          "pulumi config set --path database.backup.image postgres:7",
      );
      const where = { image: "postgres:7", dockerHost: "unix:///nowhere.sock" };
      expect(await failureOf(findPostgresPrograms(7, "postgres://db/shop", where))).to.contain(
        "the image postgres:7 can't be run for them",
      );
    });

    it("no space, by what the last one took", async () => {
      const folder = newFolder();
      mkdirSync(folder, { recursive: true });
      const { request: before } = await filled(backupIn(folder));
      const [record] = await keptBackups(folder);
      expect(record).to.equal(undefined);
      await migrate(before, new Date(0));
      const file = join(folder, "shop-prod-1-1970-01-01T00-00-00-000Z.json");
      const made = JSON.parse(readFileSync(file, "utf8")) as { dump: { bytes: number } };
      writeFileSync(file, JSON.stringify({ ...made, dump: { ...made.dump, bytes: 1e18 } }));
      const { request } = await filled(backupIn(folder));
      expect(await failureOf(migrate(request, now))).to.match(/^No space for a backup in /);
      expect(readdirSync(folder)).not.to.contain(`${name}.dump`);
    });

    it("a row that may not be read", async () => {
      const folder = newFolder();
      const { url, request } = await filled(backupIn(folder));
      await server.ask(asAdministrator(url), "CREATE TABLE hidden ()");
      expect(await failureOf(migrate(request, now))).to.contain("permission denied for table hidden");
      expect(readdirSync(folder)).to.deep.equal([".gitignore"]);
      const preview = { ...backupIn(folder), command: false };
      const found = await backupObstacle(url, preview);
      expect(found?.kind).to.equal("database");
      expect(found?.text).to.match(/permission denied for table hidden/);
      expect(found?.text).to.match(/: GRANT pg_read_all_data TO "\w+"$/);
    });

    it("a disk that is full half-way, or a dump that is killed", async () => {
      const folder = newFolder();
      const { url, request } = await filled(backupIn(folder));
      // A limit on the size of files stands for the end of the disk.
      const child = spawn(
        "bash",
        ["-c", `ulimit -f 8; exec node --require ./toolchain/loadTypescript.cjs migrations/run.ts migrate`],
        { stdio: "pipe" },
      );
      child.stdin.end(JSON.stringify(request));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      expect(stdout).to.equal("");
      expect(stderr).to.match(/^The backup failed: /);
      expect(stderr).to.contain("No migration was begun");
      expect(await versions(url)).to.deep.equal(["1"]);
      expect(readdirSync(folder)).to.deep.equal([".gitignore"]);
    });

    it("the user's own command that fails, is not there, or does not end", async () => {
      const own = (words: string[], within = 60) =>
        backupIn(newFolder(), { command: { words, within, secrets: { TOKEN: "t0ken-value" } } });
      await refused(
        own(["sh", "-c", "echo no room for $TOKEN; exit 3"]),
        /sh -c .* ended with 3\.\nno room for \[secret\]/,
      );
      await refused(own(["no-such-command"]), /ended with 127/);
      await refused(own(["sleep", "60"], 1), /did not end in 1 s/);
    });
  });

  it("is the user's own command's, where one is set, told what for", async () => {
    const folder = newFolder();
    const words = [
      "sh",
      "-c",
      'psql "$KNOWNGOOD_DATABASE_URL" -c "SELECT 1" >/dev/null && echo "$KNOWNGOOD_STACK at $KNOWNGOOD_HEAD as $KNOWNGOOD_BACKUP by $TOKEN"',
    ];
    const { request } = await filled(
      backupIn(folder, { command: { words, within: 60, secrets: { TOKEN: "t0ken-value" } } }),
    );
    const { ran, backup } = await migrate(request, now);
    expect(ran).to.deep.equal(["2"]);
    expect(backup).to.deep.include({ place: `shop/prod at 1 as ${name} by [secret]`, head: "1" });
    expect(await keptBackups(folder)).to.have.length(1);
  });

  it("that was killed half-way is no backup, and the next run makes a whole one", async () => {
    const folder = newFolder();
    const { url, request } = await filled(backupIn(folder));
    // Held back by a lock, the dump is under way for as long as the test wants.
    const { Client } = await import("pg");
    const holder = new Client(url);
    await holder.connect();
    await holder.query("BEGIN; LOCK TABLE ONLY parts IN ACCESS EXCLUSIVE MODE");
    const child = spawn(
      process.execPath,
      ["--require", "./toolchain/loadTypescript.cjs", "migrations/run.ts", "migrate"],
      { stdio: ["pipe", "ignore", "ignore"] },
    );
    child.stdin.end(JSON.stringify(request));
    for (;;) {
      const waiting = await server.ask(
        url,
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'parts'::regclass",
      );
      if (waiting[0] !== "0") break;
      await sleep(50);
    }
    child.kill("SIGKILL");
    await holder.query("ROLLBACK");
    await holder.end();
    expect(readdirSync(folder).filter((file) => /\.(dump|json)$/.test(file))).to.deep.equal([]);
    writeFileSync(join(folder, `${name}.dump.unfinished`), "half");
    expect((await migrate(request, now)).ran).to.deep.equal(["2"]);
    expect(readdirSync(folder).sort()).to.deep.equal([".gitignore", `${name}.dump`, `${name}.json`]);
  });

  it("is not taken for whole when it was cut, or holds other rows", async () => {
    const folder = newFolder();
    const { url, request } = await filled(backupIn(folder));
    await migrate(request, now);
    const file = join(folder, `${name}.dump`);
    const [kept] = await keptBackups(folder);
    const rows = kept?.record.dump?.rows ?? {};
    const programs = await findPostgresPrograms(kept?.record.server ?? 0, splitPassword(url).address);
    await checkDump(programs, file, rows);
    expect(await failureOf(checkDump(programs, file, { ...rows, "public.empty": 7 }))).to.equal(
      "The backup can't be used: public.empty had 7 rows when it was made, and it holds 0.",
    );
    truncateSync(file, statSync(file).size - 2000);
    expect(await failureOf(checkDump(programs, file, rows))).to.match(/^The backup can't be used: /);
    expect((await keptBackups(folder))[0]?.whole).to.equal(false);
  });
});
