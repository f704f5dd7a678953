import type { Commit } from '../../history/event-store.ts';
import { NoneventError } from '../../nonevent-error.ts';

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * The commits up to a moment: a seq, or a time in ISO-8601. Order is by seq, so a time takes every commit up to the
 * last one that was recorded by then. Pure.
 *
 * Errors: `InvalidInput` for what is neither, for a seq that the history does not have, and for a time before its first.
 */
export function commitsAsOf(commits: readonly Commit[], moment: string): readonly Commit[] {
  const last = commits.at(-1)?.seq ?? 0;
  if (/^\d+$/.test(moment)) {
    const seq = Number(moment);
    if (seq >= 1 && seq <= last) return commits.slice(0, seq);
    throw invalid(`there is no commit ${moment}: the history has the commits 1 to ${last}`);
  }
  const time = TIME.test(moment) ? Date.parse(moment) : Number.NaN;
  if (Number.isNaN(time)) {
    throw invalid(
      `invalid moment ${JSON.stringify(moment)}: expected a seq such as 5 or a time such as 2026-11-23T04:12:00Z`,
    );
  }
  const until = commits.findLastIndex((commit) => Date.parse(commit.at) <= time);
  if (until >= 0) return commits.slice(0, until + 1);
  throw invalid(
    `nothing had been recorded at ${moment}: the history begins at ${commits[0]?.at ?? 'no time yet'}`,
  );
}

function invalid(message: string): NoneventError {
  return new NoneventError('InvalidInput', message, { hint: 'list the commits with `nonevent history ID`' });
}
