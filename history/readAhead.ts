/**
 * Begins to read the stack's state while Node still loads the program: `node --require ./history/readAhead.ts`, as
 * Pulumi.yaml has it. Without it the program works the same, a quarter of a second later.
 */
import { stackOf, startReading } from "./stackState";

const stack = stackOf(process.argv);
if (stack !== undefined) startReading(stack);
