import { createHmac } from 'node:crypto';
import { type Environment, environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { flagValues } from '../../environments/flags.ts';
import { servedVersions } from '../../environments/schema.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { TargetDefinition } from '../../pipeline/environment.ts';
import type { Json } from '../../pipeline/json.ts';
import { isSecretName } from '../../pipeline/literal-secret.ts';
import { declaredFor, type Schemas } from '../../pipeline/schemas.ts';
import { IDENTITY_OF_TARGET } from '../../pipeline/target-kinds/identity.ts';
import type { StageContext } from '../kind.ts';

/**
 * What an environment is to the releases of a pipeline: the settings of its target but the port, what revisions run on there, its
 * flags, which versions its schemas serve, and which versions of the other pipelines are live. Values of variables that are named like secrets are replaced by
 * digests under `key`: two manifests under the same key can be compared, and once the key is forgotten nothing can be guessed.
 *
 * Errors: `NotFound` where the pipeline has no such environment; those of the store.
 */
export async function manifestOf(
  environment: string,
  { store, targets, deployment: { view } }: StageContext,
  key: Uint8Array,
): Promise<Json> {
  const { pipeline, environments, schemas } = view.pipeline;
  const definition = environments[environment];
  if (definition === undefined) {
    throw new NoneventError('NotFound', `pipeline ${pipeline} has no environment ${environment}`, {
      fields: { environment },
    });
  }
  const { commits } = await store.load(environmentStream(environment));
  const now = foldEnvironment(commits);
  const others = Object.entries(now.live).filter(([name]) => name !== pipeline);
  return {
    ...settingsOf(definition.target, key),
    runtime: await targets.runtime(definition),
    flags: flagValues(now),
    schemas: schemasOf(now, schemas),
    live: Object.fromEntries(others.map(([name, { live }]) => [name, live.release.version])),
  };
}

/**
 * What the migrated schemas serve, but for those that the release does not use. What the deployment that holds the lease has migrated
 * does not count yet: it is on its way to the other environment, or will be taken back.
 */
function schemasOf(
  { schemas, lease }: Environment,
  declared: Schemas | undefined,
): Readonly<Record<string, readonly number[]>> {
  const served = Object.entries(schemas).flatMap(([name, { base, changes }]) => {
    const settled = changes.filter(({ deployment }) => deployment !== lease?.deployment);
    const isCompared = settled.length > 0 && declaredFor(declared, name) !== 'none';
    return isCompared ? [[name, servedVersions({ base, changes: settled })] as const] : [];
  });
  return Object.fromEntries(served);
}

/** What a target is set to, without what it is found by. */
function settingsOf(target: TargetDefinition, key: Uint8Array): Readonly<Record<string, Json>> {
  const settings = Object.entries(target).flatMap(([name, value]) =>
    IDENTITY_OF_TARGET.has(name) || value === undefined ? [] : [[name, value as Json] as const],
  );
  switch (target.kind) {
    case 'process':
      return { ...Object.fromEntries(settings), env: withoutSecrets(target.env, key) };
    case 'cloudFormation':
      return { ...Object.fromEntries(settings), parameters: withoutSecrets(target.parameters, key) };
    case 'lambdaAlias':
    case 'ecsService':
      return Object.fromEntries(settings);
    default:
      return target satisfies never;
  }
}

function withoutSecrets(
  env: Readonly<Record<string, string>>,
  key: Uint8Array,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, isSecretName(name) ? hidden(value, key) : value]),
  );
}

function hidden(value: string, key: Uint8Array): string {
  return `hidden:${createHmac('sha256', key).update(value).digest('hex').slice(0, 16)}`;
}
