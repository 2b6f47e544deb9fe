import type { ReleasedImage } from "../../catalog/build";
import { buildTestImage } from "../../demo/images/testImage";
import { servicePort } from "./images";
import type { Workspace } from "./workspace";

/** What a test's image runs: a shell script, and the files that it finds. */
export interface Program {
  script: string;
  files?: Record<string, string>;
}

/** Starts the image's web server on the service's port, in the background. */
export const serve = `httpd -p ${servicePort} -h /www`;

/** An image that runs a shell script of busybox's programs; the release is told to it as `$RELEASE`. */
export function running(
  workspace: Workspace,
  name: string,
  tag: string,
  { script, files = {} }: Program,
): Promise<ReleasedImage> {
  return buildTestImage({
    registry: workspace.machine.registry,
    name: `${workspace.prefix}/${name}`,
    tag,
    files: { ...files, "/run.sh": `#!/bin/sh\n${script}\n` },
    entrypoint: ["/bin/sh", "/run.sh"],
    env: { RELEASE: tag },
  });
}
