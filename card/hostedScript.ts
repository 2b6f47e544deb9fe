import { readFileSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../components/ownCommand";
import { stackName } from "../gates/move";
import { settledProbe } from "../gates/settledProbe";
import type { ServiceSettings } from "../settings/serviceSettings";
import { commented, confirmation, meaningLines } from "./cardWords";
import { answersWords } from "./healthLine";
import type { CardScript } from "./script";

/** What the target of a stack says of a card, where its services are no containers of the stack's own. */
export interface HostedCard {
  /** Where the lines are run: `ssh deploy@shop.example`; undefined for this machine, in the project's folder. */
  at: string | undefined;
  /** Shell lines that bring a release's services back; the first that fails ends the card. */
  lines: readonly string[];
  /** Shell words before a command that runs where a service runs. @default none: on the host */
  inside?: (service: string) => string | undefined;
}

const functions = ["every.sh", "hosted.sh"].map((file) =>
  readFileSync(join(__dirname, file), "utf8").trimEnd(),
);

/** The card of a stack whose services are no containers of its own. */
export function hostedCardScript(card: CardScript, { at, lines, inside }: HostedCard): string {
  const { release, settings } = card;
  const services = Object.entries(settings.services).filter(([name]) => release.services[name] !== undefined);
  const names = services.map(([name]) => name).join(" ");
  return [
    ...commented([
      ...meaningLines(card),
      `Run it ${at === undefined ? "in the project's folder" : `on the host (${at})`}, from a file: sh card.sh. No migration, gate, hook or record is run.`,
      `Secrets are not in it. Services: ${names}.`,
    ]),
    "",
    functions.join("\n\n"),
    "",
    ...outcomeLines(card),
    ...confirmation(card),
    "# The services",
    '[ -n "$halted" ] || {',
    lines.map((line) => `  ${line}`).join(" &&\n"),
    `} && made=${quoted(names)} || halt ${quoted("that failed; what it printed is above")}`,
    "",
    "# Health",
    ...services.map(([name, service]) => healthLine(name, service, card, inside?.(name))),
    "",
    `[ -n "$halted" ] || { echo ${quoted(`${release.tag} runs.`)}; outcome; }`,
    "",
  ].join("\n");
}

/** As far as a shell can ask. */
function healthLine(
  name: string,
  service: ServiceSettings,
  { settings }: CardScript,
  inside: string | undefined,
): string {
  const { within, timeout } = settings.gates.health;
  const probe = settledProbe(service, undefined);
  const own = quoted(name);
  const wait = `waits ${own} ${Math.ceil(service.health?.within ?? within)}`;
  const most = Math.ceil(service.health?.timeout ?? timeout);
  switch (probe.kind) {
    case "http": {
      const hidden = Object.keys(probe.secretHeaders);
      if (hidden.length > 0) return `# ${name}: ask it yourself, with ${hidden.join(", ")}: ${probe.url}`;
      return [wait, ...answersWords(probe, most)].join(" ");
    }
    case "exec":
      return [
        wait,
        "ends",
        most,
        ...(inside === undefined ? [] : [inside]),
        ...probe.command.map(quoted),
      ].join(" ");
    case "tcp":
      return `# ${name}: it is to accept connections at ${probe.host}:${probe.port}`;
    case "state":
      return `# ${name}: look whether it runs`;
    default:
      return probe satisfies never;
  }
}

function outcomeLines({ stack, release }: CardScript): string[] {
  const name = stackName({ stack });
  const commands = [`pulumi config set imageTag ${release.tag} --stack ${name}`, `pulumi up --stack ${name}`];
  return [
    "outcome() { # what was done, and how knowngood is told",
    `  printf '%s\\n' "Brought to ${release.tag} by hand: \${made:-nothing}"`,
    `  printf '%s\\n' ${quoted(`To tell knowngood that ${release.tag} runs, once Pulumi can be used again:`)} ${commands.map((command) => quoted(`  ${command}`)).join(" ")}`,
    "}",
    "",
  ];
}
