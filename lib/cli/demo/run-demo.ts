import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNonevent } from '../../local/nonevent-system.ts';
import { freePort } from '../../targets/process/free-port.ts';
import type { Cli } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { takeInterruption } from '../interruption.ts';
import type { Output } from '../output/output.ts';
import { oneLine } from '../output/untrusted.ts';
import { DATA_FOLDER_NAME } from '../settings.ts';
import { checkExpectations } from './expectations.ts';
import { keepRunning } from './keep-running.ts';
import { measure } from './measures.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { perform } from './perform.ts';
import { SECOND, THIRD } from './plan.ts';
import type { DemoRecord } from './record.ts';
import { type Kept, type Summary, summaryDocument, summaryLines } from './summary.ts';

/** By then it ends with what it has seen, which leaves it enough time to clean up before the hard stop. */
const GIVE_UP_MILLISECONDS = 65_000;
const HARD_STOP_MILLISECONDS = 89_000;

/**
 * Deploys three releases of the storefront on a system of its own while users use it, judges what it saw, and gives 0
 * only if every expectation held. Ends within 90 seconds and leaves no process and no file behind, unless they are to
 * be kept.
 *
 * Errors: those of the local system and of `nonevent deploy`.
 */
export async function runDemo({ keep }: { readonly keep: boolean }, { output }: Cli): Promise<ExitCode> {
  const interruption = takeInterruption();
  interruption.second.addEventListener('abort', () => process.exit(interruption.exitCode()));
  const hardStop = setTimeout(() => process.exit(EXIT.bug), HARD_STOP_MILLISECONDS);
  const signal = AbortSignal.any([interruption.first, AbortSignal.timeout(GIVE_UP_MILLISECONDS)]);
  const stage = await setUp();
  let isKept = false;
  try {
    const record = await performOn(stage, { keep, output, signal });
    if (interruption.first.aborted) return interruption.exitCode();
    const kept = keep ? await keepStage(stage) : undefined;
    isKept = kept !== undefined;
    return conclude(record, kept, output);
  } finally {
    if (!isKept) await rm(stage.folder, { recursive: true, force: true, maxRetries: 3 });
    clearTimeout(hardStop);
    interruption.release();
  }
}

/** A folder with the source, in it the local system's data as usual, and the port that users connect to. */
type Stage = {
  readonly folder: string;
  readonly source: string;
  readonly data: string;
  readonly port: number;
};

async function setUp(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-demo-'));
  const source = join(folder, 'storefront');
  return { folder, source, data: join(source, DATA_FOLDER_NAME), port: await freePort(new Set()) };
}

/** Runs the local system for as long as the demo performs. Its services outlive it only where they are to be kept. */
async function performOn(
  { source, data, port }: Stage,
  { keep, output, signal }: { readonly keep: boolean; readonly output: Output; readonly signal: AbortSignal },
): Promise<DemoRecord> {
  const narrator = createNarrator(output);
  narrator.say([introduction(port, output)]);
  const system = await startNonevent({
    folder: data,
    log: (line) => narrator.say([`  ${oneLine(line)}`]),
  });
  let isOver = false;
  try {
    const record = await perform({ system, source, port, narrator, output, signal });
    isOver = true;
    return record;
  } finally {
    sayIfCutShort(signal, narrator);
    narrator.end();
    await (keep && isOver && !signal.aborted ? system.close() : system.stopAll());
  }
}

function introduction(port: number, { noteStyle }: Output): string {
  return `${noteStyle.bold('three releases of a small shop')}, with users at http://127.0.0.1:${port} all the while`;
}

function sayIfCutShort({ aborted }: AbortSignal, narrator: Narrator): void {
  if (aborted) narrator.say(['', 'cut short: stopping what runs, removing what is there']);
}

/** Where the system cannot be kept, its services are not left behind without one. */
async function keepStage({ folder, source, data, port }: Stage): Promise<Kept> {
  try {
    const process = await keepRunning(source, data);
    return { folder, data, url: `http://127.0.0.1:${port}/`, process };
  } catch (thrown) {
    const system = await startNonevent({ folder: data });
    await system.stopAll();
    throw thrown;
  }
}

function conclude(record: DemoRecord, kept: Kept | undefined, output: Output): ExitCode {
  const { deployed, answers } = record;
  const [second, third] = [SECOND, THIRD].map((planned) => deployed.find((each) => each.planned === planned));
  const measures = measure(second, third, answers);
  const expectations = checkExpectations(record, measures);
  const summary: Summary = { record, measures, expectations, kept };
  const columns = output.isAnswerRead ? output.columns() : undefined;
  if (output.format === 'text') output.answer(['', ...summaryLines(summary, output.answerStyle, columns)]);
  else output.document(summaryDocument(summary));
  return expectations.every(({ held }) => held) ? EXIT.done : EXIT.bug;
}
