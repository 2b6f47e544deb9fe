import type { AskingLimit } from "../stack/askPulumi";
import { exportStack } from "../stack/exportStack";

/** One resource as the stack's state holds it; secrets stay encrypted. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A deployment's part that matters here. */
export interface StackState {
  resources: readonly StateResource[];
  /**
   * What an update has replaced and failed to remove: still there in the world, and nothing that says how the stack is.
   * @default none
   */
  replaced?: readonly StateResource[];
  /** Operations that a killed update began and nobody finished: the resource, and what was being done to it. */
  pending: readonly { resource: StateResource; operation: string }[];
}

export const emptyState: StackState = { resources: [], pending: [] };

/** What was begun to be read before anybody asked for it. */
let begun: { stack: string; text: Promise<string> } | undefined;

/** Begins to read a stack's state; `readStackState` then waits for this instead of asking anew, once. */
export function startReading(stack: string): void {
  const text = exported(stack, {});
  begun = { stack, text };
  // Whoever waits for it is told why it failed; nobody may ever wait.
  text.catch(() => undefined);
}

/** The stack that Pulumi's language host names on the command line of a program, or undefined of another process. */
export function stackOf(argv: readonly string[]): string | undefined {
  const flag = argv.indexOf("--stack");
  return flag < 0 || !argv.includes("--monitor") ? undefined : argv[flag + 1];
}

/**
 * Reads the stack's own state. Stack outputs lie after a failed update, so the resources are asked instead; this works
 * in a preview and under the update's own lock.
 * @param limit within which it is read. @default without end
 * @throws Error when `pulumi stack export` fails, with what it said, or gives no state
 */
export async function readStackState(stack: string, limit: AskingLimit = {}): Promise<StackState> {
  const ahead = begun?.stack === stack ? begun.text : undefined;
  begun = undefined;
  const text = await (ahead ?? exported(stack, limit));
  try {
    return parseStackState(text);
  } catch (error) {
    throw new Error(`The state of stack ${stack} can't be read: \`pulumi stack export\` gave no state.`, {
      cause: error,
    });
  }
}

async function exported(stack: string, { seconds = Infinity, signal }: AskingLimit): Promise<string> {
  try {
    return await exportStack(stack, { seconds, signal });
  } catch (error) {
    throw new Error(`The state of stack ${stack} can't be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The text of `pulumi stack export` as a StackState. */
export function parseStackState(text: string): StackState {
  const { deployment } = JSON.parse(text) as {
    deployment?: {
      resources?: (StateResource & { delete?: boolean })[];
      pending_operations?: { resource: StateResource; type: string }[];
    };
  };
  const all = deployment?.resources ?? [];
  const replaced = all.filter((resource) => resource.delete === true);
  return {
    resources: all.filter((resource) => resource.delete !== true),
    ...(replaced.length > 0 && { replaced }),
    pending: (deployment?.pending_operations ?? []).map(({ resource, type }) => ({
      resource,
      operation: type,
    })),
  };
}
