import { join } from "node:path";
import { targetRelease } from "../assessment/targetRelease";
import { TimeLimit } from "../assessment/timeLimit";
import { surveyCatalog } from "../catalog/catalog";
import { examine } from "../doctor/check";
import { checks } from "../doctor/checks";
import { allThere, type Finding, type Outcome } from "../doctor/finding";
import type { World } from "../doctor/world";
import { redactor } from "../gates/redaction";
import { maskPasswords } from "../migrations/password";
import { knownSecrets } from "../records/knownSecrets";
import { environmentSecrets } from "../stack/environmentSecrets";
import { askPulumi } from "../stack/askPulumi";
import { exitCodes } from "./exitCodes";
import { print, printJson, styled } from "./output";
import { whileWaiting } from "./progress";
import { projectFolder } from "../stack/project";
import { stackSettings } from "../stack/stackSettings";

export interface DoctorOptions {
  stack?: string;
  /** Seconds for everything together. */
  within: number;
  json?: true;
}

/** Most seconds until a connection stands. */
const connectSeconds = 3;

/** `doctor`: what is missing on this machine. Exits 4 where anything is. */
export async function doctor({ stack, within, json }: DoctorOptions): Promise<void> {
  const world = worldOf(stack, new TimeLimit(within), Math.min(connectSeconds, within));
  const findings = await withoutSecrets(await whileWaiting("looking", examine(checks, world)), world);
  if (json) printJson({ ok: allThere(findings), checks: findings });
  else print(report(findings));
  if (!allThere(findings)) process.exitCode = exitCodes.brokenEnvironment;
  // What never answers would keep this process; nobody waits for it.
  process.stdout.write("", () => process.exit());
}

function worldOf(asked: string | undefined, limit: TimeLimit, connectWithin: number): World {
  const folder = projectFolder() ?? process.cwd();
  const pulumi = (words: readonly string[]) => askPulumi(words, { signal: limit.signal });
  const stack = quietly(stackSettings(asked, limit.signal));
  const named = asked === undefined ? [] : ["--stack", asked];
  return {
    environment: process.env,
    folder,
    own: join(__dirname, ".."),
    connectWithin,
    limit,
    pulumi,
    stack,
    secrets: quietly(pulumi(["config", "--json", "--show-secrets", ...named]).then(secretsIn)),
    target: quietly(
      stack.then(({ stack, settings }) =>
        targetRelease(
          surveyCatalog(join(folder, settings.releases)),
          settings.imageTag,
          `the setting imageTag of ${stack}`,
        ),
      ),
    ),
  };
}

/** Whoever needs it sees that it failed; nobody may need it. */
function quietly<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}

/** By the name of the setting, whatever the namespace before it. */
function secretsIn(config: string): ReadonlyMap<string, string> {
  const entries = Object.entries(JSON.parse(config) as Record<string, { value?: string; secret: boolean }>);
  return new Map(
    entries.flatMap(([key, { value, secret }]): [string, string][] =>
      secret && value !== undefined ? [[key.slice(key.indexOf(":") + 1), value]] : [],
    ),
  );
}

/** What other programs and servers say may hold what they were told. */
async function withoutSecrets(findings: readonly Finding[], world: World): Promise<Finding[]> {
  const known = await world.limit.for(
    world.secrets.then(
      (secrets) =>
        knownSecrets({
          ...{ project: "", stack: "" },
          values: Object.fromEntries(secrets),
          secretKeys: [...secrets.keys()],
        }),
      () => [],
    ),
    [],
  );
  const redact = redactor([...known, ...environmentSecrets(world.environment)]);
  const clean = (text: string) => maskPasswords(redact(text));
  return findings.map(({ found, get, ...rest }) => ({
    ...rest,
    found: clean(found),
    ...(get !== undefined && { get: clean(get) }),
  }));
}

const styles = {
  ok: "green",
  warning: "yellow",
  missing: "red",
  wrong: "red",
  "not asked": "dim",
} as const satisfies Record<Outcome, string>;

function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = " ".repeat("not asked".length + width + 4);
  const lines = findings.map(({ check, outcome, found, get }) => {
    const word = styled(process.stdout, styles[outcome], outcome.padEnd("not asked".length));
    const text = found.replaceAll("\n", `\n${indent}`);
    const way =
      get === undefined || outcome === "ok"
        ? ""
        : `\n${indent}${outcome === "missing" ? "To get it" : "To mend it"}: ${get}`;
    return `${word}  ${check.padEnd(width)}  ${text}${way}`;
  });
  return [...lines, "", summary(findings)].join("\n");
}

function summary(findings: readonly Finding[]): string {
  const count = (...wanted: Outcome[]) => findings.filter(({ outcome }) => wanted.includes(outcome)).length;
  const bad = count("missing", "wrong");
  const warned = count("warning");
  const warnings = warned === 0 ? "" : warned === 1 ? ", with 1 warning" : `, with ${warned} warnings`;
  const notAsked = count("not asked");
  const left = notAsked === 0 ? "" : ` ${notAsked} not asked.`;
  if (bad === 0) return `Nothing is missing${warnings}.${left}`;
  return `${bad === 1 ? "1 thing is" : `${bad} things are`} missing or wrong${warnings}.${left}`;
}
