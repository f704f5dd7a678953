import type { JSX } from 'preact';
import type { DeploymentView } from '../../lib/lifecycle/view.ts';
import { markOfStage } from '../../lib/lifecycle/wording/marks.ts';
import { between, span } from '../../lib/lifecycle/wording/times.ts';
import type { CommitDocument } from '../../lib/local/page/live-events.ts';
import { Mark } from '../parts/mark.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { type Span, spansOf } from './spans.ts';

type Properties = {
  readonly view: DeploymentView;
  /** Up to the moment that is looked at. */
  readonly commits: readonly CommitDocument[];
  readonly now: string;
};

const SHORTEST_PERCENT = 0.6;

/** When each stage was worked on: a bar for eyes, and in the same row the same in words. */
export function TimelineView({ view, commits, now }: Properties): JSX.Element {
  const begin = view.requestedAt;
  const end = view.endedAt ?? now;
  const whole = Math.max(1, between(begin, end));
  const spans = Map.groupBy(spansOf(commits), ({ stage }) => stage);
  return (
    <Scroll name="Timeline">
      <table class="timeline">
        <caption class="unseen">When each stage was worked on</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">State</th>
            <th scope="col">Began</th>
            <th scope="col">Took</th>
            <th scope="col" class="bars">
              <span class="axis">
                <span>0</span>
                <span>{span(whole / 2)}</span>
                <span>{span(whole)}</span>
              </span>
            </th>
          </tr>
        </thead>
        <tbody>
          {view.stages.map((stage) => {
            const own = spans.get(stage.name) ?? [];
            return (
              <tr key={stage.name}>
                <th scope="row">{stage.name}</th>
                <td>
                  <Mark mark={markOfStage(stage)} />
                </td>
                <td>{own[0] === undefined ? '' : `+${span(between(begin, own[0].from))}`}</td>
                <td>{tookInWords(own, end)}</td>
                <td class="bars">
                  <Bars spans={own} begin={begin} end={end} whole={whole} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

type BarsProperties = {
  readonly spans: readonly Span[];
  readonly begin: string;
  readonly end: string;
  readonly whole: number;
};

function Bars({ spans, begin, end, whole }: BarsProperties): JSX.Element {
  return (
    <svg class="bar" width="100%" height="14" aria-hidden="true">
      <rect class="bar-ground" x="0" y="6" width="100%" height="1" />
      {spans.map((one) => {
        const width = Math.max(SHORTEST_PERCENT, (between(one.from, one.to ?? end) / whole) * 100);
        const x = Math.min(100 - SHORTEST_PERCENT, (between(begin, one.from) / whole) * 100);
        return (
          <rect
            key={one.from + one.lane}
            class={`span-${one.lane} span-${one.ended ?? 'open'}`}
            x={`${x}%`}
            y={one.lane === 'undo' ? 4 : 2}
            width={`${width}%`}
            height={one.lane === 'undo' ? 6 : 10}
          />
        );
      })}
    </svg>
  );
}

/** Attempts and undos, each with what it took. Pure. */
export function tookInWords(spans: readonly Span[], now: string): string {
  return spans
    .map((one) => `${span(between(one.from, one.to ?? now))}${one.lane === 'undo' ? ' undo' : ''}`)
    .join(' + ');
}
