import { expect } from "chai";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepDrill, newestDrill } from "../../drills/keptDrills";
import { drillOf } from "./drills";

describe("drills that are kept", () => {
  let records: string;
  beforeEach(() => (records = mkdtempSync(join(tmpdir(), "knowngood-drills-"))));
  afterEach(() => rmSync(records, { recursive: true, force: true }));

  it("are read as they were written, the newest of the stack", () => {
    const newer = drillOf({ id: "20261102T090000.000Z-00000000", target: "v2" });
    const file = keepDrill(records, newer);
    keepDrill(records, drillOf());
    keepDrill(records, drillOf({ id: "20261103T090000.000Z-00000000", stack: "shop/prod" }));
    expect(newestDrill(records, "shop/test")).to.deep.equal(newer);
    expect(file).to.equal(join(records, "drills", "shop-test", "20261102T090000.000Z-00000000.json"));
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(records, "drills", "shop-test"))).to.have.length(2);
  });

  it("are none before the first", () => {
    expect(newestDrill(records, "shop/test")).to.equal(undefined);
  });

  it("are read past what holds none, and past those of a stack whose name looks the same as a folder's", () => {
    keepDrill(records, drillOf());
    keepDrill(records, drillOf({ id: "20261102T090000.000Z-00000000", stack: "shop-test" }));
    const folder = join(records, "drills", "shop-test");
    writeFileSync(join(folder, "20261103T090000.000Z-00000000.json"), '{"id": "2026');
    writeFileSync(join(folder, "20261104T090000.000Z-00000000.json"), "{}");
    writeFileSync(join(folder, ".20261105T090000.000Z-00000000.json.77"), JSON.stringify(drillOf()));
    expect(newestDrill(records, "shop/test")).to.deep.equal(drillOf());
  });

  it("can't be asked for where the folder can't be read", () => {
    mkdirSync(join(records, "drills"));
    writeFileSync(join(records, "drills", "shop-test"), "");
    expect(() => newestDrill(records, "shop/test")).to.throw("ENOTDIR");
  });
});
