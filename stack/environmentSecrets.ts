/** Names that hold a secret, however short. */
const secretVariables: ReadonlySet<string> = new Set([
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "GITHUB_APP_PEM_FILE",
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
]);

/** Names that sound like a secret's, whose value is taken for one unless it is too short to tell from other words. */
const secretName = /KEY|TOKEN|SECRET|PASS|CREDENTIAL/i;
const shortestSecret = 6;

/** Names of what a secret lies in, or whether one is needed: a path or a word that everything may say. */
const besideSecret = /_(FILE|DIR|REQUIRE)$/i;

/** What of the environment no text that is shown to others may hold. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value = ""]) =>
    secretVariables.has(name) || (soundsSecret(name) && value.length >= shortestSecret) ? value || [] : [],
  );
}

function soundsSecret(name: string): boolean {
  return secretName.test(name) && !besideSecret.test(name);
}
