import { type FileHandle, open } from 'node:fs/promises';
import { plainText } from '../../lifecycle/wording/plain-text.ts';
import { createMask, maskBytes, maskText } from '../../secrets/mask-secrets.ts';

/** Of a log, what tells why a service did not start. */
export type LogExcerpt = {
  /** The first and the last lines, and the first that looks like an error; empty where nothing was written. */
  readonly text: string;
  /** The first line that looks like an error, else the last one; `undefined` where nothing was written. */
  readonly telling: string | undefined;
  readonly isError: boolean;
};

/** Lines that are kept of each end. */
const LINES = 10;
/** What is read of each end. Bytes. */
const PART = 64 * 1024;
/** The longest line that is kept. Characters. */
const LONGEST_LINE = 300;

/**
 * Reads from `start` on what a service wrote to its log: of a long one the first and the last 64 KB. Without control characters,
 * bidi marks and secrets.
 */
export async function logExcerpt(
  file: string,
  start: number,
  secrets: readonly string[] = [],
): Promise<LogExcerpt> {
  const log = await open(file, 'r').catch(() => undefined);
  if (log === undefined) return excerptOf('', '', secrets);
  try {
    const { size } = await log.stat();
    // A log that grew too long was emptied where it is.
    const from = start <= size ? start : 0;
    if (size - from <= 2 * PART) return excerptOf(await readEnd(log, from, size, secrets), '', secrets);
    const beginning = await readBeginning(log, from, from + PART, secrets);
    return excerptOf(beginning, await readEnd(log, size - PART, size, secrets), secrets);
  } finally {
    await log.close();
  }
}

/** The end is empty where the beginning is the whole. */
function excerptOf(beginning: string, end: string, secrets: readonly string[]): LogExcerpt {
  const [first, last] = [linesOf(beginning, secrets), linesOf(end, secrets)];
  const lines = [...first, ...last];
  const error = indexOfError(lines);
  const isKept = (index: number): boolean =>
    index < LINES || index >= lines.length - LINES || index === error;
  const text = lines.flatMap((line, index) => {
    const isGap = end !== '' && index === first.length;
    if (isKept(index)) return isGap && isKept(index - 1) ? ['…', line] : [line];
    return isKept(index - 1) ? ['…'] : [];
  });
  const telling = lines[error ?? lines.length - 1]?.trim();
  return { text: text.join('\n'), telling, isError: error !== undefined };
}

/** Masked once more: without its control characters a text may hold a secret that it did not show before. */
function linesOf(text: string, secrets: readonly string[]): readonly string[] {
  return maskText(plainText(text), secrets)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .map((line) =>
      line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1).toWellFormed()}…` : line,
    );
}

/** `TypeError: …`, `Error [ERR_X]: …`, `fatal: …`, `panic: …`: an error that says its name. */
const NAMED_ERROR = /^\s*(?:uncaught\s+)?[\w.]*(?:error|exception|fatal|panic)\s*(?:\[[^\]]*\])?\s*:/i;
const LOOKS_LIKE_ERROR =
  /\b(?:error|exception|fatal|panic|cannot|can't|could not|failed|denied|refused|no such|not found|unhandled|E[A-Z]{5,})\b/i;

function indexOfError(lines: readonly string[]): number | undefined {
  for (const pattern of [NAMED_ERROR, LOOKS_LIKE_ERROR]) {
    const index = lines.findIndex((line) => pattern.test(line));
    if (index !== -1) return index;
  }
  return undefined;
}

/** Of a part that ends before the log does, what may be the beginning of a secret is held back. */
async function readBeginning(
  log: FileHandle,
  from: number,
  to: number,
  secrets: readonly string[],
): Promise<string> {
  const { buffer, bytesRead } = await log.read(Buffer.alloc(to - from), 0, to - from, from);
  return createMask(secrets).pass(buffer.subarray(0, bytesRead)).toString('utf8');
}

/** A secret that began before the part that is read would not be recognized, so what may be left of one is cut off. */
async function readEnd(
  log: FileHandle,
  from: number,
  to: number,
  secrets: readonly string[],
): Promise<string> {
  const longest = Math.max(0, ...secrets.map((secret) => Buffer.byteLength(secret)));
  const begin = Math.max(0, from - longest);
  const { buffer, bytesRead } = await log.read(Buffer.alloc(to - begin), 0, to - begin, begin);
  const masked = maskBytes(buffer.subarray(0, bytesRead), secrets).subarray(from - begin);
  return masked.toString('utf8', firstWholeCharacter(masked));
}

/** Where to begin reading, so that a character cut in two by the beginning is left out. */
function firstWholeCharacter(bytes: Buffer): number {
  const first = bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return Math.max(0, first);
}
