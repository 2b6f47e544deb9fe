import type { Host } from "../../hosts/host";

/** One service: a folder as Deployer lays it out. */
export interface SymlinkService {
  /** Absolute path on the host. */
  folder: string;
  /** Folders and files of `shared/` that each release has links to. */
  sharedFolders: readonly string[];
  sharedFiles: readonly string[];
  /** Shell commands in a new release's folder, before the switch. */
  build: readonly string[];
  /** Shell commands in the release's folder after each switch. */
  afterSwitch: readonly string[];
  /** Files of the release whose last lines tell of a failure. */
  logFiles: readonly string[];
  /** Seconds for each command. */
  commandWithin: number;
  /** Whether old releases of Deployer's are removed too. */
  removeUnknown: boolean;
  /** Leading folders of an archive to leave out. */
  stripComponents: number;
}

/** Releases in folders, and a link to the one that is served. */
export interface SymlinkPlace {
  kind: "symlink";
  /** Undefined: this machine. */
  host?: Host;
  /** Releases that stay on the host, those that ran last; the current one and the one before stay besides. */
  keep: number;
  services: Readonly<Record<string, SymlinkService>>;
}
