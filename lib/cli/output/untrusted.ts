import { withoutEscapeSequences } from '../../lifecycle/wording/plain-text.ts';

const CONTROL_AND_BIDI = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Text that we did not write, as one harmless line: escape sequences, control characters and bidi marks are gone, line
 * breaks and tabs are spaces. Every name, message and log line passes here before it reaches a terminal.
 */
export function oneLine(text: string): string {
  return withoutEscapeSequences(text)
    .replaceAll(/[\r\n\t\u2028\u2029]+/g, ' ')
    .replaceAll(CONTROL_AND_BIDI, '');
}

/** As `oneLine`, but keeps the line breaks: for the tail of a log. */
export function manyLines(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).map(oneLine);
}
