import type { FailureMode } from '../../history/failure.ts';
import { isLeaseHeld } from '../is-lease-held.ts';
import type { DeploymentView, Outcome, StageState, StageView } from '../view.ts';

export type Tone = 'dim' | 'active' | 'good' | 'warning' | 'bad';

/** A symbol and a word, so that nothing is told by colour alone. */
export type Mark = { readonly symbol: string; readonly word: string; readonly tone: Tone };

const MARK_OF_STATE: Readonly<Record<StageState, Mark>> = {
  pending: { symbol: '·', word: 'pending', tone: 'dim' },
  running: { symbol: '▸', word: 'running', tone: 'active' },
  passed: { symbol: '✔', word: 'passed', tone: 'good' },
  reused: { symbol: '✔', word: 'reused', tone: 'good' },
  failed: { symbol: '✖', word: 'failed', tone: 'bad' },
  abandoned: { symbol: '–', word: 'abandoned', tone: 'dim' },
  undoing: { symbol: '↶', word: 'undoing', tone: 'active' },
  undone: { symbol: '↶', word: 'undone', tone: 'warning' },
  undoFailed: { symbol: '✖', word: 'undo failed', tone: 'bad' },
};

/** A check that only advises may pass with a verdict against it: that is a warning, not a success. */
const WARNED: Mark = { symbol: '!', word: 'passed', tone: 'warning' };

/** A person who stops a deployment says nothing about the release, so it is no failure of a stage. */
const STOPPED: Mark = { symbol: '■', word: 'stopped', tone: 'warning' };
const SUPERSEDED: Mark = { symbol: '■', word: 'superseded', tone: 'warning' };
const LEASE_HELD: Mark = { symbol: '■', word: 'lease held', tone: 'warning' };

/** A change that its undo left as it is. */
export const KEPT: Mark = { symbol: '–', word: 'kept', tone: 'dim' };

/** The mark of a stage. Given the deployment's failure, the change that failed is marked as such after its undo too. */
export function markOfStage(stage: StageView, failure?: DeploymentView['failure']): Mark {
  const ending = markOfEnding(failure?.stage === stage.name ? failure : stage.failure);
  if (stage.state === 'failed') return ending ?? MARK_OF_STATE.failed;
  if (stage.state === 'undone' && failure?.stage === stage.name) {
    const mark = ending ?? MARK_OF_STATE.failed;
    return { ...mark, word: `${mark.word}, undone` };
  }
  if (stage.state === 'passed' && stage.kept !== undefined) return KEPT;
  const isAgainst = stage.judgement !== undefined && stage.judgement.verdict !== 'pass';
  return stage.state === 'passed' && isAgainst ? WARNED : MARK_OF_STATE[stage.state];
}

const MARK_OF_OUTCOME: Readonly<Record<Outcome | 'running', Mark>> = {
  running: { symbol: '▸', word: 'running', tone: 'active' },
  succeeded: { symbol: '✔', word: 'succeeded', tone: 'good' },
  failed: { symbol: '✖', word: 'failed', tone: 'bad' },
  rolledBack: { symbol: '✖', word: 'rolled back', tone: 'bad' },
  stuck: { symbol: '✖', word: 'stuck', tone: 'bad' },
};

function markOfOutcome(outcome: Outcome | undefined): Mark {
  return MARK_OF_OUTCOME[outcome ?? 'running'];
}

/** What a rollback is there for is to be rolled back: its outcomes have marks of their own. */
const MARK_OF_ROLLBACK: Readonly<Record<Outcome | 'running', Mark>> = {
  ...MARK_OF_OUTCOME,
  running: { symbol: '▸', word: 'rolling back', tone: 'active' },
  rolledBack: { symbol: '✔', word: 'rolled back', tone: 'good' },
  failed: { symbol: '✖', word: 'not rolled back', tone: 'bad' },
};

/** The mark of a deployment. One that was stopped or found the lease held is told apart from one that failed. */
export function markOfDeployment(
  view: Pick<DeploymentView, 'kind' | 'outcome' | 'failure' | 'stages'>,
): Mark {
  const { kind, outcome } = view;
  const isUndecided = outcome === 'failed' || (outcome === 'rolledBack' && kind === 'forward');
  const ending = isUndecided
    ? (markOfEnding(view.failure) ?? (isLeaseHeld(view) ? LEASE_HELD : undefined))
    : undefined;
  if (ending !== undefined) return ending;
  return kind === 'rollback' ? MARK_OF_ROLLBACK[outcome ?? 'running'] : markOfOutcome(outcome);
}

function markOfEnding(failure: { readonly mode: FailureMode } | undefined): Mark | undefined {
  if (failure?.mode === 'stopped') return STOPPED;
  return failure?.mode === 'superseded' ? SUPERSEDED : undefined;
}
