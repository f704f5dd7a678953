import { z } from 'zod';
import type { HeldCriterion } from './hold-metrics.ts';

/** An alarm as it is now; `null` where it does not exist. Ignored where it has been red since before the first change. */
export const alarmSeen = z.object({
  name: z.string(),
  now: z
    .object({ state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']), since: z.number().nullable() })
    .nullable(),
  ignored: z.boolean(),
});
export type AlarmSeen = z.output<typeof alarmSeen>;

/**
 * Holds alarms. One that was red before the first change, and has been since, neither blocks the change nor blames it; one that turned
 * red anew does. An alarm that is not there, or knows too little, is no evidence. Pure.
 */
export function holdAlarms(names: readonly string[], seen: readonly AlarmSeen[]): readonly HeldCriterion[] {
  return names.map((name) => {
    const found = seen.find((one) => one.name === name);
    return { expected: `alarm ${name} not red`, ...standingOf(name, found) };
  });
}

function standingOf(name: string, found: AlarmSeen | undefined): Pick<HeldCriterion, 'observed' | 'holds'> {
  if (found === undefined || found.now === null) {
    return { observed: `alarm ${name} does not exist`, holds: undefined };
  }
  const { state, since } = found.now;
  switch (state) {
    case 'OK':
      return { observed: `alarm ${name} ok`, holds: true };
    case 'INSUFFICIENT_DATA':
      return { observed: `alarm ${name} has too little data`, holds: undefined };
    case 'ALARM':
      if (found.ignored)
        return { observed: `alarm ${name} ignored: red since before the change`, holds: true };
      if (since === null) return { observed: `alarm ${name} red, nobody says since when`, holds: undefined };
      return { observed: `alarm ${name} red since ${new Date(since).toISOString()}`, holds: false };
    default:
      return state satisfies never;
  }
}
