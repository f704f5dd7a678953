import type { Judgement } from '../../history/deployment-events.ts';
import { inWords } from '../../pipeline/in-words.ts';
import type { Json } from '../../pipeline/json.ts';
import type { RehearsalStage } from '../../pipeline/kinds/rehearsal.ts';
import { sameWeights, weightsInWords } from '../weights.ts';
import { type Moment, type Rehearsed, rehearsalEvidence } from './evidence.ts';

/**
 * Holds a rehearsal against its budget. Whatever was not seen never passes, but for the very first deployment where the stage says
 * so. Pure.
 */
export function judgeRehearsal(stage: RehearsalStage, recorded: Json): Judgement {
  const expected = expectedOf(stage);
  const seen = rehearsalEvidence.safeParse(recorded);
  if (!seen.success) return { verdict: 'inconclusive', expected, observed: 'no readable evidence' };
  const { data } = seen;
  if (!data.rehearsed) {
    if (!data.isFirst) return { verdict: 'inconclusive', expected, observed: data.problem };
    if (stage.firstDeployment === 'pass') return { verdict: 'pass', expected, observed: data.problem };
    return { verdict: 'inconclusive', expected, observed: `${data.problem}; ${LET_FIRST_PASS}` };
  }
  const faults = faultsOf(stage, data);
  if (faults.length > 0) return { verdict: 'fail', expected, observed: faults.join('; ').slice(0, 2000) };
  const missing = missingIn(data);
  if (missing !== undefined) return { verdict: 'inconclusive', expected, observed: missing };
  return { verdict: 'pass', expected, observed: figuresOf(data) };
}

const LET_FIRST_PASS = 'with `firstDeployment: pass` in the stage the first deployment passes';

function expectedOf({ within, ratio, environment }: RehearsalStage): string {
  return `${environment} back within ${inWords(within)} and ${ratio} x the roll-forward, as it was before, and no request failed`;
}

function faultsOf({ within, ratio }: RehearsalStage, seen: Rehearsed): readonly string[] {
  const { before, found, back, forward, rollForwardMilliseconds, load } = seen;
  const took = back.milliseconds;
  const longest = rollForwardMilliseconds === null ? undefined : ratio * rollForwardMilliseconds;
  const sides = [load.found, load.back, load.forward];
  const failed = sum(sides.map((side) => side.failed));
  const first = sides.find(({ firstFailure }) => firstFailure !== null)?.firstFailure;
  return [
    ...(took > within * 1000 ? [`back took ${inMilliseconds(took)}, longer than ${inWords(within)}`] : []),
    ...(longest !== undefined && took > longest
      ? [
          `back took ${inMilliseconds(took)}, longer than ${ratio} x the roll-forward of ${inMilliseconds(rollForwardMilliseconds ?? 0)}`,
        ]
      : []),
    ...(failed > 0 ? [`${failed} of ${requestsOf(seen)} requests failed: ${first}`] : []),
    ...differences('after the way back', { ...found, weights: before }, back.now),
    ...differences('after the way forward', found, forward.now),
  ];
}

function differences(when: string, wanted: Moment, now: Moment): readonly string[] {
  const gone = wanted.running.filter((revision) => !now.running.includes(revision));
  const come = now.running.filter((revision) => !wanted.running.includes(revision));
  const ended = now.exits - wanted.exits;
  return [
    ...(sameWeights(wanted.weights, now.weights)
      ? []
      : [`${when} the traffic is ${weightsInWords(now.weights)}, not ${weightsInWords(wanted.weights)}`]),
    ...(gone.length > 0 ? [`${when} ${gone.join(', ')} no longer runs`] : []),
    ...(come.length > 0 ? [`${when} ${come.join(', ')} runs, which did not`] : []),
    ...(ended > 0
      ? [`${when} a revision had ended by itself ${ended === 1 ? 'once' : `${ended} times`}`]
      : []),
  ];
}

function missingIn({ rollForwardMilliseconds, load }: Rehearsed): string | undefined {
  if (rollForwardMilliseconds === null) return 'the history does not say what the roll-forward took';
  const silent = (['found', 'back', 'forward'] as const).find((side) => load[side].requests === 0);
  return silent === undefined
    ? undefined
    : `no request ended on the side ${silent}: send more, or for longer`;
}

function figuresOf(seen: Rehearsed): string {
  const { back, forward, rollForwardMilliseconds } = seen;
  const rolled = inMilliseconds(rollForwardMilliseconds ?? 0);
  return `back in ${inMilliseconds(back.milliseconds)}, forward again in ${inMilliseconds(forward.milliseconds)}; the roll-forward took ${rolled}; none of ${requestsOf(seen)} requests failed`;
}

function requestsOf({ load }: Rehearsed): number {
  return sum([load.found.requests, load.back.requests, load.forward.requests]);
}

function inMilliseconds(milliseconds: number): string {
  return `${milliseconds} ms`;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
