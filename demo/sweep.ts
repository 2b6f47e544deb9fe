import { runCommand } from "../toolchain/machine/commands";

/**
 * Removes what a demo made on an engine that is not its own, found by names that only this run uses: also what
 * an interrupted `pulumi up` left.
 * @param prefix what the names of its containers and networks begin with
 * @param registry `localhost:PORT` of the run's own registry, whose images nobody else has
 * @param host value for DOCKER_HOST; undefined for the CLI's default
 */
export async function sweep(prefix: string, registry: string, host: string | undefined): Promise<void> {
  const environment = host === undefined ? {} : { DOCKER_HOST: host };
  const docker = (...words: string[]) => runCommand(["docker", ...words], { environment });
  const found = async (...words: string[]) =>
    [...new Set((await docker(...words)).split("\n"))].filter((line) => line !== "");

  const containers = await found("ps", "--all", "--quiet", "--no-trunc", "--filter", `name=^/?${prefix}-`);
  if (containers.length > 0) await docker("rm", "--force", "--volumes", ...containers);
  const networks = await found("network", "ls", "--quiet", "--no-trunc", "--filter", `name=^${prefix}-`);
  if (networks.length > 0) await docker("network", "rm", ...networks);
  const images = await found(
    ...["images", "--digests", "--filter", `reference=${registry}/*/*`],
    ...["--format", "{{.Repository}}@{{.Digest}}"],
  );
  if (images.length > 0) await docker("image", "rm", ...images);
}
