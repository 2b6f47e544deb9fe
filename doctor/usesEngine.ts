import type { Settings } from "../settings/settings";

/** Whether a Docker engine that this machine asks has to do with a stack's services. */
export function usesEngine({ target, compose }: Pick<Settings, "target" | "compose">): boolean {
  switch (target) {
    case "docker":
      return true;
    case "compose":
      return compose?.host === undefined;
    case "command":
    case "systemd":
    case "symlink":
      return false;
    default:
      return target satisfies never;
  }
}
