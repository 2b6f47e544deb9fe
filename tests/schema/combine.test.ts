import { expect } from "chai";
import { combine } from "../../schema/combine";
import type { Finding } from "../../schema/finding";
import type { ObjectName } from "../../schema/objectName";
import type { ScratchJudgement } from "../../schema/scratch/judgeOnScratch";
import type { StructuralFinding } from "../../schema/snapshot/structuralFinding";
import type { StaticJudgement } from "../../schema/static/judgeStatically";
import type { Verdict } from "../../schema/verdict";

const gap = {
  shipped: [],
  ahead: [
    { name: "1_a", sql: "" },
    { name: "2_b", sql: "" },
  ],
};

const column = (name: string, part?: string): ObjectName => ({
  kind: part === undefined ? "relation" : "column",
  schema: "public",
  name,
  ...(part !== undefined && { part }),
});

const seen = (rule: string, verdict: Verdict, object: ObjectName): StructuralFinding => ({
  rule,
  verdict,
  object,
  reason: `${rule}.`,
  remedy: "",
});

const told = (rule: string, verdict: Verdict, object: string, line = 1, migration = "1_a"): Finding => ({
  rule,
  verdict,
  object,
  migration,
  line,
  statement: "…",
  engine: "static",
  reason: "",
  remedy: "",
});

const read = (changes: Partial<StaticJudgement>): StaticJudgement => ({
  findings: [],
  dataFindings: [],
  unread: [],
  statementBehind: () => undefined,
  copyOf: () => undefined,
  ...changes,
});

const tried = (...findings: StructuralFinding[]): ScratchJudgement & { ran: true } => ({
  ran: true,
  findings,
  told: ["The role app was made."],
  limits: [],
  server: "PGlite",
});

const brief = ({ findings }: { findings: readonly Finding[] }) =>
  findings.map(({ engine, rule, object }) => `${engine} ${rule} ${object}`);

