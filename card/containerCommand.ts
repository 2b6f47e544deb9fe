import { imageReference, type ReleasedImage } from "../catalog/build";
import { labels } from "../history/running";
import type { ServiceSettings } from "../settings/serviceSettings";

/** A container of a stack, as its settings and a release make it. */
export interface CardContainer {
  /** Name of the container. */
  name: string;
  service: string;
  image: ReleasedImage;
  settings: ServiceSettings;
  /** The stack that it belongs to, such as `shop/prod`. */
  stack: string;
  /** Tag of the release. */
  release: string;
  /** What the names of containers, volumes and the network begin with; also the name of the stack's own network. */
  prefix: string;
}

/** The words of `docker create`, each option with its value in an item of its own; secrets are named, and not there. */
export function createWords(container: CardContainer): string[][] {
  const { name, service, image, settings, stack, release, prefix } = container;
  const [entry, ...entryWords] = settings.entrypoint ?? [];
  return [
    ["--name", name],
    ["--label", `${labels.stack}=${stack}`],
    ["--label", `${labels.service}=${service}`],
    ["--label", `${labels.release}=${release}`],
    ["--label", `${labels.digest}=${image.digest}`],
    ["--network", prefix],
    ["--network-alias", service],
    ...settings.ports.map(({ container: inner, host, address, protocol }) => [
      "--publish",
      `${address.includes(":") ? `[${address}]` : address}:${host}:${inner}/${protocol}`,
    ]),
    ...settings.volumes.map(({ volume, host, container: inner, readOnly }) => [
      "--volume",
      `${volume === undefined ? host : `${prefix}-${volume}`}:${inner}${readOnly ? ":ro" : ":rw"}`,
    ]),
    ...Object.entries(settings.env).map(([key, value]) => ["--env", `${key}=${value}`]),
    ...Object.keys(settings.secrets).map((key) => ["--env", key]),
    ["--restart", settings.restart],
    ...(settings.user === undefined ? [] : [["--user", settings.user]]),
    ...(settings.cpus === undefined ? [] : [["--cpus", String(settings.cpus)]]),
    ...(settings.memoryMiB === undefined
      ? []
      : [
          ["--memory", `${settings.memoryMiB}m`],
          ["--memory-swap", `${2 * settings.memoryMiB}m`],
        ]),
    ...(settings.readOnly ? [["--read-only"]] : []),
    [`--init=${settings.init}`],
    ["--stop-signal", settings.stopSignal],
    ["--stop-timeout", String(settings.stopGraceSeconds)],
    ...(entry === undefined ? [] : [["--entrypoint", entry]]),
    [imageReference(image), ...entryWords, ...(settings.command ?? [])],
  ];
}
