import { expect } from "chai";
import { assess } from "../../assessment/assessment";
import type { Evidence } from "../../assessment/evidence";
import { refusalTexts } from "../../assessment/refusal";
import { targetRelease } from "../../assessment/targetRelease";
import { digest, release, serviceInState, stackInState, stateOf } from "../history/states";
import { quiet, schemaAt, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a", web: "1" }, ["1"]);
const v2 = release("v2", 2, { api: "b", web: "1" }, ["1", "2"]);
const survey = surveyOf(v1, v2);
const runningV2 = [
  ...serviceInState("api", "b", "v2", "v2"),
  ...serviceInState("web", "1", "v1", "v2"),
  stackInState([
    { tag: "v2", passedAt: "2026-02-02T00:00:00.000Z" },
    { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
  ]),
];

const of = (target: typeof v1, evidence: Partial<Evidence> = {}, services = ["api", "web"]) =>
  assess({ ...usual, target, services, survey, evidence: { ...quiet, ...evidence } });

describe("the assessment", () => {
  it("of a first release", () => {
    const assessment = of(v1);
    expect(assessment).to.deep.equal({
      target: v1,
      running: { services: [], tag: undefined },
      direction: "forward",
      services: [
        { service: "api", from: undefined, to: { tag: "v1", digest: digest("a") } },
        { service: "web", from: undefined, to: { tag: "v1", digest: digest("1") } },
      ],
      schema: undefined,
      quarantine: { memory: { bad: [], move: { to: "v1", direction: "forward", at: usual.now } }, left: [] },
      knownGood: [],
      lastKnownGood: undefined,
      warnings: [],
      refusals: [],
    });
  });

  it("of a rollback, with what moves, what stays, the gap and the way back", () => {
    const { direction, services, schema, quarantine, refusals } = of(v1, {
      state: stateOf(...runningV2),
      schema: schemaAt(v1, ["1", "2"]),
    });
    expect([direction, quarantine.left, refusals]).to.deep.equal(["rollback", ["v2"], []]);
    expect(services).to.deep.equal([
      {
        service: "api",
        from: { tag: "v2", digest: digest("b"), createdAs: "v2" },
        to: { tag: "v1", digest: digest("a") },
      },
      {
        service: "web",
        from: { tag: "v2", digest: digest("1"), createdAs: "v1" },
        to: { tag: "v1", digest: digest("1") },
      },
    ]);
    expect(schema).to.deep.equal({
      pending: [],
      gap: ["2"],
      head: "2",
      applied: ["1", "2"],
      recorded: undefined,
    });
  });

  it("of a rollback that goes on, though an update took the containers away and died", () => {
    const lost = runningV2.filter(({ type }) => !type.startsWith("docker"));
    const { direction, quarantine, refusals, warnings } = of(v1, {
      state: stateOf(...lost),
      ci: { verdict: "failed", found: "build did not pass" },
    });
    expect([direction, quarantine.left, refusals]).to.deep.equal(["rollback", ["v2"], []]);
    expect(warnings[0]).to.match(/^CI did not pass for v1: build did not pass/);
  });

  it("of a release that CI did not let pass, which a retry lets go on", () => {
    const { refusals, warnings } = assess({
      ...usual,
      target: v2,
      services: ["api", "web"],
      survey,
      retry: { tag: "v2", reason: "the runner is broken" },
      evidence: { ...quiet, ci: { verdict: "pending", found: "deploy has not ended" } },
    });
    expect(refusalTexts(refusals)).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      "CI is still pending for v2: deploy has not ended. It goes on all the same: the runner is broken",
    ]);
  });

  it("rests on the record where the database does not answer, and says so", () => {
    const silent = { state: { unconfirmed: "the database did not answer: timeout" } };
    const { risk, warnings } = of(v1, {
      state: stateOf(...runningV2),
      schema: schemaAt(v1, ["1", "2"], {
        ...silent,
        recorded: { head: "2", applied: ["1", "2"] },
      }),
    });
    expect(warnings).to.deep.equal([
      "Unconfirmed: the schema; judged by what was recorded (the database did not answer: timeout).",
    ]);
    expect([risk?.report.verdict, risk?.report.confirmed]).to.deep.equal(["compatible", false]);
    expect(risk?.report.unconfirmed).to.deep.equal([
      "what is applied is taken from the record, since the database could not be asked: the database did not answer: timeout",
    ]);
    const nothing = of(v1, { schema: schemaAt(v1, [], silent) });
    expect(nothing.schema?.pending).to.deep.equal(v1.migrations);
    expect(nothing.warnings).to.deep.equal([
      "Unconfirmed: the schema; nothing is recorded of it yet (the database did not answer: timeout).",
      "What v1 would meet in the schema is conditional, which guards.schema lets pass.",
    ]);
  });

  it("warns of a moved tag, of what nobody could say, and of what a killed update left", () => {
    const { warnings, refusals } = of(v2, {
      moved: [{ service: "api", reference: "acme/api:v2", catalog: digest("b"), registry: digest("c") }],
      images: { api: { unconfirmed: "no answer" }, web: "host" },
      silentRegistries: ["localhost:1: no answer"],
      strays: [
        { id: "0123456789abcdef", name: "shop-api" },
        { id: "fedcba9876543210", name: "shop-web", idle: true },
      ],
    });
    expect(refusalTexts(refusals)).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      `api: the tag acme/api:v2 has moved in the registry, from ${digest("b")} to ${digest("c")}. ` +
        "What runs is the catalog's digest; a changed image needs a tag of its own.",
      "Unconfirmed: whether the image of api can be had (no answer).",
      "Unconfirmed: whether a tag has moved in the registry (localhost:1: no answer).",
      "The container shop-api (0123456789ab) is of this stack, but its state does not hold it: " +
        "an update was killed. It is removed first.",
      "The container shop-web (fedcba987654) is of this stack, but its state does not hold it: " +
        "it was made by hand, and does not run. It is removed first.",
    ]);
  });

  it("refuses, all together, a silent engine, a service without an image, an image that is nowhere, a taken name", () => {
    const { warnings, refusals, services } = of(
      v1,
      {
        engineSilent: "Cannot connect to the Docker daemon. Is the docker daemon running?",
        images: { api: "nowhere", web: "registry" },
        occupants: [
          { kind: "container", id: "0123456789abcdef", name: "shop-api", owner: undefined },
          { kind: "network", id: "fedcba9876543210", name: "shop", owner: "shop/test" },
        ],
      },
      ["api", "web", "mail"],
    );
    expect(warnings).to.deep.equal([]);
    expect(services.map(({ service }) => service)).to.deep.equal(["api", "web"]);
    expect(refusalTexts(refusals)).to.deep.equal([
      "The Docker engine does not answer, and nothing can be run without it: " +
        "Cannot connect to the Docker daemon. Is the docker daemon running? " +
        "Start it, or name another by docker.host in the settings or by DOCKER_HOST.",
      "Release v1 has no image for the service mail; it has api, web. " +
        "Choose a release that has one, or remove mail from the settings.",
      `The image of api is nowhere to be had, neither on the host nor in the registry: acme/api@${digest("a")}. ` +
        "Push it again, or choose another release.",
      "The name shop-api is taken by a container (0123456789ab) that is left alone: this stack did not make it. " +
        "If it may go, move it away (docker rename shop-api OTHER) or remove it (docker rm --force shop-api); " +
        "else choose other names by docker.prefix in the settings.",
      "The name shop is taken by a network (fedcba987654) that is left alone: it is labelled as of the stack shop/test, " +
        "and this stack's state knows nothing of it. If it may go, remove it (docker network rm shop); " +
        "else choose other names by docker.prefix in the settings.",
    ]);
  });

  it("names as last known-good what is not the target, also when that is what runs", () => {
    const state = stateOf(...runningV2);
    expect(of(v2, { state }).lastKnownGood?.tag).to.equal("v1");
    expect(of(v2, { state }).direction).to.equal("same");
  });
});

describe("the target", () => {
  it("is the release of the tag", () => {
    expect(targetRelease(survey, "v2", "here")).to.equal(v2);
  });

  it("is told, when the catalog has none, with the nearest tags and how to add it", () => {
    expect(() => targetRelease(survey, "v3", "Pulumi.prod.yaml: shop:imageTag")).to.throw(
      [
        "The release v3 is not in the catalog, so nothing was touched (1 problem):",
        "  Pulumi.prod.yaml: shop:imageTag",
        '    found "v3"; name a release of the catalog, such as v2, v1; all: npx knowngood release list; ' +
          "to add this one: npx knowngood release add v3 --help",
      ].join("\n"),
    );
  });
});
