import { expect } from "chai";
import { load } from "js-yaml";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { settingsOf } from "./stack";
import { aSecretName, maybeSecret, toldOneByOne, type WrongRow } from "./wrongRows";

const services = { api: { kind: "worker" } };
const unit = { folder: "/opt/api", units: ["api.service"] };
const systemd = (changes: Record<string, unknown>, ofService: Record<string, unknown> = {}) => ({
  ...{ target: "systemd", services },
  systemd: { services: { api: { ...unit, ...ofService } }, ...changes },
});
const symlink = (ofService: Record<string, unknown>) => ({
  ...{ target: "symlink", services },
  symlink: { services: { api: { folder: "/var/www/api", ...ofService } } },
});

const rows: WrongRow[] = [
  [
    "a unit without its kind",
    systemd({}, { units: ["api"] }),
    "systemd.services.api.units[0]",
    '"api"',
    "write a unit's whole name, such as web.service",
  ],
  [
    "a unit file of no unit",
    systemd({}, { unitFiles: { "other.service": "other.service" } }),
    "systemd.services.api.unitFiles.other.service",
    "other.service, which is none of them",
    "name a unit of `units`",
  ],
  [
    "a folder for two",
    systemd({ services: { api: unit, worker: { folder: "/opt/api/", units: ["worker.service"] } } }),
    "systemd.services.worker.folder",
    "that of api too",
    "give each service a folder of its own",
  ],
  [
    "a key without a host",
    systemd({ key: "known" }),
    "systemd.key",
    maybeSecret,
    "it needs a host: add `host`, or remove it",
  ],
  [
    "a key in place of its name",
    systemd({ host: "deploy@shop.example", key: "-----BEGIN" }),
    "systemd.key",
    maybeSecret,
    aSecretName,
  ],
  [
    "a shared file outside of the release",
    symlink({ sharedFiles: ["../.env"] }),
    "symlink.services.api.sharedFiles[0]",
    '"../.env"',
    "write a path within the release, such as storage or .env, without ..",
  ],
];

describe("wrong settings of systemd and of a link", () => {
  toldOneByOne(rows);
});

describe("the settings of an example", () => {
  for (const name of ["systemd", "symlink"])
    it(`examples/${name} can be used as they stand`, () => {
      const file = join(__dirname, "../../examples", name, "Pulumi.production.yaml");
      const { config } = load(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
      const settings = Object.entries(config).map(([key, value]) => [key.replace(/^knowngood:/, ""), value]);
      expect(settingsOf(Object.fromEntries(settings) as Record<string, unknown>).target).to.equal(name);
    });
});
