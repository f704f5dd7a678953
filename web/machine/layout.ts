import { CONCLUDING, ENTER_ROLLBACK } from '../../lib/lifecycle/leaves.ts';
import type { GraphEdge, GraphNode, MachineGraph } from './machine-graph.ts';

export const ROW_HEIGHT = 34;
export const BOX_HEIGHT = 24;
const LETTER_WIDTH = 6.7;
const BOX_PADDING = 34;
const LONGEST_LABEL = 30;
const CHANNEL = 44;
const MARGIN = 10;

export type Box = GraphNode & {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly label: string;
};
export type Line = GraphEdge & { readonly path: string; readonly kind: 'forward' | 'failure' | 'undo' };
export type Frame = {
  readonly group: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};
export type Layout = {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly frames: readonly Frame[];
};

/**
 * Where everything is drawn: forward downwards in the first column; in the second the undo lane upwards, each undo beside
 * its change; in the third the endings that are reached from it. Pure.
 */
export function layoutOf(graph: MachineGraph): Layout {
  const rows = rowsOf(graph);
  const columns = columnsOf(graph);
  const boxes = graph.nodes.map((node): Box => {
    const { column, row } = rows.get(node.name) ?? { column: 0, row: 0 };
    const { x, width } = columns[column] ?? { x: 0, width: 0 };
    return { ...node, x, y: MARGIN + row * ROW_HEIGHT, width, label: shortened(node.name) };
  });
  const byName = new Map(boxes.map((box) => [box.name, box]));
  const frames = framesOf(boxes);
  const last = columns.at(-1);
  return {
    width: (last === undefined ? 0 : last.x + last.width) + MARGIN,
    height: Math.max(0, ...boxes.map((box) => box.y)) + BOX_HEIGHT + MARGIN,
    boxes,
    frames,
    lines: graph.edges.flatMap((edge) => lineOf(edge, byName, frames)),
  };
}

type Place = { readonly column: 0 | 1 | 2; readonly row: number };

/** `failed` and `rolledBack` are reached upwards, so they stand above; `succeeded` and `stuck` below. */
function rowsOf({ nodes }: MachineGraph): ReadonlyMap<string, Place> {
  const names = new Set(nodes.map(({ name }) => name));
  const top = [CONCLUDING.failed, CONCLUDING.rolledBack].filter((name) => names.has(name));
  const forward = nodes.filter(({ lane }) => lane === 'forward');
  const begin = top.length - 1;
  const bottom = begin + forward.length;
  const rowOf = new Map(forward.map(({ name }, index) => [name, begin + index]));
  const places = new Map<string, Place>();
  for (const { name, lane } of nodes) {
    if (lane === 'forward') places.set(name, { column: 0, row: rowOf.get(name) ?? 0 });
    if (lane === 'undo') places.set(name, { column: 1, row: rowOf.get(name.slice('undo '.length)) ?? 0 });
  }
  top.forEach((name, row) => {
    places.set(name, { column: 1, row });
    places.set(name === CONCLUDING.failed ? 'failed' : 'rolledBack', { column: 2, row });
  });
  // A rollback of what succeeded comes into the lane from below, at the newest change.
  places.set(ENTER_ROLLBACK, { column: 1, row: bottom });
  places.set(CONCLUDING.succeeded, { column: 0, row: bottom });
  places.set('succeeded', { column: 0, row: bottom + 1 });
  places.set(CONCLUDING.stuck, { column: 1, row: bottom + 1 });
  places.set('stuck', { column: 2, row: bottom + 1 });
  return places;
}

function columnsOf({ nodes }: MachineGraph): readonly { readonly x: number; readonly width: number }[] {
  const widthOf = (wanted: readonly GraphNode[]): number =>
    Math.max(0, ...wanted.map(({ name }) => shortened(name).length)) * LETTER_WIDTH + BOX_PADDING;
  const concluding = nodes.filter(({ name }) => name.startsWith('conclude '));
  const widths = [
    widthOf(nodes.filter(({ lane }) => lane === 'forward').concat(concluding)),
    widthOf(nodes.filter(({ lane }) => lane === 'undo').concat(concluding)),
    widthOf(nodes.filter(({ lane, name }) => lane === 'ending' && !name.startsWith('conclude '))),
  ];
  let x = MARGIN;
  return widths.map((width) => {
    const column = { x, width };
    x += width + CHANNEL;
    return column;
  });
}

