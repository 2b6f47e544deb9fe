import { aSecretName, maybeSecret, toldOneByOne, type WrongRow } from "./wrongRows";

const chosen = (settings: Record<string, unknown>) => ({
  target: "compose",
  compose: { folder: "/opt/shop", ...settings },
  services: { api: { kind: "worker" } },
});
const aService = "write the service's name in the compose file";

const rows: WrongRow[] = [
  [
    "no settings",
    { ...chosen({}), compose: undefined },
    "compose",
    "nothing",
    "the target is compose, so write its settings",
  ],
  [
    "no folder",
    chosen({ folder: undefined }),
    "compose.folder",
    "nothing",
    "write an absolute path on the host",
  ],
  [
    "a folder of nowhere",
    chosen({ folder: "shop" }),
    "compose.folder",
    '"shop"',
    "write an absolute path on the host",
  ],
  [
    "an option for a file",
    chosen({ files: ["-"] }),
    "compose.files[0]",
    '"-"',
    "write a file's name, such as docker-compose.yml",
  ],
  ["no file at all", chosen({ files: [] }), "compose.files", "[]", "name at least one compose file"],
  [
    "a project in capitals",
    chosen({ project: "Shop" }),
    "compose.project",
    '"Shop"',
    "write the project's name as compose takes it: lower-case letters, digits, dashes and underscores",
  ],
  [
    "two words for a profile",
    chosen({ profiles: ["a b"] }),
    "compose.profiles[0]",
    '"a b"',
    "write a profile's name",
  ],
  [
    "an option for a service",
    chosen({ services: { api: { service: "--all" } } }),
    "compose.services.api.service",
    '"--all"',
    aService,
  ],
  [
    "one service for two",
    chosen({ services: { api: { service: "app" }, web: { service: "app" } } }),
    "compose.services.web.service",
    "app, which api is too",
    "name a service of its own for each",
  ],
  [
    "a wait without end",
    chosen({ waitTimeout: 0 }),
    "compose.waitTimeout",
    "0",
    "write a whole number of seconds from 1 to 3600",
  ],
  ["a key in clear", chosen({ host: "shop", key: "-----BEGIN" }), "compose.key", maybeSecret, aSecretName],
  [
    "a key that is not set",
    chosen({ host: "shop", key: "deployKey" }),
    "compose.key",
    "the name deployKey, which is not set",
    "set it as a secret: pulumi config set --secret deployKey",
  ],
  [
    "a key for this machine",
    chosen({ key: "known" }),
    "compose.key",
    maybeSecret,
    "it needs a host: add `host`, or remove it",
  ],
];

describe("settings of a compose project that can't be used", () => toldOneByOne(rows));
