import type { Commit } from '../../history/event-store.ts';
import type { Event } from '../../history/events.ts';
import type { DeploymentView, StageView } from '../../lifecycle/view.ts';

/** Whether a deployment had been tested when it first changed something. */
export type Testing =
  /** It never came to a change: nothing had to be tested. */
  | { readonly kind: 'changedNothing' }
  /** It returned to what had been live before. */
  | { readonly kind: 'return' }
  /** Every enforcing check that stands before its first change had passed by then. */
  | { readonly kind: 'tested'; readonly checks: readonly string[] }
  /** These had not passed; none where no enforcing check stands before its first change. */
  | { readonly kind: 'untested'; readonly missing: readonly string[] };

/**
 * Which enforcing checks had passed when the first change began, by the order of the events. Taking the lease of an
 * environment is no change in this sense: it changes nothing that runs. Pure.
 */
export function testingOf(
  commits: readonly Pick<Commit, 'events'>[],
  { kind, stages }: Pick<DeploymentView, 'kind' | 'stages'>,
): Testing {
  if (kind === 'rollback') return { kind: 'return' };
  const changes = new Set(stages.filter(isRealChange).map(({ name }) => name));
  const events = commits.flatMap((commit) => commit.events);
  const first = events.findIndex(({ type, data }) => type === 'StageStarted' && changes.has(data.stage));
  if (first < 0) return { kind: 'changedNothing' };
  const needed = stages
    .slice(0, stages.findIndex(isRealChange))
    .filter((stage) => stage.class === 'check' && stage.mode === 'enforcing')
    .map(({ name }) => name);
  const passed = new Set(events.slice(0, first).flatMap(passIn));
  const missing = needed.filter((name) => !passed.has(name));
  return needed.length > 0 && missing.length === 0
    ? { kind: 'tested', checks: needed }
    : { kind: 'untested', missing };
}

function isRealChange({ class: ofClass, kind }: StageView): boolean {
  return ofClass === 'change' && kind !== 'acquire';
}

function passIn({ type, data }: Event): readonly string[] {
  const isPass = (type === 'StagePassed' || type === 'StageReused') && data.judgement.verdict === 'pass';
  return isPass ? [data.stage] : [];
}
