import type { Commit } from '../../history/event-store.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Answer } from './load-generator.ts';
import { badCanary, restoration, rollForward, trafficBack, wholeRollback } from './moments.ts';
import { BAD, ROLLBACK, SEARCH } from './plan.ts';
import { type DemoRecord, type Deployed, deployedAs } from './record.ts';
import { begunAfter, hasFailed, openDuring, type Window } from './traffic.ts';

/** What the demo has measured. Times in milliseconds; `undefined` where it did not come that far. */
export type Measures = {
  readonly requests: number;
  /** Requests that failed while the bad release had a share of the traffic. */
  readonly failedInside: readonly Answer[];
  /** Requests that failed at any other time: there should be none. */
  readonly failedOutside: readonly Answer[];
  /** Requests that began when the traffic had been restored from the bad release. */
  readonly after: readonly Answer[];
  /** Requests that were open during the rollback of the finished deployment, and those that began when its traffic was back. */
  readonly duringRollback: readonly Answer[];
  readonly afterRollback: readonly Answer[];
  /** From the deciding measurement to restored traffic. */
  readonly restoring: number | undefined;
  /** From the first change of the good canary to its end. */
  readonly rollingForward: number | undefined;
  /** From the request for its rollback to the traffic being back, and to the rollback's end. */
  readonly takingBack: number | undefined;
  readonly rollingBack: number | undefined;
};

/** Measures by the times in the histories and those of the requests, which are of one clock. Pure. */
export function measure(record: Pick<DemoRecord, 'deployed' | 'answers'>): Measures {
  const { answers } = record;
  const canary = windowIn(deployedAs(record, BAD), badCanary);
  const during = new Set(canary === undefined ? [] : openDuring(answers, canary));
  const failed = answers.filter(hasFailed);
  const rollback = deployedAs(record, ROLLBACK);
  const back = windowIn(rollback, trafficBack);
  const whole = windowIn(rollback, wholeRollback);
  const forward = deployedAs(record, SEARCH);
  return {
    requests: answers.length,
    failedInside: failed.filter((answer) => during.has(answer)),
    failedOutside: failed.filter((answer) => !during.has(answer)),
    after: canary === undefined ? [] : begunAfter(answers, canary.to),
    duringRollback: whole === undefined ? [] : openDuring(answers, whole),
    afterRollback: back === undefined || whole === undefined ? [] : begunWithin(answers, back.to, whole.to),
    restoring: lengthOf(windowIn(deployedAs(record, BAD), restoration)),
    rollingForward: lengthOf(
      forward && rollForward(forward.commits, changesIn(forward.followed.view.pipeline)),
    ),
    takingBack: lengthOf(back),
    rollingBack: lengthOf(whole),
  };
}

/** What one time is of another; `undefined` where one of them was not measured. */
export function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined ? undefined : part / whole;
}

function windowIn(
  deployed: Deployed | undefined,
  find: (commits: readonly Commit[]) => Window | undefined,
): Window | undefined {
  return deployed && find(deployed.commits);
}

function begunWithin(answers: readonly Answer[], from: number, to: number): readonly Answer[] {
  return begunAfter(answers, from).filter(({ startedAt }) => startedAt <= to);
}

function changesIn(pipeline: Pipeline): readonly string[] {
  return changesOf(pipeline).map(({ name }) => name);
}

function lengthOf(window: Window | undefined): number | undefined {
  return window === undefined ? undefined : window.to - window.from;
}
