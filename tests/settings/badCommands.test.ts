import { toldOneByOne, type WrongRow } from "./wrongRows";

const gate = (settings: unknown) => ({ gates: { commands: { smoke: settings } } });
const aCommand = 'write the command as a list, such as ["npm", "run", "smoke"]';
const where = "gates.commands.smoke";

const rows: WrongRow[] = [
  [
    "commands as a list",
    { gates: { commands: [] } },
    "gates.commands",
    "[]",
    "write a map of gate names to their commands",
  ],
  ["a gate without a command", gate({}), `${where}.command`, "nothing", aCommand],
  ["a command in one text", gate({ command: "npm test" }), `${where}.command`, '"npm test"', aCommand],
  ["an empty command", gate({ command: [] }), `${where}.command`, "[]", aCommand],
  [
    "a gate that is no map",
    gate("npm test"),
    where,
    '"npm test"',
    'write the gate as a map, such as {command: ["npm", "run", "smoke"]}',
  ],
  [
    "a gate's name that is none",
    { gates: { commands: { Smoke_1: { command: ["x"] } } } },
    "gates.commands.Smoke_1",
    'the name "Smoke_1"',
    "write a name of lower-case letters, digits and dashes, beginning with a letter, at most 40 long",
  ],
  [
    "no time",
    gate({ command: ["x"], within: 0.9 }),
    `${where}.within`,
    "0.9",
    "write a number of seconds from 1 to 86400",
  ],
  [
    "more than a day",
    gate({ command: ["x"], within: 86_401 }),
    `${where}.within`,
    "86401",
    "write a number of seconds from 1 to 86400",
  ],
  [
    "success as an error",
    gate({ command: ["x"], errorCodes: [0] }),
    `${where}.errorCodes[0]`,
    "0",
    "write an exit code from 1 to 255",
  ],
  [
    "a variable both in clear and secret",
    gate({ command: ["x"], env: { KEY: "1" }, secrets: { KEY: "known" } }),
    `${where}.secrets.KEY`,
    "KEY, which is in `env` too",
    "keep it in one of the two",
  ],
  [
    "a secret that is not set",
    gate({ command: ["x"], secrets: { KEY: "unknown" } }),
    `${where}.secrets.KEY`,
    "the name unknown, which is not set",
    "did you mean known? Otherwise set it as a secret: pulumi config set --secret unknown",
  ],
  [
    "a secret in place of its name",
    gate({ command: ["x"], secrets: { KEY: "hunter2!" } }),
    `${where}.secrets.KEY`,
    "a text that may be a secret",
    "write the name of a secret setting, not the secret itself: set it with pulumi config set --secret NAME, and write NAME here",
  ],
  [
    "hooks as a list",
    { hooks: [] },
    "hooks",
    "[]",
    'write the hooks as a map, such as {before: [{name: drain, command: ["./drain.sh"]}]}',
  ],
  [
    "a hook without a name",
    { hooks: { after: [{ command: ["x"] }] } },
    "hooks.after[0].name",
    "nothing",
    "write a name",
  ],
  [
    "two hooks of one name",
    {
      hooks: {
        before: [
          { name: "drain", command: ["x"] },
          { name: "drain", command: ["y"] },
        ],
      },
    },
    "hooks.before[1].name",
    '"drain"',
    "another hook of this list has this name: give each its own",
  ],
  [
    "a hook's variable both in clear and secret",
    { hooks: { after: [{ name: "open", command: ["x"], env: { KEY: "1" }, secrets: { KEY: "known" } }] } },
    "hooks.after[0].secrets.KEY",
    "KEY, which is in `env` too",
    "keep it in one of the two",
  ],
  [
    "a hook's secret in place of its name",
    { hooks: { before: [{ name: "open", command: ["x"], secrets: { KEY: "hunter2!" } }] } },
    "hooks.before[0].secrets.KEY",
    "a text that may be a secret",
    "write the name of a secret setting, not the secret itself: set it with pulumi config set --secret NAME, and write NAME here",
  ],
  [
    "a hook's secret that is not set",
    { hooks: { before: [{ name: "open", command: ["x"], secrets: { KEY: "other" } }] } },
    "hooks.before[0].secrets.KEY",
    "the name other, which is not set",
    "set it as a secret: pulumi config set --secret other",
  ],
];

describe("settings: wrong command gates and hooks", () => toldOneByOne(rows));
