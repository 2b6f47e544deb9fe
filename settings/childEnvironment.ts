/** What no child of the program is to inherit: the engine hands it decrypted secrets and the key to the others. */
const withheld: ReadonlySet<string> = new Set([
  "PULUMI_CONFIG",
  "PULUMI_CONFIG_SECRET_KEYS",
  "PULUMI_CONFIG_PASSPHRASE",
]);

/** The program's environment without its secrets. */
export function childEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !withheld.has(name)));
}
