import type { Settings } from "./settings";

/**
 * What the names of a stack's containers and volumes begin with, which is its network's name too.
 * @param label project and stack, such as `shop/prod`
 */
export function containerPrefix({ docker }: Pick<Settings, "docker">, label: string): string {
  return docker.prefix ?? label.replace("/", "-");
}
