import * as docker from "@pulumi/docker";

/**
 * Always one of our own, so that naming another host later is an update of it and not another provider.
 * @param host value of DOCKER_HOST, where the settings name one
 * @param signedIn registries for which Docker's own configuration has a credential
 */
export function engineProvider(host: string | undefined, signedIn: readonly string[]): docker.Provider {
  return new docker.Provider("engine", {
    ...(host !== undefined && { host }),
    ...(signedIn.length > 0 && { registryAuth: signedIn.map((address) => ({ address })) }),
  });
}
