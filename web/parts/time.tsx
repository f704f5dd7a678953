import type { JSX } from 'preact';
import { dateAndTime, timeOfDay } from '../../lib/lifecycle/wording/times.ts';

/** A time of day in UTC, as the command line gives it; the whole of it where one points at it. */
export function Time({ at, whole = false }: { readonly at: string; readonly whole?: boolean }): JSX.Element {
  return (
    <time dateTime={at} title={at}>
      {whole ? dateAndTime(at) : timeOfDay(at)}
    </time>
  );
}
