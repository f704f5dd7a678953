import { dirname } from 'node:path';
import { z } from 'zod';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../../history/digests.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Release } from '../../pipeline/release.ts';
import type { DeploymentRequest } from '../../stages/drive/request-deployment.ts';
import { type Cli, command } from '../command.ts';
import { exitCodeOfDeployment, hasEnded } from '../exit-code-of-deployment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { inFolder } from '../in-folder.ts';
import { oneLine } from '../output/untrusted.ts';
import { followToEnd } from '../progress/follow-to-end.ts';
import { attachmentNote } from '../reading/attachment.ts';
import { awaitOpening } from '../reading/await-opening.ts';
import { releaseOf, versionOf } from '../reading/release-of.ts';
import { requirePipeline } from '../reading/require-pipeline.ts';
import { takenBackNote } from '../reading/taken-back.ts';
import { chooseTrigger } from '../reading/trigger.ts';
import { findSettings, requireFile } from '../settings.ts';
import { openSystem, type StackSystem, type System } from '../system.ts';
import { timeout } from '../timeout.ts';

const input = z
  .object({
    dir: z.string().optional(),
    release: z.string().optional(),
    detach: z.boolean().default(false),
    timeout: timeout.optional(),
    trigger: z.string().min(1).max(200).optional(),
    again: z.boolean().default(false),
  })
  .refine(({ again, trigger }) => !again || trigger === undefined, {
    path: ['trigger'],
    message: 'expected either --again or --trigger, not both',
  });
type Input = z.output<typeof input>;

/** Deploys the source beside the pipeline file, or attaches to the deployment that does so already. */
export default command(input, async (options, cli) => {
  const surroundings = options.dir === undefined ? cli : await inFolder(cli, options.dir);
  const file = requireFile(surroundings);
  const pipeline = await requirePipeline(file, cli);
  const system = await openSystem(surroundings);
  try {
    const request = await requestFor({ file, pipeline, options, system, cli });
    const deployment = request.deployment;
    const isOpen = (await system.store.load(deploymentStream(deployment))).commits.length > 0;
    if (!isOpen) {
      cli.output.note(await takenBackNote(system.store, request.pipeline, request.release));
      await open(system, request);
    }
    return await show({ deployment, release: request.release, isAttached: isOpen, options, system, cli });
  } finally {
    system.close();
  }
});

type Request = DeploymentRequest & { readonly deployment: DeploymentId };

/** Packs the source and derives the deployment that it asks for. */
async function requestFor(of: {
  readonly file: string;
  readonly pipeline: Pipeline;
  readonly options: Input;
  readonly system: System;
  readonly cli: Cli;
}): Promise<Request> {
  const { file, pipeline, options, system, cli } = of;
  const folder = dirname(file);
  const version = await versionOf(folder, options.release);
  if (system.kind === 'stack') cli.output.note(destinationLines(system));
  // Before anything is packed and sent to where nothing would run it.
  await system.register(pipeline);
  const artifact = await system.artifacts.pack(folder, 'vcs');
  const release = releaseOf(version, artifact);
  const content = { pipelineDigest: pipelineDigest(pipeline), releaseDigest: releaseDigest(release) };
  const trigger = await chooseTrigger(system.store, pipeline, content, options);
  return {
    deployment: deriveDeploymentId({ ...content, triggerId: trigger }),
    pipeline,
    release,
    trigger: { id: trigger, source: 'cli', actor: findSettings(cli).actor.value },
  };
}

/** Where the source goes, before it goes there. Pure. */
function destinationLines({ called, connection, connectedBy }: StackSystem): readonly string[] {
  const { account, profile, artifacts } = connection;
  const by = profile === undefined ? 'the default chain of AWS' : `profile ${oneLine(profile)}`;
  return [
    `to ${called}, account ${account}, with ${by}, bucket ${artifacts}`,
    `  named by ${oneLine(connectedBy)}`,
  ];
}

async function open(system: System, request: Request): Promise<void> {
  await system.publish('Deployment Requested', request);
  await awaitOpening(system, request.deployment);
}

async function show(of: {
  readonly deployment: DeploymentId;
  readonly release: Release;
  readonly isAttached: boolean;
  readonly options: Input;
  readonly system: System;
  readonly cli: Cli;
}): Promise<ExitCode> {
  const { deployment, options, system, isAttached } = of;
  const { output } = of.cli;
  if (isAttached) output.note(await attachmentNote(system.store, deployment));
  if (output.format === 'text' && !(output.isAnswerRead && !options.detach)) output.answer([deployment]);
  if (!options.detach) return followToEnd(system, deployment, output, options.timeout);
  const known = replay((await system.store.load(deploymentStream(deployment))).commits);
  if (output.format === 'json') {
    const outcome = known.view.outcome ?? null;
    output.document({ deployment, release: of.release, attached: isAttached, outcome });
  }
  if (isAttached && hasEnded(known)) return exitCodeOfDeployment(known.view);
  output.note([`watch it with: nonevent status ${shortId(deployment)} --watch${system.options}`]);
  return EXIT.done;
}
