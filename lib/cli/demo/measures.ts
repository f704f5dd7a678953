import type { Commit } from '../../history/event-store.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Answer } from './load-generator.ts';
import { badCanary, restoration, rollForward } from './moments.ts';
import type { Deployed } from './record.ts';
import { begunAfter, hasFailed, openDuring, type Window } from './traffic.ts';

/** What the demo has measured. Times in milliseconds; `undefined` where it did not come that far. */
export type Measures = {
  readonly requests: number;
  /** Requests that failed while the bad release had a share of the traffic. */
  readonly failedInside: readonly Answer[];
  /** Requests that failed at any other time: there should be none. */
  readonly failedOutside: readonly Answer[];
  /** Requests that began when the traffic had been restored. */
  readonly after: readonly Answer[];
  /** From the deciding measurement to restored traffic. */
  readonly restoring: number | undefined;
  /** From the first change of the second release to its end. */
  readonly rollingForward: number | undefined;
  /** The former in relation to the latter. */
  readonly ratio: number | undefined;
};

/** Measures by the times in the histories and those of the requests, which are of one clock. Pure. */
export function measure(
  second: Pick<Deployed, 'commits' | 'followed'> | undefined,
  third: { readonly commits: readonly Pick<Commit, 'at' | 'events'>[] } | undefined,
  answers: readonly Answer[],
): Measures {
  const canary = third && badCanary(third.commits);
  const during = new Set(canary === undefined ? [] : openDuring(answers, canary));
  const failed = answers.filter(hasFailed);
  const restoring = lengthOf(third && restoration(third.commits));
  const rollingForward = lengthOf(
    second && rollForward(second.commits, changesIn(second.followed.view.pipeline)),
  );
  return {
    requests: answers.length,
    failedInside: failed.filter((answer) => during.has(answer)),
    failedOutside: failed.filter((answer) => !during.has(answer)),
    after: canary === undefined ? [] : begunAfter(answers, canary.to),
    restoring,
    rollingForward,
    ratio: restoring === undefined || rollingForward === undefined ? undefined : restoring / rollingForward,
  };
}

function changesIn(pipeline: Pipeline): readonly string[] {
  return changesOf(pipeline).map(({ name }) => name);
}

function lengthOf(window: Window | undefined): number | undefined {
  return window === undefined ? undefined : window.to - window.from;
}
