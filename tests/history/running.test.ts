import { expect } from "chai";
import { directionOf, runningFrom } from "../../history/running";
import { emptyState } from "../../history/stackState";
import { catalogOf, digest, release, serviceInState, stateOf } from "./states";

const v1 = release("v1", 1, { api: "a", web: "1" });
const v2 = release("v2", 2, { api: "b", web: "1" });
const v3 = release("v3", 3, { api: "c", web: "1" });
const catalog = catalogOf(v1, v2, v3);

describe("what a stack runs", () => {
  it("is nothing before the first update", () => {
    expect(runningFrom(emptyState, catalog)).to.deep.equal({ services: [], tag: undefined });
  });

  it("is read from the containers in the state, by name", () => {
    const state = stateOf(
      ...serviceInState("web", "1", "v1", "v2"),
      ...serviceInState("api", "b", "v2", "v2"),
    );
    expect(runningFrom(state, catalog)).to.deep.equal({
      tag: "v2",
      services: [
        { service: "api", digest: digest("b"), tag: "v2", createdAs: "v2", containerId: "api-id" },
        { service: "web", digest: digest("1"), tag: "v2", createdAs: "v1", containerId: "web-id" },
      ],
    });
  });

  it("is what the user's own program said that it deployed, whatever that runs on", () => {
    const deployed = (tag: string, letter: string) => ({
      urn: "urn:pulumi:prod::shop::knowngood:index:DeployedService::release-api",
      type: "knowngood:index:DeployedService",
      outputs: { service: "api", release: tag, digest: digest(letter), instance: "arn:7" },
    });
    const state = stateOf(deployed("v2", "b"));
    const running = runningFrom(state, catalog);
    expect(running).to.deep.equal({
      tag: "v2",
      services: [{ service: "api", digest: digest("b"), tag: "v2", createdAs: "v2", containerId: "arn:7" }],
    });
    expect(directionOf(v1, running, state, catalog)).to.equal("rollback");
    expect(directionOf(v3, running, state, catalog)).to.equal("forward");
    // Declared, and never there.
    const never = stateOf({ ...deployed("v2", "b"), outputs: {} });
    expect(runningFrom(never, catalog).services).to.deep.equal([]);
  });

  it("is told of services that were left stopped, and the way back to their release goes on", () => {
    const [container, component] = serviceInState("api", "a", "v1", "v1");
    if (container === undefined || component === undefined) throw new Error("a service has two resources");
    const left = { ...container, inputs: { ...container.inputs, start: false } };
    const state = stateOf(left, component);
    const running = runningFrom(state, catalog);
    expect(running.services[0]).to.include({ tag: "v1", stopped: true });
    expect(directionOf(v1, running, state, catalog)).to.equal("rollback");
    expect(directionOf(v2, running, state, catalog)).to.equal("forward");
  });

  it("is the release that a service was brought to, where its digest is shared", () => {
    const state = stateOf(...serviceInState("web", "1", "v1", "v3"));
    expect(runningFrom(state, catalog).tag).to.equal("v3");
  });

  it("is not what a component claims whose container is of another digest, as after a failed update", () => {
    const state = stateOf(...serviceInState("api", "b", "v2", "v3"));
    expect(runningFrom(state, catalog).tag).to.equal("v2");
  });

  it("is the release of the container's label where the component says nothing", () => {
    expect(runningFrom(stateOf(...serviceInState("web", "1", "v1")), catalog).tag).to.equal("v1");
  });

  it("is the newest release with the digest where nothing is claimed rightly", () => {
    expect(runningFrom(stateOf(...serviceInState("web", "1", "v9", "v8")), catalog).tag).to.equal("v3");
  });

  it("is the label's word where the catalog does not know the digest, and unknown without a label", () => {
    expect(runningFrom(stateOf(...serviceInState("api", "f", "v7")), catalog).tag).to.equal("v7");
    expect(runningFrom(stateOf(...serviceInState("api", "f", undefined)), catalog).tag).to.equal("unknown");
  });

  it("is mixed when no release has every digest", () => {
    const other = catalogOf(
      release("v1", 1, { api: "a", web: "1" }),
      release("v2", 2, { api: "b", web: "2" }),
    );
    const state = stateOf(
      ...serviceInState("api", "b", "v2", "v2"),
      ...serviceInState("web", "1", "v1", "v1"),
    );
    const running = runningFrom(state, other);
    expect(running.tag).to.equal(undefined);
    expect(running.services.map(({ tag }) => tag)).to.deep.equal(["v2", "v1"]);
  });

  it("is, when services were brought to releases of the same digests, that of the most, then the newest", () => {
    const same = catalogOf(
      release("v1", 1, { api: "a", web: "1", worker: "w" }),
      release("v2", 2, { api: "a", web: "1", worker: "w" }),
    );
    const brought = (api: string, web: string, worker: string) =>
      runningFrom(
        stateOf(
          ...serviceInState("api", "a", "v1", api),
          ...serviceInState("web", "1", "v1", web),
          ...serviceInState("worker", "w", "v1", worker),
        ),
        same,
      ).tag;
    expect(brought("v1", "v1", "v2")).to.equal("v1");
    expect(brought("v2", "v1", "v2")).to.equal("v2");
    const two = stateOf(...serviceInState("api", "a", "v1", "v1"), ...serviceInState("web", "1", "v1", "v2"));
    expect(runningFrom(two, same).tag).to.equal("v2");
  });

  it("leaves out containers without an id, without labels, and of others", () => {
    const [container] = serviceInState("api", "a", "v1");
    const type = "docker:index/container:Container";
    const state = stateOf(
      { ...container!, id: undefined },
      { urn: "urn:x", type, id: "x" },
      { urn: "urn:y", type, id: "y", inputs: { labels: [{ label: "other", value: "1" }] } },
      { urn: "urn:z", type: "docker:index/network:Network", id: "z", inputs: container!.inputs },
    );
    expect(runningFrom(state, catalog).services).to.deep.equal([]);
  });
});

