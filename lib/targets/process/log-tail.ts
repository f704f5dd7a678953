import { open } from 'node:fs/promises';
import { maskBytes, maskText } from '../../stages/command/mask-secrets.ts';

const LINES = 20;
const BYTES = 4_096;

/**
 * The last 20 lines of a log, at most 4 KB, without control characters, bidi marks and secrets; empty where there is no log.
 */
export async function logTail(file: string, secrets: readonly string[] = []): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const longest = Math.max(0, ...secrets.map((secret) => Buffer.byteLength(secret)));
    const start = Math.max(0, size - BYTES - longest);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const masked = maskBytes(buffer.subarray(0, bytesRead), secrets);
    // What is left of a secret that began before the part that was read.
    const whole = start === 0 ? masked : masked.subarray(longest);
    const text = whole.toString('utf8', start === 0 ? 0 : firstWholeCharacter(whole));
    return lastBytes(maskText(stripped(text), secrets).trimEnd().split('\n').slice(-LINES).join('\n'));
  } finally {
    await handle.close();
  }
}

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= BYTES) return text;
  const cut = bytes.subarray(-BYTES);
  return cut.toString('utf8', firstWholeCharacter(cut));
}

/** Where to begin reading, so that a character cut in two by the beginning is left out. */
function firstWholeCharacter(bytes: Buffer): number {
  const first = bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return Math.max(0, first);
}

const ESCAPE_SEQUENCES = /\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const UNSEEN_CHARACTERS = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function stripped(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(ESCAPE_SEQUENCES, '').replaceAll(UNSEEN_CHARACTERS, '');
}
