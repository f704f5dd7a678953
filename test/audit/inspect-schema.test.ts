import { expect, it } from 'vitest';
import { inspectEnvironment } from '../../lib/audit/inspect-environment.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import { type EnvironmentEvent, event } from '../../lib/history/events.ts';

const OURS = deploymentId.parse('1'.repeat(20));
const OTHER = deploymentId.parse('2'.repeat(20));
const lease = event('LeaseAcquired', { deployment: OURS, pipeline: 'shop', fence: 1 });

type Phase = 'expand' | 'data' | 'contract';

function changed(phase: Phase, from: number, to: number, more: object = {}): EnvironmentEvent {
  const stage = `${phase}-${to}`;
  const made = { schema: 'main', stage, phase, from, to, harmless: false, deployment: OURS, undone: false };
  return event('SchemaChanged', { ...made, ...more });
}

function problemIn(...events: readonly EnvironmentEvent[]): string | undefined {
  const inspector = inspectEnvironment();
  for (const [index, one] of events.entries()) {
    const found = inspector.commit({
      stream: 'environment#production',
      seq: index + 1,
      at: '2026-11-23T04:00:00.000Z',
      commit: `${index}`,
      prev: '0'.repeat(64),
      hash: '0'.repeat(64),
      body: JSON.stringify([one]),
      events: [one],
    } as Parameters<typeof inspector.commit>[0]);
    if (found !== undefined) return found.problem;
  }
  return undefined;
}

const EXPANDED = [lease, changed('expand', 1, 2)];

it('accepts migrations that continue each other, and the newest one taken back', () => {
  const back = changed('data', 2, 3, { undone: true });
  expect(problemIn(...EXPANDED, changed('data', 2, 3), back, changed('contract', 2, 4))).toBeUndefined();
});

it.each([
  [
    'one that begins elsewhere',
    [...EXPANDED, changed('data', 1, 3)],
    'data data-3 of schema main begins at 1, but the schema is at 2',
  ],
  [
    'one that leads back',
    [lease, changed('expand', 2, 1)],
    'expand expand-1 of schema main leads from 2 to 1',
  ],
  [
    'a contract taken back',
    [...EXPANDED, changed('contract', 2, 3), changed('contract', 2, 3, { undone: true })],
    'contract contract-3 of schema main is taken back, which cannot be',
  ],
  [
    'a contract taken back as if it were none',
    [...EXPANDED, changed('contract', 2, 3), changed('contract', 2, 3, { phase: 'expand', undone: true })],
    'expand contract-3 of schema main is taken back, but it is a contract, which cannot be',
  ],
  [
    'one taken back with other numbers',
    [...EXPANDED, changed('expand', 1, 2, { from: 0, undone: true })],
    'expand expand-2 of schema main is taken back with from 0, but was made with 1',
  ],
  [
    'another one than the newest taken back',
    [...EXPANDED, changed('data', 2, 3), changed('expand', 1, 2, { undone: true })],
    'expand expand-2 of schema main is taken back, but the newest change is data-3',
  ],
  [
    'one that was never made taken back',
    [lease, changed('expand', 1, 2, { undone: true })],
    'expand expand-2 of schema main is taken back, but nothing was changed',
  ],
  [
    'one of somebody without the lease',
    [lease, changed('expand', 1, 2, { deployment: OTHER })],
    `deployment ${OTHER} changes schema main, but deployment ${OURS} of shop holds the lease with fence 1`,
  ],
] as const)('finds %s', (_, events, problem) => {
  expect(problemIn(...events)).toBe(problem);
});
