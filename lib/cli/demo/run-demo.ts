import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
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
import type { DemoRecord } from './record.ts';
import { portOfUsers, type Scene } from './scene.ts';
import { type Kept, type Summary, summaryDocument, summaryLines } from './summary.ts';
import { PORTS, type ServiceInEnvironment } from './working-copy.ts';

/** By then it ends with what it has seen, which leaves it enough time to clean up before the hard stop. */
const GIVE_UP_MILLISECONDS = 150_000;
const HARD_STOP_MILLISECONDS = 179_000;

/**
 * Deploys the releases of the shop's two services on a system of its own while users use it, judges what it saw, and gives 0
 * only if every expectation held. Ends within three minutes and leaves no process and no file behind, unless they are to be
 * kept.
 *
 * Errors: those of the local system and of `nonevent deploy`.
 */
export async function runDemo({ keep }: { readonly keep: boolean }, { output }: Cli): Promise<ExitCode> {
  const interruption = takeInterruption();
  interruption.second.addEventListener('abort', () => process.exit(interruption.exitCode()));
  const hardStop = setTimeout(() => process.exit(EXIT.bug), HARD_STOP_MILLISECONDS);
  const signal = AbortSignal.any([interruption.first, AbortSignal.timeout(GIVE_UP_MILLISECONDS)]);
  const folder = await setUp();
  let isKept = false;
  try {
    const record = await runIn(folder, { keep, output, signal });
    if (interruption.first.aborted) return interruption.exitCode();
    const kept = keep ? await keepFolder(folder) : undefined;
    isKept = kept !== undefined;
    return conclude(record, kept, output);
  } finally {
    if (!isKept) await rm(folder.path, { recursive: true, force: true, maxRetries: 3 });
    clearTimeout(hardStop);
    interruption.release();
  }
}

/** A folder with the source, the local system's data, the databases, and the ports that services get. */
type DemoFolder = Pick<Scene, 'source' | 'data' | 'substitutes'> & { readonly path: string };

async function setUp(): Promise<DemoFolder> {
  const path = await mkdtemp(join(tmpdir(), 'nonevent-demo-'));
  const ports: Partial<Record<ServiceInEnvironment, number>> = {};
  for (const service of Object.keys(PORTS) as ServiceInEnvironment[]) {
    ports[service] = await freePort(new Set(Object.values(ports)));
  }
  return {
    path,
    source: join(path, 'source'),
    data: join(path, DATA_FOLDER_NAME),
    substitutes: { ports: ports as Record<ServiceInEnvironment, number>, databases: join(path, 'databases') },
  };
}

/** Runs the local system for as long as the demo performs. Its services outlive it only where they are to be kept. */
async function runIn(
  { data, source, substitutes }: DemoFolder,
  { keep, output, signal }: { readonly keep: boolean; readonly output: Output; readonly signal: AbortSignal },
): Promise<DemoRecord> {
  const narrator = createNarrator(output);
  narrator.say([introduction(portOfUsers(substitutes), output)]);
  useOwnNode();
  const system = await startNonevent({
    folder: data,
    log: (line) => narrator.say([`  ${oneLine(line)}`]),
  });
  let isOver = false;
  try {
    const record = await perform({ data, source, substitutes, system, narrator, output, signal });
    isOver = true;
    return record;
  } finally {
    sayIfCutShort(signal, narrator);
    narrator.end();
    await (keep && isOver && !signal.aborted ? system.close() : system.stopAll());
  }
}

/** The catalogue needs a Node with SQLite; the one that this runs on has it, the one on the path may be older. */
function useOwnNode(): void {
  process.env.PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
}

function introduction(port: number, { noteStyle }: Output): string {
  return `${noteStyle.bold('a small shop of two services')}, with users at http://127.0.0.1:${port} all the while`;
}

function sayIfCutShort({ aborted }: AbortSignal, narrator: Narrator): void {
  if (aborted) narrator.say(['', 'cut short: stopping what runs, removing what is there']);
}

/** Where the system cannot be kept, its services are not left behind without one. */
async function keepFolder({ path, source, data, substitutes }: DemoFolder): Promise<Kept> {
  try {
    const process = await keepRunning(source, data);
    return { folder: path, data, url: `http://127.0.0.1:${portOfUsers(substitutes)}/`, process };
  } catch (thrown) {
    const system = await startNonevent({ folder: data });
    await system.stopAll();
    throw thrown;
  }
}

function conclude(record: DemoRecord, kept: Kept | undefined, output: Output): ExitCode {
  const measures = measure(record);
  const expectations = checkExpectations(record, measures);
  const summary: Summary = { record, measures, expectations, kept };
  const columns = output.isAnswerRead ? output.columns() : undefined;
  if (output.format === 'text') output.answer(['', ...summaryLines(summary, output.answerStyle, columns)]);
  else output.document(summaryDocument(summary));
  return expectations.every(({ held }) => held) ? EXIT.done : EXIT.bug;
}
