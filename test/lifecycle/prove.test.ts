import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { compileMachine } from '../../lib/lifecycle/machine.ts';
import type { RecoveriesOf } from '../../lib/lifecycle/prove/laws.ts';
import { type Proof, prove } from '../../lib/lifecycle/prove.ts';
import { initialStateOf } from '../../lib/lifecycle/transitions.ts';
import { type Pipeline, pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import { provePipeline } from '../../lib/stages/prove-pipeline.ts';
import { kindOf } from '../../lib/stages/registry.ts';
import { arbitraryPipeline } from './arbitrary-pipeline.ts';
import { pipelineOf } from './pipelines.ts';

const PIPELINE = pipelineOf('command unit', 'acquire production', 'place blue', 'shift all');

test('every law holds for a small pipeline, with the number of places where each had to', () => {
  const { laws, ...counts } = provePipeline(PIPELINE);
  expect(counts).toEqual({ holds: true, explored: true, states: 17, situations: 27, steps: 71 });
  expect(laws).toEqual([
    { law: 'the whole machine was explored', holds: true, checked: 27 },
    { law: 'every state reaches an end', holds: true, checked: 27 },
    { law: 'nothing goes round in circles', holds: true, checked: 27 },
    { law: 'a stop is accepted until the end', holds: true, checked: 19 },
    { law: 'wherever work is done, its success and its failure are accepted', holds: true, checked: 10 },
    { law: 'every failure mode has a recovery, and the machine has a way for it', holds: true, checked: 4 },
    { law: 'after a failure no stage begins', holds: true, checked: 19 },
    { law: 'after a failure every begun change is undone', holds: true, checked: 2 },
    { law: 'changes are undone newest first', holds: true, checked: 5 },
    { law: 'no contract is followed by an undo', holds: true, checked: 0 },
    { law: 'an undo that fails ends in stuck, and nothing else does', holds: true, checked: 8 },
    { law: 'success means that every stage passed', holds: true, checked: 1 },
    { law: 'failed means that nothing was changed, rolledBack that something was', holds: true, checked: 2 },
    { law: 'every lease is released at every end but stuck', holds: true, checked: 3 },
    { law: 'changes are made under the lease of their environment', holds: true, checked: 2 },
  ]);
});

test('every law holds for every pipeline', () => {
  fc.assert(
    fc.property(arbitraryPipeline, (pipeline) => {
      expect(provePipeline(pipeline).laws.filter((law) => !law.holds)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('explores a pipeline of forty stages with three groups of six', () => {
  const group = (name: string): string =>
    `${name}: ${Array.from({ length: 6 }, (_, index) => `${name}-${index}`).join(' ')}`;
  const changes = (name: string): readonly string[] =>
    Array.from({ length: 7 }, (_, index) => `place ${name}-${index}`);
  const pipeline = pipelineOf(
    group('a'),
    'acquire production',
    ...changes('one'),
    group('b'),
    ...changes('two'),
    group('c'),
    ...changes('three'),
  );
  const proof = provePipeline(pipeline);
  expect(proof).toMatchObject({ holds: true, states: 243, situations: 348 });
});

test('does not call a machine proven that is too large to explore', () => {
  const checks = Array.from({ length: 14 }, (_, index) => `check-${index}`).join(' ');
  const proof = provePipeline(pipelineOf(`tests: ${checks}`));
  expect(proof.holds).toBe(false);
  expect(proof.laws.map(({ law, holds }) => [law, holds])).toEqual([
    ['the whole machine was explored', false],
  ]);
});

describe('a broken machine is found by its law, with a shortest way to where it breaks', () => {
  test('a stage without a lease over it', () => {
    expect(brokenIn(provePipeline(pipelineOf('command unit', 'place blue')))).toEqual({
      'changes are made under the lease of their environment': ['deployment.started', 'unit.passed'],
    });
  });

  test('a dead end', () => {
    const proof = broken((states) => set(states, 'undo blue', {}));
    expect(counterexampleOf(proof, 'every state reaches an end')).toEqual([
      'rollback.started',
      'rollback.admitted',
      'all.undone',
    ]);
  });

  test('a circle', () => {
    const proof = broken((states) => set(states, 'undo all', { 'all.undone': 'all' }));
    expect(counterexampleOf(proof, 'nothing goes round in circles')).toEqual([
      'rollback.started',
      'rollback.admitted',
      'all.undone',
      'all.failed',
      'all.undone',
    ]);
  });

  test('a state that cannot be stopped', () => {
    const proof = broken((states) => drop(states, 'unit', 'deployment.stopRequested'));
    expect(brokenIn(proof)).toEqual({ 'a stop is accepted until the end': ['deployment.started'] });
  });

  test('a stage that cannot fail', () => {
    const proof = broken((states) => drop(states, 'all', 'all.failed'));
    const way = ['deployment.started', 'unit.passed', 'acquire-production.passed', 'blue.passed'];
    expect(brokenIn(proof)).toEqual({
      'wherever work is done, its success and its failure are accepted': way,
      'every failure mode has a recovery, and the machine has a way for it': way,
    });
  });

  describe('a failure mode without a recovery', () => {
    const law = 'every failure mode has a recovery, and the machine has a way for it';
    const changing = (mode: string, chosen: unknown): RecoveriesOf => {
      return (stage) =>
        ({
          ...RECOVERIES(stage),
          ...(stage.name === 'blue' ? { [mode]: chosen } : {}),
        }) as ReturnType<RecoveriesOf>;
    };
    const atBlue = ['deployment.started', 'unit.passed', 'acquire-production.passed'];

    test('because its kind has none', () => {
      expect(brokenIn(prove(PIPELINE, changing('lost', undefined)))).toEqual({ [law]: atBlue });
    });

    test('because it is to be measured again, and is done in one go', () => {
      expect(brokenIn(prove(PIPELINE, changing('inconclusive', 'extend')))).toEqual({ [law]: atBlue });
    });

    test('because the machine does not let it be tried again', () => {
      const proof = broken((states) => drop(states, 'blue', 'blue.attemptFailed'));
      expect(brokenIn(proof)).toEqual({ [law]: atBlue });
    });
  });

  describe('a contract', () => {
    const law = 'no contract is followed by an undo';

    test('that comes last is followed by nothing, also where it was not done', () => {
      const { holds, laws } = provePipeline(contracting([]));
      expect(holds).toBe(true);
      expect(laws.find((proven) => proven.law === law)).toEqual({ law, holds: true, checked: 2 });
    });

    test('with a check after it is undone when that fails', () => {
      const proof = provePipeline(contracting(pipelineOf('command look').stages));
      expect(brokenIn(proof)).toEqual({
        [law]: ['deployment.started', 'acquire-production.passed', 'tidy.passed', 'look.refused'],
      });
    });

    test('that a machine undoes after it passed', () => {
      const proof = broken(
        (states) => set(states, 'conclude success', { 'tidy.failed': 'undo tidy' }),
        contracting([]),
      );
      expect(counterexampleOf(proof, law)).toEqual([
        'deployment.started',
        'acquire-production.passed',
        'tidy.passed',
        'tidy.failed',
      ]);
    });
  });

  test('a failure that is passed over', () => {
    const proof = broken((states) => set(states, 'unit', { 'unit.failed': 'acquire-production' }));
    expect(counterexampleOf(proof, 'after a failure no stage begins')).toEqual([
      'deployment.started',
      'unit.failed',
    ]);
    expect(counterexampleOf(proof, 'success means that every stage passed')).toEqual([
      'deployment.started',
      'unit.failed',
      'acquire-production.passed',
      'blue.passed',
      'all.passed',
      'deployment.succeeded',
    ]);
  });

  test('a half-made change that is left behind', () => {
    const proof = broken((states) => set(states, 'blue', { 'blue.failed': 'undo acquire-production' }));
    const way = ['deployment.started', 'unit.passed', 'acquire-production.passed', 'blue.failed'];
    expect(brokenIn(proof)).toEqual({
      'changes are undone newest first': [...way, 'acquire-production.undone'],
      'after a failure every begun change is undone': [
        ...way,
        'acquire-production.undone',
        'deployment.rolledBack',
      ],
    });
  });

  test('a lane that undoes in the wrong order', () => {
    const proof = broken((states) => {
      set(states, 'all', { 'all.failed': 'undo blue' });
      set(states, 'undo blue', { 'blue.undone': 'undo all' });
      set(states, 'undo all', { 'all.undone': 'undo acquire-production' });
      set(states, 'requested', { 'rollback.started': 'undo blue' });
      set(states, 'all', { 'all.refused': 'undo blue' });
    });
    expect(counterexampleOf(proof, 'changes are undone newest first')).toEqual([
      'rollback.started',
      'blue.undone',
    ]);
  });

  test('a lease that is kept after a failure', () => {
    const proof = broken((states) => set(states, 'undo blue', { 'blue.undone': 'conclude rollback' }));
    const shortest = [
      'rollback.started',
      'rollback.admitted',
      'all.undone',
      'blue.undone',
      'deployment.rolledBack',
    ];
    expect(brokenIn(proof)).toEqual({
      'every lease is released at every end but stuck': shortest,
      'after a failure every begun change is undone': shortest,
    });
  });

  test('a success that is not concluded, so that its lease is kept', () => {
    const proof = broken((states) => set(states, 'all', { 'all.passed': 'succeeded' }));
    expect(brokenIn(proof)).toEqual({
      'every lease is released at every end but stuck': [
        'deployment.started',
        'unit.passed',
        'acquire-production.passed',
        'blue.passed',
        'all.passed',
      ],
    });
  });

  test('an undo that fails quietly', () => {
    const proof = broken((states) => set(states, 'undo all', { 'all.undoFailed': 'undo blue' }));
    const law = 'an undo that fails ends in stuck, and nothing else does';
    expect(counterexampleOf(proof, law)).toEqual([
      'rollback.started',
      'rollback.admitted',
      'all.undoFailed',
      'blue.undone',
      'acquire-production.undone',
      'deployment.rolledBack',
    ]);
  });

  test('a deployment that is stuck without a failed undo', () => {
    const proof = broken((states) => set(states, 'unit', { 'unit.failed': 'conclude stuck' }));
    expect(brokenIn(proof)).toEqual({
      'an undo that fails ends in stuck, and nothing else does': [
        'deployment.started',
        'unit.failed',
        'deployment.stuck',
      ],
    });
  });

  test('a success that skips a stage', () => {
    const proof = broken((states) =>
      set(states, 'requested', { 'deployment.started': 'acquire-production' }),
    );
    expect(brokenIn(proof)).toEqual({
      'success means that every stage passed': [
        'deployment.started',
        'acquire-production.passed',
        'blue.passed',
        'all.passed',
        'deployment.succeeded',
      ],
    });
  });

  test('an outcome that hides that something was changed', () => {
    const proof = broken((states) =>
      set(states, 'undo acquire-production', { 'acquire-production.undone': 'conclude failure' }),
    );
    const law = 'failed means that nothing was changed, rolledBack that something was';
    expect(Object.keys(brokenIn(proof))).toEqual([law]);
  });
});

const RECOVERIES: RecoveriesOf = (stage) => kindOf(stage).recoveries;

type States = Record<string, { on: Record<string, string> }>;

/** The proof of the pipeline's machine after something in it was broken. */
function broken(breakIt: (states: States) => void, pipeline: Pipeline = PIPELINE): Proof {
  const config = structuredClone(compileMachine(pipeline).config) as unknown as { states: States };
  breakIt(config.states);
  const start = initialStateOf(createMachine(config as Parameters<typeof createMachine>[0]));
  return prove(pipeline, RECOVERIES, { start });
}

function set(states: States, state: string, on: Record<string, string>): void {
  const node = states[state];
  if (node === undefined) throw new Error(`no state ${state}`);
  node.on = Object.keys(on).length === 0 ? {} : { ...node.on, ...on };
}

function drop(states: States, state: string, event: string): void {
  delete states[state]?.on[event];
}

function brokenIn(proof: Proof): Readonly<Record<string, readonly string[] | undefined>> {
  return Object.fromEntries(
    proof.laws.filter((law) => !law.holds).map(({ law, counterexample }) => [law, counterexample]),
  );
}

function counterexampleOf(proof: Proof, law: string): readonly string[] | undefined {
  expect(proof.holds).toBe(false);
  return proof.laws.find((proven) => proven.law === law)?.counterexample;
}

/** The lease, a contract, and what comes after it. */
function contracting(after: Pipeline['stages']): Pipeline {
  const leased = pipelineOf('acquire production');
  const contract = {
    name: 'tidy',
    kind: 'migrate',
    question: 'Is the old column gone?',
    expect: 1,
    timeout: 20,
    retries: 2,
    environment: 'production',
    phase: 'contract',
    from: 2,
    to: 3,
    run: 'true',
    verify: 'true',
  };
  return pipelineSchema.parse({ ...leased, stages: [...leased.stages, contract, ...after] });
}