describe("the two engines' words as one", () => {
  it("has structure from scratch, each change with the statement behind it, and loss of data from statements", () => {
    const combined = combine(
      gap,
      read({
        findings: [
          told("table-dropped", "destructive", "orders"),
          told("rows-deleted", "destructive", "users"),
        ],
        dataFindings: [told("rows-deleted", "destructive", "users", 7)],
        statementBehind: (object, rule) =>
          object.part === "note" && rule === "column-renamed"
            ? { migration: "2_b", line: 3, statement: "ALTER …" }
            : undefined,
      }),
      tried(seen("column-renamed", "breaking", column("orders", "note"))),
    );
    expect(combined).to.deep.include({
      verdict: "destructive",
      confirmed: true,
      unconfirmed: [],
      server: "PGlite",
      notes: ["The role app was made."],
    });
    expect(brief(combined)).to.deep.equal([
      "static rows-deleted users",
      "scratch column-renamed orders.note",
    ]);
    expect(combined.findings[1]).to.include({ migration: "2_b", line: 3, statement: "ALTER …" });
  });

  it("has all from statements where scratch did not run, and says so", () => {
    const findings = [told("table-dropped", "destructive", "orders")];
    const combined = combine(gap, read({ findings, dataFindings: [] }), { ran: false, reason: "no memory" });
    expect(combined).to.deep.include({
      verdict: "destructive",
      confirmed: false,
      unconfirmed: ["The net effect was not tried on a scratch database: no memory"],
      notTried: { reason: "no memory" },
      notes: [],
    });
    expect(combined.findings).to.deep.equal(findings);
    expect(combined).not.to.have.property("server");
  });

  it("is unconfirmed, and no graver, where a part could not be tried", () => {
    const limits = ["functions were not called: a call did not come to an end"];
    const combined = combine(gap, read({}), { ...tried(), limits });
    const reason =
      "A part was not tried on the scratch database: functions were not called: a call did not come to an end";
    expect(combined).to.deep.include({
      verdict: "compatible",
      confirmed: false,
      unconfirmed: [reason],
      unproved: [reason],
    });
    expect(combine(gap, read({}), tried())).not.to.have.property("unproved");
  });

  it("tells one loss once: the structure's, else the statement's, else what the trial saw", () => {
    const combined = combine(
      gap,
      read({
        dataFindings: [
          told("rows-changed", "destructive", "a.x"),
          told("rows-deleted", "destructive", "b"),
          told("rows-deleted", "destructive", "b", 9),
          told("rows-changed", "destructive", "c.x"),
          told("sequence-restarted", "conditional", "c.x"),
        ],
      }),
      tried(
        seen("values-changed", "destructive", column("a", "x")),
        seen("values-lost", "destructive", column("b", "y")),
        seen("column-dropped", "destructive", column("c", "x")),
        seen("column-dropped", "destructive", column("c", "x")),
        seen("values-lost", "destructive", column("d", "x")),
      ),
    );
    expect(brief(combined).sort()).to.deep.equal([
      "scratch column-dropped c.x",
      "scratch values-lost d.x",
      "static rows-changed a.x",
      "static rows-deleted b",
      "static sequence-restarted c.x",
    ]);
  });

  it("is breaking, not destructive, where the gap copied a dropped column's values", () => {
    const copyOf = (object: ObjectName) => (object.part === "note" ? column("orders", "remark") : undefined);
    const judged = (object: ObjectName, rule = "column-dropped") =>
      combine(gap, read({ copyOf }), tried(seen(rule, "destructive", object)));
    expect(judged(column("orders", "note"))).to.include({ verdict: "breaking" });
    expect(judged(column("orders", "note")).findings[0]?.reason).to.equal(
      "column-dropped. Its values were copied to orders.remark before.",
    );
    expect(judged(column("orders", "total"))).to.include({ verdict: "destructive" });
    expect(judged(column("orders", "note"), "column-recreated")).to.include({ verdict: "destructive" });
  });

  it("is at least conditional and unconfirmed where something was not read, with a finding that says what", () => {
    const unread = "1_a line 4: dynamic SQL";
    const byStatement = combine(
      gap,
      read({
        unread: [unread],
        dataFindings: [
          told("unread-statement", "conditional", "line 4", 4),
          told("unread-statement", "conditional", "line 4", 4, "2_b"),
        ],
      }),
      tried(),
    );
    expect(byStatement).to.deep.include({ verdict: "conditional", confirmed: false, unconfirmed: [unread] });
    expect(byStatement.findings).to.have.length(2);
    const broken = combine(gap, read({ unread: ["the parser broke"] }), tried());
    expect(broken).to.include({ verdict: "conditional", confirmed: false });
    expect(broken.findings[0]).to.include({ rule: "unread-statement", object: "the gap" });
    const withoutSql = combine(
      { ...gap, unread: [{ name: "3_python", reason: "no SQL was captured" }] },
      read({ unread: ["3_python: no SQL was captured"] }),
      tried(seen("table-dropped", "destructive", column("orders"))),
    );
    expect(withoutSql).to.deep.include({
      verdict: "destructive",
      unconfirmed: ["3_python: no SQL was captured"],
    });
    expect(withoutSql.findings[1]).to.include({
      object: "3_python",
      migration: "3_python",
      verdict: "conditional",
    });
  });

  it("is sorted by gravity, then by place; what has no place comes last", () => {
    const combined = combine(
      gap,
      read({
        dataFindings: [
          told("r1", "conditional", "a", 1, "1_a"),
          told("r2", "destructive", "b", 9, "2_b"),
          told("r3", "destructive", "c", 2, "2_b"),
          told("r4", "destructive", "d", 5, "1_a"),
        ],
      }),
      tried(seen("r5", "destructive", column("e")), seen("r6", "compatible", column("f"))),
    );
    expect(combined.findings.map(({ rule }) => rule)).to.deep.equal(["r4", "r3", "r2", "r5", "r1", "r6"]);
  });
});