describe("the direction", () => {
  const from = (target: typeof v1, known: typeof catalog, ...resources: Parameters<typeof stateOf>) => {
    const state = stateOf(...resources);
    return directionOf(target, runningFrom(state, known), state, known);
  };
  const to = (target: typeof v1, ...running: [service: string, letter: string, tag: string][]) =>
    from(
      target,
      catalog,
      ...running.flatMap(([service, letter, tag]) => serviceInState(service, letter, tag, tag)),
    );

  it("is forward for the first release, and to a newer one", () => {
    expect(to(v1)).to.equal("forward");
    expect(to(v2, ["api", "a", "v1"], ["web", "1", "v1"])).to.equal("forward");
  });

  it("is a rollback to an older one", () => {
    expect(to(v1, ["api", "b", "v2"], ["web", "1", "v2"])).to.equal("rollback");
  });

  it("is same where nothing changes", () => {
    expect(to(v2, ["api", "b", "v2"], ["web", "1", "v2"])).to.equal("same");
  });

  it("is a rollback from a mix in which one service is newer, and forward from one in which none is", () => {
    const mix = catalogOf(
      release("v1", 1, { api: "a", web: "1" }),
      release("v2", 2, { api: "b", web: "2" }),
      release("v3", 3, { api: "c", web: "3" }),
    );
    const mixed = [...serviceInState("api", "b", "v2", "v2"), ...serviceInState("web", "1", "v1", "v1")];
    const direction = (index: number) => from(mix.releases[index]!, mix, ...mixed);
    expect([direction(0), direction(1), direction(2)]).to.deep.equal(["rollback", "forward", "forward"]);
  });

  it("is still a rollback where an update died when it had taken the newer containers away", () => {
    const lost = serviceInState("api", "b", "v2", "v2").filter(({ type }) => type.startsWith("knowngood"));
    expect(from(v1, catalog, ...lost)).to.equal("rollback");
    expect(from(v2, catalog, ...lost)).to.equal("forward");
    expect(from(v1, catalog, ...lost, ...serviceInState("web", "1", "v1", "v1"))).to.equal("rollback");
  });

  it("is forward from what the catalog does not know", () => {
    expect(to(v1, ["api", "f", "v9"])).to.equal("forward");
  });
});
