/** What the command's exit code tells. */
export const exitCodes = {
  done: 0,
  /** A gate failed, or something went wrong that is neither the input's nor the environment's fault, such as a full disk. */
  failed: 1,
  /** Wrong usage, or input that can't be used. Nothing was changed. */
  badInput: 2,
  /** A guard refused; nothing was changed. */
  refused: 3,
  /** Something outside is broken or out of reach, such as a registry. */
  brokenEnvironment: 4,
  /** By Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

/** The same for people, as every help and the README have it. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "done",
  failed: "failed: a gate did not pass, or something went wrong",
  badInput: "wrong usage, or input that can't be used; nothing was changed",
  refused: "refused by a guard; nothing was changed",
  brokenEnvironment: "something outside is missing, broken or out of reach, such as a registry",
  interrupted: "interrupted",
};