function shortened(name: string): string {
  return name.length <= LONGEST_LABEL ? name : `${name.slice(0, LONGEST_LABEL - 1)}…`;
}

function framesOf(boxes: readonly Box[]): readonly Frame[] {
  const groups = Map.groupBy(
    boxes.filter(({ group }) => group !== undefined),
    ({ group }) => group ?? '',
  );
  return [...groups].map(([group, inside]) => {
    const x = Math.min(...inside.map((box) => box.x)) - 5;
    const y = Math.min(...inside.map((box) => box.y)) - 4;
    const bottom = Math.max(...inside.map((box) => box.y)) + BOX_HEIGHT + 4;
    return { group, x, y, width: Math.max(...inside.map((box) => box.width)) + 10, height: bottom - y };
  });
}

type Shape = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

function lineOf(edge: GraphEdge, boxes: ReadonlyMap<string, Box>, frames: readonly Frame[]): readonly Line[] {
  const shapeOf = (name: string): Shape | undefined => {
    const box = boxes.get(name);
    return box === undefined ? frames.find(({ group }) => group === name) : { ...box, height: BOX_HEIGHT };
  };
  const from = shapeOf(edge.from);
  const to = shapeOf(edge.to);
  if (from === undefined || to === undefined) return [];
  const kind = edge.from.startsWith('undo ') ? 'undo' : to.x > from.x + CHANNEL ? 'failure' : 'forward';
  return [{ ...edge, kind, path: pathOf(edge, from, to) }];
}

function pathOf(edge: GraphEdge, from: Shape, to: Shape): string {
  if (!isSameColumn(from, to)) return elbow(from, to);
  // Straight on it would run through every undo on the way.
  const isPastTheLane =
    edge.to === CONCLUDING.stuck || (edge.from === ENTER_ROLLBACK && edge.to === CONCLUDING.failed);
  return isPastTheLane ? hook(from, to) : vertical(from, to);
}

/** A frame is a little wider than the boxes in it. */
function isSameColumn(from: Shape, to: Shape): boolean {
  return Math.abs(from.x - to.x) < CHANNEL / 2;
}

function vertical(from: Shape, to: Shape): string {
  const x = Math.max(from.x, to.x) + 12;
  return to.y > from.y ? `M${x} ${from.y + from.height}V${to.y}` : `M${x} ${from.y}V${to.y + to.height}`;
}

/** Out at the right, up or down beside the column, in at the right. */
function hook(from: Shape, to: Shape): string {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x + to.width, y: to.y + to.height / 2 };
  const beside = Math.max(start.x, end.x) + 14;
  // In a little off the middle, where nothing else arrives or leaves.
  const bend = end.y > start.y ? 6 : -6;
  const arrival = end.y - bend;
  return [
    `M${start.x} ${start.y}H${beside - 6}`,
    `Q${beside} ${start.y} ${beside} ${start.y + bend}`,
    `V${arrival - bend}`,
    `Q${beside} ${arrival} ${beside - 6} ${arrival}`,
    `H${end.x}`,
  ].join('');
}

/** Out at the right, along the channel before the target's column, in at its left. */
function elbow(from: Shape, to: Shape): string {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  const channel = end.x - CHANNEL / 2;
  const rise = Math.abs(end.y - start.y);
  if (rise < 1) return `M${start.x} ${start.y}H${end.x}`;
  const bend = Math.min(8, rise / 2);
  const towards = end.y > start.y ? bend : -bend;
  return [
    `M${start.x} ${start.y}H${channel - bend}`,
    `Q${channel} ${start.y} ${channel} ${start.y + towards}`,
    `V${end.y - towards}`,
    `Q${channel} ${end.y} ${channel + bend} ${end.y}`,
    `H${end.x}`,
  ].join('');
}
