import { expect } from "chai";
import { notSql } from "../../cli/notSql";

const of = (...ahead: string[]) =>
  notSql({ shipped: [], ahead: ahead.map((sql, index) => ({ name: `${index + 1}.sql`, sql })) });

describe("what is no SQL", () => {
  it("is named by file and line, and what else there is of it counted", async () => {
    const told = (place: string) =>
      `PostgreSQL can't read this as SQL: ${place}. Mend that first: what follows takes it for the worst that it can be.`;
    expect(await of("SELECT 1;\nalter tabel orders add x int;")).to.equal(
      told('1.sql line 2: syntax error at or near "tabel"'),
    );
    expect(await of("SELECT 1;", "SELCT 1;\nSELECT 1;\nCREATE TABLE (;")).to.equal(
      told('2.sql line 1: syntax error at or near "SELCT" (and 1 more)'),
    );
  });

  it("is neither SQL nor what is meant for psql", async () => {
    expect(await of("SELECT 1;", "\\connect shop\nDROP TABLE orders;\n")).to.equal(undefined);
  });

  it("is not SQL of which only the server knows what it does", async () => {
    expect(await of("DO $$ BEGIN EXECUTE current_setting('app.sql'); END $$;")).to.equal(undefined);
  });
});
