import type { Recorded } from '../../lib/lifecycle/replay.ts';

/** A time in which a stage was worked on. */
export type Span = {
  readonly stage: string;
  readonly lane: 'forward' | 'undo';
  readonly from: string;
  /** `undefined` while it goes on. */
  readonly to: string | undefined;
  readonly ended: 'passed' | 'failed' | 'undone' | undefined;
};

type Draft = { -readonly [Key in keyof Span]: Span[Key] };

/**
 * When each stage was worked on: an attempt from its start to its outcome, an undo from the failure, or the undo before
 * it, to its own end. Pure.
 */
export function spansOf(commits: readonly Recorded[]): readonly Span[] {
  const spans: Draft[] = [];
  let undoFrom = '';
  const close = (stage: string, to: string, ended: Span['ended']): void => {
    const open = spans.findLast((span) => span.stage === stage && span.to === undefined);
    if (open !== undefined) Object.assign(open, { to, ended });
  };
  for (const { at, events } of commits) {
    for (const { type, data } of events) {
      switch (type) {
        case 'DeploymentStarted':
          undoFrom = at;
          break;
        case 'StageStarted':
          spans.push({ stage: data.stage, lane: 'forward', from: at, to: undefined, ended: undefined });
          break;
        case 'StagePassed':
          close(data.stage, at, 'passed');
          break;
        case 'StageAttemptFailed':
          if (data.lane === 'forward') close(data.stage, at, 'failed');
          break;
        case 'StageFailed':
          close(data.stage, at, 'failed');
          // Siblings of a parallel group end with it: their outcome no longer matters.
          for (const span of spans) if (span.to === undefined) Object.assign(span, { to: at });
          undoFrom = at;
          break;
        case 'StageUndone':
          if (data.effect === 'undone') {
            spans.push({ stage: data.stage, lane: 'undo', from: undoFrom, to: at, ended: 'undone' });
          }
          undoFrom = at;
          break;
        case 'UndoFailed':
          spans.push({ stage: data.stage, lane: 'undo', from: undoFrom, to: at, ended: 'failed' });
          break;
        default:
      }
    }
  }
  return spans;
}
