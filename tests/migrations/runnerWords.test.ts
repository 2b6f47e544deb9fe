import { expect } from "chai";
import { containerWords, handedOver, leftoverWords } from "../../migrations/runner/containerWords";
import { isThrough, type Standing } from "../../migrations/runner/failureText";
import type { RunnerContainer } from "../../migrations/runner/request";

const container: RunnerContainer = {
  kind: "image",
  image: "registry/api@sha256:1",
  service: "api",
  name: "shop-prod-migrate",
  stack: "shop/prod",
  networks: ["shop-prod"],
  mounts: [],
};
const begin = [
  ...["docker", "run", "--rm", "--init", "--name", "shop-prod-migrate"],
  ...["--label", "knowngood.runner=shop/prod", "--network", "shop-prod"],
];

describe("the container of a migration runner", () => {
  it("has the image's own entrypoint, and names variables without their values", () => {
    expect(containerWords(container, ["alembic", "upgrade", "head"], ["DATABASE_URL"])).to.deep.equal([
      ...[...begin, "--env", "DATABASE_URL", "registry/api@sha256:1", "alembic", "upgrade", "head"],
    ]);
  });

  it("has the service's entrypoint, user, networks and mounts", () => {
    const full: RunnerContainer = {
      ...container,
      networks: ["shop-prod", "shared"],
      mounts: [
        { source: "shop-prod-uploads", target: "/data", readOnly: false },
        { source: "/run/postgresql", target: "/socket", readOnly: true },
      ],
      user: "1000:1000",
      entrypoint: ["/bin/tini", "--"],
    };
    expect(containerWords(full, ["migrate"], [], "/private/environment")).to.deep.equal([
      ...[...begin, "--network", "shared"],
      ...["--mount", "type=volume,source=shop-prod-uploads,target=/data"],
      ...["--mount", "type=bind,source=/run/postgresql,target=/socket,readonly"],
      ...["--user", "1000:1000", "--entrypoint", "/bin/tini", "--env-file", "/private/environment"],
      ...["registry/api@sha256:1", "--", "migrate"],
    ]);
  });

  it("is found by its name and its stack's label", () => {
    expect(leftoverWords(container).slice(-4)).to.deep.equal([
      ...["--filter", "label=knowngood.runner=shop/prod", "--filter", "name=^/shop-prod-migrate$"],
    ]);
  });

  it("is not told by docker's own environment what would steer docker", () => {
    expect(handedOver({ TOKEN: "a", PATH: "/app/bin", DOCKER_HOST: "tcp://elsewhere" })).to.deep.equal({
      byName: { TOKEN: "a" },
      inFile: "PATH=/app/bin\nDOCKER_HOST=tcp://elsewhere\n",
    });
    expect(handedOver({ TOKEN: "a" })).to.deep.equal({ byName: { TOKEN: "a" }, inFile: undefined });
  });
});

describe("a database that a runner has been at", () => {
  const whole: Standing = { applied: ["1"], missing: [], problems: [] };
  const problem = (kind: "dirty" | "unknown") => ({ kind, reason: "r", remedy: "m" });

  it("is through where all that is shipped is applied, and whole", () => {
    expect(isThrough(whole)).to.equal(true);
    expect(isThrough({ ...whole, missing: [{ version: "2", name: "m2" }] })).to.equal(false);
    expect(isThrough({ ...whole, problems: [problem("dirty")] })).to.equal(false);
    expect(isThrough({ ...whole, problems: [problem("unknown")] })).to.equal(true);
  });
});
