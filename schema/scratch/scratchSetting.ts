import type { SqlSource } from "../gap";

/** Where gaps are tried: in PGlite in this process, in a throwaway database on a server, or nowhere. */
export type ScratchSetting = "embedded" | { url: string } | "off";

export interface ScratchOptions {
  scratch: ScratchSetting;
  /** The application's role: statements are tried as it, besides the owner and every role with a grant. */
  role?: string;
  /** A dump of the schema that stands in for the shipped migrations. */
  dump?: SqlSource;
  /** Seconds for all of it; past that, the gap is not judged here. @default 60 */
  timeLimit?: number;
}
