import { expect } from "chai";
import { judgeStatically } from "../../../schema/static/judgeStatically";
import { gapOf } from "./gaps";

const now = new Date("2026-06-01T00:00:00Z");

const told = async (ahead: string, role?: string, shipped = "CREATE TABLE orders (id int);") => {
  const { findings } = await judgeStatically(gapOf(shipped, ahead), { role, now });
  return findings.map(({ verdict, rule, object, line }) => `${verdict} ${rule} ${object}:${line ?? "?"}`);
};

const cases: [ahead: string, told: string[]][] = [
  ["ALTER ROLE shop NOLOGIN", ["breaking login-refused shop:1"]],
  ["ALTER ROLE shop NOLOGIN; ALTER ROLE shop LOGIN", []],
  ["CREATE ROLE next; ALTER ROLE next NOLOGIN PASSWORD 'x'", []],
  ["ALTER USER shop PASSWORD 'x'", ["breaking login-refused shop:1"]],
  ["ALTER ROLE shop PASSWORD NULL", ["breaking login-refused shop:1"]],
  ["ALTER ROLE shop VALID UNTIL '2026-05-31'", ["breaking login-refused shop:1"]],
  ["ALTER ROLE shop VALID UNTIL '2026-06-02'", ["conditional login-limited shop:1"]],
  ["ALTER ROLE shop VALID UNTIL 'infinity'", []],
  ["ALTER ROLE shop CONNECTION LIMIT 0", ["breaking login-refused shop:1"]],
  ["ALTER ROLE shop CONNECTION LIMIT 1", ["conditional login-limited shop:1"]],
  ["ALTER ROLE shop CONNECTION LIMIT -1", []],
  ["ALTER ROLE shop NOSUPERUSER", ["conditional role-attribute-lost shop:1"]],
  ["ALTER ROLE shop RENAME TO store", ["breaking role-dropped shop:1"]],
  ["DROP ROLE shop", ["breaking role-dropped shop:1"]],
  ["ALTER DATABASE shop CONNECTION LIMIT 0", ["breaking login-refused database:1"]],
  ["ALTER DATABASE shop RENAME TO store", ["breaking login-refused database:1"]],
  ["ALTER ROLE shop SET default_transaction_read_only = on", ["breaking session-read-only shop:1"]],
  ["ALTER DATABASE shop SET default_transaction_read_only = true", ["breaking session-read-only database:1"]],
  ["ALTER ROLE shop SET default_transaction_read_only = off", ["conditional setting-changed shop:1"]],
  ["ALTER ROLE shop IN DATABASE x SET statement_timeout = 1", ["breaking session-cut-short shop:1"]],
  ["ALTER ROLE shop SET lock_timeout = 1", ["conditional setting-changed shop:1"]],
  ["ALTER ROLE shop SET work_mem = '1GB'", []],
  ["REVOKE CONNECT ON DATABASE shop FROM PUBLIC", ["breaking privilege-revoked database:1"]],
  [
    "REVOKE ALL ON DATABASE shop FROM PUBLIC; GRANT CONNECT ON DATABASE shop TO shop",
    ["conditional privilege-revoked-from-public database:1"],
  ],
  ["REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC", ["conditional privilege-revoked-from-public database:1"]],
];

describe("sessions of old code, by statements", () => {
  for (const [ahead, expected] of cases)
    it(ahead, async () => {
      expect(await told(ahead)).to.deep.equal(expected);
    });

  it("is conditional where release code logs in as another role", async () => {
    expect(await told("ALTER ROLE shop NOLOGIN", "web")).to.deep.equal(["conditional login-refused shop:1"]);
    expect(await told("ALTER ROLE web NOLOGIN", "web")).to.deep.equal(["breaking login-refused web:1"]);
  });

  it("says of the database what is not seen on every scratch server", async () => {
    const { dataFindings } = await judgeStatically(
      gapOf(
        "",
        "ALTER ROLE shop PASSWORD 'x'; ALTER DATABASE shop RENAME TO store; ALTER ROLE shop NOLOGIN;",
      ),
      { now },
    );
    expect(dataFindings.map(({ rule, object }) => `${rule} ${object}`)).to.deep.equal([
      "login-refused shop",
      "login-refused database",
    ]);
  });
});
