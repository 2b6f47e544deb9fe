import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "../files/cacheRoot.cjs";
import { writeWhole } from "../files/writeWhole.cjs";
import type { Gap, SqlSource } from "./gap";
import type { CombinedJudgement } from "./combine";

/** Judgements that are kept; the least recently used go first. */
const kept = 500;

/** Where judgements are kept unless a caller says otherwise: in the user's cache, see `cacheRoot`. */
export function defaultCacheFolder(): string {
  return join(cacheRoot(), "verdicts");
}

/** What a judgement rests on beside the gap. */
export interface JudgedWith {
  /** `off`, `embedded`, or the address of a server without its password. */
  scratch: string;
  role: string | undefined;
  dump: SqlSource | undefined;
  /** Of the code that judges: see `judgingCode`. */
  code: string;
}

/** Identity of a judgement, by content alone: nothing is parsed. 64 hexadecimal digits. */
export function judgementKey(gap: Gap, { scratch, role, dump, code }: JudgedWith): string {
  const hash = createHash("sha256");
  // Each part carries its length, so that no two lists of parts run together into the same text.
  const add = (text: string) => hash.update(`${Buffer.byteLength(text)}:`).update(text);
  const addSources = (sources: readonly SqlSource[]) => {
    add(String(sources.length));
    for (const { name, sql, firstLine = 1, withoutTransaction = false } of sources) {
      add(name);
      add(sql);
      add(`${firstLine} ${withoutTransaction}`);
    }
  };
  add(code);
  add(scratch);
  add(JSON.stringify(role ?? null));
  addSources(dump === undefined ? [] : [dump]);
  addSources(gap.shipped);
  addSources(gap.ahead);
  add(JSON.stringify(gap.unread ?? []));
  return hash.digest("hex");
}

/** How a judgement is kept. A file's own time is that of its last use. */
type KeptJudgement = CombinedJudgement & {
  /** Milliseconds since 1970. */
  keptAt?: number;
};

/**
 * A judgement that was kept; undefined where there is none, none that can be read, or only one that is too old.
 * @param maximumAge milliseconds; @default however old
 */
export function readJudgement(
  folder: string,
  key: string,
  maximumAge = Infinity,
  now = new Date(),
): CombinedJudgement | undefined {
  const file = join(folder, `${key}.json`);
  try {
    const { keptAt = -Infinity, ...judgement } = JSON.parse(readFileSync(file, "utf8")) as KeptJudgement;
    if (typeof judgement.verdict !== "string" || !Array.isArray(judgement.findings)) return undefined;
    if (now.getTime() - keptAt > maximumAge) return undefined;
    utimesSync(file, now, now);
    return judgement;
  } catch {
    return undefined;
  }
}

/** Keeps a judgement, whole or not at all. Where it can't be kept, it is made anew the next time. */
export function keepJudgement(
  folder: string,
  key: string,
  judgement: CombinedJudgement,
  now = new Date(),
): void {
  try {
    // Statements stand in it.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const whole: KeptJudgement = { ...judgement, keptAt: now.getTime() };
    writeWhole(join(folder, `${key}.json`), JSON.stringify(whole), { private: true });
    prune(folder);
  } catch {
    return;
  }
}

function prune(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  if (names.length <= kept) return;
  names
    .map((name) => ({ name, used: statSync(join(folder, name)).mtimeMs }))
    .sort((one, other) => other.used - one.used)
    .slice(kept)
    .forEach(({ name }) => rmSync(join(folder, name), { force: true }));
}
