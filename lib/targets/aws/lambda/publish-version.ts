import { createHash } from 'node:crypto';
import {
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { NoneventError } from '../../../nonevent-error.ts';
import type { LambdaAliasTarget } from '../../../pipeline/target-kinds/lambda-alias.ts';
import type { Revision } from '../../target.ts';
import type { AwsGround } from '../ground.ts';
import { writeLabel } from '../label.ts';
import { withUnpacked } from '../packages/unpacked.ts';
import { upload } from '../packages/upload.ts';
import { zipOfFolder } from '../packages/zip-of-folder.ts';
import { waitUntil } from '../wait-until.ts';

/** Of the 50 MB that a request may have; it carries the package in base 64. */
const LARGEST_REQUEST = 45 * 1024 * 1024;

const configuration = z.object({
  RevisionId: z.string(),
  CodeSha256: z.string(),
  Version: z.string(),
  Description: z.string().optional(),
  State: z.string().optional(),
  StateReason: z.string().optional(),
  LastUpdateStatus: z.string().optional(),
  LastUpdateStatusReason: z.string().optional(),
});
type Configuration = z.output<typeof configuration>;

/**
 * Gives a function the code of a revision and publishes it as a version under the revision's label. Every step is conditional on what
 * the step before it left, so nobody else's code is published under the label. Gives the version.
 *
 * Errors: `ArtifactFailed`, `TargetFailed` where Lambda refuses the code; those of the SDK.
 */
export async function publishVersion(
  target: LambdaAliasTarget,
  revision: Revision,
  ground: AwsGround,
  signal: AbortSignal,
): Promise<string> {
  const { lambda } = ground.clients;
  const FunctionName = target.function;
  const before = await quiet(target, ground, signal);
  const { code, sha256 } = await codeOf(target, revision, ground);
  const updated = configuration.parse(
    await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, RevisionId: before.RevisionId, ...code, Publish: false }),
    ),
  );
  if (sha256 !== undefined && updated.CodeSha256 !== sha256)
    throw otherCode(target, updated.CodeSha256, sha256);
  const ready = await settled(target, ground, signal);
  if (ready.CodeSha256 !== updated.CodeSha256) throw otherCode(target, ready.CodeSha256, updated.CodeSha256);

  const label = writeLabel(ground.environment, revision);
  const published = await publish(target, ground, label, ready);
  if (published.Description === label) return published.Version;
  // The same code as in the version before: Lambda makes no new one unless something else has changed.
  await lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName,
      Description: label,
      RevisionId: ready.RevisionId,
    }),
  );
  const described = await settled(target, ground, signal);
  const again = await publish(target, ground, label, described);
  if (again.Description === label) return again.Version;
  throw new NoneventError(
    'TargetFailed',
    `Lambda gave version ${again.Version} of ${FunctionName} instead of a new one`,
    {
      fields: { function: FunctionName, version: again.Version },
      hint: 'look who else publishes versions of it',
    },
  );
}

async function publish(
  target: LambdaAliasTarget,
  { clients }: AwsGround,
  label: string,
  of: Configuration,
): Promise<Configuration> {
  return configuration.parse(
    await clients.lambda.send(
      new PublishVersionCommand({
        FunctionName: target.function,
        Description: label,
        CodeSha256: of.CodeSha256,
        RevisionId: of.RevisionId,
      }),
    ),
  );
}

/** Waits until a version can be invoked; a new one is `Pending` for a while. */
export async function whenActive(
  target: LambdaAliasTarget,
  version: string,
  ground: AwsGround,
  signal: AbortSignal,
): Promise<Configuration> {
  const what = `version ${version} of ${target.function}`;
  return waitUntil(what, { ...ground, signal }, async () => {
    const found = await read(target, ground, version);
    if (found.State === 'Failed') throw refused(what, found.StateReason);
    // An idle version becomes active with its next invocation.
    return found.State === 'Pending' ? undefined : found;
  });
}

/** Waits until our own update has been taken. */
async function settled(
  target: LambdaAliasTarget,
  ground: AwsGround,
  signal: AbortSignal,
): Promise<Configuration> {
  const found = await quiet(target, ground, signal);
  if (found.LastUpdateStatus !== 'Failed') return found;
  throw refused(`the code of ${target.function}`, found.LastUpdateStatusReason);
}

/** Waits until no update of the function is under way, however the last one ended: a failed one stays until the next. */
async function quiet(
  target: LambdaAliasTarget,
  ground: AwsGround,
  signal: AbortSignal,
): Promise<Configuration> {
  return waitUntil(`the update of ${target.function}`, { ...ground, signal }, async () => {
    const found = await read(target, ground);
    return found.LastUpdateStatus === 'InProgress' || found.State === 'Pending' ? undefined : found;
  });
}

async function read(
  target: LambdaAliasTarget,
  { clients }: AwsGround,
  version?: string,
): Promise<Configuration> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: target.function, Qualifier: version });
  return configuration.parse(await clients.lambda.send(command));
}

type Code = {
  readonly code: object;
  /** What Lambda has to say of the code, where that is known before. */
  readonly sha256?: string;
};

async function codeOf(target: LambdaAliasTarget, { artifact }: Revision, ground: AwsGround): Promise<Code> {
  if (target.repository !== undefined) return { code: { ImageUri: `${target.repository}@${artifact}` } };
  const bytes = await withUnpacked(artifact, ground, zipOfFolder);
  const sha256 = createHash('sha256').update(bytes).digest('base64');
  if (target.bucket !== undefined) {
    const S3Key = await upload(ground.clients.s3, target.bucket, bytes, '.zip');
    return { code: { S3Bucket: target.bucket, S3Key }, sha256 };
  }
  if (bytes.length <= LARGEST_REQUEST) return { code: { ZipFile: bytes }, sha256 };
  const megabytes = Math.ceil(bytes.length / 1024 / 1024);
  throw new NoneventError(
    'ArtifactFailed',
    `the package has ${megabytes} MB, expected at most 45 MB where the target names no bucket`,
    {
      fields: { bytes: bytes.length },
      hint: 'name a bucket in the region of the function, or deploy an image',
    },
  );
}

function refused(what: string, why: string | undefined): NoneventError {
  return new NoneventError('TargetFailed', `Lambda refused ${what}: ${why ?? 'it gave no reason'}`, {
    hint: 'look at the package or the image, and at the settings of the function',
  });
}

function otherCode(target: LambdaAliasTarget, found: string, expected: string): NoneventError {
  return new NoneventError(
    'TargetFailed',
    `${target.function} has the code ${found}, expected ${expected}: somebody else changes it at the same time`,
    { fields: { function: target.function, found, expected }, hint: 'try again when nobody else deploys it' },
  );
}
