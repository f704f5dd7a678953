import type { AnyStateNode } from 'xstate';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { changesOf } from '../pipeline/steps.ts';
import { CONCLUDING, ENTER_ROLLBACK, OUTCOMES, PASSED, REQUESTED, undoLeaf } from './leaves.ts';
import { compileMachine } from './machine.ts';

/**
 * Draws a pipeline's machine as a mermaid state diagram (https://mermaid.js.org/syntax/stateDiagram.html), by walking the
 * machine: the forward lane, then the undo lane newest first, then the endings. Events that stay in their state (attempts,
 * measurements, a stop) are left out, for they lead nowhere. Ends with a line break.
 */
export function mermaidOf(pipeline: Pipeline): string {
  const { states } = compileMachine(pipeline).root;
  const lane = [ENTER_ROLLBACK, ...changesOf(pipeline).map(undoLeaf).reverse()];
  const endings = OUTCOMES.flatMap((outcome) => [CONCLUDING[outcome], outcome]);
  const apart = new Set([...lane, ...endings]);
  const forward = Object.keys(states).filter((name) => !apart.has(name));
  const draw = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => {
      const node = states[name];
      return node === undefined ? [] : drawState(node);
    });
  const lines = [
    ...section('forward', [`[*] --> ${idOf(REQUESTED)}`, ...draw(forward)]),
    ...section('undo lane, newest first', draw(lane)),
    ...section('endings', draw(endings)),
  ];
  return `stateDiagram-v2\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`%% ${title}`, ...lines];
}

function drawState(node: AnyStateNode): readonly string[] {
  const id = idOf(node.key);
  const named = nameState(node.key);
  if (node.type === 'final') return [...named, `${id} --> [*]`];
  if (node.type === 'parallel') return [...named, ...drawGroup(node)];
  const arrows = arrowsOf(node, (target) => target !== node);
  return [...named, ...arrows.map(({ to, label }) => `${id} --> ${to} : ${label}`)];
}

/** A composite state with one region per check. Mermaid draws no arrow out of a region, so failures leave the composite. */
function drawGroup(node: AnyStateNode): readonly string[] {
  const id = idOf(node.key);
  const checks = Object.values(node.states).flatMap((region) => {
    const check = Object.values(region.states).find((state) => state.key !== PASSED);
    return check === undefined ? [] : [check];
  });
  const regions = checks.map((check) => {
    const passing = arrowsOf(check, (target) => target.key === PASSED);
    return [
      ...nameState(check.key),
      `[*] --> ${idOf(check.key)}`,
      ...passing.map(({ label }) => `${idOf(check.key)} --> [*] : ${label}`),
    ];
  });
  const failures = checks.flatMap((check) =>
    arrowsOf(check, (target) => target.parent !== check.parent).map(
      ({ to, label }) => `${id} --> ${to} : any ${label}`,
    ),
  );
  return [
    `state ${id} {`,
    ...regions.flatMap((lines, index) => (index === 0 ? lines : ['--', ...lines])).map((line) => `  ${line}`),
    '}',
    ...arrowsOf(node, () => true).map(({ to }) => `${id} --> ${to} : all passed`),
    ...new Set(failures),
  ];
}

type Arrow = { readonly to: string; readonly label: string };

/** One arrow per target, labelled with every event that leads there. */
function arrowsOf(node: AnyStateNode, isWanted: (target: AnyStateNode) => boolean): readonly Arrow[] {
  const events = new Map<AnyStateNode, string[]>();
  for (const transition of [...node.transitions.values()].flat()) {
    const target = transition.target?.[0];
    if (target === undefined || !isWanted(target)) continue;
    const labels = events.get(target) ?? [];
    events.set(target, labels);
    labels.push(labelOf(transition.eventType, node));
  }
  return [...events].map(([target, labels]) => ({ to: idOf(target.key), label: labels.join(', ') }));
}

/** `passed` where the stage is the state's own, `deployment started` where the event speaks of something else. */
function labelOf(event: string, node: AnyStateNode): string {
  const [subject = '', fact = ''] = event.split('.');
  return node.key === REQUESTED ? `${subject} ${fact}` : fact;
}

function nameState(name: string): readonly string[] {
  const id = idOf(name);
  return id === name ? [] : [`state "${name}" as ${id}`];
}

const UNPREFIXED: ReadonlySet<string> = new Set<string>([REQUESTED, ...OUTCOMES]);

/**
 * Mermaid reads a hyphen in an id as the beginning of an arrow, and words such as `default`, `note` or `state` as its own.
 * Stages and groups get a prefix and underscores; that keeps ids apart because no name holds an underscore.
 */
function idOf(name: string): string {
  if (UNPREFIXED.has(name)) return name;
  const id = name.replaceAll(/[^a-z0-9]/g, '_');
  return name.includes(' ') ? id : `stage_${id}`;
}
