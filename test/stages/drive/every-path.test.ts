import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import { initialState, type MachineState } from '../../../lib/lifecycle/transitions.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { stagesOf } from '../../../lib/pipeline/steps.ts';
import { type Rig, startRig } from './rig.ts';

/** What each stage does when it is performed, and what its undo does when it comes to that. */
type Outcome = 'pass' | 'flaky' | 'fail';
type Scenario = Readonly<Record<string, { readonly run: Outcome; readonly undo: 'pass' | 'fail' }>>;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});

const SHAPES = {
  'checks only': ['check a', 'check b'],
  'one change': ['check a', 'acquire', 'change b'],
  'changes around a check': ['check a', 'acquire', 'change b', 'check c', 'change d'],
  'a parallel group': ['check a', 'parallel b c', 'acquire', 'change d', 'parallel e f', 'change g'],
} as const;

describe.each(Object.entries(SHAPES))('%s', (shape, steps) => {
  it('ends and undoes as the machine says, for every combination of outcomes', async () => {
    const names = steps.flatMap((step) => (step === 'acquire' ? [] : step.split(' ').slice(1)));
    const changes = steps.flatMap((step) => (step.startsWith('change') ? [step.split(' ')[1] ?? ''] : []));
    let run = 0;
    for (const scenario of scenarios(names, changes)) {
      const label = `${shape}-${run++}`;
      const pipeline = pipelineOf(steps, scenario, label);
      const before = (await rig.effects()).length;
      const predicted = predict(pipeline, scenario);

      const { id, ending } = await rig.deploy(pipeline, label);

      const { view, state } = (await rig.session(id)).deployment;
      const undone = (await rig.effects()).slice(before).filter((line) => line.startsWith('undo'));
      const { commits } = await rig.store.load(environmentStream('production'));
      expect({
        scenario,
        ending,
        state,
        outcome: view.outcome,
        undone,
        recorded: view.stages
          .filter((stage) => stage.state === 'undone' && stage.kind === 'custom')
          .map((stage) => stage.name),
        isLeaseFree: foldEnvironment(commits).lease === undefined,
      }).toEqual({
        scenario,
        ending: predicted.ending,
        state: [predicted.ending],
        outcome: predicted.ending,
        undone: predicted.undone.map((name) => `undo ${name}`),
        recorded: [...predicted.undone].reverse(),
        isLeaseFree: predicted.ending !== 'stuck',
      });
      if (predicted.ending === 'stuck') await freeLease(id);
    }
  }, 120_000);
});

/** Every way to go: each stage passes, or fails, or (a change) passes at its second attempt; each undo passes or fails. */
function scenarios(names: readonly string[], changes: readonly string[]): readonly Scenario[] {
  const passing: Scenario = Object.fromEntries(
    names.map((name) => [name, { run: 'pass', undo: 'pass' } as const]),
  );
  const flaky = changes.map((name) => ({ ...passing, [name]: { run: 'flaky', undo: 'pass' } as const }));
  const failing = names.flatMap((name) => {
    const failed: Scenario = { ...passing, [name]: { run: 'fail', undo: 'pass' } };
    const undoFails = changes.map((change) => ({
      ...failed,
      [change]: { run: failed[change]?.run ?? 'pass', undo: 'fail' as const },
    }));
    return [failed, ...undoFails];
  });
  return [passing, ...flaky, ...failing];
}

/** Walks the machine with the scenario's outcomes. */
function predict(
  pipeline: Pipeline,
  scenario: Scenario,
): { readonly ending: string; readonly undone: readonly string[] } {
  const undone: string[] = [];
  let state: MachineState | undefined = initialState(pipeline).next('deployment.started');
  for (;;) {
    const leaf: string = state?.leaves[0] ?? '';
    const concluded = /^conclude (success|failure|rollback|stuck)$/.exec(leaf)?.[1];
    if (concluded !== undefined) {
      const ending = { success: 'succeeded', failure: 'failed', rollback: 'rolledBack', stuck: 'stuck' }[
        concluded
      ];
      return { ending: ending ?? '', undone };
    }
    const undoing = /^undo (.+)$/.exec(leaf)?.[1];
    if (undoing === undefined) {
      // In a parallel group a failing sibling decides, whichever is asked first.
      const failing = state?.leaves.find((name) => scenario[name]?.run === 'fail');
      state = state?.next(failing === undefined ? `${leaf}.passed` : `${failing}.failed`);
    } else if (scenario[undoing]?.undo === 'fail') {
      state = state?.next(`${undoing}.undoFailed`);
    } else {
      if (undoing in scenario) undone.push(undoing);
      state = state?.next(`${undoing}.undone`);
    }
  }
}

function pipelineOf(steps: readonly string[], scenario: Scenario, label: string): Pipeline {
  const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 1 };
  const env = (name: string) => ({
    EFFECTS: `${rig.folder}/effects`,
    TRIED: `${rig.folder}/${label.replaceAll(' ', '-')}-${name}-tried`,
    RUN: scenario[name]?.run ?? 'pass',
    UNDO: scenario[name]?.undo ?? 'pass',
  });
  const check = (name: string) => ({
    ...base,
    name,
    kind: 'command',
    run: 'test "$RUN" = pass',
    env: env(name),
  });
  const stages = steps.map((step) => {
    const [kind, first = '', second = ''] = step.split(' ');
    if (kind === 'check') return check(first);
    if (kind === 'parallel') return { parallel: `group-${first}`, stages: [check(first), check(second)] };
    if (kind === 'acquire')
      return { ...base, name: 'acquire-production', kind: 'acquire', environment: 'production' };
    return { ...base, name: first, kind: 'custom', run: RUN, undo: UNDO, env: env(first) };
  });
  const environments = { production: { target: { kind: 'process', start: 'true', port: 1 } } };
  return pipelineSchema.parse({ pipeline: 'every-path', environments, stages });
}

const RUN = `
  echo "run $NONEVENT_STAGE" >> "$EFFECTS"
  case "$RUN" in
    pass) exit 0 ;;
    flaky) test -e "$TRIED" && exit 0; touch "$TRIED"; exit 1 ;;
    *) exit 1 ;;
  esac`;

const UNDO = `
  test "$UNDO" = pass || exit 1
  echo "undo $NONEVENT_STAGE" >> "$EFFECTS"`;

/** A stuck deployment keeps its lease; the next scenario needs it. */
async function freeLease(id: string): Promise<void> {
  const { releaseLease } = await import('../../../lib/environments/lease.ts');
  await releaseLease(rig.store, 'production', id as never);
}

it('covers each kind of step', () => {
  const kinds = Object.values(SHAPES).flatMap((steps) =>
    stagesOf(pipelineOf(steps, {}, 'kinds')).map((stage) => stage.kind),
  );
  expect(new Set(kinds)).toEqual(new Set(['command', 'custom', 'acquire']));
});
