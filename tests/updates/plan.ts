import type { Plan } from "../../assessment/plan";

/** A rollback that nothing stands against. */
export const plan = (more: Partial<Plan> = {}) =>
  ({
    ...{ stack: "shop/prod", protected: false, direction: "rollback", from: "v2", to: "v1", services: [] },
    ...{
      knownGood: [],
      leaves: [],
      flagsOff: [],
      text: "shop/prod: rollback from v2 to v1",
      warnings: [],
      refusals: [],
    },
    fingerprint: "",
    ...more,
  }) as Plan;
