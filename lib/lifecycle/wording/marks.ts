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

export function markOfStage(stage: StageView): Mark {
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

export function markOfOutcome(outcome: Outcome | undefined): Mark {
  return MARK_OF_OUTCOME[outcome ?? 'running'];
}

/** What a rollback is there for is to be rolled back: its outcomes have marks of their own. */
const MARK_OF_ROLLBACK: Readonly<Record<Outcome | 'running', Mark>> = {
  ...MARK_OF_OUTCOME,
  running: { symbol: '▸', word: 'rolling back', tone: 'active' },
  rolledBack: { symbol: '✔', word: 'rolled back', tone: 'good' },
  failed: { symbol: '✖', word: 'not rolled back', tone: 'bad' },
};

export function markOfDeployment({ kind, outcome }: Pick<DeploymentView, 'kind' | 'outcome'>): Mark {
  return kind === 'rollback' ? MARK_OF_ROLLBACK[outcome ?? 'running'] : markOfOutcome(outcome);
}
