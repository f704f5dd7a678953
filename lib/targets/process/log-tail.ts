import { open } from 'node:fs/promises';

const LINES = 20;
const BYTES = 4_096;

/** The last 20 lines of a log, at most 4 KB, without control characters and bidi marks; empty where there is no log. */
export async function logTail(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.toString('utf8', firstWholeCharacter(buffer, start), bytesRead);
    return stripped(text).trimEnd().split('\n').slice(-LINES).join('\n').slice(-BYTES);
  } finally {
    await handle.close();
  }
}

/** Where to begin reading, so that a character cut in two by `start` is left out. */
function firstWholeCharacter(bytes: Buffer, start: number): number {
  if (start === 0) return 0;
  const first = bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return Math.max(0, first);
}

const ESCAPE_SEQUENCES = /\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const UNSEEN_CHARACTERS = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function stripped(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(ESCAPE_SEQUENCES, '').replaceAll(UNSEEN_CHARACTERS, '');
}
