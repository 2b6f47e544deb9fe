import { createHash } from "node:crypto";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/**
 * A trigger that is another text when what a command runs is another. The state has it, so that the program can tell
 * whether the command is going to run, and for what.
 *
 * Of what is secret no state may hold even a hash, which could be guessed at. A resource of its own takes it in, where
 * the state is encrypted, and answers with a word that means nothing, and is another one each time that it changes.
 * @param name what the resource's name begins with
 * @param open what is run, in clear
 * @param hidden what is secret of it; undefined for nothing
 */
export function whatRuns(
  name: string,
  parent: pulumi.Resource,
  open: pulumi.Input<object>,
  hidden?: pulumi.Input<object>,
): pulumi.Output<string> {
  const digest = pulumi.output(open).apply(digestOf);
  if (hidden === undefined) return digest;
  const word = new command.local.Command(
    `${name}-secrets`,
    {
      create: "exec node --print 'crypto.randomUUID()'",
      stdin: pulumi.secret(pulumi.output(hidden).apply((values) => JSON.stringify(values))),
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    { parent },
  );
  return pulumi.unsecret(pulumi.interpolate`${digest} ${word.stdout}`);
}

/** Of the same value the same 16 hexadecimal digits. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
