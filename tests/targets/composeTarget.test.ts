import { expect } from "chai";
import { load } from "js-yaml";
import { compose, type ComposeSettings } from "../../settings/composeSettings";
import { composeCommand, linesByHand, overrideText } from "../../targets/compose/commandLine";
import { containersIn, foundOf } from "../../targets/compose/containers";
import { missingDependencies } from "../../targets/compose/dependencies";
import { obstaclesIn } from "../../targets/compose/obstacles";
import { changeFailure } from "../../targets/compose/changeFailure";
import { reason, stepIn } from "../../targets/compose/said";
import { ReleaseFailed, type Wanted } from "../../targets/target";

const project = (settings: Record<string, unknown> = {}): ComposeSettings =>
  compose.parse({ folder: "/opt/shop", ...settings });
const digest = (fill: string) => `sha256:${fill.repeat(64)}`;
const api: Wanted = { service: "api", release: "v2", digest: digest("a"), from: "ghcr.io/acme/api" };
const web: Wanted = { service: "web", release: "v2", digest: digest("b"), from: "ghcr.io/acme/web" };

describe("the command line of a compose project", () => {
  it("is what the team types, with its files, profiles and variables", () => {
    const settings = project({
      files: ["infra/docker-compose.prod.yml", "over ride.yml"],
      project: "shop",
      profiles: ["prod"],
      envFiles: [".env.prod"],
      tagVariable: "IMAGE_TAG",
      services: { api: { imageVariable: "API_IMAGE" } },
    });
    expect(composeCommand(settings, [api], { further: ["-"] })).to.equal(
      `IMAGE_TAG=v2 API_IMAGE=ghcr.io/acme/api@${api.digest} docker compose --project-name shop --profile prod ` +
        "--env-file .env.prod -f infra/docker-compose.prod.yml -f 'over ride.yml' -f -",
    );
  });

  it("pins images in a file of its own, under the names that the project has", () => {
    const text = overrideText(project({ services: { web: { service: "Web_app" } } }), [api, web]);
    expect(load(text)).to.deep.equal({
      services: {
        api: { image: `ghcr.io/acme/api@${api.digest}`, pull_policy: "missing" },
        Web_app: { image: `ghcr.io/acme/web@${web.digest}`, pull_policy: "missing" },
      },
    });
    const odd = overrideText(project(), [{ ...api, release: "v2\nservices: {}" }]);
    expect(Object.keys((load(odd) as { services: object }).services)).to.deep.equal(["api"]);
  });

  it("is printed for a person: the folder, the override, one command", () => {
    const lines = linesByHand(project({ folder: "/opt/it's", waitTimeout: 90 }), [api]);
    const command = "docker compose -f docker-compose.yml -f .knowngood/release.override.yml";
    expect(lines).to.deep.equal([
      "cd '/opt/it'\\''s'",
      "mkdir -p .knowngood",
      `printf '%s\\n' '# Written by knowngood, and written again with every release: "v2"' services: '  api:' '    image: ghcr.io/acme/api@${api.digest}' '    pull_policy: missing' > .knowngood/release.override.yml`,
      `${command} up -d --no-deps --no-build --wait --wait-timeout 90 api`,
    ]);
  });
});

