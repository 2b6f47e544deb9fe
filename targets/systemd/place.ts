import type { Host } from "../../hosts/host";

/** One service: a folder of releases, and the units that run the current one. */
export interface SystemdService {
  /** Absolute path on the host. */
  folder: string;
  units: readonly string[];
  /** Files of the project that are written where the host's differ, by unit. */
  unitFiles: Readonly<Record<string, string>>;
  /** Name of the file in a release whose artifact is no archive. @default the service's name */
  binary?: string | undefined;
  /** Leading folders of an archive to leave out. */
  stripComponents: number;
}

/** Binaries and archives that systemd runs. */
export interface SystemdPlace {
  kind: "systemd";
  /** Undefined: this machine. */
  host?: Host;
  manager: "system" | "user";
  /** Whether changes go through `sudo -n`. */
  sudo: boolean;
  /** Seconds for which units must stay active. */
  activeFor: number;
  /** Releases that stay on the host, those that ran last; the current one and the one before stay besides. */
  keep: number;
  services: Readonly<Record<string, SystemdService>>;
}
