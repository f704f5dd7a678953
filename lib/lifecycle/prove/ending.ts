import type { Exploration, Step } from './explore.ts';
import { outcomeAt } from './laws.ts';
import { eventsTo, type Situation } from './situation.ts';

/** The nearest situation from which no end can be reached. */
export function findEndless({ situations, steps }: Exploration): readonly string[] | undefined {
  const before = Map.groupBy(steps, (step) => step.to);
  const ends = situations.filter((situation) => outcomeAt(situation) !== undefined);
  const ending = new Set(ends);
  for (const situation of ending) {
    for (const { from } of before.get(situation) ?? []) ending.add(from);
  }
  const endless = situations.find((situation) => !ending.has(situation));
  return endless === undefined ? undefined : eventsTo(endless);
}

/**
 * A shortest way into a circle and once around it. Staying in a state is no circle: a stage's attempts and measurements
 * are bounded by the history.
 */
export function findCircle({ situations, steps }: Exploration): readonly string[] | undefined {
  const moves = steps.filter((step) => step.from.state !== step.to.state);
  const after = Map.groupBy(moves, (step) => step.from);
  const suspects = leadingInCircles(situations, moves);
  for (const situation of situations) {
    if (!suspects.has(situation)) continue;
    const around = shortestWayBack(situation, after, suspects);
    if (around !== undefined) return [...eventsTo(situation), ...around];
  }
  return undefined;
}

/** What is left when everything that leads nowhere else has been taken away, again and again. */
function leadingInCircles(situations: readonly Situation[], moves: readonly Step[]): ReadonlySet<Situation> {
  const before = Map.groupBy(moves, (step) => step.to);
  const onward = new Map(situations.map((situation) => [situation, 0]));
  for (const { from } of moves) onward.set(from, (onward.get(from) ?? 0) + 1);
  const leavingOff = situations.filter((situation) => onward.get(situation) === 0);
  for (const situation of leavingOff) {
    for (const { from } of before.get(situation) ?? []) {
      const left = (onward.get(from) ?? 0) - 1;
      onward.set(from, left);
      if (left === 0) leavingOff.push(from);
    }
  }
  const gone = new Set(leavingOff);
  return new Set(situations.filter((situation) => !gone.has(situation)));
}

function shortestWayBack(
  start: Situation,
  after: ReadonlyMap<Situation, readonly Step[]>,
  within: ReadonlySet<Situation>,
): readonly string[] | undefined {
  const ways = new Map<Situation, readonly string[]>([[start, []]]);
  for (const [situation, way] of ways) {
    for (const { event, to } of after.get(situation) ?? []) {
      if (to === start) return [...way, event];
      if (within.has(to) && !ways.has(to)) ways.set(to, [...way, event]);
    }
  }
  return undefined;
}
