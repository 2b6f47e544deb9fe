import * as pulumi from "@pulumi/pulumi";
import type { StackConfiguration } from "./readSettings";

/** The running stack's configuration, as the engine hands it over. */
export function stackConfiguration(): StackConfiguration {
  return {
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    values: pulumi.runtime.allConfig(),
    // The SDK knows which keys are secret, and has no public way to ask it for them.
    secretKeys: JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[],
  };
}

/** A secret setting, for resources. */
export function secretOutput(name: string): pulumi.Output<string> {
  return new pulumi.Config().requireSecret(name);
}

/** A secret setting's text, for asking the world before anything is declared; never for a resource. */
export function secretText({ project, values }: StackConfiguration, name: string): string {
  return values[`${project}:${name}`] ?? "";
}
