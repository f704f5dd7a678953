import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { deploymentId } from '../../../lib/history/deployment-id.ts';
import { environmentDefinition } from '../../../lib/pipeline/environment.ts';
import type { Digest } from '../../../lib/pipeline/release.ts';
import { createArtifactStore } from '../../../lib/stages/artifact-store.ts';
import { createAwsTargets } from '../../../lib/targets/aws/aws-targets.ts';
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
  const targets = createAwsTargets({
    artifacts,
    configuration: aws.configuration,
    temporary: join(folder, 'temporary'),
    pauseMs: 1,
    ...(now === undefined ? {} : { now }),
  });
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

/** `1` with an artifact gives the revision `1.0.0-aaaaaaaa`. */
export function revision(version: number, artifact: Digest): Revision {
  return {
    revision: `${version}.0.0-aaaaaaaa`,
    deployment: deploymentId.parse('a'.repeat(20)),
    artifact,
  };
}

export const patience = (): AbortSignal => AbortSignal.timeout(20_000);
