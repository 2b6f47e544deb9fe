import { successSpacing } from "./healthDecision";
import type { HealthRequest } from "./healthRequest";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string" && value !== "";
const anyText: Check = (value) => typeof value === "string";
const seconds: Check = (value) => typeof value === "number" && value > 0 && value <= 86_400;
const whole =
  (from: number, to: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
const list =
  (item: Check, least = 0): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(item);
const named =
  (item: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(item);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shape =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) &&
    Object.entries(checks).every(([key, check]) => check(value[key])) &&
    Object.keys(value).every((key) => Object.hasOwn(checks, key));

const kind =
  (name: string): Check =>
  (value) =>
    value === name;
const url: Check = (value) => typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value);

const probeChecks: readonly Check[] = [
  shape({
    kind: kind("http"),
    url,
    status: list(whole(100, 599), 1),
    headers: maybe(named(anyText)),
    body: maybe(text),
    json: maybe(named(() => true)),
  }),
  shape({ kind: kind("tcp"), host: text, port: whole(1, 65_535) }),
  shape({ kind: kind("exec"), command: list(anyText, 1) }),
  shape({ kind: kind("state") }),
];

const complete = shape({
  stack: text,
  service: text,
  release: text,
  digest: text,
  container: maybe(shape({ id: text, engine: maybe(text), hosted: maybe(isObject) })),
  probe: (value) => probeChecks.some((check) => check(value)),
  within: seconds,
  every: seconds,
  successes: whole(1, 1_000),
  timeout: seconds,
  records: text,
  goBack: maybe(
    shape({ tag: text, head: maybe(text), commands: list(anyText), otherwise: maybe(list(anyText)) }),
  ),
  redact: list(anyText),
});

/**
 * Whether a request is written out in full, as the program writes it, and can be taken as it is. Says no more than
 * that: the schema fills in defaults and names what is wrong, but takes 70 ms to load, which a rollback would pay for
 * each of its services.
 */
export function isComplete(value: unknown): value is HealthRequest {
  if (!complete(value)) return false;
  const request = value as HealthRequest;
  const asksContainer = request.probe.kind === "exec" || request.probe.kind === "state";
  const shortest = (request.successes - 1) * Math.min(request.every, successSpacing);
  return shortest < request.within && (request.container !== undefined || !asksContainer);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
