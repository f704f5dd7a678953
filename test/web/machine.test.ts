import { describe, expect, test } from 'vitest';
import { stagesOf } from '../../lib/pipeline/steps.ts';
import { layoutOf } from '../../web/machine/layout.ts';
import { machineGraph } from '../../web/machine/machine-graph.ts';
import { standingOf } from '../../web/machine/standing.ts';
import { asOf, PIPELINE } from '../cli/sample-deployment.ts';

const graph = machineGraph(PIPELINE);

test('the picture has every state of the machine', () => {
  const names = graph.nodes.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(stagesOf(PIPELINE).map(({ name }) => name)));
  expect(names).toEqual(
    expect.arrayContaining([
      'requested',
      'undo rollout-place',
      'undo acquire-production',
      'succeeded',
      'failed',
      'rolledBack',
      'stuck',
    ]),
  );
});

test('edges say which events lead where', () => {
  const from = (name: string) =>
    graph.edges.filter((edge) => edge.from === name).map(({ to, events }) => [to, events]);
  expect(from('rollout-place')).toEqual([
    ['rollout-smoke', ['rollout-place.passed']],
    ['undo acquire-production', ['rollout-place.refused']],
    ['undo rollout-place', ['rollout-place.failed']],
  ]);
  expect(from('undo rollout-place')).toEqual([
    ['undo acquire-production', ['rollout-place.undone']],
    ['conclude stuck', ['rollout-place.undoFailed']],
  ]);
});

describe('layout', () => {
  const { boxes, lines, width, height } = layoutOf(graph);

  test('draws every state once, none over another, all within the picture', () => {
    expect(boxes.map(({ name }) => name).toSorted()).toEqual(graph.nodes.map(({ name }) => name).toSorted());
    const places = boxes.map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(boxes.length);
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y).toBeLessThan(height);
    }
  });

  test('draws every edge', () => {
    expect(lines).toHaveLength(graph.edges.length);
  });

  test('puts each undo beside its change', () => {
    const yOf = (name: string) => boxes.find((box) => box.name === name)?.y;
    expect(yOf('undo rollout-place')).toBe(yOf('rollout-place'));
    expect(yOf('undo acquire-production')).toBe(yOf('acquire-production'));
  });
});

describe('what a state has come to', () => {
  test.each([
    [9, 'rollout-smoke', 'here'],
    [9, 'rollout-place', 'passed'],
    [10, 'rollout-smoke', 'failed'],
    [10, 'undo rollout-place', 'here'],
    [11, 'undo rollout-place', 'undone'],
    [11, 'rollout-place', 'begun'],
    [13, 'rolledBack', 'ended here'],
    [13, 'succeeded', ''],
  ])('after %i events %s is %j', (count, name, word) => {
    expect(standingOf(asOf(count), name).word).toBe(word);
  });
});
