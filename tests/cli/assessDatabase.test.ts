import { expect } from "chai";
import { releaseOf, sha256, writeCatalog } from "../catalog/catalogFolder";
import { Server } from "../migrations/server";
import { commandLine, type CommandLine } from "./commandLine";
import { reportIn } from "./reportShape";
import { runWith } from "./runWith";

const server = new Server();

describe("knowngood assess --database", function () {
  this.timeout(60_000);
  let shell: CommandLine;
  let url: string;
  before(() => server.start());
  beforeEach(async () => {
    shell = commandLine();
    url = await server.newDatabase();
  });
  afterEach(() => shell.remove());

  const off = ["--scratch", "off", "--no-cache"];
  const assess = (...args: string[]) =>
    runWith(shell.path, ["assess", ...args, "--database", ...off], { env: { KNOWNGOOD_DATABASE_URL: url } });

  const run = async (...statements: string[]) => {
    for (const statement of statements) await server.ask(url, statement);
  };

  it("takes from it what is applied, and counts in it what a step-down would lose", async () => {
    const texts = [
      "-- migrate:up\nCREATE TABLE orders (id int PRIMARY KEY);\n-- migrate:down\nDROP TABLE orders;\n",
      "-- migrate:up\nALTER TABLE orders ADD note text NOT NULL;\n-- migrate:down\nALTER TABLE orders DROP note;\n",
      "-- migrate:up\nDROP TABLE orders;\n-- migrate:down\n",
    ];
    const migrations = texts.map((text, index) => ({
      version: String(index + 1),
      name: `m${index + 1}`,
      sha256: sha256(text),
    }));
    for (const text of texts) shell.write(`releases/migrations/${sha256(text)}.sql`, text);
    writeCatalog(
      shell,
      [1, 2, 3].map((order) => releaseOf(`v${order}`, order, { migrations: migrations.slice(0, order) })),
    );
    await run(
      "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
      "INSERT INTO schema_migrations VALUES ('1'), ('2'), ('99')",
      "CREATE TABLE orders (id int PRIMARY KEY, note text NOT NULL)",
      "INSERT INTO orders VALUES (1, 'a'), (2, 'b')",
    );
    const unknown = await assess("--to", "v1", "--json");
    expect(unknown).to.include({ code: 1, stderr: "" });
    const report = reportIn(unknown);
    expect(report.verdict).to.equal("breaking");
    expect(report.gap.map(({ name }) => name)).to.deep.equal(["2_m2", "99"]);
    expect(report.unconfirmed).to.include(
      "99: applied in the database, shipped by no release of the catalog",
    );
    expect(report.stepDown).to.include({ verdict: "missing" });
    expect(report.runner).to.include({ tool: "dbmate", starts: true });

    await run("DELETE FROM schema_migrations WHERE version = '99'");
    // What runs decides, not what --from ships.
    const known = reportIn(await assess("--from", "v3", "--to", "v1", "--json"));
    expect(known.gap.map(({ name }) => name)).to.deep.equal(["2_m2"]);
    expect(known.findings.map(({ object }) => object)).to.deep.equal(["orders.note"]);
    expect(known.stepDown).to.deep.include({
      version: "2",
      verdict: "lossy",
      losses: [{ object: "orders.note", values: 2, estimated: false }],
    });
    await run("ANALYZE orders");
    const estimated = reportIn(await assess("--to", "v1", "--count-up-to", "1", "--json"));
    expect(estimated.stepDown?.losses).to.deep.equal([{ object: "orders.note", values: 2, estimated: true }]);
    const level = await assess("--to", "v2");
    expect(level.code).to.equal(0);
    expect(level.stdout).to.match(/^compatible\. Roll back: the schema is the one/);
  });

  it("takes from the files what it has applied, and tells a migration that stopped half-way", async () => {
    shell.write("m/000001_orders.up.sql", "CREATE TABLE orders (id int PRIMARY KEY, note text);");
    shell.write("m/000002_state.up.sql", "ALTER TABLE orders ADD state text;");
    shell.write("m/000002_state.down.sql", "ALTER TABLE orders DROP state;");
    shell.write("m/000003_drop.up.sql", "DROP TABLE orders;");
    const files = ["--shipped", "m/000001*", "--ahead", "m/*.sql", "--json"];
    await run(
      "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)",
      "INSERT INTO schema_migrations VALUES (2, false)",
      "CREATE TABLE orders (id int PRIMARY KEY, note text, state text)",
    );
    const whole = await assess(...files);
    expect(whole).to.include({ code: 0, stderr: "" });
    const report = reportIn(whole);
    expect(report.gap.map(({ name }) => name)).to.deep.equal(["m/000002_state.up.sql"]);
    expect(report.stepDown).to.deep.include({ verdict: "lossless", losses: [] });
    expect(report.runner).to.include({ tool: "golang-migrate", starts: false });

    await run("UPDATE schema_migrations SET dirty = true");
    const half = reportIn(await assess(...files));
    expect(half).to.include({ verdict: "conditional", confirmed: false, stepDown: null });
    expect(half.findings[0]).to.include({ rule: "unread-statement", object: "m/000002_state.up.sql" });
    expect(half.unconfirmed.join()).to.contain("stopped half-way");
  });

  it("exits 2 where no migration tool has its table, or nobody else says what is applied", async () => {
    shell.write("a.sql", "SELECT 1;");
    const empty = await assess("--shipped", "a.sql", "--ahead", "a.sql");
    expect(empty).to.include({ code: 2, stdout: "" });
    expect(empty.stderr).to.contain("none with the table of a migration tool");
    writeCatalog(shell, [releaseOf("v1", 1)]);
    const away = { KNOWNGOOD_DATABASE_URL: "postgres://app:secret@127.0.0.1:1/shop" };
    const ended = await runWith(shell.path, ["assess", "--to", "v1", "--database", ...off], { env: away });
    expect(ended).to.include({ code: 2, stdout: "" });
    expect(ended.stderr)
      .to.contain("127.0.0.1:1")
      .and.to.contain("name the release that is applied by --from");
    expect(ended.stderr).not.to.contain("secret");
    const named = ["assess", "--from", "v1", "--to", "v1", "--json", "--database", ...off];
    const guessed = await runWith(shell.path, named, { env: away });
    expect(guessed.code).to.equal(1);
    expect(reportIn(guessed)).to.include({ verdict: "conditional", confirmed: false });
  });
});
