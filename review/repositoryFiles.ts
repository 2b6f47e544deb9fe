import { codeOwners } from "./codeOwners";
import type { ReviewStackSettings } from "./reviewStackSettings";
import { deployWorkflow } from "./workflows/deployWorkflow";
import { nightlyWorkflow } from "./workflows/nightlyWorkflow";
import { previewWorkflow } from "./workflows/previewWorkflow";

export interface RepositoryText {
  /** Where it lies in the repository. */
  path: string;
  content: string;
}

/** The files that the review stack keeps in the repository, by the end of their resources' names. */
export function repositoryFiles(settings: ReviewStackSettings): Record<string, RepositoryText> {
  const workflow = (name: string, content: string) => ({ path: `.github/workflows/${name}.yml`, content });
  return {
    "code-owners": { path: ".github/CODEOWNERS", content: codeOwners(settings) },
    preview: workflow("knowngood-preview", previewWorkflow(settings)),
    ...Object.fromEntries(
      Object.keys(settings.stacks).map((stack) => [
        `deploy-${stack}`,
        workflow(`knowngood-deploy-${stack}`, deployWorkflow(stack, settings)),
      ]),
    ),
    nightly: workflow("knowngood-nightly", nightlyWorkflow(settings)),
  };
}
