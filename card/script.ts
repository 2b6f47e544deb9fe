import { readFileSync } from "node:fs";
import { join } from "node:path";
import { imageOf, imageReference } from "../catalog/build";
import type { Release } from "../catalog/release";
import { quoted } from "../components/ownCommand";
import { stackName } from "../gates/move";
import { labels } from "../history/running";
import type { Verdict } from "../schema/verdict";
import type { Settings } from "../settings/settings";
import type { CardEngine } from "./card";
import { commented, confirmation, meaningLines } from "./cardWords";
import { createWords, type CardContainer } from "./containerCommand";
import { healthLine } from "./healthLine";

/** What the schema, which a card leaves as it is, means for the release that it brings back. */
export interface CardSchema {
  /** Newest applied migration; undefined where there is none. */
  head: string | undefined;
  /** As the `up` that left the card assessed it. */
  verdict: Verdict | "unknown";
  /** What to do instead; undefined where the release may run. */
  instead?: string;
}

/** A feature flag, and the releases newer than the card's that turn it on. */
export interface CardFlag {
  flag: string;
  releases: readonly string[];
}

export interface CardScript {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  prefix: string;
  settings: Settings;
  engine: CardEngine;
  /** The release that is brought back. */
  release: Release;
  /** Tag of the release that ran when the card was left. */
  running: string;
  /** When its gates passed last, ISO 8601, UTC; undefined of the release that runs. */
  passedAt: string | undefined;
  /** Feature flags that the release must not run with. */
  flags: readonly CardFlag[];
  /** Undefined for a stack without a database. */
  schema: CardSchema | undefined;
}

const functions = ["every.sh", "containers.sh"].map((file) =>
  readFileSync(join(__dirname, file), "utf8").trimEnd(),
);

/** The whole card: what it is, what it means for the schema, the commands, and how knowngood is told. */
export function cardScript(card: CardScript): string {
  const containers = containersOf(card);
  return [
    ...commented(headLines(card, containers)),
    "",
    functions.join("\n\n"),
    "",
    ...outcomeLines(card),
    ...confirmation(card),
    ...engineLines(card),
    ...imageLines(containers),
    ...nameLines(containers),
    ...networkLines(card),
    ...secretLines(card),
    ...containers.flatMap((container) => containerLines(container, card)),
    "# Health, once every container is there",
    ...containers.map(({ name, settings }) => healthLine(name, settings, card)),
    "",
    `[ -n "$halted" ] || { echo ${quoted(`${card.release.tag} runs.`)}; outcome; }`,
    "",
  ].join("\n");
}

function headLines(card: CardScript, containers: readonly CardContainer[]): string[] {
  const { release, settings } = card;
  const missing = Object.keys(settings.services).filter((name) => release.services[name] === undefined);
  return [
    ...meaningLines(card),
    ...(missing.length === 0
      ? []
      : [`${release.tag} has no image for ${missing.join(", ")}, left as it is.`]),
    "No migration, gate, hook or record is run. What is replaced is stopped and kept under another name.",
    "Run it whole, from a file (sh card.sh), or paste it one step at a time, answering before the next. Secrets",
    `are not in it: taken from the containers that are there, or asked for. Services: ${containers.map(({ service }) => service).join(", ")}.`,
  ];
}

function engineLines({ engine }: CardScript): string[] {
  const words = [engine.id ?? "", engine.host ?? ""].map(quoted);
  return ["# The engine that the stack runs on", `on_engine ${words.join(" ")}`, ""];
}

function imageLines(containers: readonly CardContainer[]): string[] {
  const references = [...new Set(containers.map(({ image }) => imageReference(image)))];
  return [
    "# Every image, before anything is stopped",
    ...references.map((one) => `image ${quoted(one)}`),
    "",
  ];
}

function networkLines({ stack, prefix, settings }: CardScript): string[] {
  const others = new Set(Object.values(settings.services).flatMap(({ networks }) => networks));
  return [
    "# Networks",
    `network ${quoted(prefix)} ${quoted(`${labels.stack}=${stack}`)}`,
    ...[...others].map((name) => `network ${quoted(name)} ''`),
    "",
  ];
}

