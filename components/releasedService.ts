import type * as pulumi from "@pulumi/pulumi";
import type { HostedOn } from "../targets/hostedOn";

/** A service of a release, whatever it runs on. */
export interface ReleasedService {
  readonly service: string;
  /** Tag of the release that the service was brought to; known once it runs. */
  readonly release: pulumi.Output<string>;
  /** What it runs, such as `repository@sha256:…`. */
  readonly image: pulumi.Output<string>;
  /** Another text whenever what runs was replaced: a container's id, where it is a container of the stack's. */
  readonly containerId: pulumi.Output<string>;
  /** Where it is looked at, where it is no container of the stack's. */
  readonly hosted?: pulumi.Output<HostedOn>;
  /** What brings its build to the host. Nothing that runs is touched before all of them are there. */
  readonly pulled: pulumi.CustomResource;
  /** What runs it, for what must wait for it. */
  readonly container: pulumi.CustomResource;
}
