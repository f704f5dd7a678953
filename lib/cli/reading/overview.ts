import type { Environment } from '../../environments/environment.ts';
import type { Overview } from '../../environments/overview.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import { between, dateAndTime, span } from '../../lifecycle/wording/times.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { markOfOutcome } from '../../lifecycle/wording/marks.ts';

/** The overview for people. Pure. */
export function overviewLines(
  { environments, deployments }: Overview,
  now: string,
  style: Style,
): readonly string[] {
  if (deployments.length === 0) return ['no deployment yet', `  ${style.dim('next')}  nonevent deploy`];
  const live = Object.entries(environments).flatMap(([name, environment]) => liveRows(name, environment));
  return [
    style.bold('Live'),
    ...table([['  environment', 'pipeline', 'live', 'known good', 'lease'], ...live], (cell, _, row) =>
      row === 0 ? style.dim(cell) : cell,
    ),
    '',
    style.bold('Newest deployments'),
    ...table(
      [
        ['  deployment', 'pipeline', 'release', 'outcome', 'requested', 'took'],
        ...deployments.map(({ view }) => row(view, now)),
      ],
      (cell, column, index) => {
        if (index === 0) return style.dim(cell);
        const view = deployments[index - 1]?.view;
        return column === 3 && view !== undefined ? style[markOfOutcome(view.outcome).tone](cell) : cell;
      },
    ),
  ];
}

function liveRows(name: string, { live, lease }: Environment): readonly (readonly string[])[] {
  const held = lease === undefined ? 'free' : `held by ${shortId(lease.deployment)}`;
  const pairs = Object.entries(live);
  if (pairs.length === 0) return [[`  ${name}`, '-', 'nothing', '-', held]];
  return pairs.map(([pipeline, pair]) => [
    `  ${name}`,
    pipeline,
    pair.live.release.version,
    pair.knownGood?.release.version ?? '-',
    held,
  ]);
}

function row(view: DeploymentView, now: string): readonly string[] {
  const { symbol, word } = markOfOutcome(view.outcome);
  return [
    `  ${shortId(view.deployment)}`,
    view.pipeline.pipeline,
    view.release.version,
    `${symbol} ${word}`,
    dateAndTime(view.requestedAt),
    span(between(view.requestedAt, view.endedAt ?? now)),
  ];
}

/** The overview as `-o json` gives it. Pure. */
export function overviewDocument({ environments, deployments }: Overview): object {
  return {
    environments: Object.entries(environments).map(([environment, { live, lease }]) => ({
      environment,
      lease: lease ?? null,
      pipelines: Object.entries(live).map(([pipeline, pair]) => ({ pipeline, ...pair })),
    })),
    deployments: deployments.map(({ view }) => ({
      deployment: view.deployment,
      pipeline: view.pipeline.pipeline,
      release: view.release,
      outcome: view.outcome ?? null,
      requestedAt: view.requestedAt,
      endedAt: view.endedAt ?? null,
    })),
  };
}
