import { z } from 'zod';
import { changeFlag } from '../../environments/change-flag.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { flagInWords, flagOf } from '../../environments/flags.ts';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { type FlagValue, flagValue } from '../../pipeline/flag-value.ts';
import type { FlagStage } from '../../pipeline/kinds/flag.ts';
import type { ChangeKind, StageContext } from '../kind.ts';

const LONGEST_SHOWN = 200;

const capture = z.object({ value: flagValue.nullable() });

/** Sets a feature flag of an environment. Undo gives it the value back that it had, or takes it away again. */
export const flagKind: ChangeKind<FlagStage> = {
  recoveries: {
    ...USUAL_RECOVERIES,
    // A value that is recorded already is not recorded again.
    timedOut: 'retry',
  },

  async capture(stage, context) {
    return { value: await currentValue(stage, context) };
  },

  async apply(stage, context, captured) {
    const { value: before } = capture.parse(captured);
    const { view } = context.deployment;
    const reason = `stage ${stage.name} of ${view.pipeline.pipeline} ${view.release.version}`;
    const changed = await setFlag(stage, context, stage.value, reason);
    const { flag, value, environment } = stage;
    return {
      evidence: { flag, before, value, changed },
      expected: `${flag} is ${shown(value)} in ${environment}`,
      observed: `${flag} is ${shown(value)}, before it was ${shown(before)}`,
    };
  },

  async undo(stage, context, captured) {
    const { value } = capture.parse(captured);
    const before = await currentValue(stage, context);
    const changed = await setFlag(stage, context, value, `undo of stage ${stage.name}`);
    return { flag: stage.flag, before, value, changed };
  },
};

function shown(value: FlagValue | null): string {
  return plainLine(flagInWords(value), LONGEST_SHOWN);
}

async function currentValue(
  { environment, flag }: FlagStage,
  { store }: StageContext,
): Promise<FlagValue | null> {
  const { commits } = await store.load(environmentStream(environment));
  return flagOf(foldEnvironment(commits), flag) ?? null;
}

/** The stream first: what it says is published again by whoever comes after a crash in between. */
async function setFlag(
  { environment, flag }: FlagStage,
  { store, flags, deployment: { view } }: StageContext,
  value: FlagValue | null,
  reason: string,
): Promise<boolean> {
  const { deployment, trigger } = view;
  const change = { flag, value, deployment, actor: trigger.actor, reason };
  const changed = await changeFlag(store, environment, change, ({ lease }) => {
    if (lease?.deployment === deployment) return;
    throw new NoneventError(
      'Conflict',
      `deployment ${deployment} does not hold the lease of ${environment}, so it may not change ${flag}`,
      { fields: { environment, flag }, hint: `see \`nonevent history --environment ${environment}\`` },
    );
  });
  await flags.publish(environment);
  return changed === 'changed';
}
