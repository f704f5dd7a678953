import type { DeploymentView } from './view.ts';

/** A deployment as of a commit: where its machine stands, what may happen next, and what is known. */
export type Deployment = {
  /** The machine's leaves that are active, such as `['unit-tests']` or `['undo place']`; several in a parallel group. */
  readonly state: readonly string[];
  /** The machine's events that are legal here, such as `place.passed`. */
  readonly legal: readonly string[];
  readonly view: DeploymentView;
};
