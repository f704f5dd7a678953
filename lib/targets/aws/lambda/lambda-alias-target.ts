import { DeleteFunctionCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { isServiceError } from '../../../aws/service-error.ts';
import { NoneventError } from '../../../nonevent-error.ts';
import type { LambdaAliasTarget } from '../../../pipeline/target-kinds/lambda-alias.ts';
import { hasTraffic, otherArtifact } from '../../process/target-failures.ts';
import type { Placed, Target } from '../../target.ts';
import type { AwsGround } from '../ground.ts';
import { trying } from '../service-failure.ts';
import { readFunction, targetState } from './function-state.ts';
import { publishVersion, whenActive } from './publish-version.ts';
import { routeAlias } from './route-alias.ts';
import { versionCounters } from './version-counters.ts';

/**
 * A Lambda function behind an alias: a revision is a published version, found again by the label in its description; its share is
 * the alias's. Nothing is kept outside of Lambda.
 */
export function createLambdaAliasTarget(definition: LambdaAliasTarget, ground: AwsGround): Target {
  const called = `${definition.function}:${definition.alias}`;
  const { lambda } = ground.clients;
  const read = () => readFunction(lambda, ground.environment, definition);

  return {
    state: () => trying(`reading ${called}`, async () => targetState(await read())),

    place: (revision, signal) =>
      trying(`placing ${revision.revision} on ${called}`, async () => {
        const { versions, alias } = await read();
        const known = versions.find(({ label }) => label.revision === revision.revision);
        if (known !== undefined && known.label.artifact !== revision.artifact)
          throw otherArtifact(revision, known.label.artifact);
        if (alias?.shares.$LATEST !== undefined) throw leadsToLatest(definition);
        const version = known?.version ?? (await publishVersion(definition, revision, ground, signal));
        const { CodeSha256 } = await whenActive(definition, version, ground, signal);
        return {
          id: `version ${version} of ${definition.function}`,
          facts: { version, codeSha256: CodeSha256 },
        } satisfies Placed;
      }),

    remove: (revision) =>
      trying(`removing ${revision} from ${called}`, async () => {
        const { versions, alias, held } = await read();
        const version = versions.find(({ label }) => label.revision === revision)?.version;
        if (version === undefined) return;
        const weight = alias?.shares[version] ?? 0;
        if (weight > 0) throw hasTraffic(revision, weight);
        const other = held.get(version);
        if (other !== undefined) throw usedElsewhere(revision, version, other);
        await deleteVersion(definition, version, ground);
      }),

    route: (weights) =>
      trying(`routing ${called}`, async () => routeAlias(definition, weights, await read(), ground)),

    counters: () =>
      trying(`counting ${called}`, async () => versionCounters(definition, await read(), ground)),

    address: async (of) => (of === 'router' ? definition.url : undefined),
  };
}

async function deleteVersion(
  { function: FunctionName }: LambdaAliasTarget,
  version: string,
  { clients }: AwsGround,
): Promise<void> {
  try {
    await clients.lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: version }));
  } catch (thrown) {
    if (!isServiceError(thrown, 'ResourceNotFoundException')) throw thrown;
  }
}

const settings = z.object({
  Runtime: z.string().optional(),
  PackageType: z.string().optional(),
  Architectures: z.array(z.string()).optional(),
  MemorySize: z.number().optional(),
  Timeout: z.number().optional(),
});

/** What the versions of a function run on. */
export function lambdaRuntime(
  { function: FunctionName }: LambdaAliasTarget,
  { clients }: Pick<AwsGround, 'clients'>,
): Promise<Readonly<Record<string, string | number>>> {
  return trying(`reading ${FunctionName}`, async () => {
    const found = settings.parse(
      await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
    );
    return {
      runtime: found.Runtime ?? found.PackageType ?? 'unknown',
      architecture: found.Architectures?.join(', ') ?? 'unknown',
      memoryMb: found.MemorySize ?? 0,
      timeoutSeconds: found.Timeout ?? 0,
    };
  });
}

/** New code would reach users in the moment it is uploaded, before anybody could look at it. */
function leadsToLatest({ function: called, alias }: LambdaAliasTarget): NoneventError {
  return new NoneventError(
    'Conflict',
    `the alias ${alias} of ${called} leads to $LATEST, expected a published version`,
    {
      fields: { function: called, alias },
      hint: 'publish a version and let the alias lead to it, once, before the first deployment',
    },
  );
}

function usedElsewhere(revision: string, version: string, alias: string): NoneventError {
  return new NoneventError(
    'Conflict',
    `revision ${revision} is version ${version}, which the alias ${alias} leads to, so it is not removed`,
    { fields: { revision, version, alias }, hint: 'let that alias lead to another version first' },
  );
}
