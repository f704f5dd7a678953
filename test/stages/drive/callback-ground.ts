import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { vi } from 'vitest';
import { createArtifactStore } from '../../../lib/artifacts/artifact-store.ts';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { pipelineDigest } from '../../../lib/history/digests.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { Deployment } from '../../../lib/lifecycle/deployment.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { compileStatesLanguage } from '../../../lib/lifecycle/states-language.ts';
import { EVENT_FUNCTION_NAMES, FUNCTION_NAMES } from '../../../lib/local/function-names.ts';
import { startNonevent } from '../../../lib/local/nonevent-system.ts';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { LOCAL_POLICY } from '../../../lib/stages/address-policy.ts';
import { createBuilds } from '../../../lib/stages/cloud/code-build.ts';
import { stateMachineName } from '../../../lib/stages/drive/executions.ts';
import type { Services } from '../../../lib/stages/drive/services.ts';
import { createTaskAnswers } from '../../../lib/stages/drive/task-answers.ts';
import { fakeCodeBuild } from '../../aws/code-build.ts';

const PATIENCE = { timeout: 30_000, interval: 5 };

/** Says where its key is and that it will report. */
const CHECK = `
import { writeFileSync } from 'node:fs';
export function measure({ key, deployment, attempt }) {
  writeFileSync(process.env.KEYS + '/' + deployment + '-' + attempt, key);
  console.log('asked');
  return { pending: true };
}
export const answers = () => ({ latencyMs: 12, status: 'ok' });
export const quiet = () => undefined;
`;

/** A whole local system with a stand-in for CodeBuild, and a deployment that runs on it. */
export async function callbackGround() {
  const atEnd: (() => Promise<unknown>)[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-callback-'));
  atEnd.push(() => rm(folder, { recursive: true, force: true }));
  const source = join(folder, 'source');
  await mkdir(source);
  await writeFile(join(source, 'greeting.txt'), 'hello\n');
  await writeFile(join(source, 'check.mjs'), CHECK);
  const bucket = join(folder, 'bucket');
  const artifacts = createArtifactStore(bucket);
  const artifact = await artifacts.pack(source, 'nothing');
  const codeBuild = await fakeCodeBuild({
    projects: ['shop'],
    bucket,
    atEnd: (close) => void atEnd.push(close),
  });
  const builds = createBuilds({
    client: codeBuild.client,
    logs: codeBuild.logs,
    bucket: 'artifacts',
    pollMs: 5,
  });
  const functions = { invoke: () => Promise.reject(new Error('no function is asked here')) };
  const aws = { cloud: { builds, functions }, artifacts, askEveryMs: 3_600_000 };
  const logged: string[] = [];
  const start = async () => {
    const system = await startNonevent({
      folder: join(folder, 'data'),
      timeScale: 0.001,
      log: (line) => void logged.push(line),
      aws,
    });
    atEnd.push(() => system.close());
    return system;
  };
  let system = await start();
  let deployments = 0;
  const deploymentNow = async (id: DeploymentId): Promise<Deployment> => {
    const { dynamodb } = system.clients;
    const store = createDynamoDBEventStore({ client: dynamodb, table: system.connection.table });
    return replay((await store.load(`deployment#${id}`)).commits);
  };
  const deployIn = async (environments: object, ...stages: readonly object[]): Promise<DeploymentId> => {
    const pipeline = pipelineSchema.parse({ pipeline: 'shop', environments, stages });
    await system.clients.states.send(
      new CreateStateMachineCommand({
        name: stateMachineName('shop', pipelineDigest(pipeline)),
        definition: JSON.stringify(compileStatesLanguage(pipeline, FUNCTION_NAMES)),
        roleArn: 'arn:aws:iam::000000000000:role/none',
      }),
    );
    deployments += 1;
    const trigger = { id: `test-${deployments}`, source: 'test', actor: 'tester' };
    const detail = { pipeline, release: { version: '1.0.0', artifact }, trigger };
    const { deployment } = (await system.invoke(EVENT_FUNCTION_NAMES.request, { detail })) as {
      deployment: DeploymentId;
    };
    return deployment;
  };
  return {
    async close() {
      for (const end of atEnd.reverse()) await end();
    },
    folder,
    codeBuild,
    /** What functions in AWS find the services by. */
    variables: () => serviceVariables(system, codeBuild),
    logged,
    keyOf: (id: DeploymentId) => readFile(join(folder, `${id}-1`), 'utf8'),
    /** How many builds were started for a deployment. */
    buildsOf: (id: DeploymentId) =>
      [...codeBuild.builds.values()].filter(({ order }) =>
        order.environmentVariablesOverride.some(({ value }) => value === id),
      ).length,
    invoke: (name: string, payload: unknown) => system.invoke(name, payload),
    /** What a handler has that can reach everything but Step Functions. */
    cutOff: (): Services => {
      const { dynamodb } = system.clients;
      const nothing = () => Promise.reject(new Error('not for this'));
      return {
        ...aws,
        store: createDynamoDBEventStore({ client: dynamodb, table: system.connection.table }),
        targets: { target: nothing, runtime: nothing } as never,
        flags: { publish: nothing },
        addresses: LOCAL_POLICY,
        answers: createTaskAnswers({ send: () => Promise.reject(new Error('no connection')) }),
        workFolder: async () => folder,
        closing: new AbortController().signal,
        now: Date.now,
        log: (line) => void logged.push(line),
      };
    },
    async restart() {
      await system.close();
      system = await start();
    },
    async publish(detailType: string, detail: object) {
      await system.clients.events.send(
        new PutEventsCommand({
          Entries: [{ Source: 'test', DetailType: detailType, Detail: JSON.stringify(detail) }],
        }),
      );
    },
    callback: (detailType: string, detail?: object) =>
      system.invoke(EVENT_FUNCTION_NAMES.callback, { 'detail-type': detailType, detail }) as Promise<{
        result: string;
      }>,
    deploy: (...stages: readonly object[]) => deployIn({}, ...stages),
    deployIn,
    /** What an environment's history makes of it. */
    async environment(name: string) {
      const { dynamodb } = system.clients;
      const store = createDynamoDBEventStore({ client: dynamodb, table: system.connection.table });
      return foldEnvironment((await store.load(environmentStream(name))).commits);
    },
    /** The deployment, once it is as it is waited for. */
    once: (id: DeploymentId, holds: (deployment: Deployment) => boolean) =>
      vi.waitFor(async () => {
        const deployment = await deploymentNow(id);
        if (holds(deployment)) return deployment;
        throw new Error(
          `${deployment.state.join(', ')}: ${deployment.view.stages.map((one) => one.failure?.observed)}`,
        );
      }, PATIENCE),
    now: deploymentNow,
    endings: async (id: DeploymentId) => (await deploymentNow(id)).view.stages.map(({ state }) => state),
  };
}

async function serviceVariables(
  { connection }: Awaited<ReturnType<typeof startNonevent>>,
  { client }: Awaited<ReturnType<typeof fakeCodeBuild>>,
): Promise<Readonly<Record<string, string>>> {
  const { protocol, hostname, port } = (await client.config.endpoint?.()) ?? {};
  return {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: connection.token,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_DYNAMODB: connection.endpoints.dynamodb,
    AWS_ENDPOINT_URL_SFN: connection.endpoints.states,
    AWS_ENDPOINT_URL_CODEBUILD: `${protocol}//${hostname}:${port}`,
    NONEVENT_TABLE: connection.table,
  };
}
