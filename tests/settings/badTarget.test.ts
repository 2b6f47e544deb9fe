import { toldOneByOne, type WrongRow } from "./wrongRows";

const command = {
  deploy: { command: ["platform", "deploy", "{image}"] },
  status: { command: ["platform", "status"] },
};
const chosen = { target: "command", command };

const rows: WrongRow[] = [
  [
    "an unknown target",
    { target: "nomad" },
    "target",
    '"nomad"',
    "write one of docker, compose, systemd, symlink, command",
  ],
  [
    "a target without its settings",
    { target: "command", services: { api: { kind: "worker" } } },
    "command",
    "nothing",
    "the target is command, so write its settings",
  ],
  [
    "settings of a target that is not chosen",
    { command },
    "command",
    "settings of a target that is not chosen",
    "remove it, or write target: command",
  ],
  [
    "an environment for what is no container of the stack's",
    { ...chosen, services: { api: { kind: "worker", env: { LEVEL: "info" } } } },
    "services.api.env",
    "a setting of the stack's own containers",
    "remove it: with target command the host has it in files of its own",
  ],
  [
    "a volume where the host has its own",
    { ...chosen, services: { api: { kind: "worker" } }, volumes: { uploads: {} } },
    "volumes.uploads",
    "a volume",
    "remove it: with target command the host has its own",
  ],
  [
    "a name in braces that stands for nothing",
    {
      target: "command",
      command: { ...command, status: { command: ["platform", "status", "{app}"] } },
      services: { api: { kind: "worker" } },
    },
    "command.status.command",
    "{app}, which stands for nothing",
    "write one of {service}, {tag}, {commit}, {image}, {repository}, {digest}, {lines}",
  ],
  [
    "an expression that names nothing",
    {
      target: "command",
      command: { ...command, status: { command: ["platform", "status"], runs: "deployed .*" } },
      services: { api: { kind: "worker" } },
    },
    "command.status.runs",
    '"deployed .*"',
    'write a regular expression with a group that names what runs, such as "deployed ([0-9a-f]+)"',
  ],
  [
    "a secret that is not set",
    {
      target: "command",
      command: { ...command, deploy: { ...command.deploy, secrets: { TOKEN: "token" } } },
      services: { api: { kind: "worker" } },
    },
    "command.deploy.secrets.TOKEN",
    "the name token, which is not set",
    "set it as a secret: pulumi config set --secret token",
  ],
];

describe("wrong settings of a target", () => toldOneByOne(rows));
