import type { Evidence } from "../../assessment/evidence";
import { emptyState } from "../../history/stackState";

/** Evidence of a first update with which nothing is wrong. */
export const quiet: Evidence = {
  state: emptyState,
  applied: undefined,
  images: {},
  moved: [],
  silentRegistries: [],
  strays: [],
  occupants: [],
  engineSilent: undefined,
  networkLost: false,
  signedIn: [],
};
