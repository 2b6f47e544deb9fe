import { aSecretName, maybeSecret, good, web, toldOneByOne, type WrongRow } from "./wrongRows";

const port = (settings: Record<string, unknown>) =>
  web({ ports: [{ container: 80, host: 8080, ...settings }] });
const mount = (settings: Record<string, unknown>) => ({
  ...web({ volumes: [{ container: "/data", ...settings }] }),
  volumes: { uploads: {} },
});
const aName =
  "write a name of lower-case letters, digits and dashes, beginning with a letter, at most 40 long";
const aPort = "write a port from 1 to 65535";
const anAddress = "write an IP address of the host, such as 127.0.0.1";

const rows: WrongRow[] = [
  [
    "a service's name in capitals",
    { services: { Api: { kind: "worker" } } },
    "services.Api",
    'the name "Api"',
    aName,
  ],
  [
    "a service as a text",
    { services: { api: "worker" } },
    "services.api",
    '"worker"',
    "write the service's settings as a map",
  ],
  [
    "an unknown kind",
    { services: { api: { kind: "cron" } } },
    "services.api.kind",
    '"cron"',
    "write web (answers on a port) or worker (has no port)",
  ],
  [
    "a mistyped service setting",
    web({ stop_grace_seconds: 5 }),
    "services.api.stop_grace_seconds",
    "5",
    "no such setting: did you mean stopGraceSeconds? Otherwise remove it",
  ],
  [
    "a worker with ports",
    { services: { api: { kind: "worker", ports: [{ container: 80, host: 80 }] } } },
    "services.api.ports",
    '[{"container":80,"host":80}]',
    "a worker has no port: remove the ports, or write kind: web",
  ],
  [
    "ports as a number",
    web({ ports: 8080 }),
    "services.api.ports",
    "8080",
    "write a list of ports, such as [{container: 8080, host: 8080}]",
  ],
  [
    "a port as a number",
    web({ ports: [8080] }),
    "services.api.ports[0]",
    "8080",
    "write a port, such as {container: 8080, host: 8080}",
  ],
  ["port 0", port({ host: 0 }), "services.api.ports[0].host", "0", aPort],
  ["port 65536", port({ container: 65536 }), "services.api.ports[0].container", "65536", aPort],
  ["half a port", port({ host: 80.5 }), "services.api.ports[0].host", "80.5", aPort],
  ["a port as a text", port({ host: "8080" }), "services.api.ports[0].host", '"8080"', aPort],
  [
    "an address that is none",
    port({ address: "999.0.0.1" }),
    "services.api.ports[0].address",
    '"999.0.0.1"',
    anAddress,
  ],
  [
    "a host name for an address",
    port({ address: "localhost" }),
    "services.api.ports[0].address",
    '"localhost"',
    anAddress,
  ],
  [
    "an unknown protocol",
    port({ protocol: "sctp" }),
    "services.api.ports[0].protocol",
    '"sctp"',
    "write tcp or udp",
  ],
  [
    "a port published twice",
    web({
      ports: [
        { container: 80, host: 8080 },
        { container: 81, host: 8080 },
      ],
    }),
    "services.api.ports[1].host",
    "8080",
    "127.0.0.1:8080/tcp is published by api already: give each its own port",
  ],
  [
    "a port published on one address and on all",
    {
      services: {
        ...good.services,
        web: { ports: [{ container: 80, host: 8080, address: "0.0.0.0" }], health: { path: "/" } },
      },
    },
    "services.web.ports[0].host",
    "8080",
    "0.0.0.0:8080/tcp is published by api already: give each its own port",
  ],
  [
    "a path without a port",
    web({ ports: [] }),
    "services.api.ports",
    "[]",
    "`health.path` is asked on the first published port: publish one, or give `health.url`",
  ],
  [
    "a number in the environment",
    web({ env: { PORT: 8080 } }),
    "services.api.env.PORT",
    "8080",
    'write a text; a number or true/false goes in quotes, such as "8080"',
  ],
  [
    "a variable's name with a dash",
    web({ env: { "A-B": "1" } }),
    "services.api.env.A-B",
    'the name "A-B"',
    "write an environment variable's name: letters, digits and underscores, not beginning with a digit",
  ],
  [
    "the environment as a list",
    web({ env: ["A=1"] }),
    "services.api.env",
    '["A=1"]',
    "write a map of names to texts",
  ],
  [
    "a URL instead of a secret's name",
    web({ secrets: { DATABASE_URL: "postgres://shop:hunter2@db/shop" } }),
    "services.api.secrets.DATABASE_URL",
    maybeSecret,
    aSecretName,
  ],
  [
    "a secret that is not set",
    web({ secrets: { TOKEN: "apiToken" } }),
    "services.api.secrets.TOKEN",
    "the name apiToken, which is not set",
    "set it as a secret: pulumi config set --secret apiToken",
  ],
  [
    "a variable in clear and secret",
    web({ env: { TOKEN: "x" }, secrets: { TOKEN: "known" } }),
    "services.api.secrets.TOKEN",
    "TOKEN, which is in `env` too",
    "keep it in one of the two",
  ],
  [
    "a command as a text",
    web({ command: "node main.js" }),
    "services.api.command",
    '"node main.js"',
    "write a list of texts",
  ],
  [
    "a user as a number",
    web({ user: 1000 }),
    "services.api.user",
    "1000",
    'write a user, such as "1000:1000"',
  ],
  [
    "an unknown restart policy",
    web({ restart: "never" }),
    "services.api.restart",
    '"never"',
    "write no, on-failure, unless-stopped or always",
  ],
  [
    "no processors",
    web({ cpus: 0 }),
    "services.api.cpus",
    "0",
    "write a number of processors above 0, such as 0.5",
  ],
  [
    "too little memory",
    web({ memoryMiB: 5 }),
    "services.api.memoryMiB",
    "5",
    "write a whole number of MiB, at least 6",
  ],
  [
    "memory as a text",
    web({ memoryMiB: "64m" }),
    "services.api.memoryMiB",
    '"64m"',
    "write a whole number of MiB, at least 6",
  ],
  [
    "a signal without SIG",
    web({ stopSignal: "TERM" }),
    "services.api.stopSignal",
    '"TERM"',
    "write a signal, such as SIGTERM",
  ],
  [
    "no grace",
    web({ stopGraceSeconds: 0 }),
    "services.api.stopGraceSeconds",
    "0",
    "write a whole number of seconds from 1 to 3600",
  ],
  [
    "half a second of grace",
    web({ stopGraceSeconds: 1.5 }),
    "services.api.stopGraceSeconds",
    "1.5",
    "write a whole number of seconds from 1 to 3600",
  ],
  [
    "a mount of both",
    mount({ volume: "uploads", host: "/srv" }),
    "services.api.volumes[0]",
    '{"container":"/data","volume":"uploads","host":"/srv"}',
    "name one of `volume` and `host`, not both and not neither",
  ],
  [
    "a mount of neither",
    mount({}),
    "services.api.volumes[0]",
    '{"container":"/data"}',
    "name one of `volume` and `host`, not both and not neither",
  ],
  [
    "a relative host folder",
    mount({ host: "srv" }),
    "services.api.volumes[0].host",
    '"srv"',
    "write an absolute path on the host",
  ],
  [
    "a relative container folder",
    mount({ volume: "uploads", container: "data" }),
    "services.api.volumes[0].container",
    '"data"',
    "write an absolute path inside the container",
  ],
  [
    "a volume that is not declared",
    mount({ volume: "upload" }),
    "services.api.volumes[0].volume",
    '"upload"',
    "no such volume: declare it under `volumes`",
  ],
];

describe("wrong settings of a service", () => toldOneByOne(rows));
