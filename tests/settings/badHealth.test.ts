import { aSecretName, maybeSecret, web, toldOneByOne, type WrongRow } from "./wrongRows";

const health = (settings: Record<string, unknown>) => web({ health: { path: "/health", ...settings } });
const aProbe = "a web service needs a health probe, such as {path: /health}; or write kind: worker";
const http = "it needs an HTTP probe: add `path` or `url`";

const rows: WrongRow[] = [
  ["a web service without health", { services: { api: {} } }, "services.api.health", "nothing", aProbe],
  [
    "a web service's health without a probe",
    { services: { api: { health: {} } } },
    "services.api.health",
    "{}",
    aProbe,
  ],
  [
    "a worker with a path",
    { services: { api: { kind: "worker", health: { path: "/h" } } } },
    "services.api.health.path",
    '"/h"',
    "a worker is probed by `exec` or by its container's state: remove it",
  ],
  [
    "a worker with a TCP probe",
    { services: { api: { kind: "worker", health: { tcp: 80 } } } },
    "services.api.health.tcp",
    "80",
    "a worker is probed by `exec` or by its container's state: remove it",
  ],
  [
    "two probes",
    health({ tcp: 8080 }),
    "services.api.health",
    '{"path":"/health","tcp":8080}',
    "name one probe, not path and tcp",
  ],
  [
    "a path without a slash",
    health({ path: "health" }),
    "services.api.health.path",
    '"health"',
    "begin the path with /, such as /health",
  ],
  [
    "a URL of another scheme",
    web({ health: { url: "ftp://shop/h" } }),
    "services.api.health.url",
    '"ftp://shop/h"',
    "write a whole URL, such as https://shop.example/health",
  ],
  [
    "a status out of range",
    health({ status: [200, 600] }),
    "services.api.health.status[1]",
    "600",
    "write an HTTP status from 100 to 599",
  ],
  [
    "a status as a number",
    health({ status: 200 }),
    "services.api.health.status",
    "200",
    "write a list of HTTP statuses, such as [200]",
  ],
  ["no status", health({ status: [] }), "services.api.health.status", "[]", "name at least one HTTP status"],
  [
    "a body of a TCP probe",
    web({ health: { tcp: 8080, body: "ok" } }),
    "services.api.health.body",
    '"ok"',
    http,
  ],
  [
    "a header of an exec probe",
    web({ health: { exec: ["true"], headers: { A: "b" } } }),
    "services.api.health.headers",
    '{"A":"b"}',
    http,
  ],
  [
    "a header's name with a colon",
    health({ headers: { "Accept:": "x" } }),
    "services.api.health.headers.Accept:",
    'the name "Accept:"',
    "write a header's name, such as Accept",
  ],
  [
    "a secret header's value",
    health({ secretHeaders: { Authorization: "Bearer hunter2" } }),
    "services.api.health.secretHeaders.Authorization",
    maybeSecret,
    aSecretName,
  ],
  [
    "a TCP probe of a port that is not published",
    web({ health: { tcp: 80 } }),
    "services.api.health.tcp",
    "80",
    "name one of the service's published host ports",
  ],
  [
    "an exec probe as a text",
    web({ health: { exec: "true" } }),
    "services.api.health.exec",
    '"true"',
    'write the command as a list, such as ["node", "check.js"]',
  ],
  ["an empty exec probe", web({ health: { exec: [] } }), "services.api.health.exec", "[]", "name a command"],
  [
    "no time to become healthy",
    health({ within: 0 }),
    "services.api.health.within",
    "0",
    "write a number of seconds from 1 to 3600",
  ],
  [
    "more than an hour to become healthy",
    health({ within: 3601 }),
    "services.api.health.within",
    "3601",
    "write a number of seconds from 1 to 3600",
  ],
  [
    "a time as a text",
    health({ timeout: "5s" }),
    "services.api.health.timeout",
    '"5s"',
    "write a number of seconds from 0.1 to 60",
  ],
  [
    "no success",
    health({ successes: 0 }),
    "services.api.health.successes",
    "0",
    "write a whole number from 1 to 100",
  ],
  [
    "more successes than fit into a service's time",
    health({ within: 2, successes: 9 }),
    "services.api.health.within",
    "2",
    "write more than 2: 9 successes in a row take that many seconds",
  ],
];

describe("wrong settings of a health probe", () => toldOneByOne(rows));
