import type { Event } from '../../lib/history/events.ts';
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
type Drawing = { readonly spans: Draft[]; undoFrom: string };

/**
 * When each stage was worked on: an attempt from its start to its outcome, an undo from the failure, or the undo before
 * it, to its own end. Pure.
 */
export function spansOf(commits: readonly Recorded[]): readonly Span[] {
  const drawing: Drawing = { spans: [], undoFrom: '' };
  for (const { at, events } of commits) for (const event of events) draw(drawing, event, at);
  return drawing.spans;
}

function draw(drawing: Drawing, { type, data }: Event, at: string): void {
  switch (type) {
    case 'DeploymentStarted':
      drawing.undoFrom = at;
      return;
    case 'StageStarted':
      drawing.spans.push({ stage: data.stage, lane: 'forward', from: at, to: undefined, ended: undefined });
      return;
    case 'StagePassed':
      close(drawing, data.stage, at, 'passed');
      return;
    case 'StageAttemptFailed':
      if (data.lane === 'forward') close(drawing, data.stage, at, 'failed');
      return;
    case 'StageFailed':
      close(drawing, data.stage, at, 'failed');
      // Siblings of a parallel group end with it: their outcome no longer matters.
      for (const span of drawing.spans) span.to ??= at;
      drawing.undoFrom = at;
      return;
    case 'StageUndone':
      if (data.effect === 'undone') drawing.spans.push(undoSpan(drawing, data.stage, at, 'undone'));
      drawing.undoFrom = at;
      return;
    case 'UndoFailed':
      drawing.spans.push(undoSpan(drawing, data.stage, at, 'failed'));
      return;
    default:
      // The other events take no time.
      return;
  }
}

function close({ spans }: Drawing, stage: string, to: string, ended: Span['ended']): void {
  const open = spans.findLast((span) => span.stage === stage && span.to === undefined);
  if (open !== undefined) Object.assign(open, { to, ended });
}

function undoSpan({ undoFrom }: Drawing, stage: string, to: string, ended: Span['ended']): Draft {
  return { stage, lane: 'undo', from: undoFrom, to, ended };
}
