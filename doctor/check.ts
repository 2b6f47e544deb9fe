import { type Finding, reasonOf } from "./finding";
import type { World } from "./world";

/** One thing that is looked at. */
export interface Check {
  name: string;
  /** Several findings where there are several things of the kind. An error is told as `wrong`. */
  look: (world: World) => Promise<Finding | readonly Finding[]>;
}

/** A thing that can't be looked at for want of another, whose own check says more. */
export class NotAsked extends Error {
  override readonly name = "NotAsked";
}

/**
 * What another check is about, for one that needs it.
 * @throws NotAsked where it is not to be had
 */
export async function needed<Value>(what: string, value: Promise<Value>): Promise<Value> {
  try {
    return await value;
  } catch {
    throw new NotAsked(`${what} not known`);
  }
}

/** The settings of the stack. @throws NotAsked where they are not known */
export const settingsOf = async ({ stack }: World) =>
  (await needed("the stack's settings are", stack)).settings;

/** Looks at everything at once. What has not answered when the time is over is told as such. */
export async function examine(checks: readonly Check[], world: World): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(({ name, look }) =>
      world.limit.for(finished(name, look(world)), [
        { check: name, outcome: "wrong", found: world.limit.text },
      ]),
    ),
  );
  world.limit.over();
  return found.flat();
}

async function finished(
  check: string,
  looking: Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return [await looking].flat();
  } catch (error) {
    const outcome = error instanceof NotAsked ? "not asked" : "wrong";
    return [{ check, outcome, found: reasonOf(error) }];
  }
}