/** Data is where it was, and no name is taken by another. */
function nameLines(containers: readonly CardContainer[]): string[] {
  const volumes = new Set(containers.flatMap(volumesOf));
  return [
    "# Volumes and names, before anything is stopped",
    ...[...volumes],
    ...containers.map(({ name, stack }) => `owned ${quoted(name)} ${quoted(stack)}`),
    "",
  ];
}

function volumesOf({ stack, prefix, settings }: CardContainer): string[] {
  return settings.volumes.flatMap(({ volume }) =>
    volume === undefined
      ? []
      : [`volume ${quoted(`${prefix}-${volume}`)} ${quoted(`${labels.stack}=${stack}`)}`],
  );
}

/** The names of the secrets, in the order in which they are read: `secret1`, `secret2`, … in the script. */
function secretNames({ settings }: CardScript): string[] {
  return [...new Set(Object.values(settings.services).flatMap(({ secrets }) => Object.values(secrets)))];
}

function secretLines(card: CardScript): string[] {
  const names = secretNames(card);
  if (names.length === 0) return [];
  const lines = names.map((name, index) => {
    const places = Object.entries(card.settings.services).flatMap(([service, { secrets }]) =>
      Object.entries(secrets).flatMap(([variable, own]) => (own === name ? [`${service}:${variable}`] : [])),
    );
    return `secret ${[card.stack, name, ...places].map(quoted).join(" ")}; secret${index + 1}=$found`;
  });
  return ["# Secrets, also before anything is stopped", ...lines, "found=", ""];
}

function containersOf({ stack, prefix, settings, release }: CardScript): CardContainer[] {
  return Object.entries(settings.services).flatMap(([service, own]) => {
    const image = imageOf(release.services[service]);
    if (image === undefined) return [];
    const name = `${prefix}-${service}`;
    return [{ name, service, image, settings: own, stack, release: release.tag, prefix }];
  });
}

function containerLines(container: CardContainer, card: CardScript): string[] {
  const { name, service, image, settings } = container;
  const known = secretNames(card);
  // Only for this one command, and never on its command line.
  const secrets = Object.entries(settings.secrets).map(
    ([variable, secret]) => `${variable}=$secret${known.indexOf(secret) + 1} `,
  );
  const [first = [], ...rest] = createWords(container);
  const byHand = `--label "${labels.byHand}=$moment"`;
  const words = [byHand, ...rest.map((item) => item.map(quoted).join(" "))];
  const own = quoted(name);
  return [
    `# ${service}`,
    `if room ${own} ${image.digest} ${settings.restart}; then`,
    `  ${secrets.join("")}docker create ${first.map(quoted).join(" ")} \\`,
    `${words.map((word) => `    ${word}`).join(" \\\n")} >/dev/null &&`,
    ...settings.networks.map(
      (network) => `  docker network connect --alias ${quoted(service)} ${quoted(network)} ${own} &&`,
    ),
    `  docker start ${own} >/dev/null && is_made ${own} || halt ${quoted(`${name} can't be started`)}`,
    "fi",
    "",
  ];
}

/** What was done, how it is taken back, and how knowngood is told: also where a card ends half-way. */
function outcomeLines({ stack, release }: CardScript): string[] {
  const name = stackName({ stack });
  const commands = [
    `pulumi config set imageTag ${release.tag} --stack ${name}`,
    `pulumi config set adopt true --stack ${name}`,
    `pulumi up --stack ${name}`,
    `pulumi config rm adopt --stack ${name}`,
  ];
  return [
    "outcome() { # what was done, how it is taken back, and how knowngood is told",
    `  printf '%s\\n' "Made by hand:\${made:- nothing}" "Kept, stopped:\${kept:- nothing}"`,
    `  [ -z "$back" ] || printf '%s\\n' "To put back what ran before:$back"`,
    `  printf '%s\\n' ${quoted(`To tell knowngood that ${release.tag} runs, once Pulumi can be used again:`)} ${commands.map((command) => quoted(`  ${command}`)).join(" ")}`,
    "}",
    "",
  ];
}