describe("the containers of a compose project", () => {
  const container = (id: string, more: Record<string, unknown> = {}, state: Record<string, unknown> = {}) =>
    JSON.stringify({
      ...{ id, image: "sha256:1", reference: `ghcr.io/acme/api@${api.digest}`, service: "api" },
      ...{ state: { Status: "running", StartedAt: `start ${id}`, ...state }, restarts: 1, ...more },
    });
  const found = (lines: readonly string[], known: readonly Wanted[] = [api]) =>
    foundOf(project(), known, containersIn(lines.join("\n")));
  const image = (...digests: string[]) => JSON.stringify({ layersOf: "sha256:1", digests });

  it("are known by the digest that they were made of", () => {
    expect(found([container("c1", {}, { Health: { Status: "healthy" } })])).to.deep.equal([
      {
        service: "api",
        digest: api.digest,
        instance: "c1",
        state: {
          status: "running",
          instance: "start c1 1",
          restarts: 1,
          startedAt: "start c1",
          health: "healthy",
        },
      },
    ]);
  });

  it("are known by their image where the team had started them by tag", () => {
    const byTag = container("c1", { reference: "localhost:5000/acme/api:v2" });
    const digestOf = (...digests: string[]) =>
      found([byTag, image(...digests)], [{ ...api, digest: digest("f") }, api])[0]?.digest;
    expect(digestOf(`other/api@${digest("c")}`, `localhost:5000/acme/api@${api.digest}`)).to.equal(
      api.digest,
    );
    expect(digestOf(`other/api@${digest("c")}`, `localhost:5000/acme/api@${digest("d")}`)).to.equal(
      digest("d"),
    );
    expect(digestOf(`other/api@${digest("c")}`)).to.equal(digest("c"));
    expect(digestOf()).to.equal(undefined);
  });

  it("are one service: the worst of them says how it is, and two builds are none", () => {
    const two = [container("c2"), container("c1", {}, { Status: "exited", ExitCode: 3 })];
    expect(found(two)[0]).to.deep.include({ instance: "c1 c2", digest: api.digest });
    expect(found(two)[0]?.state).to.include({ status: "exited", exitCode: 3, restarts: 2 });
    const mixed = [container("c1"), container("c2", { reference: `ghcr.io/acme/api@${digest("d")}` })];
    expect(found(mixed)[0]?.digest).to.equal(undefined);
    const unfinished = [container("c1"), container("c2", {}, { Status: "created" })];
    expect(found(unfinished)[0]?.instance).to.equal("c1");
    expect(found([])).to.deep.equal([
      {
        ...{ service: "api", digest: undefined, instance: "none" },
        state: { status: "missing", instance: "missing", restarts: 0 },
      },
    ]);
  });

  it("miss what they can't do without; what runs to its end is not run again", () => {
    const configuration = JSON.stringify({
      services: {
        api: {
          depends_on: {
            db: { condition: "service_healthy" },
            migrate: { condition: "service_completed_successfully" },
            web: { condition: "service_started" },
          },
        },
        db: { depends_on: { volume: { condition: "service_started" } } },
        ...{ migrate: {}, volume: {}, web: {}, tunnel: {} },
      },
    });
    const running = containersIn(container("c1", { service: "db" }));
    expect(missingDependencies(configuration, ["api", "web"], [])).to.deep.equal(["db", "volume"]);
    expect(missingDependencies(configuration, ["api"], running)).to.deep.equal(["volume", "web"]);
  });

  it("blame the release for what was started and is not well, and nothing else", async () => {
    const failure = (line: string, needed: string[] = []) =>
      changeFailure(
        {
          what: "api could not be brought to v2",
          where: "/opt/shop",
          reason: "no",
          changed: ["api"],
          needed,
        },
        () => Promise.resolve(containersIn(line)),
        (name) => Promise.resolve(`${name} says\nwhy\n`),
      );
    const unhealthy = await failure(container("c1", {}, { Health: { Status: "unhealthy" } }));
    expect(unhealthy).to.be.instanceOf(ReleaseFailed).and.include({ output: "api says\nwhy" });
    expect(unhealthy.message).to.equal(
      "api could not be brought to v2 in /opt/shop: no; api: running, 1 restart, unhealthy; the project is left as it is",
    );
    const taken = await failure(
      container("c1", {}, { Status: "created", Error: "port is already allocated" }),
    );
    expect(taken).not.to.be.instanceOf(ReleaseFailed);
    expect(taken.message).to.contain("api: created").and.contain("port is already allocated");
    const database = container("c1", { service: "db" }, { Status: "exited", ExitCode: 1 });
    const needs = await failure(`${database}\n${container("c2", {}, { Status: "created" })}`, ["db"]);
    expect(needs).not.to.be.instanceOf(ReleaseFailed);
    expect(needs.message).to.contain("db: exited, exit code 1").and.contain("db says");
  });
});

describe("what docker says", () => {
  it("is told without its progress and its warnings", () => {
    const said =
      'time="2026" level=warning msg="The \\"A\\" variable is not set."\n Container shop-api-1  Recreate\n' +
      " Container shop-api-1  Error\ncontainer shop-api-1 is unhealthy\n";
    expect(reason(said)).to.equal("Container shop-api-1  Error; container shop-api-1 is unhealthy");
    expect(reason(" Container shop-api-1  Waiting\n")).to.equal("Container shop-api-1  Waiting");
  });

  it("is told as steps of its work", () => {
    expect(stepIn(" Container shop-api-1  Recreated ")).to.equal("Container shop-api-1 Recreated");
    expect(stepIn("waits for another change of the project to end")).to.equal(
      "waits for another change of the project to end",
    );
    expect(stepIn('time="2026" level=warning msg="Container x y"')).to.equal(undefined);
  });
});

