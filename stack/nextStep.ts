const steps: readonly [RegExp, string][] = [
  [
    /incorrect passphrase/,
    "The passphrase that is set is another one than the stack's secrets are encrypted with: PULUMI_CONFIG_PASSPHRASE holds it, else the file that PULUMI_CONFIG_PASSPHRASE_FILE names.",
  ],
  [
    /passphrase must be set/,
    "To set it: export PULUMI_CONFIG_PASSPHRASE_FILE=FILE, or: read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE",
  ],
];

/** What Pulumi says, with what to do where Pulumi itself does not say it. */
export function withNextStep(said: string): string {
  const step = steps.find(([pattern]) => pattern.test(said))?.[1];
  return step === undefined ? said : `${said.trimEnd()}\n${step}`;
}
