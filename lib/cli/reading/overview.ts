import type { Environment, LivePair } from '../../environments/environment.ts';
import { flagInWords, flagValues } from '../../environments/flags.ts';
import type { Overview } from '../../environments/overview.ts';
import type { Readiness } from '../../environments/readiness.ts';
import { schemaInWords, servedVersions } from '../../environments/schema.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { markOfDeployment } from '../../lifecycle/wording/marks.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { between, dateAndTime, span } from '../../lifecycle/wording/times.ts';
import type { Weights } from '../../targets/target.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import { oneLine } from '../output/untrusted.ts';
import type { EveryReadiness } from './readiness.ts';
import { type EveryTraffic, splitInWords, versionOf } from './traffic.ts';

/** What is true on the targets, as far as it can be seen from outside. */
type Seen = { readonly readiness: EveryReadiness; readonly traffic: EveryTraffic };

/** The overview for people. Pure. */
export function overviewLines(
  { environments, deployments }: Overview,
  { readiness, traffic }: Seen,
  now: string,
  style: Style,
): readonly string[] {
  if (deployments.length === 0) return ['no deployment yet', `  ${style.dim('next')}  nonevent deploy`];
  const live = Object.entries(environments).flatMap(([name, environment]) =>
    liveRows(name, environment, traffic[name] ?? {}),
  );
  return [
    style.bold('Live'),
    ...table(
      [['  environment', 'pipeline', 'live', 'settings', 'known good', 'lease'], ...live],
      (cell, _, row) => (row === 0 ? style.dim(cell) : cell),
    ),
    ...rollbackLines(readiness, style),
    ...flagsSection(environments, style),
    ...schemasSection(environments, style),
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
        return column === 3 && view !== undefined ? style[markOfDeployment(view).tone](cell) : cell;
      },
    ),
  ];
}

function flagsSection(environments: Overview['environments'], style: Style): readonly string[] {
  const rows = Object.entries(environments).flatMap(([name, environment]) =>
    Object.entries(flagValues(environment)).map(([flag, value]) => [
      `  ${name}`,
      flag,
      oneLine(flagInWords(value)),
    ]),
  );
  if (rows.length === 0) return [];
  return [
    '',
    style.bold('Flags'),
    ...table([['  environment', 'flag', 'value'], ...rows], (cell, _, row) =>
      row === 0 ? style.dim(cell) : cell,
    ),
  ];
}

function schemasSection(environments: Overview['environments'], style: Style): readonly string[] {
  const rows = Object.entries(environments).flatMap(([name, { schemas }]) =>
    Object.entries(schemas).map(([schema, state]) => [`  ${name}`, schema, schemaInWords(state)]),
  );
  if (rows.length === 0) return [];
  return [
    '',
    style.bold('Schemas'),
    ...table([['  environment', 'schema', 'state'], ...rows], (cell, _, row) =>
      row === 0 ? style.dim(cell) : cell,
    ),
  ];
}

/** What is live, or who gets how much while the traffic is split. */
function liveRows(
  name: string,
  { live, lease, queue }: Environment,
  traffic: EveryTraffic[string],
): readonly (readonly string[])[] {
  const waiting = queue.map(({ deployment }) => shortId(deployment)).join(', ');
  const held = [
    lease === undefined ? 'free' : `held by ${shortId(lease.deployment)}`,
    ...(waiting === '' ? [] : [`then ${waiting}`]),
  ].join(', ');
  const pairs = Object.entries(live);
  if (pairs.length === 0) return [[`  ${name}`, '-', 'nothing', '-', '-', held]];
  return pairs.map(([pipeline, pair]) => [
    `  ${name}`,
    pipeline,
    trafficInWords(pair.live, traffic[pipeline]),
    pair.live.settings === undefined ? '-' : `${pair.live.settings.version}`,
    knownGoodInWords(pair),
    held,
  ]);
}

function knownGoodInWords({ knownGood, cooled }: LivePair): string {
  if (knownGood === null) return '-';
  return cooled === true ? `${knownGood.release.version}, stopped` : knownGood.release.version;
}

/** A revision that is not recorded as live may have all the traffic: just before it is recorded, or while that is undone. */
function trafficInWords(live: RevisionRef, weights: Weights | undefined): string {
  const split = splitInWords(weights, (revision) => revision !== live.revision);
  if (split !== undefined) return split;
  const [served] = Object.keys(weights ?? {});
  return served === undefined || served === live.revision
    ? live.release.version
    : `${versionOf(served)} 100 %`;
}

/** Can it be rolled back? A line for each pipeline that is live somewhere. */
function rollbackLines(readiness: EveryReadiness, style: Style): readonly string[] {
  const rows = Object.entries(readiness).flatMap(([environment, pipelines]) =>
    Object.entries(pipelines).map(([pipeline, answer]) => [
      `  ${environment}`,
      pipeline,
      answer.ready ? '✔ ready' : '! blocked',
      readinessInWords(answer),
    ]),
  );
  if (rows.length === 0) return [];
  const header = ['  environment', 'pipeline', 'state', 'why'];
  return [
    '',
    style.bold('Rollback'),
    ...table([header, ...rows], (cell, column, index) => {
      if (index === 0) return style.dim(cell);
      return column === 2 ? style[cell.startsWith('✔') ? 'good' : 'warning'](cell) : cell;
    }),
  ];
}

export function readinessInWords(answer: Readiness): string {
  if (!answer.ready) return answer.blocking.join('; ');
  if (answer.warm === null)
    return `to ${answer.returnsTo.release.version}; whether it runs is not known here`;
  const how = answer.warm ? 'which runs' : 'which is placed again first';
  return `to ${answer.returnsTo.release.version}, ${how}`;
}

function row(view: DeploymentView, now: string): readonly string[] {
  const { symbol, word } = markOfDeployment(view);
  return [
    `  ${shortId(view.deployment)}`,
    view.pipeline.pipeline,
    view.release.version,
    `${symbol} ${word}${word === 'stopped' && view.stop !== undefined ? ` by ${oneLine(view.stop.actor)}` : ''}`,
    dateAndTime(view.requestedAt),
    span(between(view.requestedAt, view.endedAt ?? now)),
  ];
}

/** The overview as `-o json` gives it. Pure. */
export function overviewDocument(
  { environments, deployments }: Overview,
  { readiness, traffic }: Seen,
): object {
  return {
    environments: Object.entries(environments).map(
      ([environment, { live, lease, queue, flags, schemas }]) => ({
        environment,
        lease: lease ?? null,
        queue,
        flags: flagValues({ flags }),
        schemas: Object.fromEntries(
          Object.entries(schemas).map(([schema, state]) => [
            schema,
            { serves: servedVersions(state), newest: state.changes.at(-1) ?? null },
          ]),
        ),
        pipelines: Object.entries(live).map(([pipeline, pair]) => ({
          pipeline,
          ...pair,
          traffic: traffic[environment]?.[pipeline] ?? null,
          rollback: readiness[environment]?.[pipeline] ?? null,
        })),
      }),
    ),
    deployments: deployments.map(({ view }) => ({
      deployment: view.deployment,
      kind: view.kind,
      pipeline: view.pipeline.pipeline,
      release: view.release,
      outcome: view.outcome ?? null,
      ending: view.outcome === undefined ? null : markOfDeployment(view).word,
      stop: view.stop ?? null,
      requestedAt: view.requestedAt,
      endedAt: view.endedAt ?? null,
    })),
  };
}
