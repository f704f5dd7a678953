import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { plainText } from '../../lifecycle/wording/plain-text.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { createMask, type Mask, maskText } from '../../secrets/mask-secrets.ts';

/** What is known of a log once nothing more is written. */
export type LogSummary = {
  /** SHA-256 of the file. */
  readonly digest: string;
  /** What the command wrote, also what was not kept. */
  readonly bytes: number;
  /** The last 40 lines, at most 4 KB, as they may be shown. */
  readonly tail: string;
};

/** A log file of bounded size in which no secret is. */
export type CommandLog = {
  /** Writes for one stream, whose chunks may cut a secret anywhere. */
  channel(): (chunk: Buffer) => Promise<void>;
  close(): Promise<LogSummary>;
};

const LIMIT = 10 * 1024 * 1024;
const TAIL_LINES = 40;
const TAIL_BYTES = 4 * 1024;
/** Enough for a tail of which escape sequences are the larger part. */
const KEPT_FOR_TAIL = 8 * TAIL_BYTES;

/** Begins a log file anew. After 10 MB what comes is only counted, and the file says so at its end. */
export async function openCommandLog(path: string, secrets: readonly string[]): Promise<CommandLog> {
  const file = await orFailed(path, open(path, 'w', 0o600));
  const hash = createHash('sha256');
  const masks: Mask[] = [];
  let recent = Buffer.alloc(0);
  let received = 0;
  let kept = 0;
  let discarded = 0;

  async function keep(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    recent = Buffer.concat([recent, chunk.subarray(-KEPT_FOR_TAIL)]).subarray(-KEPT_FOR_TAIL);
    const fitting = chunk.subarray(0, LIMIT - kept);
    discarded += chunk.length - fitting.length;
    kept += fitting.length;
    await write(fitting);
  }

  async function write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    hash.update(bytes);
    await orFailed(path, file.writeFile(bytes));
  }

  return {
    channel() {
      const mask = createMask(secrets);
      masks.push(mask);
      return async (chunk) => {
        received += chunk.length;
        await keep(mask.pass(chunk));
      };
    },
    async close() {
      try {
        for (const mask of masks) await keep(mask.end());
        if (discarded > 0) {
          await write(
            Buffer.from(`\n[nonevent: ${discarded} bytes more were not kept, the limit is ${LIMIT}]\n`),
          );
        }
      } finally {
        await file.close();
      }
      return { digest: `sha256:${hash.digest('hex')}`, bytes: received, tail: tailOf(recent, secrets) };
    },
  };
}

async function orFailed<Value>(path: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (thrown) {
    throw new NoneventError('CommandFailed', `the log ${path} cannot be written: ${messageOf(thrown)}`, {
      fields: { path },
      hint: 'make room on the disk or make the folder writable',
      cause: thrown,
    });
  }
}

/** Masked once more, because a secret that was printed with colours in it shows when those are gone. */
function tailOf(recent: Buffer, secrets: readonly string[]): string {
  const lines = maskText(plainText(recent.toString('utf8')), secrets)
    .trimEnd()
    .split('\n')
    .slice(-TAIL_LINES);
  const bytes = Buffer.from(lines.join('\n'));
  if (bytes.length <= TAIL_BYTES) return bytes.toString('utf8');
  const cut = bytes.subarray(-TAIL_BYTES);
  const firstWhole = cut.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return cut.subarray(firstWhole).toString('utf8');
}
