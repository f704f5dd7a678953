import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import flag from '../commands/flag.ts';
import type { Surroundings } from '../settings.ts';
import { ENVIRONMENT, type PlannedFlag } from './plan.ts';
import type { FlagSeen } from './record.ts';
import { runQuietly } from './run-quietly.ts';
import { portOfUsers, type Scene } from './scene.ts';

const PATIENCE_MILLISECONDS = 5000;

const product = z.object({ giftWrapping: z.literal(true).optional() });

/** Switches a flag on and waits until users see what it does. Nothing is deployed for it. */
export async function switchOn(
  { flag: name }: PlannedFlag,
  surroundings: Surroundings,
  { narrator, output, substitutes }: Pick<Scene, 'narrator' | 'output' | 'substitutes'>,
): Promise<FlagSeen> {
  const url = `http://127.0.0.1:${portOfUsers(substitutes)}/products/teapot`;
  const style = output.noteStyle;
  narrator.say(['', `${style.bold(`flag ${name}`)}  switched on in ${ENVIRONMENT}, without a deployment`]);
  const seenBefore = await isSeen(url);
  const switchedAt = performance.now();
  await runQuietly(
    flag,
    { environment: ENVIRONMENT, name, value: 'true', reason: 'the demo' },
    surroundings,
    output,
  );
  while (!(await isSeen(url))) {
    if (performance.now() - switchedAt > PATIENCE_MILLISECONDS)
      return { flag: name, seenBefore, seenAfter: undefined };
    await pause(10);
  }
  const seenAfter = Math.round(performance.now() - switchedAt);
  narrator.say([`  ${style.good('✔ seen')}  users are offered it after ${seenAfter} ms`]);
  return { flag: name, seenBefore, seenAfter };
}

async function isSeen(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
  return product.parse(await response.json()).giftWrapping === true;
}
