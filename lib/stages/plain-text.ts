import { stripVTControlCharacters } from 'node:util';

const UNSEEN_CHARACTERS = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029\ufeff]/gu;

/**
 * Text from outside as it may be recorded and shown: escape sequences, control characters, bidi marks and halves of
 * characters are gone, line breaks stay. Of a line that was written over with carriage returns the last state is kept.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', ' ')
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '')
    .join('\n')
    .replaceAll(UNSEEN_CHARACTERS, '');
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
