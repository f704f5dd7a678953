import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { replay } from '../../lifecycle/replay.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { changesOf } from '../../pipeline/steps.ts';
import { type RollbackRequest, requireUndoable, rollbackId } from '../../stages/drive/request-rollback.ts';
import { staysInRollback } from '../../stages/migrate/stays-in-rollback.ts';
import { type Cli, command } from '../command.ts';
import { isConfirmed } from '../confirmation.ts';
import { exitCodeOfDeployment, hasEnded } from '../exit-code-of-deployment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followToEnd } from '../progress/follow-to-end.ts';
import { attachmentNote } from '../reading/attachment.ts';
import { awaitOpening } from '../reading/await-opening.ts';
import { liveNow } from '../reading/live-now.ts';
import { readPipelineFile } from '../reading/read-file.ts';
import { findRollbackSubject, type LivePlace, placesOf } from '../reading/rollback-subject.ts';
import { findSettings } from '../settings.ts';
import { openSystem, type System } from '../system.ts';
import { timeout } from '../timeout.ts';

const input = z.object({
  what: z.string().optional(),
  reason: z.string().min(1).max(4000).optional(),
  yes: z.boolean().default(false),
  detach: z.boolean().default(false),
  timeout: timeout.optional(),
  again: z.boolean().default(false),
});
type Input = z.output<typeof input>;

/** Takes back what a deployment made live, after saying what that does; or attaches to the rollback that does so already. */
export default command(input, async (options, cli) => {
  const system = await openSystem(cli);
  try {
    const of = await findRollbackSubject(system.store, options.what, await pipelineHere(cli));
    const undone = replay((await system.store.load(deploymentStream(of))).commits);
    requireUndoable(undone);
    const request: RollbackRequest = {
      of,
      actor: findSettings(cli).actor.value,
      source: 'cli',
      reason: options.reason ?? 'none given',
      ...(options.again ? { attempt: randomUUID() } : {}),
    };
    const rollback = rollbackId(undone, request);
    const { head } = await system.store.load(deploymentStream(rollback));
    if (head.seq > 0) {
      cli.output.note(await attachmentNote(system.store, rollback));
      return await show(rollback, options, system, cli, true);
    }
    const places = await requireLive(system, undone);
    cli.output.note([...consequence(undone, places), ...(await movedOn(system, undone, places))]);
    if (!options.yes && !(await isConfirmed(cli.output, 'roll back'))) {
      cli.output.note(['nothing was rolled back']);
      return EXIT.usage;
    }
    await system.register(undone.view.pipeline);
    await system.publish('Rollback Requested', request);
    await awaitOpening(system, rollback);
    return await show(rollback, options, system, cli);
  } finally {
    system.close();
  }
});

/** The pipeline of the file here; none where there is no file, or none that can be read: what is live says enough. */
async function pipelineHere(cli: Cli): Promise<string | undefined> {
  const { value } = findSettings(cli).file;
  if (value === undefined) return undefined;
  const read = await readPipelineFile(value, cli.folder).catch(() => undefined);
  return read?.ok ? read.pipeline.pipeline : undefined;
}

/** Errors: `Conflict` where the deployment is live nowhere, saying what is. */
async function requireLive({ store }: System, { view }: Deployment): Promise<readonly LivePlace[]> {
  const places = await placesOf(store, view.deployment);
  if (places.length > 0) return places;
  const live = Object.entries(await liveNow(store, view.pipeline)).map(([environment, pair]) =>
    pair === undefined
      ? `nothing is live in ${environment}`
      : `${pair.live.release.version} of deployment ${shortId(pair.live.deployment)} is live in ${environment}`,
  );
  throw new NoneventError(
    'Conflict',
    `deployment ${shortId(view.deployment)} is not what is live: ${live.join(', ')}`,
    { fields: { deployment: view.deployment }, hint: 'undo what is live with `nonevent rollback`' },
  );
}

function consequence({ view }: Deployment, places: readonly LivePlace[]): readonly string[] {
  const { pipeline } = view.pipeline;
  const from = view.release.version;
  const changes = changesOf(view.pipeline);
  const lane = changes.toReversed().map((change) => {
    const { capture } = view.stages.find(({ name }) => name === change.name) ?? {};
    return { name: change.name, stays: staysInRollback(change, capture, changes) };
  });
  const undone = lane.flatMap(({ name, stays }) => (stays === undefined ? [name] : []));
  return [
    ...places.map(({ environment, before }) =>
      before === undefined
        ? `${pipeline} ${from} in ${environment}: nothing was live before it, so this will be refused`
        : `${pipeline} ${told(from, view.deployment, before)} in ${environment}`,
    ),
    ...(places.some(({ isReturned }) => isReturned)
      ? [`  ${from} is live because of a rollback; this goes back one more`]
      : []),
    `  undoes, newest first: ${undone.join(', ')}`,
    ...lane.flatMap(({ name, stays }) => (stays === undefined ? [] : [`  keeps ${name}: ${stays}`])),
  ];
}

/** Two deployments of one version are told apart by their ids. */
function told(from: string, of: DeploymentId, { release, deployment }: RevisionRef): string {
  const to = release.version;
  return from === to
    ? `${from} (deployment ${shortId(of)}) -> ${to} (deployment ${shortId(deployment)})`
    : `${from} -> ${to}`;
}

/** Where what it had made live is no longer so: its lane is that of the whole deployment, so it is refused. */
async function movedOn(
  { store }: Pick<System, 'store'>,
  { view }: Deployment,
  places: readonly LivePlace[],
): Promise<readonly string[]> {
  const live = await liveNow(store, view.pipeline);
  const placed = changesOf(view.pipeline).flatMap((change) =>
    change.kind === 'place' ? [change.environment] : [],
  );
  return [...new Set(placed)]
    .filter((environment) => !places.some((place) => place.environment === environment))
    .map((environment) => {
      const now = live[environment]?.live.release.version ?? 'nothing';
      return `  it is not live in ${environment}, where ${now} is, so this will be refused: it is taken back everywhere or nowhere`;
    });
}

async function show(
  rollback: DeploymentId,
  { detach, timeout: seconds }: Input,
  system: System,
  { output }: Cli,
  isAttached = false,
): Promise<ExitCode> {
  if (output.format === 'text' && !(output.isAnswerRead && !detach)) output.answer([rollback]);
  if (!detach) return followToEnd(system, rollback, output, seconds);
  if (output.format !== 'text') output.document({ deployment: rollback, requested: 'rollback' });
  const known = replay((await system.store.load(deploymentStream(rollback))).commits);
  if (isAttached && hasEnded(known)) return exitCodeOfDeployment(known.view);
  output.note([`watch it with: nonevent status ${shortId(rollback)} --watch${system.options}`]);
  return EXIT.done;
}
