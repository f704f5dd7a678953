import { z } from 'zod';
import {
  type Environment,
  environmentStream,
  foldEnvironment,
  type Lease,
} from '../../environments/environment.ts';
import { standingOfHolder } from '../../environments/remove-ended.ts';
import type { EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { name } from '../../pipeline/names.ts';
import type { UnlockRequest } from '../../stages/drive/request-unlock.ts';
import { command } from '../command.ts';
import { isConfirmed } from '../confirmation.ts';
import { EXIT } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { headline } from '../progress/headline.ts';
import { undoneOf } from '../progress/last-screen.ts';
import { awaitUnlock } from '../reading/await-unlock.ts';
import { requireEnvironment } from '../reading/known-environments.ts';
import { findSettings } from '../settings.ts';
import { openSystem } from '../system.ts';

const input = z.object({
  environment: name,
  reason: z.string().min(1).max(4000).optional(),
  yes: z.boolean().default(false),
});

/** Frees the lease that a stuck deployment kept, for a person who has put right what it left. */
export default command(input, async ({ environment, reason, yes }, cli) => {
  const { output } = cli;
  const system = await openSystem(cli);
  try {
    await requireEnvironment(environment, system.store, cli);
    const { commits } = await system.store.load(environmentStream(environment));
    const now = foldEnvironment(commits);
    if (now.lease === undefined) {
      output.note([`nobody holds the lease of ${environment}: there is nothing to unlock`]);
      if (output.format !== 'text') output.document({ environment, freed: null });
      return EXIT.done;
    }
    await requireEnded(system.store, environment, now.lease);
    output.note(await consequence(system.store, environment, now, now.lease, output.noteStyle));
    const given = requireReason(reason, environment);
    if (!yes && !(await isConfirmed(output, `unlock ${environment}`))) {
      output.note(['nothing was unlocked']);
      return EXIT.usage;
    }
    const { deployment, fence } = now.lease;
    const actor = findSettings(cli).actor.value;
    const request: UnlockRequest = { environment, deployment, fence, actor, reason: given };
    await system.publish('Unlock Requested', request);
    await awaitUnlock(system, request);
    if (output.format === 'text') output.answer([deployment]);
    else output.document({ environment, freed: { deployment, fence }, actor, reason: given });
    output.note([`${environment} is free; ${next(now)}`]);
    return EXIT.done;
  } finally {
    system.close();
  }
});

function requireReason(reason: string | undefined, environment: string): string {
  if (reason !== undefined) return reason;
  throw new NoneventError('InvalidInput', 'no reason is given: expected what you have made sure of', {
    hint: `write it with \`nonevent unlock ${environment} --reason TEXT\`; it is recorded with your name`,
  });
}

/** Errors: `Conflict` while the holder runs. */
async function requireEnded(store: EventStore, environment: string, { deployment }: Lease): Promise<void> {
  if ((await standingOfHolder(store, deployment)) !== 'open') return;
  throw new NoneventError(
    'Conflict',
    `deployment ${shortId(deployment)} holds the lease of ${environment} and still runs`,
    {
      fields: { environment, holder: deployment },
      hint: `stop it with \`nonevent stop ${shortId(deployment)}\`: what it changed is then undone, and the lease given back`,
    },
  );
}

/** What is true, as far as the history knows, and what the person says by unlocking. */
async function consequence(
  store: EventStore,
  environment: string,
  { live }: Environment,
  { deployment, pipeline }: Lease,
  style: Style,
): Promise<readonly string[]> {
  const { commits } = await store.load(deploymentStream(deployment));
  const recorded = live[pipeline]?.live.release.version ?? 'nothing';
  const words = [
    `  recorded as live in ${environment}: ${oneLine(recorded)} of ${pipeline}; whatever comes next starts from that`,
    '  unlocking changes and checks nothing: by it you say that what is there is as recorded again',
  ];
  if (commits.length === 0) return [`deployment ${deployment} holds the lease and has no history`, ...words];
  const { view } = replay(commits);
  const facts = undoneOf(view).map(([fact, text]) => `  ${fact}: ${text}`);
  return [headline(view, new Date().toISOString(), style), ...facts, ...words];
}

function next({ queue }: Environment): string {
  const [first] = queue;
  return first === undefined
    ? 'the next deployment can begin'
    : `deployment ${shortId(first.deployment)} is next`;
}
