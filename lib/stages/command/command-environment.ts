import type { StageContext } from '../kind.ts';

/** What a command may know of the machine. The rest stays away from it, credentials first of all. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG'] as const;

/** What every command is told. A stage's own variables come before these, so they cannot pretend to be them. */
export function commandEnvironment(
  stage: { readonly name: string; readonly env: Readonly<Record<string, string>> },
  secrets: Readonly<Record<string, string>>,
  { deployment: { view }, attempt }: Pick<StageContext, 'deployment' | 'attempt'>,
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const inherited = INHERITED.flatMap((variable) => {
    const value = own[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    CI: 'true',
    ...stage.env,
    ...secrets,
    NONEVENT_DEPLOYMENT: view.deployment,
    NONEVENT_PIPELINE: view.pipeline.pipeline,
    NONEVENT_VERSION: view.release.version,
    NONEVENT_COMMIT: view.release.commit ?? '',
    NONEVENT_STAGE: stage.name,
    NONEVENT_ATTEMPT: String(attempt),
  };
}
