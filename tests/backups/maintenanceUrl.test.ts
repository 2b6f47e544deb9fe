import { expect } from "chai";
import { maintenanceUrl } from "../../backups/restoredDatabases";

describe("the database beside", () => {
  it("is postgres on the same server, and no password stands in its URL", () => {
    for (const [url, beside] of [
      ["postgres://app:secret@db.example:5433/shop", "postgres://app@db.example:5433/postgres"],
      [
        "postgresql://app:a%2Fb@/shop?host=/run/pg&sslmode=disable",
        "postgresql://app@/postgres?host=/run/pg&sslmode=disable",
      ],
      ["postgres://db.example", "postgres://db.example/postgres"],
      ["postgres://db.example?password=secret&user=app", "postgres://db.example/postgres?user=app"],
    ] as const)
      expect(maintenanceUrl(url), url).to.equal(beside);
  });
});
