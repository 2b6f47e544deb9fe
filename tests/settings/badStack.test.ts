import { aSecretName, maybeSecret, toldOneByOne, type WrongRow } from "./wrongRows";

const aName =
  "write a name of lower-case letters, digits and dashes, beginning with a letter, at most 40 long";
const aTag = "set the release to run: pulumi config set imageTag TAG";
const aHost =
  "write a Docker host that begins with unix://, ssh:// or tcp://, such as ssh://deploy@shop.example";

const rows: WrongRow[] = [
  ["no tag", { imageTag: undefined }, "imageTag", "nothing", aTag],
  ["an empty tag", { imageTag: "" }, "imageTag", '""', aTag],
  ["an empty folder", { releases: "" }, "releases", '""', "write a folder"],
  ["no truth value", { protected: "yes" }, "protected", '"yes"', "write true or false"],
  ["a number for a truth value", { destroyData: 1 }, "destroyData", "1", "write true or false"],
  [
    "data of a protected stack to be destroyed",
    { protected: true, destroyData: true },
    "destroyData",
    "true",
    "the stack is protected, so its data can't be destroyed: remove one of `protected` and `destroyData`",
  ],
  [
    "an unknown setting",
    { imagetag: "v2" },
    "imagetag",
    "a setting in clear",
    "no such setting: did you mean imageTag? Otherwise remove it, or, if it is a secret: pulumi config set --secret imagetag",
  ],
  [
    "an unknown setting like none",
    { x: "1" },
    "x",
    "a setting in clear",
    "no such setting: remove it, or write one of imageTag, releases, protected, docker, services, volumes, database, schema, guards, hold, quarantine, retry, stepDown, acknowledge, gates, hooks, record, destroyData, or, if it is a secret: pulumi config set --secret x",
  ],
  [
    "Docker as a text",
    { docker: "ssh://host" },
    "docker",
    '"ssh://host"',
    "write where the containers run, such as {host: ssh://deploy@shop.example}",
  ],
  ["a Docker host without a scheme", { docker: { host: "shop:2375" } }, "docker.host", '"shop:2375"', aHost],
  ["a Docker host of another scheme", { docker: { host: "http://h" } }, "docker.host", '"http://h"', aHost],
  ["a Docker host without a host", { docker: { host: "ssh://" } }, "docker.host", '"ssh://"', aHost],
  ["a prefix in capitals", { docker: { prefix: "Shop" } }, "docker.prefix", '"Shop"', aName],
  ["a prefix of 41", { docker: { prefix: "x".repeat(41) } }, "docker.prefix", `"${"x".repeat(41)}"`, aName],
  [
    "an unknown Docker setting",
    { docker: { hosts: "unix:///s" } },
    "docker.hosts",
    '"unix:///s"',
    "no such setting: did you mean host? Otherwise remove it",
  ],
  [
    "no services",
    { services: undefined },
    "services",
    "nothing",
    "write a map of service names to their settings",
  ],
  ["an empty map of services", { services: {} }, "services", "{}", "name at least one service"],
  [
    "a YAML text for services",
    { services: "api: {kind: worker}" },
    "services",
    '"api: {kind: worker}"',
    "write a map of service names to their settings",
  ],
  [
    "a list of services",
    { services: ["api"] },
    "services",
    '["api"]',
    "write a map of service names to their settings",
  ],
  [
    "a volume's settings",
    { volumes: { uploads: { size: 1 } } },
    "volumes.uploads.size",
    "1",
    "no such setting: remove it, or correct its name",
  ],
  [
    "volumes as a list",
    { volumes: ["uploads"] },
    "volumes",
    '["uploads"]',
    "write a map of volume names, such as {uploads: {}}",
  ],
  [
    "more successes than fit into everybody's time",
    { gates: { health: { within: 1, successes: 5 } } },
    "gates.health.within",
    "1",
    "write more than 1: 5 successes in a row take that many seconds",
  ],
  [
    "gates as a list",
    { gates: [] },
    "gates",
    "[]",
    "write the gates as a map, such as {health: {within: 120}}",
  ],
  [
    "times as a number",
    { gates: { health: 120 } },
    "gates.health",
    "120",
    "write the times of the health gates, such as {within: 120}",
  ],
  [
    "an unknown gate",
    { gates: { helth: {} } },
    "gates.helth",
    "{}",
    "no such setting: did you mean health? Otherwise remove it",
  ],
  [
    "a record as a text",
    { record: ".kg" },
    "record",
    '".kg"',
    "write the record as a map, such as {folder: .knowngood}",
  ],
  ["a record's folder as a number", { record: { folder: 5 } }, "record.folder", "5", "write a folder"],
  [
    "a record without a reason",
    { record: { reason: "" } },
    "record.reason",
    '""',
    "write why: pulumi config set --path record.reason REASON",
  ],
  [
    "a webhook's address in place of its secret's name",
    { record: { webhook: "https://hooks.example/T0/B0/hunter2" } },
    "record.webhook",
    maybeSecret,
    aSecretName,
  ],
  [
    "a webhook that is not set",
    { record: { webhook: "chat" } },
    "record.webhook",
    "the name chat, which is not set",
    "set it as a secret: pulumi config set --secret chat",
  ],
  [
    "fewer log lines than none",
    { record: { evidence: { logLines: -1 } } },
    "record.evidence.logLines",
    "-1",
    "write a number of lines from 0 to 100000",
  ],
  [
    "evidence that is never kept",
    { record: { evidence: { kept: 0 } } },
    "record.evidence.kept",
    "0",
    "write a whole number from 1 to 10000",
  ],
];

describe("wrong settings of a stack", () => toldOneByOne(rows));
