import { execFile } from "node:child_process";

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
  /** Operations that a killed update began and nobody finished: the URN and what was being done to it. */
  pending: readonly { urn: string; operation: string }[];
}

export const emptyState: StackState = { resources: [], pending: [] };

/**
 * Reads the stack's own state. Stack outputs lie after a failed update, so the resources are asked instead; this works
 * in a preview and under the update's own lock.
 * @throws Error when `pulumi stack export` fails, with what it said
 */
export async function readStackState(stack: string): Promise<StackState> {
  // Decrypted secrets are in the program's environment; no child is to inherit them.
  const { PULUMI_CONFIG: _values, PULUMI_CONFIG_SECRET_KEYS: _keys, ...env } = process.env;
  const text = await new Promise<string>((resolve, reject) => {
    execFile(
      "pulumi",
      ["stack", "export", "--stack", stack, "--non-interactive"],
      { env, maxBuffer: 1 << 30 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(new Error(`The state of stack ${stack} can't be read: ${stderr.trim() || error.message}`));
      },
    );
  });
  return parseStackState(text);
}

/** The text of `pulumi stack export` as a StackState. */
export function parseStackState(text: string): StackState {
  const { deployment } = JSON.parse(text) as {
    deployment?: {
      resources?: StateResource[];
      pending_operations?: { resource: StateResource; type: string }[];
    };
  };
  return {
    resources: deployment?.resources ?? [],
    pending: (deployment?.pending_operations ?? []).map((operation) => ({
      urn: operation.resource.urn,
      operation: operation.type,
    })),
  };
}

/** The resource's own name: the last part of its URN. */
export function nameOf(resource: { urn: string }): string {
  return resource.urn.slice(resource.urn.lastIndexOf("::") + 2);
}
