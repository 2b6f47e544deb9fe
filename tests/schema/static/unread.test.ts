import { expect } from "chai";
import { judgeStatically } from "../../../schema/static/judgeStatically";
import { isPast } from "../../../schema/verdict";
import { judged, told } from "./gaps";

describe("the static engine on what it can't read", () => {
  it("judges the statements round a broken one, and gives the parser's words", async () => {
    const { findings, unread } = await judged("", "DROP TABLE a;\nSELECT 1\n  FRO m;\nDROP TABLE b;");
    expect(unread).to.deep.equal(['ahead line 3: syntax error at or near "m"']);
    expect(told(findings)).to.deep.equal([
      "destructive table-dropped a:1",
      "conditional unread-statement line 3:3",
      "destructive table-dropped b:4",
    ]);
  });

  it("tells a statement that is built while it runs, graver alone than beside a scratch database", async () => {
    const ahead = "DO $$ BEGIN\nEXECUTE format('DROP TABLE %I', current_setting('x'));\nEND $$";
    const { findings, dataFindings, unread } = await judged("", ahead);
    expect(unread).to.deep.equal(["ahead line 2: EXECUTE of SQL that is built while it runs"]);
    expect(told(findings)).to.deep.equal(["destructive unread-statement line 2:2"]);
    expect(told(dataFindings)).to.deep.equal(["conditional unread-statement line 2:2"]);
  });

  it("does not run a function with dynamic SQL that nothing calls", async () => {
    const made = "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE t; END $$;";
    expect((await judged("", made)).unread).to.deep.equal([]);
    expect((await judged("", `${made}\nSELECT f('x');`)).unread).to.have.length(1);
  });

  it("counts lines from where the section begins, past a byte order mark", async () => {
    const { findings } = await judgeStatically({
      shipped: [],
      ahead: [{ name: "m", sql: '\ufeff\r\n-- é\r\nDROP TABLE "ü";', firstLine: 5 }],
    });
    expect(told(findings)).to.deep.equal(["destructive table-dropped ü:7"]);
    expect(findings[0]?.statement).to.equal('DROP TABLE "ü"');
  });

  it("leaves out data for COPY, and tells what is for psql", async () => {
    const ahead = "\\connect other\nCOPY t FROM stdin;\n1; DROP TABLE a;\n\\.\nDROP TABLE b;";
    const { findings, unread } = await judged(
      "CREATE TABLE t (x text); CREATE TABLE a (); CREATE TABLE b ()",
      ahead,
    );
    expect(unread).to.deep.equal([
      "ahead line 1: \\connect is for psql",
      "ahead line 2: the rows that COPY brings are not read",
    ]);
    expect(told(findings).slice(2)).to.deep.equal(["destructive table-dropped b:5"]);
  });

  it("names what was unread before it came here", async () => {
    const { unread } = await judgeStatically({
      shipped: [],
      ahead: [],
      unread: [{ name: "7", reason: "Python" }],
    });
    expect(unread).to.deep.equal(["7: Python"]);
  });

  it("writes a long statement on one line of at most 200 characters, without its passwords", async () => {
    const { findings } = await judged(
      "",
      `ALTER TABLE a -- why\n  DROP COLUMN b,\n${"DROP COLUMN x,\n".repeat(50)} DROP COLUMN c`,
    );
    expect(findings[0]?.statement)
      .to.match(/^ALTER TABLE a DROP COLUMN b, DROP COLUMN x,.*…$/)
      .and.have.length(200);
    for (const holding of [
      "'ALTER ROLE a PASSWORD ''s3cret'''",
      "connect('postgres://u:s3cret@db/shop')",
      "connect('postgres://db/shop?user=u&password=s3cret')",
      "connect('host=db password=s3cret')",
      "'connect(''host=db password=''''a s3cret'''''')'",
    ]) {
      const hidden = await judged("", `DO $$ BEGIN EXECUTE x; EXECUTE ${holding}; END $$`);
      const unread = hidden.findings.find(({ rule }) => rule === "unread-statement");
      expect(unread?.statement, holding).to.contain("EXECUTE x");
      expect(JSON.stringify(hidden), holding).to.not.include("s3cret");
    }
  });

  const hostile: [string, string][] = [
    ["a NUL byte", "DROP TABLE a\0;"],
    ["a lone surrogate", "DROP TABLE \ud800;"],
    ["bytes that are no UTF-8", `DROP TABLE ${Buffer.from([0xff, 0xfe]).toString()};`],
    ["an open quote", "SELECT 'a"],
    ["an open dollar quote", "DO $x$ BEGIN"],
    ["an open comment", "DROP TABLE a; /* /* */ DROP TABLE b;"],
    ["an open comment alone", "/* DROP TABLE a;"],
    ["brackets past the parser's stack", `SELECT ${"(".repeat(1e5)}`],
    ["a tree past the machine's stack", `SELECT ${"1+".repeat(1e5)}1`],
    ["an update as deep as can be parsed", `UPDATE a SET b = ${"(b+".repeat(20_000)}1${")".repeat(20_000)}`],
    [
      "blocks past the parser's stack",
      `DO $$ BEGIN ${"IF true THEN ".repeat(2e4)} NULL;${" END IF;".repeat(2e4)} END $$`,
    ],
  ];
  for (const [name, sql] of hostile)
    it(`stays at least conditional over ${name}, and reads on`, async () => {
      const { findings, unread } = await judged("", `${sql}`);
      const worst = findings.some(({ verdict }) => isPast(verdict, "compatible"));
      expect(worst).to.equal(true);
      expect(unread.length).to.be.at.least(1);
      expect(told((await judged("", "DROP TABLE z")).findings)).to.deep.equal([
        "destructive table-dropped z:1",
      ]);
    });

  it("reads nothing out of nothing", async () => {
    for (const sql of ["", ";;", "-- DROP TABLE a", "/* DROP TABLE a; /* */ */", "\ufeff"])
      expect((await judged("", sql)).findings).to.deep.equal([]);
  });
});
