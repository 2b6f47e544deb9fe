import { digestOf, type Layer } from "./layer";

export interface ImageSettings {
  entrypoint: readonly string[];
  environment?: Record<string, string>;
  /** `user` or `uid:gid`; default root. */
  user?: string;
  workingDirectory?: string;
}

export interface PushedImage {
  /** `localhost:PORT/name` */
  repository: string;
  digest: string;
}

const types = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  configuration: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
};

/**
 * Pushes an image by the registry's HTTP API, without an engine. Layers that the registry has are not sent again.
 * @param registry `localhost:PORT`
 * @throws when the registry refuses, with its answer
 */
export async function pushImage(
  registry: string,
  name: string,
  tags: readonly string[],
  layers: readonly Layer[],
  settings: ImageSettings,
): Promise<PushedImage> {
  const configuration = Buffer.from(JSON.stringify(configurationOf(layers, settings)));
  await Promise.all(layers.map((layer) => pushBlob(registry, name, layer.digest, layer.compressed)));
  await pushBlob(registry, name, digestOf(configuration), configuration);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.configuration, size: configuration.length, digest: digestOf(configuration) },
    layers: layers.map((layer) => ({
      mediaType: types.layer,
      size: layer.compressed.length,
      digest: layer.digest,
    })),
  });
  for (const tag of tags) {
    await ask(registry, `${name}/manifests/${tag}`, {
      method: "PUT",
      headers: { "content-type": types.manifest },
      body: manifest,
    });
  }
  return { repository: `${registry}/${name}`, digest: digestOf(manifest) };
}

function configurationOf(layers: readonly Layer[], settings: ImageSettings): unknown {
  const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", ...settings.environment };
  return {
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: {
      Env: Object.entries(environment).map(([variable, value]) => `${variable}=${value}`),
      Entrypoint: settings.entrypoint,
      WorkingDir: settings.workingDirectory ?? "/",
      User: settings.user ?? "",
    },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: "demo/images" })),
  };
}

async function pushBlob(registry: string, name: string, digest: string, content: Buffer): Promise<void> {
  const known = await fetch(`http://${registry}/v2/${name}/blobs/${digest}`, { method: "HEAD" });
  if (known.ok) return;
  const upload = await ask(registry, `${name}/blobs/uploads/`, { method: "POST" });
  const address = new URL(upload.headers.get("location") ?? "", `http://${registry}`);
  address.host = registry;
  address.searchParams.set("digest", digest);
  await ask(registry, address, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(content),
  });
}

async function ask(registry: string, path: string | URL, init: RequestInit): Promise<Response> {
  const address = typeof path === "string" ? `http://${registry}/v2/${path}` : path;
  const response = await fetch(address, init);
  const text = await response.text();
  if (!response.ok)
    throw new Error(
      `The registry ${registry} answered ${response.status} to ${init.method} ${String(address)}: ${text}`,
    );
  return response;
}
