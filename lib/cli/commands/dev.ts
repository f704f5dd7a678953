import { z } from 'zod';
import { createDynamoDBEventStore } from '../../history/dynamodb-event-store.ts';
import { type NoneventSystem, startNonevent } from '../../local/nonevent-system.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { type Cli, command } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type Interruption, takeInterruption } from '../interruption.ts';
import { factLines } from '../output/facts.ts';
import { oneLine } from '../output/untrusted.ts';
import { type LiveNow, liveNow } from '../reading/live-now.ts';
import { readPipelineFile } from '../reading/read-file.ts';
import { showFindings } from '../reading/show-findings.ts';
import { findSettings } from '../settings.ts';
import { requireLocalHere } from '../stack/local-only.ts';

const input = z.object({ keepRevisions: z.boolean().default(false) });

/** Runs the local system until a signal comes. The second signal ends it at once; its next start recovers. */
export default command(input, async ({ keepRevisions }, cli) => {
  const { output } = cli;
  requireLocalHere(cli, 'dev');
  const interruption = takeInterruption();
  interruption.second.addEventListener('abort', () => process.exit(interruption.exitCode()));
  const settings = findSettings(cli);
  const pipeline = await pipelineHere(settings.file.value, cli);
  output.note(['starting the local system, and driving on what was left open']);
  const system = await startNonevent({
    folder: settings.data.value,
    log: (line) => output.note([`  ${oneLine(line)}`]),
    page: { actor: settings.actor.value },
  });
  sayWhereItIs(system, pipeline, await servedNow(system, pipeline), cli);
  return await runUntilSignal(system, interruption, keepRevisions, cli);
});

/** The pipeline is for the addresses only: the system runs without one. */
async function pipelineHere(
  file: string | undefined,
  { folder, output }: Cli,
): Promise<Pipeline | undefined> {
  if (file === undefined) return undefined;
  const read = await readPipelineFile(file, folder);
  if (read.ok) return read.pipeline;
  showFindings(read.findings, output);
  return undefined;
}

/** What is live in each environment of a pipeline, as the histories say it. */
async function servedNow(
  { clients, connection }: NoneventSystem,
  pipeline: Pipeline | undefined,
): Promise<LiveNow> {
  if (pipeline === undefined) return {};
  return liveNow(createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table }), pipeline);
}

function sayWhereItIs(
  system: NoneventSystem,
  pipeline: Pipeline | undefined,
  live: LiveNow,
  { output }: Cli,
): void {
  const { endpoints } = system.connection;
  const services = Object.entries(pipeline?.environments ?? {}).flatMap(([environment, { target }]) =>
    target.kind === 'process' ? [[environment, `http://127.0.0.1:${target.port}/`] as const] : [],
  );
  if (output.format !== 'text') {
    output.document({
      folder: system.folder.root,
      endpoints,
      page: system.page?.link ?? null,
      environments: Object.fromEntries(services),
    });
    return;
  }
  const style = output.answerStyle;
  output.answer([
    `${style.good('✔ running')}  the local system on ${style.bold(system.folder.root)}`,
    ...factLines(
      [
        ...services.map(([environment, url]) => {
          const served = live[environment]?.live.release.version;
          const says = served === undefined ? 'once deployed' : `serves ${served}`;
          return [environment, `${url}  ${style.dim(oneLine(says))}`] as const;
        }),
        ...(system.page === undefined ? [] : [['page', system.page.link] as const]),
        ['DynamoDB', endpoints.dynamodb],
        ['Step Functions', endpoints.states],
        ['EventBridge', endpoints.events],
        ['deploy', 'nonevent deploy, in another terminal'],
        ['stop', 'Ctrl-C'],
      ],
      style,
    ),
  ]);
}

async function runUntilSignal(
  system: NoneventSystem,
  interruption: Interruption,
  keepRevisions: boolean,
  { output }: Cli,
): Promise<ExitCode> {
  const signalled = new Promise<undefined>((resolve) => {
    if (interruption.first.aborted) resolve(undefined);
    interruption.first.addEventListener('abort', () => resolve(undefined));
  });
  const failure = await Promise.race([signalled, system.failed]);
  const what = keepRevisions ? 'stopping; the services stay' : 'stopping, the services too';
  if (failure === undefined) output.note([`${what}. Ctrl-C again ends at once`]);
  await (keepRevisions ? system.close() : system.stopAll());
  if (failure !== undefined) throw failure;
  output.note(['stopped; everything is kept, `nonevent dev` goes on from here']);
  return interruption.exitCode();
}
