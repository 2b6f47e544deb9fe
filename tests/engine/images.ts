import { buildTestImage } from "../../demo/images/testImage";
import type { ReleasedImage } from "../../catalog/build";
import type { Workspace } from "./workspace";

/** The port on which the test images listen, inside the container. */
export const servicePort = 8080;

const httpd = ["/bin/httpd", "-f", "-p", String(servicePort), "-h", "/www"];

/** Serves `text` at /health, so it is healthy; the text makes the digest. */
export function answering(
  workspace: Workspace,
  name: string,
  tag: string,
  text = tag,
): Promise<ReleasedImage> {
  return build(workspace, name, tag, { files: { "/www/health": text }, entrypoint: httpd });
}

/** Runs and serves, but has no /health: 404. */
export function unhealthy(workspace: Workspace, name: string, tag: string): Promise<ReleasedImage> {
  return build(workspace, name, tag, { files: { "/www/index.html": tag }, entrypoint: httpd });
}

/** Says why and exits at once, every time. */
export function crashing(workspace: Workspace, name: string, tag: string): Promise<ReleasedImage> {
  return build(workspace, name, tag, {
    entrypoint: ["/bin/sh", "-c", `echo "fatal: ${tag} can not start"; exit 3`],
  });
}

/** Has no port; says that it works, and goes on. */
export function working(workspace: Workspace, name: string, tag: string): Promise<ReleasedImage> {
  return build(workspace, name, tag, {
    entrypoint: ["/bin/sh", "-c", `echo "working as ${tag}"; exec sleep 100000`],
  });
}

function build(
  workspace: Workspace,
  name: string,
  tag: string,
  content: { files?: Record<string, string>; entrypoint: readonly string[] },
): Promise<ReleasedImage> {
  return buildTestImage({
    registry: workspace.machine.registry,
    name: `${workspace.prefix}/${name}`,
    tag,
    ...content,
  });
}
