import { shortId } from '../../lifecycle/wording/short-id.ts';
import { between, span } from '../../lifecycle/wording/times.ts';
import { factLines } from '../output/facts.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { pad, widthOf } from '../output/width.ts';
import type { Expectation } from './expectations.ts';
import { type Measures, ratio } from './measures.ts';
import { BAD, SEARCH, titleOf } from './plan.ts';
import type { DemoRecord } from './record.ts';
import { wrapped } from './wrapped.ts';

/** What is left for somebody to look around in. */
export type Kept = {
  readonly folder: string;
  readonly data: string;
  readonly url: string;
  readonly process: number;
};

export type Summary = {
  readonly record: DemoRecord;
  readonly measures: Measures;
  readonly expectations: readonly Expectation[];
  readonly kept: Kept | undefined;
};

/** The end of the demo for people, in lines of so many columns where somebody reads it at a terminal. Pure. */
export function summaryLines(
  summary: Summary,
  style: Style,
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const { expectations, measures } = summary;
  const titleColumns = Math.max(...expectations.map(({ name }) => widthOf(name)));
  const broken = expectations.filter(({ held }) => !held);
  return [
    style.bold('What was expected, and seen'),
    ...expectations.flatMap((expectation) => expectationLines(expectation, titleColumns, { style, columns })),
    '',
    style.bold('What was measured'),
    ...factLines(measuredFacts(measures), style),
    '',
    style.bold('See for yourself'),
    ...factLines(commandFacts(summary), style),
    '',
    broken.length === 0
      ? `${style.good('✔ the demo held')}  all ${expectations.length} expectations`
      : `${style.bad('✖ the demo failed')}  ${broken.length} of ${expectations.length} expectations did not hold: ${broken.map(({ name }) => name).join(', ')}`,
  ];
}

type Rendering = { readonly style: Style; readonly columns: number };

/** One that held needs no more than what was seen; one that did not says what should have been. */
function expectationLines(
  { name, held, expected, observed }: Expectation,
  titleColumns: number,
  { style, columns }: Rendering,
): readonly string[] {
  const mark = held ? style.good('✔ held  ') : style.bad('✖ broken');
  const indent = 2 + widthOf('✖ broken') + 1 + titleColumns + 2;
  const said = held ? [observed] : [`expected ${expected}`, `observed ${observed}`];
  const [first = '', ...rest] = said.flatMap((each) => wrapped(oneLine(each), columns - indent - 1));
  return [`  ${mark} ${pad(name, titleColumns)}  ${first}`, ...rest.map((line) => ' '.repeat(indent) + line)];
}

type Fact = readonly [name: string, text: string];

function measuredFacts(measures: Measures): readonly Fact[] {
  const { requests, failedInside, restoring, rollingForward, takingBack, rollingBack } = measures;
  return [
    ['requests served', requests.toLocaleString('en')],
    ['users saw fail', `${failedInside.length}, while ${titleOf(BAD)} had its share of the traffic`],
    [
      'bad canary',
      restoring === undefined
        ? NOT_REACHED
        : `traffic restored ${restoring} ms after the deciding measurement`,
    ],
    [
      'roll-forward',
      rollingForward === undefined
        ? NOT_REACHED
        : `${(rollingForward / 1000).toFixed(1)} s, ${titleOf(SEARCH)} from its first change to its end`,
    ],
    [
      'rollback of it',
      takingBack === undefined || rollingBack === undefined
        ? NOT_REACHED
        : `traffic back after ${takingBack} ms, ended after ${rollingBack} ms: ${written(ratio(takingBack, rollingForward))} and ${written(ratio(rollingBack, rollingForward))} of the roll-forward`,
    ],
  ];
}

const NOT_REACHED = 'not reached';

/** Two significant digits: the ratio is small, and how small is the point. */
function written(value: number | undefined): string {
  return value === undefined ? 'an unknown part' : String(Number(value.toPrecision(2)));
}

function commandFacts({ record, kept }: Summary): readonly Fact[] {
  if (kept === undefined) return [['keep it', 'nonevent demo --keep, then look around in its history']];
  const last = record.deployed.at(-1)?.followed.view.deployment;
  const at = `--data ${kept.data}`;
  return [
    ['why', `nonevent explain ${shortId(last ?? 'latest')} ${at}`],
    ['history', `nonevent history ${shortId(last ?? 'latest')} ${at}`],
    ['replay', `nonevent replay ${shortId(last ?? 'latest')} --at 5 ${at}`],
    ['audit', `nonevent audit verify ${at}`],
    ['service', kept.url],
    ['files', kept.folder],
    ['stop it', `kill ${kept.process}, which stops the services too; then remove ${kept.folder}`],
  ];
}

/** The end of the demo as `-o json` gives it. Pure. */
export function summaryDocument({ record, measures, expectations, kept }: Summary): object {
  const { failedInside, failedOutside, restoring, rollingForward, takingBack, rollingBack } = measures;
  return {
    held: expectations.every(({ held }) => held),
    requests: measures.requests,
    failedDuringBadCanary: failedInside.length,
    failedOtherwise: failedOutside.length,
    badCanaryRestoredAfterMilliseconds: restoring ?? null,
    rollForwardMilliseconds: rollingForward ?? null,
    rollbackTrafficMilliseconds: takingBack ?? null,
    rollbackMilliseconds: rollingBack ?? null,
    rollbackRatio: ratio(takingBack, rollingForward) ?? null,
    deployments: record.deployed.map(({ planned, followed: { view } }) => ({
      title: titleOf(planned),
      deployment: view.deployment,
      outcome: view.outcome,
      failedStage: view.failure?.stage ?? null,
      took: span(between(view.requestedAt, view.endedAt ?? view.requestedAt)),
    })),
    flag: record.flag ?? null,
    expectations,
    kept: kept ?? null,
  };
}
