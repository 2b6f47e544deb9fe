import { expect } from "chai";
import { settingsOf, violationsIn } from "./stack";

const maybeSecret = "a text that may be a secret";

describe("wrong settings", () => {
  it("are told all together, rules between settings beside wrong fields", () => {
    const violations = violationsIn(
      {
        imagTag: "v1",
        protected: true,
        destroyData: true,
        services: {
          api: { ports: [{ container: 80, host: "x" }], health: { path: "/h", tcp: 1 }, unknown: 1 },
          worker: { kind: "worker", ports: [{ container: 1, host: 1 }], secrets: { A: "missing" } },
        },
        database: { table: "" },
      },
      { docker: { host: "ssh://hunter2" } },
    );
    expect(violations.map(({ where }) => where)).to.have.members([
      "imagTag",
      "docker",
      "imageTag",
      "services.api.ports[0].host",
      "services.api.health",
      "services.api.unknown",
      "services.worker.ports",
      "destroyData",
      "services.api.health.tcp",
      "services.worker.secrets.A",
      "database.table",
      "database.url",
    ]);
  });

  it("are counted, each with its file, in the error's text", () => {
    expect(() => settingsOf({ services: {} })).to.throw(
      [
        "The settings of stack prod can't be used (2 problems):",
        "  Pulumi.prod.yaml: knowngood:imageTag",
        "    found nothing; set the release to run: pulumi config set imageTag TAG",
        "  Pulumi.prod.yaml: knowngood:services",
        "    found {}; name at least one service",
      ].join("\n"),
    );
  });

  it("never show what is kept as a secret, wherever it stands", () => {
    const wrong = violationsIn(
      { imageTag: "v1" },
      { services: { api: { kind: "worker", env: { PIN: 12345 }, hunter: "hunter2" } }, releases: "hunter2" },
    );
    expect(wrong).to.deep.equal([
      {
        where: "services",
        found: "a secret inside a structured setting",
        expected: "keep it as a setting of its own (pulumi config set --secret NAME) and write its name here",
      },
      {
        where: "releases",
        found: "a secret",
        expected: "keep it in clear: pulumi config set --plaintext releases VALUE",
      },
      {
        where: "services.api.env.PIN",
        found: maybeSecret,
        expected: 'write a text; a number or true/false goes in quotes, such as "8080"',
      },
      {
        where: "services.api.hunter",
        found: maybeSecret,
        expected:
          "no such setting: remove it, or write one of kind, ports, env, secrets, entrypoint, command, user, volumes, networks, restart, cpus, memoryMiB, readOnly, init, stopSignal, stopGraceSeconds, health",
      },
    ]);
  });

  it("name a secret that is set in clear", () => {
    const settings = {
      imageTag: "v1",
      services: { worker: { kind: "worker", secrets: { TOKEN: "releases" } } },
      releases: "releases",
    };
    expect(violationsIn(settings)).to.deep.equal([
      {
        where: "services.worker.secrets.TOKEN",
        found: "the setting releases, which is in clear",
        expected: "set it as a secret: pulumi config set --secret releases",
      },
    ]);
  });
});