describe("what stands in a release's way on a compose host", () => {
  const facts = {
    user: "deploy",
    compose: "2.40.3",
    df: "/dev/sda1 1000000 500000 500000 50% /",
    there: "docker-compose.yml",
    chosen: "",
    lock: "",
    services: "api db tunnel",
  };
  const obstacles = (more: Record<string, string>, settings: Record<string, unknown> = {}) => {
    const told = Object.entries({ ...facts, ...more }).map(([word, found]) => `${word}\t${found}`);
    return obstaclesIn(`${told.join("\n")}\n`, project(settings), [api], "shop.example");
  };

  it("is nothing on a host in order", () => {
    expect(obstacles({})).to.deep.equal([]);
    expect(obstacles({ compose: "v2.17.0" })).to.deep.equal([]);
  });

  const rows: [
    name: string,
    more: Record<string, string>,
    told: string,
    settings?: Record<string, unknown>,
  ][] = [
    ["no docker", { docker: "missing" }, "docker was not found on shop.example: install Docker Engine"],
    ["no compose", { compose: "none" }, "docker has no compose plugin on shop.example"],
    [
      "an old compose",
      { compose: "2.16.9" },
      "docker compose on shop.example is 2.16.9, and 2.17 or newer is needed",
    ],
    ["the first compose", { compose: "1.29.2" }, "docker compose on shop.example is 1.29.2"],
    [
      "no right to the engine",
      { engine: "permission denied while trying to connect to the Docker daemon socket" },
      "deploy may not use the Docker engine on shop.example: sudo usermod -aG docker deploy",
    ],
    [
      "no engine",
      { engine: "Cannot connect to the Docker daemon" },
      "no Docker engine answers on shop.example: Cannot",
    ],
    [
      "no folder",
      { folder: "missing" },
      "there is no folder /opt/shop on shop.example that deploy may enter",
    ],
    [
      "a folder of others",
      { folder: "unwritable" },
      "deploy may not write into /opt/shop on shop.example, where .knowngood/ is kept: sudo install -d -o deploy /opt/shop/.knowngood",
    ],
    [
      "another file's name",
      { unreadable: "docker-compose.yml", there: "compose.yaml" },
      "/opt/shop/docker-compose.yml is not there on shop.example, or deploy may not read it: there are compose.yaml, which are named in compose.files",
    ],
    [
      "an override that is not named",
      { there: "docker-compose.override.yml" },
      "docker compose reads docker-compose.override.yml in /opt/shop by itself: name it in compose.files",
    ],
    [
      "files that .env names",
      { chosen: "a.yml:b.yml" },
      "COMPOSE_FILE is set in /opt/shop/.env: name its files in compose.files, a.yml, b.yml",
    ],
    [
      "a full disk",
      { df: "/dev/sda1 1000 996 4 100% /" },
      "4096 bytes are free for /opt/shop on shop.example (/ (/dev/sda1)), and 8192 are needed: free some",
    ],
    [
      "another change",
      { lock: "process 4711 since 2026-01-01T00:00:00Z" },
      "/opt/shop on shop.example: another change of the project is under way (process 4711 since 2026-01-01T00:00:00Z): wait until it has ended, or end it there: kill 4711",
    ],
    [
      "a file with an error",
      { unusable: "required variable API_IMAGE is missing a value", services: "api" },
      "compose can't use its files in /opt/shop on shop.example: required variable API_IMAGE is missing a value",
    ],
    [
      "a service of another name",
      {},
      "docker-compose.yml in /opt/shop has no service app: it has api, db, tunnel; name the right one in compose.services.api.service",
      { services: { api: { service: "app" } } },
    ],
  ];
  for (const [name, more, told, settings] of rows)
    it(name, () => {
      const [first = "", ...others] = obstacles(more, settings);
      expect(first.slice(0, told.length)).to.equal(told);
      expect(others).to.deep.equal([]);
    });

  it("is no override that is named", () => {
    const files = ["docker-compose.yml", "docker-compose.override.yml"];
    expect(obstacles({ there: "docker-compose.override.yml", chosen: "a.yml" }, { files })).to.deep.equal([]);
  });
});
