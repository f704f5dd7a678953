import type { DeploymentView } from './view.ts';

/** A deployment as of a commit: where its machine stands, and what is known. */
export type Deployment = {
  /** The machine's leaves that are active, such as `['unit-tests']` or `['undo place']`; several in a parallel group. */
  readonly state: readonly string[];
  readonly view: DeploymentView;
};
