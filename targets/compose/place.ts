import type { Host } from "../../hosts/host";
import type { Project } from "./commandLine";

/** A project of Docker Compose. */
export interface ComposePlace {
  kind: "compose";
  /** Undefined: this machine. */
  host?: Host;
  project: Project;
}
