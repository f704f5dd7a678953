/** Each part ends where the next escape character is, so that the time is linear in the length of hostile text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ESCAPE_SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

const UNSEEN_CHARACTERS = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029\ufeff]/gu;

/**
 * Text from outside as it may be recorded and shown: escape sequences, control characters, bidi marks and halves of
 * characters are gone, line breaks stay. Of a line that was written over with carriage returns the last state is kept.
 */
export function plainText(text: string): string {
  return withoutEscapeSequences(text)
    .replaceAll('\t', ' ')
    .split('\n')
    .map(lastState)
    .join('\n')
    .replaceAll(UNSEEN_CHARACTERS, '');
}

/** Text without the sequences that terminals obey; single control characters stay. In time linear in its length. */
export function withoutEscapeSequences(text: string): string {
  return text.replaceAll(ESCAPE_SEQUENCES, '');
}

/** The text after the last carriage return that has text after it. */
function lastState(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end -= 1;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

/** Text from outside on one line of at most `longest` characters. */
export function plainLine(text: string, longest: number): string {
  const line = plainText(text).replaceAll(/\s+/g, ' ').trim();
  return line.length <= longest
    ? line
    : `${line
        .slice(0, longest - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;
}
