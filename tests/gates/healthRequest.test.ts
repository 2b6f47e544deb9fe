import { expect } from "chai";
import { isComplete } from "../../gates/completeRequest";
import type { HealthRequest, HealthRequestInput } from "../../gates/healthRequest";
import { healthRequest } from "../../gates/healthRequest";
import { completedRequest } from "../../gates/requestViolations";
import { InvalidInput } from "../../settings/violations";

const written: HealthRequestInput = {
  stack: "shop/prod",
  service: "api",
  release: "v3",
  digest: "sha256:aa",
  probe: { kind: "http", url: "http://127.0.0.1:8080/health" },
  records: "records",
};
const complete: HealthRequest = healthRequest.parse(written);

/** Wrong changes of a complete request, and where each is told. */
const wrong: [string, object, string][] = [
  ["no service", { service: "" }, "request: service"],
  ["a service that is no text", { service: 3 }, "request: service"],
  ["no time", { within: 0 }, "request: within"],
  ["more than a day", { within: 86_401 }, "request: within"],
  ["a gap of nothing", { every: 0 }, "request: every"],
  ["no success needed", { successes: 0 }, "request: successes"],
  ["half a success", { successes: 1.5 }, "request: successes"],
  ["no time for a probe", { timeout: 0 }, "request: timeout"],
  ["less time than the successes take", { within: 0.5 }, "request: within"],
  ["an unknown setting", { retries: 3 }, "request: retries"],
  ["an unknown probe", { probe: { kind: "udp" } }, "request: probe.kind"],
  ["a URL of another scheme", { probe: { ...complete.probe, url: "ftp://a/" } }, "request: probe.url"],
  ["a status out of range", { probe: { ...complete.probe, status: [99] } }, "request: probe.status[0]"],
  ["no status", { probe: { ...complete.probe, status: [] } }, "request: probe.status"],
  [
    "a header that is no text",
    { probe: { ...complete.probe, headers: { a: 1 } } },
    "request: probe.headers.a",
  ],
  ["a port out of range", { probe: { kind: "tcp", host: "a", port: 65_536 } }, "request: probe.port"],
  [
    "an empty command",
    { container: { id: "c" }, probe: { kind: "exec", command: [] } },
    "request: probe.command",
  ],
  ["an exec probe without a container", { probe: { kind: "exec", command: ["a"] } }, "request: container"],
  ["a state probe without a container", { probe: { kind: "state" } }, "request: container"],
  ["secrets that are no texts", { redact: [1] }, "request: redact[0]"],
  ["a known-good release without its tag", { goBack: { commands: [] } }, "request: goBack.tag"],
];

describe("gates: the request of a health gate", () => {
  it("fills in the runbooks' limits", () => {
    expect(complete).to.deep.include({ within: 120, every: 10, successes: 3, timeout: 5, redact: [] });
    expect(complete.probe).to.deep.equal({ ...written.probe, status: [200] });
  });

  for (const [what, change, where] of wrong) {
    it(`refuses ${what}, and says where`, () => {
      const request = { ...complete, ...change };
      expect(isComplete(request)).to.be.false;
      expect(violationsIn(request)).to.deep.equal([where]);
    });
  }

  it("tells everything that is wrong together", () => {
    expect(violationsIn({ ...complete, within: -1, service: "" })).to.have.members([
      "request: service",
      "request: within",
    ]);
  });

  it("does not show what can be a secret", () => {
    const request = { ...complete, redact: [123_456], probe: { ...complete.probe, headers: { a: 654_321 } } };
    expect(() => completedRequest(request))
      .to.throw(InvalidInput)
      .with.property("message")
      .that.does.not.match(/\d{6}/);
  });

  it("takes within on the far side of what the successes take", () => {
    expect(healthRequest.safeParse({ ...complete, within: 0.51 }).success).to.be.true;
    expect(isComplete({ ...complete, within: 0.51 })).to.be.true;
  });

  it("is complete only where the schema takes it unchanged", () => {
    const container = { id: "c", engine: "ssh://host" };
    const good = [
      complete,
      {
        ...complete,
        container,
        goBack: { tag: "v2", commands: ["pulumi up"], head: "To go back:", otherwise: ["Or"] },
        redact: ["a"],
      },
      { ...complete, container, probe: { kind: "exec", command: ["a", "b"] } },
      { ...complete, container, probe: { kind: "state" } },
      { ...complete, probe: { kind: "tcp", host: "127.0.0.1", port: 1 } },
      { ...complete, probe: { ...complete.probe, headers: { a: "b" }, body: "ok", json: { "a.b": null } } },
      { ...complete, successes: 1, within: 0.1 },
    ];
    for (const request of good) {
      expect(isComplete(request), JSON.stringify(request)).to.be.true;
      expect(healthRequest.parse(request)).to.deep.equal(request);
    }
    expect(isComplete(written)).to.be.false;
    expect(completedRequest(written)).to.deep.equal(complete);
  });
});

function violationsIn(request: unknown): string[] {
  try {
    completedRequest(request);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.violations.map((violation) => violation.where);
    throw error;
  }
}
