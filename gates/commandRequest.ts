import { z } from "zod";

const text = (what: string) => z.string({ error: what }).min(1, what);

/** What a command gate or a hook is told on stdin. What it is run for is in its environment: `KNOWNGOOD_…`. */
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
  /** Folder in which a failure writes its record; relative to the working directory, or absolute. */
  records: text("write the folder for records"),
  /** Last known-good release and the exact commands that bring it back; absent when there is none yet. */
  goBack: z.strictObject({ tag: text("write the release's tag"), commands: z.array(z.string()) }).optional(),
  /** Secret values, replaced wherever something is printed or written. */
  redact: z.array(z.string()),
  /** Read by nobody: another value makes the command run again. @default none */
  changedWith: z.string().optional(),
});

export type CommandRequest = z.infer<typeof commandRequest>;
