import { expect } from "chai";
import { differing, releaseTaskWarnings, silentHost } from "../../assessment/hostEvidence";
import { deployedServiceType } from "../../history/running";
import type { StackState } from "../../history/stackState";
import type { Found } from "../../targets/target";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function holding(services: Record<string, { digest: string; stopped?: true }>): StackState {
  return {
    resources: Object.entries(services).map(([service, { digest: held, stopped }]) => ({
      urn: `urn:pulumi:prod::shop::${deployedServiceType}::release-${service}`,
      type: deployedServiceType,
      outputs: { service, release: "v1", digest: held, instance: "i", ...(stopped && { stopped }) },
    })),
    pending: [],
  };
}
const found = (service: string, runs: string | undefined, status = "running"): Found => ({
  ...{ service, digest: runs, instance: "i" },
  state: { status, instance: "i", restarts: 0 },
});
const catalog = { folder: "releases", releases: [] };

describe("what a host runs beside what the state holds", () => {
  it("differs where it is another build, nothing, or what nobody knows", () => {
    const state = holding({
      same: { digest: digest("a") },
      other: { digest: digest("a") },
      gone: { digest: digest("a") },
      unknown: { digest: digest("a") },
      untold: { digest: digest("a") },
    });
    const there = [
      found("same", digest("a")),
      found("other", digest("b")),
      found("gone", digest("a"), "missing"),
      found("unknown", undefined),
    ];
    expect(differing(there, state, catalog)).to.have.members(["other", "gone", "unknown", "untold"]);
  });

  it("does not differ where it was left stopped on purpose, or the state holds nothing yet", () => {
    const state = holding({ web: { digest: digest("a"), stopped: true } });
    expect(differing([found("web", undefined, "missing")], state, catalog)).to.deep.equal([]);
    expect(differing([found("web", digest("a"))], holding({}), catalog)).to.deep.equal([]);
  });
});

describe("what is told of a host", () => {
  const host = { silent: undefined, obstacles: [], present: [], absent: [], releaseTask: "bin/migrate" };

  it("is why it can't be asked", () => {
    expect(silentHost(undefined)).to.deep.equal([]);
    expect(silentHost(host)).to.deep.equal([]);
    expect(silentHost({ ...host, silent: "no route to host" })).to.deep.equal([
      "The host that services run on can't be asked, and nothing can be brought there without it: no route to host.",
    ]);
  });

  it("is what the platform runs by itself, where there is going to be a deployment", () => {
    expect(releaseTaskWarnings(host, false)).to.deep.equal([]);
    expect(releaseTaskWarnings(host, true)[0]).to.contain("`bin/migrate`");
    expect(releaseTaskWarnings({ ...host, releaseTask: undefined }, true)).to.deep.equal([]);
  });
});
