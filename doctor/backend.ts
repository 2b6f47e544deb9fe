import { maskPasswords } from "../migrations/password";
import type { Check } from "./check";
import { reasonOf, type Finding } from "./finding";

const name = "Pulumi backend";

/** Whether the backend that keeps the state can be reached, and takes this user. */
export const backend: Check = {
  name,
  look: async ({ pulumi }) => {
    try {
      return judgeBackend({ answer: await pulumi(["whoami", "--json"]) });
    } catch (error) {
      return judgeBackend({ problem: reasonOf(error) });
    }
  },
};

export function judgeBackend(asked: { answer: string } | { problem: string }): Finding {
  if ("answer" in asked) {
    const { user, url } = JSON.parse(asked.answer) as { user: string; url: string };
    return { check: name, outcome: "ok", found: `${maskPasswords(url)} as ${user}` };
  }
  const found = maskPasswords(asked.problem);
  if (/no pulumi on PATH/.test(found))
    return { check: name, outcome: "not asked", found: "there is no pulumi on PATH" };
  if (/PULUMI_ACCESS_TOKEN|not logged in|pulumi login|invalid access token|401/i.test(found))
    return {
      check: name,
      outcome: "missing",
      found,
      get: "pulumi login, or set PULUMI_ACCESS_TOKEN; a backend of your own: PULUMI_BACKEND_URL, or backend.url in Pulumi.yaml",
    };
  return {
    check: name,
    outcome: "wrong",
    found,
    get: "pulumi whoami --verbose; the backend is named by PULUMI_BACKEND_URL, else by backend.url in Pulumi.yaml",
  };
}
