// @ts-check
// The emulator is an ES module that a `require` does not find.
import { createEmulator } from "emulate";

/**
 * A stateful GitHub on a port of this machine.
 * @param {import("emulate").SeedConfig} seed users, repositories and tokens
 */
export function emulateGitHub(seed) {
  return createEmulator({ service: "github", port: 0, seed });
}
