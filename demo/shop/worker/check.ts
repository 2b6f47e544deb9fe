import { statSync } from "node:fs";
import { loopFile } from "./loopFile";

/** Seconds since the last loop after which the worker counts as stuck. */
const oldest = Number(process.env.CHECK_SECONDS ?? 10);

let age = Number.POSITIVE_INFINITY;
try {
  age = (Date.now() - statSync(loopFile).mtimeMs) / 1000;
} catch {
  // No loop has ended yet.
}
console.log(age === Number.POSITIVE_INFINITY ? "no loop yet" : `last loop ${age.toFixed(1)} s ago`);
process.exitCode = age < oldest ? 0 : 1;
