import { verdicts } from "../schema/verdict";
import { choice, structure, text, truthValue } from "./values";

/** What an `up` is refused for. */
export const guards = structure(
  {
    schema: choice(verdicts)
      .default("conditional")
      .describe(
        "Gravest verdict that a release may meet in the schema without `acknowledge`; a graver one is refused until it is acknowledged.",
      ),
    horizon: truthValue
      .default(false)
      .describe(
        "Whether an `up` whose migrations close the way back to a known-good release is refused until it is acknowledged; otherwise it is warned about.",
      ),
  },
  "write the guards as a map, such as {schema: conditional}",
);

/** Why nothing may be deployed. */
export const hold = text("write why nothing may be deployed: pulumi config set hold REASON");
