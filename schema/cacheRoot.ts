import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Folder of all that is kept between runs and can be made anew: `KNOWNGOOD_CACHE`, or `knowngood` below
 * `XDG_CACHE_HOME` or `~/.cache`. A variable that is empty counts as not set.
 */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const { KNOWNGOOD_CACHE, XDG_CACHE_HOME } = environment;
  return KNOWNGOOD_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "knowngood");
}
