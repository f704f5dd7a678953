import type { StageKind } from './stage.ts';

/** What is taken where a stage does not say it. Times in seconds. */
export type Defaults = { readonly question: string; readonly expect: number; readonly timeout: number };

/** The defaults of each kind. `command` and `custom` ask what only the team knows, so their question is required. */
export const DEFAULTS: Readonly<Record<StageKind, Defaults>> = {
  command: { question: 'Does the command succeed?', expect: 30, timeout: 600 },
  http: { question: 'Does it answer as expected?', expect: 2, timeout: 30 },
  analysis: {
    question: 'Does the new revision serve real traffic as well as it has to?',
    expect: 60,
    timeout: 180,
  },
  compatibility: {
    question: 'Do its APIs fit those of every revision that is live or may come back?',
    expect: 1,
    timeout: 60,
  },
  parity: { question: 'Does what was tested there hold here?', expect: 1, timeout: 60 },
  function: { question: 'Does the function answer as expected?', expect: 10, timeout: 120 },
  rehearsal: { question: 'Can it be taken back as fast as it has to be?', expect: 4, timeout: 60 },
  acquire: { question: 'Is the environment free for this deployment?', expect: 1, timeout: 3600 },
  place: { question: 'Does the release start and answer its health check?', expect: 10, timeout: 120 },
  shift: { question: 'Does the traffic go where it should?', expect: 1, timeout: 60 },
  flag: { question: 'Does the flag have its new value?', expect: 1, timeout: 60 },
  migrate: { question: 'Is the schema migrated?', expect: 30, timeout: 600 },
  custom: { question: 'Was the change made?', expect: 30, timeout: 600 },
};

type Times = { readonly expect: number; readonly timeout: number };

/** Both times of a stage. A written one moves the default of the other, so that a stage never has to say both. */
export function timesOf(
  kind: StageKind,
  written: { expect?: number | undefined; timeout?: number | undefined },
): Times {
  const usual = DEFAULTS[kind];
  const expect = written.expect ?? Math.min(usual.expect, written.timeout ?? usual.expect);
  return { expect, timeout: written.timeout ?? Math.min(Math.max(usual.timeout, 3 * expect), 86_400) };
}

/** The times of an analysis: it takes as long as it observes, and may be extended once by the same time. */
export function analysisTimesOf(
  written: { expect?: number | undefined; timeout?: number | undefined },
  observes: number,
): Times {
  const expect = written.expect ?? Math.min(observes, written.timeout ?? observes);
  return { expect, timeout: written.timeout ?? Math.min(Math.max(2 * observes, expect) + 60, 86_400) };
}

/** The times of a rehearsal: three sides under load, and the moves between them. */
export function rehearsalTimesOf(
  written: { expect?: number | undefined; timeout?: number | undefined },
  { for: side, within }: { readonly for: number; readonly within: number },
): Times {
  const takes = 3 * side + 1;
  const expect = written.expect ?? Math.min(takes, written.timeout ?? takes);
  const patience = Math.max(DEFAULTS.rehearsal.timeout, takes + 4 * within + 30, 3 * expect);
  return { expect, timeout: written.timeout ?? Math.min(patience, 86_400) };
}
