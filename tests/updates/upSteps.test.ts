import { expect } from "chai";
import type { Step } from "../../records/releaseRecord";
import { begunBy, furthest } from "../../updates/upSteps";

describe("what an up is doing", () => {
  const release = "urn:pulumi:prod::shop::knowngood:index:Release$";
  const event = (types: string, name: string, op = "create") =>
    begunBy({ resourcePreEvent: { metadata: { op, urn: `${release}${types}::${name}` } } } as never);
  const steps: [string, string, Step][] = [
    ["knowngood:index:Service$docker:index/remoteImage:RemoteImage", "release-api-image", "images"],
    ["knowngood:index:Service$docker:index/container:Container", "release-api-container", "services"],
    ["knowngood:index:Hook$command:local:Command", "release-before-drain-run", "hooks before"],
    ["knowngood:index:Hook$command:local:Command", "release-after-warm-run", "hooks after"],
    ["knowngood:index:Database$command:local:Command", "release-database-schema", "schema"],
    ["knowngood:index:HealthGate$command:local:Command", "release-api-health-check", "health gates"],
    ["knowngood:index:CommandGate$command:local:Command", "release-smoke-check", "other gates"],
    ["knowngood:index:FlagOff$command:local:Command", "release-flag-x", "flags off"],
    ["command:local:Command", "release-fetch", "images"],
    ["command:local:Command", "release-switch", "services"],
    ["command:local:Command", "release-stop", "services"],
  ];

  it("is told by the resource that begins", () => {
    for (const [types, name, step] of steps)
      expect(event(types, name)).to.deep.equal({ step, resource: name });
    expect(event("knowngood:index:Network$command:local:Command", "release-network")).to.equal(undefined);
    expect(event(steps[0]?.[0] ?? "", "release-api-image", "same")).to.equal(undefined);
    const [gate = "", container = ""] = [steps[5]?.[0], steps[1]?.[0]];
    expect(event(gate, "release-api-health-check", "delete-replaced")).to.equal(undefined);
    expect(event(container, "release-api-container", "delete-replaced")?.step).to.equal("services");
    expect(event(container, "release-api-container", "replace")).to.equal(undefined);
    expect(event("command:local:Command", "release-target-secrets")).to.equal(undefined);
    expect(begunBy({} as never)).to.equal(undefined);
  });

  it("never goes back", () => {
    const [images, services] = [
      { step: "images" as const, resource: "a" },
      { step: "services" as const, resource: "b" },
    ];
    expect(furthest(undefined, images)).to.equal(images);
    expect(furthest(services, images)).to.equal(services);
    expect(furthest(images, services)).to.equal(services);
    expect(furthest(services, undefined)).to.equal(services);
  });
});
