import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { Mark } from '../parts/mark.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { BOX_HEIGHT, type Box, type Layout, layoutOf } from './layout.ts';
import { type MachineGraph, machineGraph } from './machine-graph.ts';
import { standingOf } from './standing.ts';

/** The machine that the history is folded through, with where it stands: as a picture and as a table. */
export function MachineView({ deployment }: { readonly deployment: Deployment }): JSX.Element {
  const { pipeline } = deployment.view;
  const graph = useMemo(() => machineGraph(pipeline), [pipeline]);
  const layout = useMemo(() => layoutOf(graph), [graph]);
  return (
    <section class="machine" aria-labelledby="machine-title">
      <h2 id="machine-title">Machine</h2>
      <p class="dim">
        Stands at <b>{deployment.state.join(', ')}</b>
        {deployment.legal.length > 0 && <>, where {deployment.legal.length} events are legal</>}
      </p>
      <div class="machine-sides">
        <Scroll name="Picture of the machine" class="picture">
          <Picture layout={layout} deployment={deployment} />
        </Scroll>
        <Scroll name="Table of the machine">
          <StateTable graph={graph} deployment={deployment} />
        </Scroll>
      </div>
    </section>
  );
}

function Picture({
  layout,
  deployment,
}: {
  readonly layout: Layout;
  readonly deployment: Deployment;
}): JSX.Element {
  const { width, height } = layout;
  return (
    <svg
      class="graph"
      role="img"
      aria-label={`The machine, standing at ${deployment.state.join(', ')}. The table beside it says the same.`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">
          <path d="M0 0L8 4L0 8z" class="arrow" />
        </marker>
      </defs>
      {layout.frames.map(({ group, ...frame }) => (
        <rect key={group} class="frame" rx="6" {...frame} />
      ))}
      {layout.lines.map((line) => (
        <path
          key={`${line.from} ${line.to}`}
          class={`line line-${line.kind}`}
          d={line.path}
          marker-end="url(#arrow)"
        >
          <title>{`${line.from} to ${line.to}: ${line.events.join(', ')}`}</title>
        </path>
      ))}
      {layout.boxes.map((box) => (
        <StateBox key={box.name} box={box} deployment={deployment} />
      ))}
    </svg>
  );
}

function StateBox({ box, deployment }: { readonly box: Box; readonly deployment: Deployment }): JSX.Element {
  const { symbol, word, tone } = standingOf(deployment, box.name);
  const isActive = deployment.state.includes(box.name);
  return (
    <g class={`state tone-${tone}${isActive ? ' active' : ''}${word === '' ? ' idle' : ''}`}>
      <title>{word === '' ? box.name : `${box.name}: ${word}`}</title>
      <rect x={box.x} y={box.y} width={box.width} height={BOX_HEIGHT} rx="5" />
      <text class="symbol" x={box.x + 9} y={box.y + 16}>
        {symbol}
      </text>
      <text x={box.x + 24} y={box.y + 16}>
        {box.label}
      </text>
    </g>
  );
}

function StateTable({
  graph,
  deployment,
}: {
  readonly graph: MachineGraph;
  readonly deployment: Deployment;
}): JSX.Element {
  return (
    <table class="states">
      <caption class="unseen">States of the machine and where they lead</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Stands</th>
          <th scope="col">Leads to</th>
        </tr>
      </thead>
      <tbody>
        {graph.nodes.map(({ name, group }) => {
          const isActive = deployment.state.includes(name);
          const mark = standingOf(deployment, name);
          return (
            <tr key={name} class={isActive ? 'here' : undefined} aria-current={isActive ? 'step' : undefined}>
              <th scope="row">
                {name}
                {group !== undefined && <span class="dim"> in {group}</span>}
              </th>
              <td>{mark.word !== '' && <Mark mark={mark} />}</td>
              <td class="leads">{leadsOf(graph, name, group)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** `passed → place; failed, refused → undo acquire`: of the events of a state only the fact is said. Out of a group leads what all of it does. */
function leadsOf({ edges }: MachineGraph, name: string, group: string | undefined): string {
  return edges
    .filter(({ from }) => from === name || from === group)
    .map(
      ({ to, events }) => `${events.map((event) => event.slice(event.indexOf('.') + 1)).join(', ')} → ${to}`,
    )
    .join('; ');
}
