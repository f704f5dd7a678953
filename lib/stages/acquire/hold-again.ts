import { NoneventError } from '../../nonevent-error.ts';
import type { AcquireStage } from '../../pipeline/kinds/acquire.ts';
import type { CompatibilityStage } from '../../pipeline/kinds/compatibility.ts';
import type { ParityStage } from '../../pipeline/kinds/parity.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { isChange } from '../../pipeline/stage-class.ts';
import { stagesOf } from '../../pipeline/steps.ts';
import type { StageContext } from '../kind.ts';
import { compatibilityKind } from '../kinds/compatibility.ts';
import { parityKind } from '../kinds/parity.ts';

/**
 * Asks again what enforcing checks of the environment's histories and settings have found before its lease is taken: who held it
 * may have made that false. What this deployment has changed itself since then is not held against it.
 *
 * Errors: `Conflict`, with what is no longer so; those of the store.
 */
export async function holdAgain(acquire: AcquireStage, context: StageContext): Promise<void> {
  for (const check of checksBefore(acquire, context)) {
    const judgement =
      check.kind === 'compatibility'
        ? compatibilityKind.judge(check, (await compatibilityKind.observe(check, context, null)).evidence)
        : parityKind.judge(check, (await parityKind.observe(check, context, null)).evidence);
    if (judgement.verdict !== 'pass') throw noLongerSo(check, acquire.environment, judgement.observed);
  }
}

type FactCheck = CompatibilityStage | ParityStage;

function checksBefore(
  { name, environment }: AcquireStage,
  { deployment }: StageContext,
): readonly FactCheck[] {
  const { pipeline, stages } = deployment.view;
  const all = stagesOf(pipeline);
  const before = all.slice(
    0,
    all.findIndex((stage) => stage.name === name),
  );
  const passed = new Set(
    stages.flatMap(({ name: known, state }) => (state === 'passed' || state === 'reused' ? [known] : [])),
  );
  return before.flatMap((stage, index): readonly FactCheck[] => {
    const isFactCheck = stage.kind === 'compatibility' || stage.kind === 'parity';
    if (!isFactCheck || stage.mode !== 'enforcing' || !passed.has(stage.name)) return [];
    const seen = environmentsOf(stage);
    const isChanged = before.slice(index + 1).some((later) => changesOneOf(seen, later));
    return seen.includes(environment) && !isChanged ? [stage] : [];
  });
}

function environmentsOf(check: FactCheck): readonly string[] {
  return check.kind === 'parity' ? [check.environment, check.against] : [check.environment];
}

/** A change without an environment may change any. */
function changesOneOf(environments: readonly string[], stage: Stage): boolean {
  if (!isChange(stage) || stage.kind === 'acquire') return false;
  return stage.environment === undefined || environments.includes(stage.environment);
}

function noLongerSo({ name }: FactCheck, environment: string, observed: string): NoneventError {
  return new NoneventError(
    'Conflict',
    `${name} passed before the lease of ${environment} was free, and no longer holds: ${observed}`,
    {
      fields: { environment, obstacle: observed, check: name },
      hint: `see what has changed with \`nonevent history --environment ${environment}\`, then deploy a release that fits`,
    },
  );
}
