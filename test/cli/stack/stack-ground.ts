import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { onTestFinished, vi } from 'vitest';
import { createS3Artifacts } from '../../../lib/artifacts/s3-artifacts.ts';
import type { Surroundings } from '../../../lib/cli/settings.ts';
import { pipelineDigest } from '../../../lib/history/digests.ts';
import { compileStatesLanguage } from '../../../lib/lifecycle/states-language.ts';
import { FUNCTION_NAMES } from '../../../lib/local/function-names.ts';
import { startNonevent } from '../../../lib/local/nonevent-system.ts';
import type { Pipeline } from '../../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../../lib/pipeline/read-pipeline.ts';
import { createBuilds } from '../../../lib/stages/cloud/code-build.ts';
import { stateMachineName } from '../../../lib/stages/drive/executions.ts';
import { versionDescription } from '../../../lib/stages/drive/published-versions.ts';
import { fakeAws } from '../../aws/aws-fake.ts';
import { cloudFormationFake } from '../../aws/cloud-formation-fake.ts';
import { fakeS3 } from '../../aws/s3.ts';
import { serveVersions } from '../../aws/state-machine-versions.ts';
import { stsFake } from '../../aws/sts-fake.ts';
import { type Run, runCli } from '../run-cli.ts';

export const STATE_MACHINES = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-';

/**
 * A stack without an account: CloudFormation, S3, STS and the versions of Step Functions are fakes, and what the stack tells of as its table and
 * its bus are those of a local system, which gets its artifacts from the bucket. The real SDK clients find them by AWS_ENDPOINT_URL_*.
 */
export async function stackGround(pipelineText: string) {
  const root = await mkdtemp(join(tmpdir(), 'nonevent-stack-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'service');
  await mkdir(folder);
  await writeFile(join(folder, 'nonevent.yaml'), pipelineText);
  const s3 = await fakeS3();
  const formation = cloudFormationFake();
  const aws = await fakeAws(formation, stsFake());
  const versions = await serveVersions();
  const artifacts = createS3Artifacts({ client: s3.client, bucket: 'artifacts' });
  const unused = {
    client: new CodeBuildClient(aws.configuration),
    logs: new CloudWatchLogsClient(aws.configuration),
  };
  const system = await startNonevent({
    folder: join(root, 'account'),
    timeScale: 0.01,
    aws: {
      artifacts,
      askEveryMs: 3_600_000,
      cloud: {
        builds: createBuilds({ ...unused, bucket: 'artifacts' }),
        functions: { invoke: () => Promise.reject(new Error('no function is asked here')) },
      },
    },
  });
  onTestFinished(() => system.stopAll());
  const { connection, clients } = system;
  const pipeline = pipelineIn(pipelineText);
  const stack = {
    template: '{"Resources":{}}',
    parameters: new Map(),
    tags: new Map(),
    status: 'CREATE_COMPLETE',
    changeSets: [],
    events: [],
  };
  formation.stacks.set('Elsewhere', { ...stack });
  formation.stacks.set('Nonevent', {
    ...stack,
    outputs: {
      NoneventBus: 'default',
      NoneventTable: connection.table,
      NoneventArtifacts: 'artifacts',
      NoneventRegion: 'eu-west-1',
      NoneventStateMachines: STATE_MACHINES,
    },
  });
  const endpointOfS3 = await s3.client.config.endpoint?.();
  const credentials = join(root, 'credentials');
  await writeFile(
    credentials,
    `[work]\naws_access_key_id = ${connection.token}\naws_secret_access_key = one-machine\n[guest]\naws_access_key_id = AKIAGUEST\naws_secret_access_key = guest\n`,
  );
  const env = {
    AWS_CONFIG_FILE: join(root, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_CLOUDFORMATION: aws.configuration.endpoint,
    AWS_ENDPOINT_URL_STS: aws.configuration.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: connection.endpoints.dynamodb,
    AWS_ENDPOINT_URL_EVENTBRIDGE: connection.endpoints.events,
    AWS_ENDPOINT_URL_SFN: versions.service.endpoint,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${endpointOfS3?.port}`,
    NONEVENT_ACTOR: 'ada',
    NONEVENT_STATE: join(root, 'state'),
  };
  return {
    folder,
    env,
    aws,
    s3,
    versions,
    system,
    /** What `cdk deploy` does for the pipeline: a version is published. The local system runs it. */
    async install(): Promise<void> {
      const digest = pipelineDigest(pipeline);
      versions.publish(`${STATE_MACHINES}${pipeline.pipeline}`, versionDescription(digest));
      await clients.states.send(
        new CreateStateMachineCommand({
          name: stateMachineName(pipeline.pipeline, digest),
          definition: JSON.stringify(compileStatesLanguage(pipeline, FUNCTION_NAMES)),
          roleArn: 'arn:aws:iam::000000000000:role/none',
        }),
      );
    },
    release: (version: string, description = '') =>
      writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', version, description })),
    write: (name: string, text: string) => writeFile(join(folder, name), text),
    nonevent: (...words: readonly string[]): Promise<Run> => runCli(words, { cwd: folder, env }),
    /** What a command typed in the folder would be given, for what is tried in this process. */
    surroundings: (): Surroundings => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      onTestFinished(() => void vi.unstubAllEnvs());
      return { folder, environment: env, flags: {} };
    },
    pipeline,
  };
}

function pipelineIn(text: string): Pipeline {
  const reading = readPipeline(text, 'nonevent.yaml');
  if (!reading.ok) throw new Error(JSON.stringify(reading.findings));
  return reading.pipeline;
}
