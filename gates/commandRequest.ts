import { z } from "zod";

const text = (what: string) => z.string({ error: what }).min(1, what);

/** What a command gate or a hook is to run, on stdin. What it is told beside that is in its environment: see `Told`. */
export const commandRequest = z.strictObject({
  /** A gate judges the release; a hook prepares, or follows, the change of services. */
  role: z.enum(["gate", "before", "after"], { error: "write `role` as gate, before or after" }),
  name: text("write the name of the gate or hook"),
  /** The program and its arguments, run in the program's folder without a shell. */
  command: z.array(z.string()).min(1, "write the command as a list of words"),
  /** Seconds until the command is stopped. */
  within: z.number({ error: "write seconds above 0" }).gt(0, "write seconds above 0").max(86_400),
  /** Exit codes by which the command says that it broke, not that the release is bad. */
  errorCodes: z.array(z.int().min(1).max(255)),
  /** Added to the command's environment; secrets among it. */
  env: z.record(z.string(), z.string()),
  /** Secret values, replaced wherever something is printed or written. */
  redact: z.array(z.string()),
});

export type CommandRequest = z.infer<typeof commandRequest>;
