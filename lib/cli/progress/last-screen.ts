import type { DeploymentView } from '../../lifecycle/view.ts';
import { byWhom } from '../../lifecycle/wording/by-whom.ts';
import { isDone, nextCommand } from '../../lifecycle/wording/next-command.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { factLines } from '../output/facts.ts';
import type { Style } from '../output/style.ts';
import { manyLines, oneLine } from '../output/untrusted.ts';
import type { LiveNow } from '../reading/live-now.ts';
import { headline } from './headline.ts';

/** What remains on the screen when a deployment has ended: the root cause, where it left things, what to type next. Pure. */
export function lastScreen(view: DeploymentView, live: LiveNow, style: Style): readonly string[] {
  return [headline(view, view.requestedAt, style), ...factLines(factsOf(view, live), style)];
}

type Fact = readonly [name: string, text: string];

function factsOf(view: DeploymentView, live: LiveNow): readonly Fact[] {
  const id = shortId(view.deployment);
  if (isDone(view)) {
    const undone = view.kind === 'rollback' ? undoneOf(view) : [];
    return [...undone, liveFact(live), ['history', `nonevent history ${id}`]];
  }
  return [...causeOf(view), ...undoneOf(view), liveFact(live), ['next', nextCommand(view)]];
}

/** The failure that ended the forward run, in the words it was recorded with. */
export function causeOf(view: DeploymentView): readonly Fact[] {
  const { failure } = view;
  if (failure === undefined) return [];
  if (failure.mode === 'stopped' && view.stop !== undefined)
    return [
      ['stopped by', oneLine(byWhom(view.stop))],
      ['while at', failure.stage],
    ];
  return [
    ['stage', failure.stage],
    ['question', oneLine(failure.question)],
    ['expected', oneLine(failure.expected)],
    ['observed', manyLines(failure.observed).join('\n')],
    ...(view.stop === undefined ? [] : [['stop asked by', oneLine(byWhom(view.stop))] as const]),
  ];
}

/** The changes that were taken back, newest first, those that stay, and the one that could not be. */
export function undoneOf(view: DeploymentView): readonly Fact[] {
  const newestFirst = view.stages.toReversed();
  const undone = newestFirst.filter((stage) => stage.state === 'undone').map((stage) => stage.name);
  const kept = newestFirst.flatMap(({ name, kept: why }) =>
    why === undefined ? [] : [`${name}: ${oneLine(why)}`],
  );
  const nothing = kept.length === 0 ? 'nothing, nothing had been changed' : 'nothing';
  const stuck = newestFirst.find((stage) => stage.state === 'undoFailed');
  return [
    ['undone', undone.length === 0 ? nothing : undone.join(', ')],
    ...(kept.length === 0 ? [] : [['kept', kept.join('\n')] as const]),
    ...(stuck === undefined
      ? []
      : [['not undone', `${stuck.name}: ${oneLine(stuck.failure?.observed ?? 'unknown')}`] as const]),
  ];
}

export function liveFact(live: LiveNow): Fact {
  const parts = Object.entries(live).map(([environment, pair]) =>
    pair === undefined ? `nothing in ${environment}` : `${pair.live.release.version} in ${environment}`,
  );
  return ['live now', parts.length === 0 ? 'nothing' : parts.join(', ')];
}
