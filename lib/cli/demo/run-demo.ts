import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Closers, createClosers } from '../../local/closers.ts';
import { type NoneventSystem, startNonevent } from '../../local/nonevent-system.ts';
import { freePort } from '../../targets/process/free-port.ts';
import type { Cli } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Interruption, takeInterruption } from '../interruption.ts';
import type { Output } from '../output/output.ts';
import { DATA_FOLDER_NAME } from '../settings.ts';
import { checkExpectations } from './expectations.ts';
import { keepRunning } from './keep-running.ts';
import { measure } from './measures.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { perform } from './perform.ts';
import { SECOND, THIRD } from './plan.ts';
import type { DemoRecord } from './record.ts';
import { type Kept, type Summary, summaryDocument, summaryLines } from './summary.ts';

/** The demo gives up after this time, which leaves it enough to clean up before the last one. */
const GIVE_UP_MILLISECONDS = 75_000;
const HARD_STOP_MILLISECONDS = 89_000;

/**
 * Deploys three releases of the storefront on a system of its own while users use it, judges what it saw, and gives 0
 * only if every expectation held. Leaves no process and no file behind, unless they are to be kept.
 *
 * Errors: those of the local system and of `nonevent deploy`; a plain one when it does not end in time.
 */
export async function runDemo({ keep }: { readonly keep: boolean }, { output }: Cli): Promise<ExitCode> {
  const interruption = takeInterruption();
  interruption.second.addEventListener('abort', () => process.exit(interruption.exitCode()));
  // Nothing below takes this long. Should it, then no promise of ours is worth waiting for.
  const hardStop = setTimeout(() => process.exit(EXIT.bug), HARD_STOP_MILLISECONDS);
  const closers = createClosers();
  const narrator = createNarrator(output);
  try {
    return await runIn(await makeStage(closers), { keep, output, interruption, narrator, closers });
  } catch (thrown) {
    if (interruption.first.aborted) return interruption.exitCode();
    throw thrown;
  } finally {
    narrator.end();
    await closers.closeAll();
    clearTimeout(hardStop);
    interruption.release();
  }
}

/** Where the demo takes place: a folder with the source, beside it the local system's data, and a port for users. */
type Stage = { readonly folder: string; readonly source: string; readonly data: string; readonly port: number };

async function makeStage(closers: Closers): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-demo-'));
  closers.add(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const source = join(folder, 'storefront');
  return { folder, source, data: join(source, DATA_FOLDER_NAME), port: await freePort(new Set()) };
}
