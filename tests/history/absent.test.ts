import { expect } from "chai";
import { absentServices } from "../../history/absent";
import { containerType } from "../../history/running";

const state = (inputs: Record<string, unknown> = {}) => ({
  resources: [{ urn: "urn:pulumi:prod::shop::x::api", type: containerType, id: "c1", inputs }],
  pending: [],
});
const found = (change: object = {}) => [
  { id: "c1", name: "shop-prod-api", labels: {}, running: true, ...change },
];
const absent = (containers: ReturnType<typeof found>, inputs?: Record<string, unknown>) =>
  absentServices(["api"], containers, state(inputs), (service) => `shop-prod-${service}`);

describe("services whose container is not there as the state holds it", () => {
  it("are none where each runs in the container that was made for it", () => {
    expect(absent(found())).to.deep.equal([]);
    expect(absent(found(), { start: true })).to.deep.equal([]);
  });

  it("are those whose container was removed, renamed, replaced under its name, or stopped", () => {
    expect(absent([])).to.deep.equal(["api"]);
    expect(absent(found({ name: "shop-prod-api-old" }))).to.deep.equal(["api"]);
    expect(absent(found({ id: "c2" }))).to.deep.equal(["api"]);
    expect(absent(found({ running: false }))).to.deep.equal(["api"]);
  });

  it("are not those that were left stopped on purpose", () => {
    expect(absent(found({ running: false }), { start: false })).to.deep.equal([]);
    expect(absent([], { start: false })).to.deep.equal(["api"]);
  });
});
