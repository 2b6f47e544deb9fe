import { expect } from "chai";
import { howToGoOn } from "../../demo/howToGoOn";

describe("how to go on with a demo that was kept", () => {
  it("leads back to the checkout to end it, whatever folder one is in by then", () => {
    const lines = howToGoOn({
      folder: "/tmp/knowngood-demo-x",
      checkout: "/home/a b/knowngood",
      addresses: ["prod: http://127.0.0.1:8080 (page)"],
    });
    expect(lines).to.include("  prod: http://127.0.0.1:8080 (page)");
    expect(lines).to.include("  cd /tmp/knowngood-demo-x && . ./environment");
    expect(lines.slice(-2)).to.deep.equal([
      "To end it:",
      "  cd '/home/a b/knowngood' && npm run demo -- --stop /tmp/knowngood-demo-x",
    ]);
  });

  it("names a way forward that quarantine does not refuse", () => {
    const told = howToGoOn({ folder: "/f", checkout: "/c", addresses: [] }).join("\n");
    expect(told).to.contain(`pulumi config set retry '{"tag": "v2", "reason": "v1 was practice"}'`);
  });
});
