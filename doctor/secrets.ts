import { maskPasswords } from "../migrations/password";
import type { Check } from "./check";
import { reasonOf, type Finding } from "./finding";

const name = "Secrets";

/** Whether the stack's secrets can be decrypted here. None of them is shown. */
export const secrets: Check = {
  name,
  look: async ({ secrets }) => {
    try {
      return judgeSecrets({ count: (await secrets).size });
    } catch (error) {
      return judgeSecrets({ problem: reasonOf(error) });
    }
  },
};

export function judgeSecrets(asked: { count: number } | { problem: string }): Finding {
  if ("count" in asked)
    return asked.count === 0
      ? { check: name, outcome: "not asked", found: "the stack has no secret to try it on" }
      : {
          check: name,
          outcome: "ok",
          found: `${asked.count === 1 ? "1 secret" : `${asked.count} secrets`} decrypted`,
        };
  const found = maskPasswords(asked.problem);
  if (/no pulumi on PATH|no Pulumi\.yaml|no stack (is selected|selected|named)/.test(found))
    return { check: name, outcome: "not asked", found: "the stack is not known" };
  if (/passphrase must be set/.test(found))
    return {
      check: name,
      outcome: "missing",
      found: "the passphrase that the secrets are encrypted with is not set",
      get: "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE, or: read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE",
    };
  if (/incorrect passphrase/.test(found))
    return {
      check: name,
      outcome: "wrong",
      found: "the passphrase that is set is not the one that the secrets are encrypted with",
      get: "PULUMI_CONFIG_PASSPHRASE and PULUMI_CONFIG_PASSPHRASE_FILE name it; the first one counts",
    };
  return { check: name, outcome: "wrong", found, get: "pulumi config --show-secrets" };
}
