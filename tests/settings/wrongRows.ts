import { expect } from "chai";
import { violationsIn } from "./stack";

/** What is wrong, the settings beside those of `good`, and where, what was found, what to write. */
export type WrongRow = [
  name: string,
  settings: Record<string, unknown>,
  where: string,
  found: string,
  expected: string,
];

/** What is written where a secret's name is asked for, and how what may be one is shown. */
export const aSecretName =
  "write the name of a secret setting, not the secret itself: set it with pulumi config set --secret NAME, and write NAME here";
export const maybeSecret = "a text that may be a secret";

/** A stack with nothing wrong; a row replaces or, with undefined, leaves out. */
export const good = {
  imageTag: "v1",
  services: { api: { ports: [{ container: 80, host: 8080 }], health: { path: "/health" } } },
};

/** Settings of which one service says this. */
export const web = (settings: Record<string, unknown>) => ({
  services: { api: { ports: [{ container: 80, host: 8080 }], health: { path: "/health" }, ...settings } },
});

/** Each row's settings give its violation and no other. */
export function toldOneByOne(rows: readonly WrongRow[]): void {
  for (const [name, settings, where, found, expected] of rows) {
    it(name, () => {
      const written = Object.entries({ ...good, ...settings }).filter(([, value]) => value !== undefined);
      expect(violationsIn(Object.fromEntries(written), { known: "hunter2" })).to.deep.equal([
        { where, found, expected },
      ]);
    });
  }
}
