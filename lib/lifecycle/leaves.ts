import type { Outcome } from './view.ts';

/**
 * Names of the machine's states. A stage's own state has the stage's name; every other one has a space in it or is an
 * ending, so none can collide with a stage.
 */
export const REQUESTED = 'requested';

/** The state of a region of a parallel group whose check has passed. Nothing is left to do there. */
export const PASSED = 'check passed';

/** The state in which a rollback makes sure that it can be done, before it changes anything. */
export const ENTER_ROLLBACK = 'enter rollback';

/** The state in which a change is undone. */
export function undoLeaf(stage: { readonly name: string }): string {
  return `undo ${stage.name}`;
}

/** The leaf at which a deployment is concluded, by the outcome it leads to. */
export const CONCLUDING = {
  succeeded: 'conclude success',
  failed: 'conclude failure',
  rolledBack: 'conclude rollback',
  stuck: 'conclude stuck',
} as const satisfies Readonly<Record<Outcome, string>>;

export const OUTCOMES = ['succeeded', 'failed', 'rolledBack', 'stuck'] as const satisfies readonly Outcome[];

/** The outcome that a concluding leaf leads to; `undefined` for any other leaf. */
export function outcomeConcludedAt(leaf: string): Outcome | undefined {
  return OUTCOMES.find((outcome) => CONCLUDING[outcome] === leaf);
}
