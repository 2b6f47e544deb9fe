import { structure, wholeNumber } from "./values";

/** How often the way back is to be drilled. */
export const drill = structure(
  {
    maxAgeDays: wholeNumber(0, 3650, "a number of days")
      .default(30)
      .describe(
        "Days after which `knowngood status` warns that the newest drill is too old; it also warns of one that did not pass, and of none. 0 warns never.",
      ),
  },
  "write how often it is drilled as a map, such as {maxAgeDays: 30}",
);
