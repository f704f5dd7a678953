import type { StageContext } from '../kind.ts';

/** What every build is told. A stage's own variables come before these, so they cannot pretend to be them. */
export function buildVariables(
  stage: { readonly name: string; readonly env: Readonly<Record<string, string>> },
  { deployment: { view }, attempt }: Pick<StageContext, 'deployment' | 'attempt'>,
): Readonly<Record<string, string>> {
  return {
    CI: 'true',
    ...stage.env,
    NONEVENT_DEPLOYMENT: view.deployment,
    NONEVENT_PIPELINE: view.pipeline.pipeline,
    NONEVENT_VERSION: view.release.version,
    NONEVENT_COMMIT: view.release.commit ?? '',
    NONEVENT_STAGE: stage.name,
    NONEVENT_ATTEMPT: String(attempt),
  };
}
