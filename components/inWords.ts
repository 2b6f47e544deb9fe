import * as pulumi from "@pulumi/pulumi";
import type { Assessment } from "../assessment/assessment";
import { refusalTexts } from "../assessment/refusal";
import { InvalidInput } from "../settings/violations";

/**
 * Ends the program where its assessment refuses to go on; before anything is declared, so that nothing is touched.
 * @throws RunError with every refusal, and what answers it
 */
export function refuse({ refusals }: Pick<Assessment, "refusals">): void {
  if (refusals.length > 0)
    throw toldInWords(["Refused; nothing was touched.", ...refusalTexts(refusals)].join("\n"));
}

/**
 * Runs a program of which what a person wrote wrong is told in its own words, without a stack trace.
 * @throws RunError whatever went wrong
 */
export async function inWords<Ended>(program: () => Promise<Ended>): Promise<Ended> {
  try {
    return await program();
  } catch (error) {
    if (error instanceof pulumi.RunError || !(error instanceof Error)) throw error;
    // Nobody but us can do something about an error that was not foreseen, and we need its stack.
    throw toldInWords(error instanceof InvalidInput ? error.message : (error.stack ?? error.message));
  }
}

/**
 * An error that ends the program with its message alone. The stack is never shown, but the SDK formats it, and Node 20
 * does not come to an end with the frames of its source maps (`@pulumi/resource.ts`) before it has filled 512 MB.
 */
function toldInWords(message: string): pulumi.RunError {
  return Object.assign(new pulumi.RunError(message), { stack: "" });
}
