/** An action of GitHub's, by the commit that its version stood for: a tag can be moved, a commit can't. */
export interface PinnedAction {
  uses: string;
  /** Told as a comment, which Dependabot and Renovate bring up to date with the commit. */
  version: string;
}

export const pinnedActions = {
  checkout: { uses: "actions/checkout@df4cb1c069e1874edd31b4311f1884172cec0e10", version: "v6.0.3" },
  setupNode: { uses: "actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e", version: "v6.4.0" },
  uploadArtifact: {
    uses: "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a",
    version: "v7.0.1",
  },
  awsCredentials: {
    uses: "aws-actions/configure-aws-credentials@8df5847569e6427dd6c4fb1cf565c83acfa8afa7",
    version: "v6.0.0",
  },
} satisfies Record<string, PinnedAction>;
