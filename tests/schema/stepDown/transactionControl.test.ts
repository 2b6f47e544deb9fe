import { expect } from "chai";
import { transactionControl } from "../../../schema/stepDown/transactionControl";

const found = (sql: string, firstLine?: number) =>
  transactionControl({ name: "2_m", sql, ...(firstLine !== undefined && { firstLine }) });

describe("a way down that steers its own transaction", () => {
  it("is told by its first such statement, with the line of the file", async () => {
    const sql = "-- é\nDROP TABLE a;\n\n-- why\nCOMMIT\n  AND CHAIN; ROLLBACK;";
    expect(await found(sql)).to.deep.equal({ text: "COMMIT AND CHAIN", line: 5 });
    expect(await found("BEGIN; DROP TABLE a; COMMIT;", 7)).to.deep.equal({ text: "BEGIN", line: 7 });
    for (const text of ["START TRANSACTION", "END", "ABORT", "ROLLBACK", "PREPARE TRANSACTION 'x'"])
      expect((await found(`SELECT 1; ${text};`))?.text, text).to.equal(text);
  });

  it("is none where there are savepoints, or such words within other statements", async () => {
    for (const sql of [
      "SAVEPOINT a; ROLLBACK TO a; RELEASE a;",
      "DO $$ BEGIN PERFORM 1; END; $$;",
      "SELECT 'COMMIT; '; -- COMMIT;\nSELECT 1",
      "",
    ])
      expect(await found(sql), sql).to.equal(undefined);
  });

  it("is taken for one by its looks where it can't be parsed", async () => {
    expect(await found("DROP TABEL a;\ncommit;")).to.deep.equal({ text: "commit", line: 2 });
    expect(await found("DROP TABEL a; ROLLBACK TO SAVEPOINT a; -- ; COMMIT")).to.equal(undefined);
  });
});
