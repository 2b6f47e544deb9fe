import { readFileSync } from "node:fs";
import { beginningOf, isAlive } from "./liveProcess";

/** Milliseconds between looks. */
const pause = 1_000;
/** What Pulumi's engine is called as a process. */
const engineName = "pulumi";

/**
 * Calls once the Pulumi that runs this program is gone. A program whose connection to it broke does not always run out
 * of work by itself. It keeps no program alive, and does nothing where this machine does not say who started whom.
 * @returns whether it is gone by now, which a program that fails for it may ask before the next look
 */
export function onceEngineIsGone(then: () => void): () => boolean {
  const engine = engineAbove(process.pid);
  const beginning = engine === undefined ? undefined : beginningOf(engine);
  if (engine === undefined || beginning === undefined) return () => false;
  const isGone = () => !isAlive(engine, beginning);
  const timer = setInterval(() => {
    if (!isGone()) return;
    clearInterval(timer);
    then();
  }, pause).unref();
  return isGone;
}

/** The nearest process of that name among those that a process was started by; language hosts stand between. */
function engineAbove(pid: number): number | undefined {
  for (let parent = parentOf(pid); parent !== undefined && parent.pid > 1; parent = parentOf(parent.pid))
    if (parent.name === engineName) return parent.pid;
  return undefined;
}

function parentOf(pid: number): { pid: number; name: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may itself hold blanks and brackets.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return { pid: parent, name: readFileSync(`/proc/${parent}/comm`, "utf8").trimEnd() };
  } catch {
    return undefined;
  }
}
