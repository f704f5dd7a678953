import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AnyMachineSnapshot, getInitialSnapshot, type StateValue, transition } from 'xstate';
import { compileMachine } from '../../lib/lifecycle/machine.ts';
import { initialState } from '../../lib/lifecycle/transitions.ts';
import { arbitraryPipeline, arbitraryWalk } from './arbitrary-pipeline.ts';

test('gives the same states and the same legal events as plain XState on every walk', () => {
  fc.assert(
    fc.property(arbitraryPipeline, arbitraryWalk, (pipeline, choices) => {
      const machine = compileMachine(pipeline);
      let snapshot: AnyMachineSnapshot = getInitialSnapshot(machine);
      let state = initialState(pipeline);
      for (const choice of choices) {
        const legal = machine.events.filter((type) => !type.startsWith('xstate.') && snapshot.can({ type }));
        expect([...state.events()].sort()).toEqual([...legal].sort());
        const event = legal[choice % Math.max(1, legal.length)];
        if (event === undefined) return;
        [snapshot] = transition(machine, snapshot, { type: event });
        const next = state.next(event);
        expect(next).toBeDefined();
        state = next ?? state;
        expect(state.leaves).toEqual(leavesOf(snapshot.value));
      }
    }),
    { numRuns: 60 },
  );
});

test('refuses every event that plain XState would ignore', () => {
  fc.assert(
    fc.property(arbitraryPipeline, (pipeline) => {
      const machine = compileMachine(pipeline);
      const snapshot = getInitialSnapshot(machine);
      const illegal = machine.events.filter((type) => !snapshot.can({ type }));
      const start = initialState(pipeline);
      for (const event of illegal) expect(start.next(event)).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

test('asks once: the same event from the same state leads to the same object', () => {
  fc.assert(
    fc.property(arbitraryPipeline, (pipeline) => {
      const start = initialState(pipeline);
      expect(start.next('deployment.started')).toBe(start.next('deployment.started'));
      expect(start.events()).toBe(start.events());
    }),
    { numRuns: 10 },
  );
});

function leavesOf(value: StateValue): readonly string[] {
  if (typeof value === 'string') return value === 'check passed' ? [] : [value];
  return Object.values(value).flatMap((inner) => (inner === undefined ? [] : leavesOf(inner)));
}
