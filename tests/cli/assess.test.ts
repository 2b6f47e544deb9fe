import { expect } from "chai";
import { z } from "zod";
import { digest, first, releaseOf, second, sha256, writeCatalog } from "../catalog/catalogFolder";
import { commandLine, type CommandLine } from "./commandLine";
import { reportIn, reportShape } from "./reportShape";
import { runWith } from "./runWith";

describe("knowngood assess", function () {
  this.timeout(60_000);
  let shell: CommandLine;
  beforeEach(() => {
    shell = commandLine();
    shell.write(
      "v1/1_orders.sql",
      "CREATE TABLE orders (id int PRIMARY KEY, amount int NOT NULL, state text);\n",
    );
    shell.write("v2/2_phone.sql", "ALTER TABLE orders ADD phone text;\n");
    shell.write("v2/3_state.sql", "ALTER TABLE orders ALTER amount DROP NOT NULL;\n");
    shell.write(
      "v3/4_rename.sql",
      "-- migrate:up\n\nALTER TABLE orders RENAME amount TO total;\n-- migrate:down\n",
    );
    shell.write("v4/5_drop.sql", "ALTER TABLE orders DROP state;\n");
    shell.write("broken.sql", "CREATE TABL carts ();\n");
  });
  afterEach(() => shell.remove());

  const off = ["--scratch", "off", "--no-cache"];
  const files = (...ahead: string[]) => ["assess", "--shipped", "v1/*.sql", "--ahead", ...ahead];

  it("exits 0 within what is allowed, and 1 past it", async () => {
    const rows: [ahead: string[], allow: string | undefined, verdict: string, code: number][] = [
      [["v2/2_phone.sql"], undefined, "compatible", 0],
      [["v2"], undefined, "conditional", 1],
      [["v2/*.sql"], "conditional", "conditional", 0],
      [["v2", "v3"], "conditional", "breaking", 1],
      [["v2", "v3"], "breaking", "breaking", 0],
      [["v4/5_drop.sql"], "breaking", "destructive", 1],
      [["v4/5_drop.sql"], "destructive", "destructive", 0],
      // It can't be parsed, and is judged all the same.
      [["broken.sql"], undefined, "conditional", 1],
      [["broken.sql"], "conditional", "conditional", 0],
    ];
    for (const [ahead, allow, verdict, code] of rows) {
      const allowing = allow === undefined ? [] : ["--allow", allow];
      const ended = await shell.knowngood(...files(...ahead), ...off, ...allowing, "--json");
      expect(ended, ahead.join()).to.include({ code, stderr: "" });
      expect(reportIn(ended)).to.deep.include({ verdict, confirmed: false, server: null });
    }
  });

  it("proves it on an embedded server, and says all of it in JSON, in Markdown, or shortly", async () => {
    const args = files("v2", "v3");
    const judged = (...more: string[]) => shell.knowngood(...args, ...more, "--no-cache");
    const json = await judged("--json");
    expect(json).to.include({ code: 1, stderr: "" });
    const report = reportIn(json);
    expect(report).to.deep.include({
      verdict: "breaking",
      confirmed: true,
      action: "roll forward",
      unconfirmed: [],
    });
    expect(report.server).to.match(/^PGlite/);
    expect(report.findings[0]).to.include({
      rule: "column-renamed",
      object: "orders.amount",
      migration: "v3/4_rename.sql",
      line: 3,
      statement: "ALTER TABLE orders RENAME amount TO total",
      engine: "scratch",
    });
    expect(report.gap.map(({ name }) => name)).to.deep.equal([
      "v2/2_phone.sql",
      "v2/3_state.sql",
      "v3/4_rename.sql",
    ]);
    expect(report.gap[0]?.sha256).to.equal(sha256("ALTER TABLE orders ADD phone text;\n"));
    const human = await judged();
    expect(human.code).to.equal(1);
    const lines = human.stdout.split("\n");
    expect(lines[0]).to.match(/^breaking\. Roll forward with a hotfix/);
    expect(lines[1]).to.equal("  breaking     orders.amount is called orders.total now (v3/4_rename.sql:3)");
    expect(lines).to.include("  schema only; data written since the migrations ran not judged");
    expect(human.stdout).not.to.contain("\u001b");
    const markdown = await judged("--markdown");
    expect(markdown.stdout)
      .to.match(/^# Schema: breaking\n\n/)
      .and.to.contain("ALTER TABLE orders RENAME amount TO total\n```");
    expect(markdown.stdout).to.contain(`- Fingerprint: ${report.fingerprint}`);
  });

  it("says that nothing is ahead, and why", async () => {
    shell.write("empty.sql", "");
    shell.write(
      "comment.sql",
      "-- migrate:up\n-- later\n/* not\nyet */;\n-- migrate:down\nDROP TABLE orders;\n",
    );
    const rows: [ahead: string[], why: string][] = [
      [["v1"], "--shipped holds all that --ahead names, by name and content"],
      [["empty.sql"], "empty.sql holds no statement that leads up"],
      [["{empty,comment}.sql"], "comment.sql, empty.sql hold no statement that leads up"],
    ];
    for (const [ahead, why] of rows) {
      const ended = await shell.knowngood(...files(...ahead), ...off);
      expect(ended, ahead.join()).to.include({ code: 0, stderr: "" });
      expect(ended.stdout.split("\n")[1]).to.equal(`  Nothing is ahead: ${why}.`);
    }
    const json = await shell.knowngood(...files("empty.sql"), ...off, "--json");
    expect(reportIn(json).notes).to.deep.equal([
      "Nothing is ahead: empty.sql holds no statement that leads up.",
    ]);
    const some = await shell.knowngood(...files("empty.sql", "v2/2_phone.sql"), ...off);
    expect(some.stdout).not.to.contain("Nothing is ahead");
  });

  it("says once why it is not confirmed", async () => {
    const ended = await shell.knowngood(...files("broken.sql"), "--no-cache");
    expect(ended.stdout.split("\n").filter((line) => line.startsWith("  not confirmed:"))).to.deep.equal([
      "  not confirmed: The net effect was not tried on a scratch database: the gap does not run on what was shipped: " +
        'broken.sql line 1: syntax error at or near "TABL"',
    ]);
  });

  it("says before all else what is no SQL", async () => {
    const ended = await shell.knowngood(...files("broken.sql"), ...off);
    const [mistake, verdict] = ended.stdout.split("\n");
    expect(mistake).to.match(
      /^PostgreSQL can't read this as SQL: broken\.sql line 1: .*"TABL"\. Mend that first/,
    );
    expect(verdict).to.match(/^conditional, not confirmed\. /);
  });

  it("judges two releases of the catalog", async () => {
    const sql = {
      a: "-- migrate:up\nCREATE TABLE orders (id int PRIMARY KEY, note text);\n-- migrate:down\nDROP TABLE orders;\n",
      b: "-- migrate:up\n\n\nALTER TABLE orders DROP note;\n-- migrate:down\n",
    };
    const migrations = Object.entries(sql).map(([name, text]) => ({
      version: name === "a" ? "1" : "2",
      name,
      sha256: sha256(text),
    }));
    for (const text of Object.values(sql)) shell.write(`releases/migrations/${sha256(text)}.sql`, text);
    writeCatalog(shell, [
      releaseOf("v1", 1, { migrations: migrations.slice(0, 1), flags: ["old"] }),
      releaseOf("v2", 2, { migrations, flags: ["old", "new"], dataReadableFrom: "v1" }),
    ]);
    const same = await shell.knowngood("assess", "--from", "v2", "--to", "v2", ...off);
    expect(same.stdout).to.contain("  Nothing is ahead: v2 ships no migration that v2 doesn't.\n");
    const ended = await shell.knowngood("assess", "--from", "v2", "--to", "v1", ...off, "--json");
    const report = reportIn(ended);
    expect(ended.code).to.equal(1);
    expect(report).to.deep.include({
      verdict: "destructive",
      action: "restore",
      notJudged: "schema only; data that v2 wrote can be read by v1, as the catalog says",
      target: { tag: "v1", images: [`api=localhost:5000/shop/api@${digest("api v1")}`] },
      gap: [{ name: "2_b", sha256: sha256("\n\n\nALTER TABLE orders DROP note;\n") }],
    });
    expect(report.findings[0]).to.include({ object: "orders.note", migration: "2_b", line: 4 });
    expect(report.advice[0]).to.match(/^If the fault is behind the flag new, turn it off\. Otherwise decide/);
    expect(report.runner).to.include({ tool: "dbmate", starts: true });
    const swapped = await shell.knowngood("assess", "--from", "v1", "--to", "v2", ...off);
    expect(swapped.code).to.equal(0);
    expect(swapped.stderr).to.contain(
      "v1 is older than v2: --from names the release whose migrations are applied",
    );
  });

  it("takes a dump for what the older release shipped", async () => {
    shell.write(
      "dump.sql",
      "\\restrict x\nCREATE TABLE public.users (id integer, email text);\n\\unrestrict x\n",
    );
    shell.write("ahead.sql", "ALTER TABLE users DROP email;");
    const ended = await shell.knowngood(
      "assess",
      "--dump",
      "dump.sql",
      "--ahead",
      "ahead.sql",
      "--json",
      "--no-cache",
    );
    expect(reportIn(ended)).to.deep.include({ verdict: "destructive", confirmed: true, unconfirmed: [] });
  });

  it("takes a dump for what a release of the catalog shipped up to a migration", async () => {
    shell.write("dump.sql", "CREATE TABLE public.users (id integer, email text);");
    writeCatalog(shell, [
      releaseOf("v1", 1, { migrations: [first.migration] }),
      releaseOf("v2", 2, { migrations: [first.migration, second.migration] }),
    ]);
    const { version } = first.migration;
    const ended = await shell.knowngood(
      ...["assess", "--from", "v2", "--to", "v1", "--dump", "dump.sql", "--dump-up-to", version, "--json"],
      ...["--scratch", "off", "--no-cache"],
    );
    const { gap } = reportIn(ended);
    expect(gap.map(({ name }: { name: string }) => name)).to.deep.equal([
      `${second.migration.version}_${second.migration.name}`,
    ]);
  });

  it("exits 2 for what can't be read, and says all of it", async () => {
    const wrong: [args: string[], ...fragments: string[]][] = [
      [["assess"], "--ahead", "name releases (--from, --to), files (--shipped, --ahead) or a --batch"],
      [["assess", "--ahead", "v2"], "--shipped", "or a --dump of its schema"],
      [files("none.sql", "none/*.sql"), 'no such file: "none.sql"', 'no file that "none/*.sql" matches'],
      [files(""), "found an empty path"],
      [["assess", "--dump", "none.sql", "--ahead", "v2"], 'no such file: "none.sql"'],
      [["assess", "--dump-up-to", "1", "--ahead", "v2"], "--dump", "name the dump that --dump-up-to is of"],
      [["assess", "--dump", "d.sql", "--dump-up-to", "1", "--ahead", "v2"], "--dump-up-to", "leave it out"],
      [["assess", "--from", "v2"], "--to", "name the older release"],
      [["assess", "--to", "v1"], "--from", "or ask a --database"],
      [["assess", "--from", "v2", "--to", "v1"], "found no such folder"],
      [["assess", "--to", "v1", "--from", "v2", "--ahead", "v2"], "name releases or files, not both"],
      [["assess", "--batch", "b", "--ahead", "v2"], "each line of the batch names its own gap"],
      [["assess", "--batch", "none.jsonl"], "no such file or directory", "none.jsonl"],
      [[...files("v2"), "--scratch", "mysql://x"], "--scratch", "found an address of another kind"],
      [[...files("v2"), "--database"], "KNOWNGOOD_DATABASE_URL", "found nothing"],
      [
        [...files("v2"), "--allow", "fine"],
        "Allowed choices are compatible, conditional, breaking, destructive.",
      ],
      [[...files("v2"), "--json", "--markdown"], "cannot be used with option"],
      [[...files("v2"), "--jsn"], "(Did you mean --json?)"],
      [["assess", "v1"], "too many arguments"],
    ];
    const ended = await Promise.all(wrong.map(([args]) => shell.knowngood(...args)));
    for (const [index, [args, ...fragments]] of wrong.entries()) {
      expect(ended[index], args.join(" ")).to.include({ code: 2, stdout: "" });
      for (const fragment of fragments) expect(ended[index]?.stderr, args.join(" ")).to.contain(fragment);
    }
    const help = await shell.knowngood("assess", "--help");
    expect(help).to.include({ code: 0, stderr: "" });
    expect(help.stdout).to.contain("Examples:\n  $ knowngood assess --shipped");
    expect(help.stdout).to.contain("SQL that can't be parsed is conditional at least");
  });

  it("warns of a password that any user of the machine can read", async () => {
    const away = "postgres://app:secret@127.0.0.1:1/shop";
    const ended = await shell.knowngood(...files("v2/2_phone.sql"), "--database", away, ...off);
    // Nobody could ask the database whether that is all.
    expect(ended.code).to.equal(1);
    expect(ended.stderr).to.contain(
      "warning: the password in --database stands in this machine's list of processes",
    );
    expect(ended.stdout).to.contain(
      "All of --ahead is taken as applied: The database can't be reached at 127.0.0.1:1",
    );
    expect(ended.stdout + ended.stderr).not.to.contain("secret");
  });

  it("answers a batch line by line, in order, and goes on past what it can't read", async () => {
    const shipped = "CREATE TABLE a (id int PRIMARY KEY, note text);";
    const lines = [
      { name: "inline", shipped, ahead: "ALTER TABLE a ADD b int;" },
      {
        name: "list",
        shipped: [shipped, { name: "two", sql: "CREATE TABLE b ();" }],
        ahead: ["DROP TABLE b", "SELECT 1"],
      },
      { name: "files", shipped: "gaps/1.sql", ahead: "ahead/*.sql", label: "more than is asked for" },
      { name: "empty", shipped: "", ahead: [] },
      { name: 5, shipped, ahead: "CREATE TABL a ();" },
      { name: "zero", shipped, ahead: "SELECT '\0'; DROP TABLE a;" },
    ];
    shell.write("in/gaps/1.sql", shipped);
    shell.write("in/ahead/2.sql", "ALTER TABLE a DROP note;");
    const text = lines.map((line) => JSON.stringify(line)).join("\n");
    shell.write("in/good.jsonl", `\ufeff${text}\n\n`);
    const good = await shell.knowngood("assess", "--batch", "in/good.jsonl", ...off);
    expect(good).to.include({ code: 1, stderr: "" });
    const answers = good.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; verdict: string; notes: string[] });
    for (const answer of answers) reportShape.extend({ name: z.string() }).parse(answer);
    expect(answers.map(({ name, verdict }) => `${name} ${verdict}`)).to.deep.equal([
      "inline compatible",
      "list destructive",
      "files destructive",
      "empty compatible",
      "5 conditional",
      "zero destructive",
    ]);
    expect(answers.map(({ notes }) => notes.length)).to.deep.equal([0, 0, 0, 1, 0, 0]);
    expect(answers[3]?.notes).to.deep.equal(["Nothing is ahead: the line names nothing."]);
    expect(Object.keys(answers[0] ?? {}).slice(0, 2)).to.deep.equal(["name", "verdict"]);

    const bad = [
      "no json",
      "[]",
      '{"name":"x","shipped":""}',
      '{"name":"y","shipped":"none.sql","ahead":""}',
      "null",
    ];
    const mixed = [...bad, JSON.stringify(lines[0])].join("\n");
    const ended = await runWith(shell.path, ["assess", "--batch", "-", ...off], { input: mixed });
    expect(ended).to.include({ code: 2, stderr: "" });
    const told = ended.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; error?: string });
    expect(told.map(({ name, error }) => `${name}: ${error ?? "judged"}`.slice(0, 40))).to.deep.equal([
      "line 1: line 1 is no JSON: Unexpected to",
      "line 2: line 2: it: found []; Invalid in",
      "x: line 3: ahead: found nothing; write S",
      'y: line 4: shipped: no such file: "none.',
      "line 5: line 5: it: found null; Invalid ",
      "inline: judged",
    ]);
    const worst: [lines: unknown[], allow: string, code: number][] = [
      [[lines[0]], "compatible", 0],
      [[lines[0], lines[4]], "compatible", 1],
      [[lines[0], lines[4]], "conditional", 0],
      [[], "compatible", 0],
    ];
    for (const [some, allow, code] of worst) {
      const input = some.map((line) => JSON.stringify(line)).join("\n");
      expect(
        (await runWith(shell.path, ["assess", "--batch", "-", "--allow", allow, ...off], { input })).code,
      ).to.equal(code);
    }
  });
});
