import { isSecretName, SHORTEST_SECRET } from '../pipeline/literal-secret.ts';

const MASK = '***';

/** The values that must not be written anywhere: those of variables whose name says so, of at least four characters. */
export function secretsIn(variables: Readonly<Record<string, string>>): readonly string[] {
  const values = Object.entries(variables).flatMap(([name, value]) =>
    isSecretName(name) ? [value, value.trim()] : [],
  );
  return [...new Set(values)].filter((value) => value.length >= SHORTEST_SECRET);
}

/** A text without the secrets. */
export function maskText(text: string, secrets: readonly string[]): string {
  return secrets.length === 0 ? text : maskBytes(Buffer.from(text), secrets).toString('utf8');
}

/** Bytes, of text or not, without the secrets. */
export function maskBytes(bytes: Buffer, secrets: readonly string[]): Buffer {
  const mask = createMask(secrets);
  return Buffer.concat([mask.pass(bytes), mask.end()]);
}

/** Puts `***` in the place of secrets in a stream, however the stream is cut into chunks. */
export type Mask = {
  /** What may be passed on by now; a piece that may be the beginning of a secret is held back. */
  pass(chunk: Buffer): Buffer;
  /** What was held back. */
  end(): Buffer;
};

/** Where several secrets begin at one place, the longest is masked. */
export function createMask(secrets: readonly string[]): Mask {
  // One character per byte, so that no secret is missed where the output around it is not text.
  const bytes = secrets.map((secret) => Buffer.from(secret).toString('latin1'));
  const longestFirst = bytes.toSorted((left, right) => right.length - left.length);
  const pattern = new RegExp(longestFirst.map((secret) => escaped(secret)).join('|'), 'g');
  let held = '';

  return {
    pass(chunk) {
      if (secrets.length === 0) return chunk;
      const text = held + chunk.toString('latin1');
      const undecided = undecidedFrom(text, bytes);
      let masked = '';
      let passed = 0;
      for (const match of text.matchAll(pattern)) {
        if (match.index >= undecided) break;
        masked += text.slice(passed, match.index) + MASK;
        passed = match.index + match[0].length;
      }
      const end = Math.max(passed, undecided);
      held = text.slice(end);
      return Buffer.from(masked + text.slice(passed, end), 'latin1');
    },
    end() {
      const rest = Buffer.from(secrets.length === 0 ? held : held.replaceAll(pattern, MASK), 'latin1');
      held = '';
      return rest;
    },
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Where the first piece begins that reaches to the end of the text and may go on as a secret. */
function undecidedFrom(text: string, secrets: readonly string[]): number {
  const longest = Math.max(...secrets.map((secret) => secret.length)) - 1;
  for (let at = Math.max(0, text.length - longest); at < text.length; at += 1) {
    const piece = text.slice(at);
    if (secrets.some((secret) => secret.length > piece.length && secret.startsWith(piece))) return at;
  }
  return text.length;
}
