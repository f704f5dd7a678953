import type { Seen } from '../../audit/parallel/verify-in-parts.ts';
import { span } from '../../lifecycle/wording/times.ts';
import type { Output } from '../output/output.ts';

const REDRAW_MILLISECONDS = 100;
const SIGN_OF_LIFE_MILLISECONDS = 30_000;
const BAR_COLUMNS = 24;
const CLEAR_LINE = '\r\u001b[2K';

export type WalkProgress = {
  readonly seen: (seen: Seen) => void;
  /** Takes the bar away, so that the answer stands where it was. */
  readonly end: () => void;
};

/** How far a walk over a table is: a bar at a terminal, a plain line every 30 seconds elsewhere. */
export function showWalk(
  output: Output,
  now: () => number = performance.now.bind(performance),
): WalkProgress {
  const begun = now();
  let shownAt = begun;
  let isDrawn = false;
  const every = output.isInteractive ? REDRAW_MILLISECONDS : SIGN_OF_LIFE_MILLISECONDS;
  let first: number | undefined;
  return {
    seen(seen) {
      // What an earlier run had walked says nothing about how fast this one is.
      first ??= seen.commits;
      if (now() - shownAt < every) return;
      shownAt = now();
      const line = walkLine(seen, { walked: seen.commits - first, milliseconds: shownAt - begun });
      if (!output.isInteractive) return output.note([line]);
      output.raw(`${CLEAR_LINE}${line.slice(0, output.columns('note') - 1)}`);
      isDrawn = true;
    },
    end() {
      if (isDrawn) output.raw(CLEAR_LINE);
      isDrawn = false;
    },
  };
}

/** A walk on one line: how much of what, how fast, how long still. How many commits there are is about known. Pure. */
export function walkLine(
  { commits, of }: Seen,
  { walked, milliseconds }: { readonly walked: number; readonly milliseconds: number },
): string {
  const rate = walked / Math.max(1, milliseconds);
  const speed = `${Math.round(rate * 1000)} commits/s`;
  if (of === undefined || of < commits) return `${commits} commits, ${speed}`;
  const share = commits / of;
  const filled = Math.round(share * BAR_COLUMNS);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
  const left = rate === 0 ? '' : `, about ${span((of - commits) / rate)} left`;
  return `${bar} ${Math.floor(share * 100)}%  ${commits} of about ${of} commits, ${speed}${left}`;
}
