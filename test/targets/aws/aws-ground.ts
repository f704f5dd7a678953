import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createArtifactStore } from '../../../lib/artifacts/artifact-store.ts';
import { deploymentId } from '../../../lib/history/deployment-id.ts';
import { environmentDefinition } from '../../../lib/pipeline/environment.ts';
import type { Digest } from '../../../lib/pipeline/release.ts';
import { createAwsTargets } from '../../../lib/targets/aws/aws-targets.ts';
import type { Use } from '../../../lib/targets/aws/permissions.ts';
import type { Revision, Target, Targets } from '../../../lib/targets/target.ts';
import { type AwsFake, fakeAws, type ServiceFake } from '../../aws/aws-fake.ts';

export type AwsTestGround = {
  readonly aws: AwsFake;
  readonly targets: Targets;
  readonly target: Target;
  /** Keeps files as an artifact. */
  readonly pack: (files: Readonly<Record<string, string>>) => Promise<Digest>;
  readonly open: (definition: object, environment?: string, deployment?: string) => Promise<Target>;
};

/** A target in AWS on fakes of its services, which look at once instead of after two seconds. */
export async function awsGround(
  definition: object,
  services: readonly ServiceFake[],
  now?: () => number,
): Promise<AwsTestGround> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-aws-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const aws = await fakeAws(...services);
  const artifacts = createArtifactStore(join(folder, 'artifacts'));
  onTestFinished(() => {
    everAsked.push(...aws.asked);
  });
  const targets = signedByUse((use) =>
    createAwsTargets({
      artifacts,
      configuration: {
        ...aws.configuration,
        credentials: { accessKeyId: use, secretAccessKey: 'secret' },
      },
      temporary: join(folder, 'temporary'),
      pauseMs: 1,
      ...(now === undefined ? {} : { now }),
    }),
  );
  const open = (written: object, environment = 'production', deployment?: string) =>
    targets.target(
      environment,
      'shop',
      environmentDefinition.parse({ target: written }),
      deployment === undefined ? undefined : deploymentId.parse(deployment),
    );
  let packed = 0;
  return {
    aws,
    targets,
    target: await open(definition),
    open,
    async pack(files) {
      packed += 1;
      const source = join(folder, `source-${packed}`);
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(source, path)), { recursive: true });
        await writeFile(join(source, path), content);
      }
      return artifacts.pack(source, 'nothing');
    },
  };
}

const USES = [
  'state',
  'place',
  'remove',
  'route',
  'remember',
  'counters',
  'address',
] as const satisfies readonly (keyof Target & Use)[];

/** What all targets of a test file have asked for, with the use as access key. */
export const everAsked: AwsFake['asked'][number][] = [];

/** Whatever is asked of a target is signed with the name of its method, so that the fakes know what it was asked for. */
function signedByUse(targetsFor: (use: Use) => Targets): Targets {
  const known = new Map<Use, Targets>();
  const by = (use: Use): Targets => {
    const targets = known.get(use) ?? targetsFor(use);
    known.set(use, targets);
    return targets;
  };
  return {
    async target(...of) {
      const methods = await Promise.all(
        USES.map(async (use) => {
          const method = (await by(use).target(...of))[use];
          return method === undefined ? [] : [[use, method] as const];
        }),
      );
      return Object.fromEntries(methods.flat()) as unknown as Target;
    },
    runtime: (definition) => by('runtime').runtime(definition),
  };
}

/** `1` with an artifact gives the revision `1.0.0-aaaaaaaa`. */
export function revision(version: number, artifact: Digest): Revision {
  return {
    revision: `${version}.0.0-aaaaaaaa`,
    deployment: deploymentId.parse('a'.repeat(20)),
    artifact,
  };
}

export const patience = (): AbortSignal => AbortSignal.timeout(20_000);
